// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A thousand calls of three progress events each, from eight clients at once which use the same
// request ids and the same progress tokens: none is lost, none gets to somebody else, none comes
// after its result.
'use strict';

const assert = require('node:assert/strict');

const { MODERN, REVISIONS, connect } = require('./client.cjs');
const { runTests } = require('./tap.cjs');
const { World } = require('./world.cjs');

const CALLS = 125;
const AT_ONCE = 7;
const STEPS = 3;
const FIRST_ID = 1000;

async function createSession(url) {
  const response = await fetch(new URL('/session', url), { method: 'POST' });
  return response.json();
}

// Some have a session of their own; some share one, and with it the servers' processes.
async function connectCrowd(url) {
  const { token } = await createSession(url);
  const shared = { headers: { Authorization: `Bearer ${token}` } };

  return Promise.all([
    connect(url, '2024-11-05'),
    connect(url, '2025-03-26'),
    connect(url, '2025-06-18', shared),
    connect(url, '2025-11-25', shared),
    connect(url, MODERN, shared),
    connect(url, MODERN, { name: 'crowd' }),
    connect(url, MODERN, { name: 'crowd' }),
    connect(url, MODERN, { name: 'alone' }),
  ]);
}

// Every call names its client in `from`, and its number.
async function callOnce(client, number, i, servers) {
  const server = servers[(i + number) % servers.length];
  const from = (number * CALLS + i) * 10;
  const id = FIRST_ID + i;
  const { message, before, after } = await client.tool(`${server}__count`, { from, steps: STEPS }, { id, token: id });

  assert.deepEqual(before.map(({ method, params }) => [method, params.progressToken, params.progress, params.total]),
    [1, 2, 3].map((n) => ['notifications/progress', id, from + n, from + STEPS]), `${server}, call ${i}`);
  assert.deepEqual(after, []);
  assert.equal(message?.result?.content[0].text, `Counted to ${from + STEPS}`);
}

async function callAll(client, number, servers) {
  let next = 0;

  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < CALLS) {
      await callOnce(client, number, next++, servers);
    }
  }));
  assert.deepEqual(client.heard, []);
}

async function main(tap) {
  const world = new World();
  const servers = [];
  let clients = [];

  try {
    for (const revision of REVISIONS) {
      servers.push(await world.addFixture(revision, { name: `${revision}-stdio` }));
      servers.push(await world.addFixture(revision, {
        name: `${revision}-http`, transport: revision === '2024-11-05' ? 'sse' : 'http',
      }));
    }
    const url = await world.start();
    clients = await connectCrowd(url);
    await Promise.all(clients.map((client) => client.call('tools/list')));
    const start = Date.now();
    await Promise.all(clients.map((client, number) => tap.run(
      `${CALLS} calls of client ${number + 1}, ${client.revision}`, () => callAll(client, number, servers))));
    console.log(`# ${clients.length * CALLS} calls in ${Date.now() - start} ms`);
    await tap.run('the daemon ends cleanly', () => world.stopDaemon());
  } finally {
    clients.forEach((client) => client.close());
    await world.close();
  }
}

runTests(main);
