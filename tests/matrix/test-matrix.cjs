// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Clients of every revision with servers of every revision, over each transport: a line for each
// pair and feature.
//
//   --only=TEXT   the cases whose names have it
'use strict';

const assert = require('node:assert/strict');

const { META, MODERN, REVISIONS, connect, connectPair, isModern } = require('./client.cjs');
const { ANSWERS, CHANGES, FEATURES, checkEra } = require('./features.cjs');
const { runTests } = require('./tap.cjs');
const { World } = require('./world.cjs');

const ONLY = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length) ?? '';
const LISTS = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };

const PAIR = '2024-11-05 by GET /sse';

// Returns what runs one function after the other.
function makeLock() {
  let last = Promise.resolve();

  return (run) => {
    const mine = last.then(run);
    last = mine.catch(() => {});
    return mine;
  };
}

// What belongs to a revision alone: each pair of (name, test).
const OWN = {
  'methods of other revisions': async (client, C) => {
    for (const method of isModern(C) ? ['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'] : ['server/discover', 'subscriptions/listen', 'no/such']) {
      const { message, status } = await client.call(method);
      assert.equal(message.error.code, -32601, method);
      assert.equal(status, isModern(C) ? 404 : 200, method);
    }
  },
  handshake: async (client, C) => {
    checkEra(C, client.initialized);
    if (isModern(C)) {
      assert.ok(REVISIONS.every((revision) => client.initialized.supportedVersions.includes(revision)));
      return;
    }
    assert.equal(client.initialized.protocolVersion, C);
    assert.deepEqual((await client.call('ping')).message, { jsonrpc: '2.0', id: client.nextId - 1, result: {} });
  },
  capabilities: async (client, C) => {
    const { capabilities } = client.initialized;
    assert.equal(capabilities.tools.listChanged, true);
    assert.equal(capabilities.resources.subscribe, true);
    // 2024-11-05 has the method, and no capability for it.
    assert.ok('completions' in capabilities || C < '2025-03-26');
    assert.ok('logging' in capabilities && 'prompts' in capabilities);
  },
};

async function makeClients(url) {
  const clients = {};

  for (const C of REVISIONS) {
    const client = await connect(url, C, { answers: ANSWERS });
    client.stream = await client.listen(LISTS);
    client.bare = await connect(url, C, { capabilities: {}, name: `bare-${C}` });
    client.aloneInClient = makeLock();
    clients[C] = client;
  }
  clients[PAIR] = await connectPair(url, { answers: ANSWERS });
  clients[PAIR].bare = await connectPair(url, { capabilities: {} });
  clients[PAIR].aloneInClient = makeLock();
  return clients;
}

// Every client goes through all features by itself, so that they meet.
async function runFeatures(tap, features, clients, locks, transport) {
  await Promise.all(Object.entries(clients).map(async ([which, client]) => {
    for (const [feature, test] of Object.entries(features)) {
      for (const U of REVISIONS) {
        const name = `${feature}: client ${which}, server ${U}, ${transport}`;
        const { bare, aloneInClient, revision: C } = client;
        const context = { client, bare, C, U, server: U, alone: locks[U], aloneInClient };

        if (name.includes(ONLY)) {
          await tap.run(name, () => test(context));
        }
      }
    }
  }));
}

async function runMatrix(tap, transport) {
  const world = new World();
  const locks = {};
  let clients = {};

  try {
    for (const U of REVISIONS) {
      // Servers of 2024-11-05 have the pair of paths. Which call a question there belongs to is known
      // only while one is in flight.
      const isPair = transport === 'http' && U === '2024-11-05';
      await world.addFixture(U, { transport: isPair ? 'sse' : transport, entry: isPair ? { scope: 'session' } : {} });
      locks[U] = makeLock();
    }
    clients = await makeClients(await world.start());
    for (const [name, test] of Object.entries(OWN)) {
      for (const [which, client] of Object.entries(clients)) {
        await tap.run(`${name}: client ${which}, ${transport}`, () => test(client, client.revision));
      }
    }
    await runFeatures(tap, FEATURES, clients, locks, transport);
    await runFeatures(tap, CHANGES, clients, locks, transport);
    await tap.run(`nobody was sent what is not meant for it, ${transport}`, () => {
      assert.deepEqual(clients[MODERN].asked.filter(({ isForbidden }) => isForbidden), []);
      assert.deepEqual(clients[PAIR].stray, []);
    });
    await tap.run(`the daemon ends cleanly, ${transport}`, () => world.stopDaemon());
  } finally {
    for (const client of Object.values(clients)) {
      client.close();
      client.bare.close();
    }
    await world.close();
  }
}

async function main(tap) {
  const transport = process.argv.find((argument) => argument.startsWith('--transport='))?.slice('--transport='.length);

  for (const each of transport ? [transport] : ['stdio', 'http']) {
    await runMatrix(tap, each);
  }
}

runTests(main);
