// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Logins in the keyring of the desktop: there, locked, opened again, gone and back.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { runTests } = require('../matrix/tap.cjs');
const { Authority, browse } = require('./authority.cjs');
const { Daemon } = require('./daemon.cjs');
const { Keyring } = require('./keyring.cjs');

async function logIn(daemon) {
  const { status, body } = await daemon.ask('POST', '/servers/guarded/login');
  assert.equal(status, 200, JSON.stringify(body));
  return (await browse(body.authorization_url)).page();
}

// Runs a case with a login to the server “guarded” that lies in a keyring.
async function within(test) {
  const keyring = await new Keyring().start();
  const authority = await new Authority().start();
  const daemon = await new Daemon({
    guarded: { type: 'http', url: authority.mcpUrl },
    own: { command: process.env.MCP_TEST_SERVER, env: { KEY: '${secret:key}' } },
  }, { environment: keyring.environment }).start();

  await daemon.during(async () => {
    const page = await logIn(daemon);
    assert.equal(page.status, 200, page.text);
    await test({ keyring, daemon, authority });
  }, async () => { authority.stop(); await keyring.stop(); });
}

async function assertEcho(daemon) {
  const answer = await (await daemon.connect()).call('guarded__echo');
  assert.match(answer.result?.content[0].text ?? '', /^echo for grant-/, JSON.stringify(answer));
}

// Lists that are not known yet are asked for at most twice a second; other servers that failed rest for five seconds at least.
const pauseAfterLock = () => new Promise((resolve) => { setTimeout(resolve, 600); });

function countFiles(daemon) {
  const folder = path.join(daemon.directory, 'state/mcp-sessiond/secrets');
  return fs.existsSync(folder) ? fs.readdirSync(folder).length : 0;
}

// One item for the registration and one for the grant, whose tokens change in place.
async function testStored({ keyring, daemon, authority }) {
  await assertEcho(daemon);
  for (let i = 0; i < 3; i++) {
    authority.expire();
    await assertEcho(daemon);
  }
  assert.equal(await keyring.count(), 2);
  assert.equal(countFiles(daemon), 0);
  assert.equal((await daemon.ask('POST', '/servers/guarded/logout')).status, 204);
  assert.equal(await keyring.count(), 0);
}

async function testLocked({ keyring, daemon, authority }) {
  await daemon.kill();
  await keyring.lock();
  await daemon.start();
  const client = await daemon.connect();
  const before = authority.requests.length;
  const answer = await client.call('guarded__echo');

  assert.match(JSON.stringify(answer), /in the keyring, which is locked; unlock the keyring/);
  assert.doesNotMatch(JSON.stringify(answer), /server login/, 'another login would not help');
  assert.equal((await daemon.auth()).state, 'keyring-locked');
  assert.equal(authority.requests.slice(before).filter(({ at }) => at === 'issuer').length, 0);

  await keyring.open();
  await pauseAfterLock();
  await assertEcho(daemon);
  assert.equal((await daemon.auth()).state, 'authorized');
  assert.equal(authority.count('/authorize'), 1);
}

// Likewise for a secret of an entry, and for a program.
async function testSecretLocked({ keyring, daemon }) {
  execFileSync(process.env.MCP_TEST_COMMAND, ['secret', 'set', 'key'], { env: daemon.environment, input: 'value' });
  await keyring.lock();
  const client = await daemon.connect();
  const locked = await client.call('own__say', { text: 'hello' });
  assert.match(JSON.stringify(locked), /locked/);
  await keyring.open();
  await pauseAfterLock();
  const answer = await client.call('own__say', { text: 'hello' });
  assert.match(JSON.stringify(answer.result ?? answer), /hello/);
}

// The daemon has the login already: only what is new must be stored.
async function testLockedMeanwhile({ keyring, daemon, authority }) {
  await keyring.lock();
  await assertEcho(daemon);
  authority.expire();
  await assertEcho(daemon);
  assert.match(daemon.log(), /cannot be stored, and ends with the daemon/);
  assert.equal(authority.count('/token', 'refresh_token'), 1);
  assert.equal((await daemon.auth()).state, 'authorized');
  assert.equal(countFiles(daemon), 0, 'what was in the keyring is not put into a file');

  // What was not stored is stored with the next ones.
  await keyring.end();
  await keyring.unlock();
  authority.expire();
  await assertEcho(daemon);
  await daemon.kill();
  await daemon.start();
  await assertEcho(daemon);
  assert.equal(authority.ended.size, 0);
}

async function testLoginLocked({ keyring, daemon, authority }) {
  await daemon.ask('POST', '/servers/guarded/logout');
  const { body } = await daemon.ask('POST', '/servers/guarded/login');
  await keyring.lock();
  const page = await (await browse(body.authorization_url)).page();

  assert.equal(page.status, 400, page.text);
  assert.match(page.text, /locked/);
  assert.match((await daemon.auth()).why, /locked/);
  await keyring.end();
  await keyring.unlock();
  assert.equal((await logIn(daemon)).status, 200);
  await assertEcho(daemon);
  assert.ok(authority.count('/token') >= 2);
}

// It is started again by whoever needs it, or is not there any more.
async function testGone({ keyring, daemon, authority }) {
  await keyring.end();
  await assertEcho(daemon);
  authority.expire();
  await assertEcho(daemon);
  assert.equal((await daemon.auth()).state, 'authorized');
  await keyring.unlock();
  authority.expire();
  await assertEcho(daemon);
  await daemon.kill();
  await daemon.start();
  await assertEcho(daemon);
  assert.equal(authority.ended.size, 0);
}

// The daemon dies with new tokens in hand that are not stored yet: nobody has been given them, and the next daemon says
// that a login is needed instead of spending the old token for ever.
async function testCrashBetween({ keyring, daemon, authority }) {
  const client = await daemon.connect();
  await client.call('guarded__echo');
  authority.expire();
  keyring.child.kill('SIGSTOP');
  const call = client.call('guarded__echo').catch(() => null);
  await daemon.awaitAuth('refreshing');
  while (authority.count('/token', 'refresh_token') === 0) { await new Promise((resolve) => { setTimeout(resolve, 5); }); }
  const given = [...authority.access.keys()].at(-1);
  assert.equal((await daemon.auth()).state, 'refreshing');
  assert.ok(!authority.requests.some(({ authorization }) => authorization === `Bearer ${given}`), 'a token is stored before it is used');
  await daemon.kill();
  keyring.child.kill('SIGCONT');
  await call;

  await daemon.start();
  const after = await daemon.connect();
  assert.match(JSON.stringify(await after.call('guarded__echo')), /server login guarded/);
  assert.equal(authority.ended.size, 1, 'the authorization server has seen the old token twice');
  assert.match(JSON.stringify(await after.call('guarded__echo')), /server login guarded/);
  assert.equal(authority.count('/token', 'refresh_token'), 2, 'and not a third time');
  assert.equal((await logIn(daemon)).status, 200);
  await assertEcho(daemon);
}

if (!Keyring.isInstalled()) {
  console.log('1..0 # SKIP there is no gnome-keyring-daemon');
} else {
  runTests(async (tap) => {
    const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);
    const run = (name, test) => (only && !name.includes(only) ? null : tap.run(name, () => within(test)));

    await run('a login lies in the keyring', testStored);
    await run('a keyring that is locked is a state of its own', testLocked);
    await run('a program whose secret lies in a keyring that is locked', testSecretLocked);
    await run('a keyring that is locked while the daemon has the login', testLockedMeanwhile);
    await run('a keyring that is locked while a person logs in', testLoginLocked);
    await run('a keyring that ends and comes back', testGone);
    await run('a crash with tokens in hand that are not stored', testCrashBetween);
  });
}
