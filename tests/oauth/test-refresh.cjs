// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What becomes of a login: tokens that end, are renewed, refused, lost on the way, or spent by somebody
// else; and what a restart in between does.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { runTests } = require('../matrix/tap.cjs');
const { Authority, browse } = require('./authority.cjs');
const { Daemon } = require('./daemon.cjs');

const N_CALLS = 64;

async function logIn(daemon, name = 'guarded') {
  const { body } = await daemon.ask('POST', `/servers/${name}/login`);
  const page = await (await browse(body.authorization_url)).page();
  assert.equal(page.status, 200, page.text);
}

// Runs a case with a login to the server “guarded”, and a client that has used it.
async function within(test, { options = {}, others = {} } = {}) {
  const authority = await new Authority().start();
  Object.assign(authority.options, options);
  const entry = { type: 'http', url: authority.mcpUrl };
  const daemon = await new Daemon({ guarded: entry, ...Object.fromEntries(Object.keys(others).map((name) => [name, entry])) }).start();

  await daemon.during(async () => {
    await logIn(daemon);
    const client = await daemon.connect();
    await assertEcho(client);
    await test({ daemon, authority, client });
  }, async () => { authority.stop(); });
}

async function assertEcho(client, name = 'guarded') {
  const answer = await client.call(`${name}__echo`);
  assert.match(answer.result?.content[0].text ?? '', /^echo for grant-/, JSON.stringify(answer));
}

async function assertNeedsLogin(client) {
  assert.match(JSON.stringify(await client.call('guarded__echo')), /server login guarded/);
}

const renewals = (authority) => authority.count('/token', 'refresh_token');

async function testExpiry({ authority, client }) {
  authority.expire();
  await assertEcho(client);
  assert.equal(renewals(authority), 1);
  await assertEcho(client);
  assert.equal(renewals(authority), 1);
  const { form } = authority.requests.find((request) => request.form?.get('grant_type') === 'refresh_token');
  assert.equal(form.get('resource'), authority.mcpUrl);
}

async function testCrowd({ daemon, authority }) {
  const clients = await Promise.all(Array.from({ length: 4 }, () => daemon.connect()));
  authority.options.tokenDelayMs = 300;
  authority.expire();
  await Promise.all(Array.from({ length: N_CALLS }, (_, i) => assertEcho(clients[i % clients.length])));
  assert.equal(renewals(authority), 1);
}

async function testRotation({ daemon, authority, client }) {
  for (let i = 1; i <= 5; i++) {
    authority.expire();
    await assertEcho(client);
    assert.equal(renewals(authority), i);
  }
  assert.equal(authority.ended.size, 0);
  assert.equal((await daemon.auth()).state, 'authorized');
}

async function testNoRotation({ authority, client }) {
  for (let i = 1; i <= 3; i++) {
    authority.expire();
    await assertEcho(client);
  }
  assert.equal(new Set(authority.requests.filter((request) => request.form?.get('grant_type') === 'refresh_token')
    .map((request) => request.form.get('refresh_token'))).size, 1);
}

async function testNoRefreshToken({ daemon, authority, client }) {
  authority.expire();
  await assertNeedsLogin(client);
  assert.equal((await daemon.auth()).state, 'needs-login');
  assert.equal(renewals(authority), 0);
  await logIn(daemon);
  await assertEcho(client);
}

// Somebody else has used the refresh token: the server ends all of the grant.
async function testReuse({ daemon, authority, client }) {
  for (const token of authority.refresh.values()) { token.isSpent = true; }
  authority.expire();
  await assertNeedsLogin(client);
  assert.equal(authority.ended.size, 1);
  assert.equal(renewals(authority), 1);
  await assertNeedsLogin(client);
  assert.equal(renewals(authority), 1, 'a token that was refused is not sent again');
  assert.equal((await daemon.auth()).state, 'needs-login');
  await logIn(daemon);
  await assertEcho(client);
}

// The server takes the same refresh token once more: the answer alone was lost.
async function testLostAnswer({ authority, client }) {
  authority.options.losesAnswers = 1;
  authority.expire();
  await assertEcho(client);
  assert.equal(renewals(authority), 2);
}

// The server has spent the token for the answer that was lost.
async function testLostForGood({ daemon, authority, client }) {
  authority.options.losesAnswers = 1;
  authority.expire();
  await assertNeedsLogin(client);
  assert.equal((await daemon.auth()).state, 'needs-login');
}

// A server that cannot be reached has said nothing about the login.
async function testAway({ daemon, authority, client }) {
  authority.options.losesAnswers = 2;
  authority.options.rotate = false;
  authority.expire();
  const answer = JSON.stringify(await client.call('guarded__echo'));
  assert.doesNotMatch(answer, /server login/);
  assert.match(answer, /could not be reached/);
  assert.equal((await daemon.auth()).state, 'authorized');
  await assertEcho(client);
}

async function testRestart({ daemon, authority }) {
  authority.expire();
  const client = await daemon.connect();
  await assertEcho(client);
  await daemon.kill();
  await daemon.start();
  assert.equal((await daemon.auth()).state, 'authorized');
  await assertEcho(await daemon.connect());
  authority.expire();
  await assertEcho(await daemon.connect());
  assert.equal(renewals(authority), 2);
  assert.equal(authority.ended.size, 0);
}

// The daemon dies after the server has spent the old token, and before it has stored the new one.
async function testCrash({ daemon, authority, client }) {
  authority.options.tokenDelayMs = 0;
  authority.options.losesAnswers = 1;
  authority.expire();
  const call = client.call('guarded__echo').catch(() => null);
  while (renewals(authority) === 0) { await new Promise((resolve) => { setTimeout(resolve, 1); }); }
  await daemon.kill();
  await call;
  await daemon.start();
  const after = await daemon.connect();
  await assertNeedsLogin(after);
  await logIn(daemon);
  await assertEcho(after);
}

// Who was told that the login is there has it, whatever becomes of the daemon.
async function testCrashBehindPage({ daemon }) {
  await daemon.ask('POST', '/servers/guarded/logout');
  await logIn(daemon);
  await daemon.kill();
  await daemon.start();
  assert.equal((await daemon.auth()).state, 'authorized');
  await assertEcho(await daemon.connect());
}

// Two entries for one server: one login, and one who renews it.
async function testShared({ daemon, authority, client }) {
  authority.options.registration = 'open';
  const other = await daemon.ask('POST', '/servers/twin/login');
  assert.equal((await (await browse(other.body.authorization_url)).page()).status, 200);
  assert.equal(authority.count('/register'), 1);
  await assertEcho(client, 'twin');
  authority.expire();
  await Promise.all([assertEcho(client), assertEcho(client, 'twin')]);
  assert.equal(renewals(authority), 1);
  await daemon.ask('POST', '/servers/guarded/logout');
  await assertEcho(client, 'twin');
}

// A daemon that shares the state directory finds the first one, and leaves its tokens alone; so one refreshes them.
async function testTwoDaemons({ daemon, authority, client }) {
  const before = authority.requests.length;
  const run = fs.mkdtempSync(path.join(daemon.directory, 'run-'));

  for (const environment of [{}, { XDG_RUNTIME_DIR: run }]) {
    const { status, said } = await daemon.startSecond([], environment).ended;
    assert.equal(status, 0, said);
    assert.match(said, /already|runs/i);
  }
  assert.equal(authority.requests.length, before, 'the second one asks nobody');
  authority.expire();
  await assertEcho(client);
  assert.equal(renewals(authority), 1);
}

// One that takes over goes on with the newest tokens, also where the first one was about to renew them.
async function testReplaced({ daemon, authority, client }) {
  authority.expire();
  await assertEcho(client);
  await daemon.replace();
  await assertEcho(await daemon.connect());
  authority.expire();
  await assertEcho(await daemon.connect());
  assert.equal(renewals(authority), 2);
  assert.equal(authority.ended.size, 0);
}

// Daemons with state directories of their own have logins of their own, and do not spend each other's tokens.
async function testTwoHomes({ daemon, authority, client }) {
  const other = await new Daemon(daemon.servers).start();

  try {
    await logIn(other);
    const there = await other.connect();
    for (let i = 0; i < 3; i++) {
      authority.expire();
      await Promise.all([assertEcho(client), assertEcho(there)]);
    }
    assert.equal(renewals(authority), 6);
    assert.equal(authority.ended.size, 0);
    assert.equal(authority.count('/register'), 2);
    await other.ask('POST', '/servers/guarded/logout');
    await assertEcho(client);
  } finally {
    await other.stop();
  }
}

async function testStorage({ daemon }) {
  const folder = path.join(daemon.directory, 'state/mcp-sessiond');

  for (const name of fs.readdirSync(path.join(folder, 'secrets'))) {
    assert.equal(fs.statSync(path.join(folder, 'secrets', name)).mode & 0o777, 0o600);
  }
  assert.equal(fs.statSync(path.join(folder, 'grants.json')).mode & 0o777, 0o600);
}

runTests(async (tap) => {
  const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);
  const run = (name, test, setup) => (only && !name.includes(only) ? null : tap.run(name, () => within(test, setup)));

  await run('a token that has ended is renewed, and the call made again', testExpiry);
  await run(`${N_CALLS} calls at once renew a token once`, testCrowd);
  await run('refresh tokens that are good for once', testRotation);
  await run('a refresh token that stays', testNoRotation, { options: { rotate: false } });
  await run('a login without a refresh token ends', testNoRefreshToken, { options: { refreshTokens: false } });
  await run('a refresh token that somebody else has used ends the login', testReuse);
  await run('the answer to a renewal is lost', testLostAnswer, { options: { rotate: false } });
  await run('the answer to a renewal is lost for good', testLostForGood);
  await run('an issuer that is away has not ended the login', testAway);
  await run('a restart goes on with the newest tokens', testRestart);
  await run('a crash before the new tokens are stored needs a login', testCrash);
  await run('a crash right behind the page that says so loses no login', testCrashBehindPage);
  await run('two entries for one server share a login', testShared, { others: { twin: true } });
  await run('a second daemon leaves the tokens to the first', testTwoDaemons);
  await run('a daemon that takes over goes on with the newest tokens', testReplaced);
  await run('daemons of two homes have a login each', testTwoHomes);
  await run('what is kept is the owner’s alone', testStorage);
});
