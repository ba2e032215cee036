// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Logins when the clock of the machine is set, and when the machine sleeps: the wall clock goes on alone. That of the
// authorization server stays right.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { runTests } = require('../matrix/tap.cjs');
const { Authority, browse } = require('./authority.cjs');
const { Daemon } = require('./daemon.cjs');

const HOUR = 3600;
const DAY = 24 * HOUR;

// The wall clock of a daemon; it is set for all processes that have the file.
class Clock {
  constructor() {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'clock-'));
    this.file = path.join(this.directory, 'clock');
    this.set(0);
  }

  get environment() { return { LD_PRELOAD: process.env.MCP_TEST_TIME_SHIM, MCP_TEST_CLOCK: this.file }; }

  // Written in place: the daemon has mapped it.
  set(seconds) {
    const bytes = Buffer.alloc(16);
    (os.endianness() === 'LE' ? bytes.writeBigInt64LE : bytes.writeBigInt64BE).call(bytes, BigInt(seconds), 8);
    const file = fs.openSync(this.file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    fs.writeSync(file, bytes, 0, 16, 0);
    fs.closeSync(file);
  }

  remove() { fs.rmSync(this.directory, { recursive: true, force: true }); }
}

async function within(test) {
  const clock = new Clock();
  const authority = await new Authority().start();
  const daemon = await new Daemon({ guarded: { type: 'http', url: authority.mcpUrl } }, { environment: clock.environment }).start();

  await daemon.during(async () => {
    await test({ clock, daemon, authority });
  }, async () => { authority.stop(); clock.remove(); });
}

const begin = async (daemon) => (await daemon.ask('POST', '/servers/guarded/login')).body.authorization_url;

async function logIn(daemon) {
  const page = await (await browse(await begin(daemon))).page();
  assert.equal(page.status, 200, page.text);
  return daemon.connect();
}

async function assertEcho(client) {
  const answer = await client.call('guarded__echo');
  assert.match(answer.result?.content[0].text ?? '', /^echo for grant-/, JSON.stringify(answer));
}

const renewals = (authority) => authority.count('/token', 'refresh_token');

// A minute before the end of a token the server is shown the next one.
async function testBeforeItsEnd({ clock, daemon, authority }) {
  const client = await logIn(daemon);
  const [first] = authority.access.keys();

  clock.set(authority.options.expiresIn - 120);
  await assertEcho(client);
  assert.equal(renewals(authority), 0);
  authority.requests.length = 0;
  clock.set(authority.options.expiresIn - 30);
  await assertEcho(client);
  assert.equal(renewals(authority), 1);
  assert.ok(!authority.requests.some(({ authorization }) => authorization === `Bearer ${first}`));
}

// The token seems to have ended: it is renewed, once for each step and not with every call.
async function testForward({ clock, daemon, authority }) {
  const client = await logIn(daemon);

  for (const step of [2 * HOUR, 3 * DAY]) {
    clock.set(step);
    const before = renewals(authority);
    for (let i = 0; i < 3; i++) { await assertEcho(client); }
    assert.equal(renewals(authority), before + 1);
  }
  assert.equal((await daemon.auth()).state, 'authorized');
}

// The token seems to be good for a day more: the server says no, and that counts.
async function testBackward({ clock, daemon, authority }) {
  const client = await logIn(daemon);

  clock.set(-DAY);
  await assertEcho(client);
  assert.equal(renewals(authority), 0);
  authority.expire();
  await assertEcho(client);
  assert.equal(renewals(authority), 1);

  // Somebody sets it right: that token, of yesterday, seems to have ended.
  clock.set(0);
  for (let i = 0; i < 3; i++) { await assertEcho(client); }
  assert.equal(renewals(authority), 2);
  assert.equal(authority.ended.size, 0);
}

// A login of a time when the clock was wrong by years.
async function testWrongAtLogin({ clock, daemon, authority }) {
  clock.set(4000 * DAY);
  const client = await logIn(daemon);
  await assertEcho(client);
  clock.set(0);
  await assertEcho(client);
  authority.expire();
  for (let i = 0; i < 3; i++) { await assertEcho(client); }
  assert.equal(renewals(authority), 1);
  await daemon.kill();
  await daemon.start();
  await assertEcho(await daemon.connect());
}

// The lid was shut for a night: the token has ended, as the server knows, too.
async function testSlept({ clock, daemon, authority }) {
  const client = await logIn(daemon);

  clock.set(8 * HOUR);
  authority.expire();
  await Promise.all(Array.from({ length: 8 }, () => assertEcho(client)));
  assert.equal(renewals(authority), 1);
}

// A browser that comes back the next morning.
async function testSleptWhileAway({ clock, daemon, authority }) {
  const browser = await browse(await begin(daemon));
  assert.equal((await daemon.auth()).state, 'logging-in');

  clock.set(8 * HOUR);
  assert.equal((await daemon.auth()).state, 'none');
  assert.equal((await browser.page()).status, 404);
  assert.equal(authority.count('/token'), 0);
  await assertEcho(await logIn(daemon));
}

// A clock that is corrected by a few seconds while the browser is away; one that is set back by an hour makes no login longer.
async function testCorrectedWhileAway({ clock, daemon }) {
  const first = await browse(await begin(daemon));
  clock.set(-5);
  assert.equal((await daemon.auth()).state, 'logging-in');
  assert.equal((await first.page()).status, 200);

  await daemon.ask('POST', '/servers/guarded/logout');
  const second = await browse(await begin(daemon));
  clock.set(-HOUR);
  assert.equal((await second.page()).status, 404);
}

if (!process.env.MCP_TEST_TIME_SHIM) {
  console.log('1..0 # SKIP the clock cannot be set before sanitizers');
} else {
  runTests(async (tap) => {
    const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);
    const run = (name, test) => (only && !name.includes(only) ? null : tap.run(name, () => within(test)));

    await run('a token is renewed shortly before its end', testBeforeItsEnd);
    await run('a clock that is put on', testForward);
    await run('a clock that is set back', testBackward);
    await run('a clock that was wrong at the login', testWrongAtLogin);
    await run('a machine that slept', testSlept);
    await run('a machine that slept while the browser was away', testSleptWhileAway);
    await run('a clock that is corrected while the browser is away', testCorrectedWhileAway);
  });
}
