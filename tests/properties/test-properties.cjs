// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What holds whatever servers answer and whatever mcp.json says: generated answers and entries, the
// same for the same seed. A strict client, the SDK's schemas, judges the lists. Prints TAP.
//
// Usage: run test-properties.cjs [--answers=N] [--entries=N] [--seed=N]
'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const { createRequire } = require('node:module');
const path = require('node:path');

const { runTests } = require('../matrix/tap.cjs');
const { World } = require('../matrix/world.cjs');
const { makeEntry, makeName } = require('./entries.cjs');
const { KINDS, makeAnswer } = require('./lists.cjs');
const { Random } = require('./random.cjs');

if (!process.env.MCP_TEST_NPM) {
  console.log('1..0 # SKIP MCP_TEST_NPM does not name the installed npm packages');
  process.exit(0);
}
const fromNpm = createRequire(path.join(process.env.MCP_TEST_NPM, 'package.json'));
const types = fromNpm('@modelcontextprotocol/sdk/types.js');
const SCHEMAS = {
  'tools/list': types.ListToolsResultSchema,
  'prompts/list': types.ListPromptsResultSchema,
  'resources/list': types.ListResourcesResultSchema,
  'resources/templates/list': types.ListResourceTemplatesResultSchema,
};
const METHODS = Object.keys(KINDS);
const HIDDEN = 'not-to-be-shown';

function readNumber(name, fallback) {
  const argument = process.argv.find((text) => text.startsWith(`--${name}=`));

  return argument === undefined ? fallback : Number(argument.split('=')[1]);
}

const SEED = readNumber('seed', 20261122);
const N_SERVERS = Math.ceil(readNumber('answers', 240) / METHODS.length);
const N_ENTRIES = readNumber('entries', 300);

// The upstream servers: one for each path, each with an answer to each list.
class Upstreams {
  #servers = new Map();
  #http;

  async start(random) {
    for (let i = 0; i < N_SERVERS; i++) {
      this.#servers.set(`/s${i}`, Object.fromEntries(METHODS.map((method) => [method, makeAnswer(random, method, `good${i}`)])));
    }
    this.#http = http.createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => { this.#http.listen(0, '127.0.0.1', resolve); });
    return this.#http.address().port;
  }

  close() {
    this.#http.closeAllConnections();
    this.#http.close();
  }

  // The names of the servers whose good item of this kind has to come out.
  getGood(method) {
    return [...this.#servers].filter(([, answers]) => answers[method].hasGood).map(([key]) => `good${key.slice(2)}`);
  }

  describe(name) {
    return JSON.stringify(this.#servers.get(`/${name}`)).slice(0, 2000);
  }

  #answer(request, response) {
    let text = '';

    request.setEncoding('utf8');
    request.on('data', (chunk) => { text += chunk; });
    request.on('end', () => this.#reply(request, response, text));
  }

  #reply(request, response, text) {
    const message = request.method === 'POST' ? JSON.parse(text) : {};
    const send = (status, body) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(body === undefined ? '' : JSON.stringify({ jsonrpc: '2.0', id: message.id, ...body }));
    };

    if (request.method !== 'POST') send(405);
    else if (message.id === undefined) send(202);
    else if (message.method === 'initialize') {
      send(200, { result: { protocolVersion: '2025-06-18', serverInfo: { name: 's', version: '1' },
        capabilities: { tools: {}, prompts: {}, resources: {} } } });
    } else if (SCHEMAS[message.method] !== undefined) send(200, this.#servers.get(request.url)[message.method].answer);
    else send(200, { error: { code: -32601, message: 'Method not found' } });
  }
}

// Somebody at the daemon: with the owner key, and in a session.
class Client {
  #url;
  #key;

  constructor(url, key) {
    this.#url = url;
    this.#key = key;
  }

  async get(route) {
    const answer = await fetch(new URL(route, this.#url), { headers: { Authorization: `Bearer ${this.#key}` } });

    assert.equal(answer.status, 200, route);
    return answer.text();
  }

  async list(method) {
    this.token ??= (await (await fetch(new URL('/session', this.#url), { method: 'POST' })).json()).token;
    const answer = await fetch(this.#url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method }),
    });
    const text = await answer.text();
    const json = text.startsWith('{') ? text : text.split('\n').filter((line) => line.startsWith('data: {')).at(-1).slice(6);

    return JSON.parse(json);
  }
}

async function startWorld(world, settings) {
  world.writeSettings(settings);
  const url = await world.start();

  return new Client(url, world.readOwnerKey());
}

function findName(item) {
  return item.name.split('__').at(-1);
}

async function testAnswers(tap) {
  const random = new Random(SEED);
  const upstreams = new Upstreams();
  const world = new World();
  const port = await upstreams.start(random);

  for (let i = 0; i < N_SERVERS; i++) world.addServer(`s${i}`, { type: 'http', url: `http://127.0.0.1:${port}/s${i}` });
  const client = await startWorld(world, `[Calls]\nListSeconds=60\n[Limits]\nUpstreamProcesses=${N_SERVERS + 10}\n`);
  let servers;

  for (const method of METHODS) {
    await tap.run(`${method}: a strict client accepts the list of ${N_SERVERS} odd servers, and what is right is there`, async () => {
      const answer = await client.list(method);
      const list = SCHEMAS[method].parse(answer.result);
      const names = new Set(list[KINDS[method].member].map(findName));

      for (const good of upstreams.getGood(method)) {
        assert.ok(names.has(good), `${good} is gone; its server says ${upstreams.describe(good.replace('good', 's'))}`);
      }
    });
  }
  await tap.run('what was mended or left out is told for its server', async () => {
    servers = JSON.parse(await client.get('/servers')).servers;
    assert.equal(servers.length, N_SERVERS);
    assert.ok(servers.filter((server) => server.notes?.length > 0 || server.last_error !== undefined).length > N_SERVERS / 4);
  });
  await world.stopDaemon();
  await world.close();
  upstreams.close();
}

async function testEntries(tap) {
  const random = new Random(SEED + 1);
  const world = new World();
  const made = new Map();

  process.env.MCP_TEST_HIDDEN = HIDDEN;
  // The daemon warns of the mistakes that are made on purpose.
  delete process.env.G_DEBUG;
  for (let i = 0; i < N_ENTRIES; i++) {
    const name = makeName(random, i);

    made.set(name, makeEntry(random));
    world.addServer(name, made.get(name).entry);
  }
  const client = await startWorld(world, '');
  const text = await client.get('/servers');
  const told = new Map(JSON.parse(text).servers.map((server) => [server.name, server]));

  await tap.run(`none of ${N_ENTRIES} entries vanishes without a reason`, async () => {
    assert.deepEqual([...told.keys()].sort(), [...made.keys()].sort());
    for (const [name, server] of told) {
      assert.ok(['used', 'disabled', 'left out'].includes(server.entry), name);
      if (server.entry === 'left out') assert.ok(server.why.length > 0, name);
    }
  });
  await tap.run('what was off is not on', async () => {
    for (const [name, { entry, isOff }] of made) {
      if (isOff) assert.notEqual(told.get(name).entry, 'used', JSON.stringify(entry));
    }
  });
  await tap.run('most of what was on is used, or says why not', async () => {
    assert.ok([...told.values()].filter((server) => server.entry === 'used').length > N_ENTRIES / 10);
  });
  await tap.run('nothing shows a value of the environment, or what follows “?” in a URL', async () => {
    const all = text + await client.get('/settings');

    assert.ok(!all.includes(HIDDEN));
    assert.ok(!all.includes('HIDDEN-QUERY'));
  });
  await world.stopDaemon();
  await world.close();
}

// A server that accepts and never answers.
async function testWaiting(tap) {
  const world = new World();
  const silent = http.createServer(() => {});

  await new Promise((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
  for (let i = 0; i < 5; i++) world.addServer(`w${i}`, { type: 'http', url: `http://127.0.0.1:${silent.address().port}/w${i}` });
  const client = await startWorld(world, '[Calls]\nListSeconds=2\n');

  await tap.run('a list waits no longer than its setting for servers that never answer, and then not again', async () => {
    const begin = Date.now();
    for (const method of METHODS) SCHEMAS[method].parse((await client.list(method)).result);
    const took = Date.now() - begin;

    assert.ok(took >= 1500 && took < 10000, `${took} ms`);
  });
  await world.stopDaemon();
  await world.close();
  silent.closeAllConnections();
  silent.close();
}

runTests(async (tap) => {
  console.log(`# seed ${SEED}`);
  await testAnswers(tap);
  await testEntries(tap);
  await testWaiting(tap);
});
