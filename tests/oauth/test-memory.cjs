// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Where tokens lie in the memory of the daemon. A core file goes to a disk, and may go further.
'use strict';

const assert = require('node:assert/strict');

const { runTests } = require('../matrix/tap.cjs');
const { Authority, browse } = require('./authority.cjs');
const { Daemon } = require('./daemon.cjs');
const { findTexts } = require('./memory.cjs');

const CALLS = 20;
const REFRESHES = 3;
// libsoup keeps the head that it sent last on each connection, and overwrites nothing that it gives back.
const MOST_HEADS = 4;
const MOST_STRAYS = 5;
const PATIENCE_MS = 10_000;

// Runs a case with a login, calls and refreshes done. @perturb: whether the allocator overwrites what is given back, so that
// what is found is still held.
async function within(perturb, test) {
  const authority = await new Authority().start();
  const daemon = await new Daemon({ guarded: { type: 'http', url: authority.mcpUrl } },
    { environment: { MALLOC_PERTURB_: perturb ? '85' : '0' } }).start();

  await daemon.during(async () => {
    const { body } = await daemon.ask('POST', '/servers/guarded/login');
    assert.equal((await (await browse(body.authorization_url)).page()).status, 200);
    await test(daemon, authority, (await daemon.ask('GET', '/health')).body.pid);
  }, async () => { authority.stop(); });
}

async function use(daemon, authority) {
  const client = await daemon.connect();

  for (let i = 0; i < REFRESHES; i++) {
    for (let n = 0; n < CALLS; n++) {
      const answer = await client.call('guarded__echo');
      assert.ok(answer.result, JSON.stringify(answer));
    }
    authority.expire();
  }
  assert.ok((await client.call('guarded__echo')).result);
  assert.equal(authority.count('/token', 'refresh_token'), REFRESHES);
}

// Resolves when what is found is @right, which may take until a connection has done with a request.
async function awaitTexts(pid, texts, right) {
  let found;

  for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
    found = findTexts(pid, texts);
    if (found.every(right)) { return found; }
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  return assert.fail(JSON.stringify(found));
}

const split = (tokens) => [[...tokens.keys()].slice(0, -1), [...tokens.keys()].slice(-1)];

const isNowhere = ({ dumped, kept }) => dumped === 0 && kept === 0;

async function testHeld(daemon, authority, pid) {
  await use(daemon, authority);
  const [oldAccess, access] = split(authority.access);
  const [oldRefresh, refresh] = split(authority.refresh);

  await awaitTexts(pid, refresh, ({ dumped, kept }) => dumped === 0 && kept > 0);
  await awaitTexts(pid, access, ({ dumped, kept }) => dumped <= MOST_HEADS && kept > 0);
  await awaitTexts(pid, [...oldRefresh, ...oldAccess], ({ dumped, kept }) => dumped <= MOST_HEADS && kept === 0);
  await awaitTexts(pid, oldRefresh, isNowhere);
}

async function testLoggedOut(daemon, authority, pid) {
  await use(daemon, authority);
  assert.equal((await daemon.ask('POST', '/servers/guarded/logout')).status, 204);
  await awaitTexts(pid, [...authority.refresh.keys()], isNowhere);
  await awaitTexts(pid, [...authority.access.keys()], ({ dumped, kept }) => dumped <= MOST_HEADS && kept === 0);
}

// Without the help of the allocator.
async function testGivenBack(daemon, authority, pid) {
  await use(daemon, authority);
  await awaitTexts(pid, [...authority.refresh.keys()], ({ dumped }) => dumped <= MOST_STRAYS);
}

// The allocator of sanitizers, where the clock cannot be set either, keeps what is given back.
function canLook() {
  if (!process.env.MCP_TEST_TIME_SHIM) { return false; }
  try {
    findTexts(process.pid, ['nothing']);
    return true;
  } catch {
    return false;
  }
}

if (!canLook()) {
  console.log('1..0 # SKIP the memory of a process cannot be read here');
} else {
  runTests(async (tap) => {
    await tap.run('tokens are held in memory that no core file has', () => within(true, testHeld));
    await tap.run('a logout leaves no refresh token in memory', () => within(true, testLoggedOut));
    await tap.run('refresh tokens are overwritten when their memory is given back', () => within(false, testGivenBack));
  });
}
