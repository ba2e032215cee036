// SPDX-License-Identifier: LGPL-2.1-or-later
//
// How a client of each kind hears that its server needs a login, and that the login is there.
'use strict';

const assert = require('node:assert/strict');

const { runTests } = require('../matrix/tap.cjs');
const { Authority, browse } = require('./authority.cjs');
const { Bridge } = require('./bridge.cjs');
const { Daemon } = require('./daemon.cjs');

const COMPLETE = 'notifications/elicitation/complete';

// Runs a case with an authority and a daemon that has it as the server “guarded”.
async function within(test) {
  const authority = await new Authority().start();
  const daemon = await new Daemon({ guarded: { type: 'http', url: authority.mcpUrl } }).start();

  await daemon.during(async () => {
    await test(daemon, authority);
  }, async () => { authority.stop(); });
}

async function logIn(daemon) {
  const { body } = await daemon.ask('POST', '/servers/guarded/login');
  assert.equal((await (await browse(body.authorization_url)).page()).status, 200);
}

async function assertEcho(client) {
  const answer = await client.call('guarded__echo');
  assert.match(answer.result?.content[0].text ?? '', /^echo for grant-/, JSON.stringify(answer));
}

const neverAsked = () => assert.fail('the client is not asked');

// Returns: what the client is to show
function readDemand(answer, authority) {
  assert.equal(answer.error?.code, -32042, JSON.stringify(answer));
  const { elicitations } = answer.error.data;
  assert.equal(elicitations.length, 1);
  assert.equal(elicitations[0].mode, 'url');
  assert.match(elicitations[0].message, /guarded/);
  assert.ok(elicitations[0].url.startsWith(`${authority.issuerUrl}/authorize?`));
  return elicitations[0];
}

// A client that takes no stream as an answer cannot be asked: it is told to show the address, and comes back.
async function testDemand(daemon, authority) {
  const client = await daemon.connect({ asked: neverAsked, accept: 'application/json' });
  const next = await client.listen();
  const demand = readDemand(await client.call('guarded__echo'), authority);

  assert.equal((await daemon.auth()).state, 'logging-in');
  assert.equal(readDemand(await client.call('guarded__echo'), authority).elicitationId, demand.elicitationId);
  assert.equal((await (await browse(demand.url)).page()).status, 200);
  assert.equal((await next(COMPLETE)).params.elicitationId, demand.elicitationId);
  await assertEcho(client);
  assert.equal(authority.count('/authorize'), 1);
}

// The same for a tool that wants more than the login allows, which is known before the tool runs.
async function testDemandStepUp(daemon, authority) {
  await logIn(daemon);
  const client = await daemon.connect({ asked: neverAsked, accept: 'application/json' });

  await assertEcho(client);
  const demand = readDemand(await client.call('guarded__admin'), authority);
  assert.match(new URL(demand.url).searchParams.get('scope'), /\badmin\b/);
  assert.equal((await (await browse(demand.url)).page()).status, 200);
  assert.match((await client.call('guarded__admin')).result.content[0].text, /^admin for grant-2/);
}

// The history has the call as one that failed.
async function testDemandHistory(daemon) {
  const client = await daemon.connect({ asked: neverAsked, accept: 'application/json' });

  await client.call('guarded__echo');
  const { body } = await daemon.ask('GET', '/calls');
  assert.equal(body.calls.length, 0, 'nobody knows yet that there is such a tool');
  await logIn(daemon);
  await assertEcho(client);
  await client.call('guarded__admin');
  const { calls } = (await daemon.ask('GET', '/calls')).body;
  assert.deepEqual(calls.map(({ tool, state }) => [tool, state]), [['guarded__admin', 'error'], ['guarded__echo', 'ok']]);
}

async function testNoDemand(daemon) {
  for (const options of [{ accept: 'application/json' }, { revision: '2025-06-18', asked: neverAsked, accept: 'application/json' },
    { revision: '2024-11-05' }]) {
    const client = await daemon.connect(options);
    const answer = await client.call('guarded__echo');
    assert.match(JSON.stringify(answer), /mcp-session server login guarded/);
    assert.notEqual(answer.error?.code, -32042);
  }
}

// A client that is asked hears as well that the page is of no more use: somebody else may have logged in.
async function testElsewhere(daemon) {
  let asked;
  const isAsked = new Promise((resolve) => { asked = resolve; });
  const client = await daemon.connect({ asked: (params) => {
    asked(params);
    return new Promise(() => {});
  } });
  const next = await client.listen();
  const call = client.call('guarded__echo');
  const { elicitationId } = await isAsked;

  await logIn(daemon);
  assert.equal((await next(COMPLETE)).params.elicitationId, elicitationId);
  assert.match((await call).result.content[0].text, /^echo for grant-/);
}

async function testTwoClients(daemon, authority) {
  const show = async ({ url }) => {
    const login = await browse(url);
    await login.page();
    return { action: 'accept' };
  };
  const clients = await Promise.all([daemon.connect({ asked: show }), daemon.connect({ asked: show })]);

  await Promise.all(clients.map(assertEcho));
  assert.equal(authority.nGrants >= 1 && authority.count('/token'), 1, 'one login for both');
}

async function testBridge(daemon) {
  const questions = [];
  const client = await new Bridge(daemon, { asked: async (params) => {
    questions.push(params);
    await (await browse(params.url)).page();
    return { action: 'accept' };
  } }).start();

  await assertEcho(client);
  assert.equal(questions.length, 1);
  assert.equal((await client.hear(COMPLETE)).params.elicitationId, questions[0].elicitationId);
  await client.stop();
}

async function testBridgeCannot(daemon) {
  const client = await new Bridge(daemon, {}).start();
  const answer = await client.call('guarded__echo');

  assert.match(JSON.stringify(answer), /mcp-session server login guarded/);
  await client.stop();
}

runTests(async (tap) => {
  const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);
  const run = (name, test) => (only && !name.includes(only) ? null : tap.run(name, () => within(test)));

  await run('a client that takes no stream is told to show the address', testDemand);
  await run('a client that takes no stream is told of further scopes', testDemandStepUp);
  await run('the history has what was refused for want of a login', testDemandHistory);
  await run('a client that cannot show addresses is told the command', testNoDemand);
  await run('a client that is asked hears of a login by somebody else', testElsewhere);
  await run('two clients that are asked share one login', testTwoClients);
  await run('a client over stdio is asked', testBridge);
  await run('a client over stdio that cannot show addresses is told the command', testBridgeCannot);
});
