// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Clients that people use, against the daemon with servers that people use behind it, all at once.
//
//   --only=TEXT   the cases whose names have it
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const readline = require('node:readline');

const { runTests } = require('../matrix/tap.cjs');
const { World } = require('../matrix/world.cjs');
const { findProgram, fromNpm, readVersion, runProgram } = require('./programs.cjs');

const v1 = {
  ...fromNpm('@modelcontextprotocol/sdk/client/index.js'),
  ...fromNpm('@modelcontextprotocol/sdk/client/stdio.js'),
  ...fromNpm('@modelcontextprotocol/sdk/client/streamableHttp.js'),
  ...fromNpm('@modelcontextprotocol/sdk/client/sse.js'),
  ...fromNpm('@modelcontextprotocol/sdk/types.js'),
};
const v2 = { ...fromNpm('@modelcontextprotocol/client'), ...fromNpm('@modelcontextprotocol/client/stdio') };

const ONLY = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length) ?? '';
// The daemon as a server that its client starts.
const BRIDGE = { command: process.env.MCP_TEST_COMMAND, args: ['stdio'] };
const EVERYTHING = ['everything', 'everything-http'];
const CAPABILITIES = { sampling: {}, elicitation: {}, roots: { listChanged: true } };

// A client of 2026-07-28 asks for it with each request.
const WITH_LOG = { _meta: { 'io.modelcontextprotocol/logLevel': 'debug' } };

// What the client answers when it is asked.
const ANSWERS = {
  'sampling/createMessage': () => ({
    role: 'assistant', model: 'none', stopReason: 'endTurn', content: { type: 'text', text: 'sampled by the client' },
  }),
  'elicitation/create': () => ({ action: 'accept', content: { name: 'Ada Lovelace' } }),
  'roots/list': () => ({ roots: [{ uri: 'file:///of/the/client', name: 'of the client' }] }),
};

const getText = (result) => result.content.map(({ text }) => text ?? '').join('\n');

async function findPort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

// server-everything says on its standard error when it listens.
function awaitListening(child) {
  return new Promise((resolve, reject) => {
    const lines = readline.createInterface({ input: child.stderr });

    lines.on('line', (line) => line.includes('listening on port') && resolve());
    lines.on('close', () => reject(new Error('server-everything does not listen')));
  });
}

async function addServers(world) {
  const command = process.execPath;
  const port = await findPort();

  world.addServer('everything', { command, args: [findProgram('mcp-server-everything'), 'stdio'] });
  world.addServer('files', { command, args: [findProgram('mcp-server-filesystem'), '${cwd}'] });
  world.addServer('memory', {
    command, args: [findProgram('mcp-server-memory')],
    env: { MEMORY_FILE_PATH: path.join(world.makeDirectory('memory'), 'memory.jsonl') },
  });
  world.addServer('thinking', { command, args: [findProgram('mcp-server-sequential-thinking')] });
  await world.addFixture('2025-11-25', { name: 'fixture' });
  world.addServer('everything-http', { type: 'http', url: `http://127.0.0.1:${port}/mcp` });
  await awaitListening(world.spawn(command, [findProgram('mcp-server-everything'), 'streamableHttp'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PORT: String(port) } }));
}

// What the SDKs' clients have in common.
class Sdk1 {
  constructor(makeTransport) {
    this.makeTransport = makeTransport;
  }

  async connect() {
    this.client = new v1.Client({ name: 'sdk-1', version: '1' }, { capabilities: CAPABILITIES });
    this.client.setRequestHandler(v1.CreateMessageRequestSchema, ANSWERS['sampling/createMessage']);
    this.client.setRequestHandler(v1.ElicitRequestSchema, ANSWERS['elicitation/create']);
    this.client.setRequestHandler(v1.ListRootsRequestSchema, ANSWERS['roots/list']);
    this.transport = this.makeTransport();
    await this.client.connect(this.transport);
  }

  call(name, args = {}, options = {}) {
    return this.client.callTool({ name, arguments: args }, undefined, options);
  }

  hear(method, listener) {
    const schemas = { 'notifications/message': v1.LoggingMessageNotificationSchema, 'notifications/tools/list_changed': v1.ToolListChangedNotificationSchema };
    this.client.setNotificationHandler(schemas[method], listener);
  }

  async close() {
    await this.transport.terminateSession?.();
    await this.client.close();
  }
}

class Sdk2 {
  constructor(mode, makeTransport = (url) => new v2.StreamableHTTPClientTransport(new URL(url))) {
    this.mode = mode;
    this.makeTransport = makeTransport;
  }

  async connect(url) {
    this.client = new v2.Client({ name: `sdk-2-${this.mode}`, version: '1' },
      { capabilities: CAPABILITIES, versionNegotiation: { mode: this.mode } });
    for (const [method, answer] of Object.entries(ANSWERS)) {
      this.client.setRequestHandler(method, answer);
    }
    this.transport = this.makeTransport(url);
    await this.client.connect(this.transport);
    assert.equal(this.client.getNegotiatedProtocolVersion(), this.mode === 'auto' ? '2026-07-28' : '2025-11-25');
  }

  call(name, args = {}, { _meta, ...options } = {}) {
    return this.client.callTool({ name, arguments: args, ..._meta && { _meta } }, options);
  }

  hear(method, listener) {
    this.client.setNotificationHandler(method, listener);
  }

  async listen() {
    if (this.mode === 'auto') {
      await this.client.listen({ toolsListChanged: true });
    }
  }

  async close() {
    await this.client.close();
  }
}

// What a client can do with the five servers: name => test.
const ABILITIES = {
  'lists the tools of all servers': async ({ client }) => {
    const names = (await client.listTools()).tools.map(({ name }) => name);
    for (const name of ['everything__echo', 'everything-http__echo', 'files__list_directory', 'memory__create_entities', 'thinking__sequentialthinking']) {
      assert.ok(names.includes(name), `${name} of ${names}`);
    }
  },
  'calls server-everything': async (sdk) => {
    for (const server of EVERYTHING) {
      assert.match(getText(await sdk.call(`${server}__echo`, { message: 'hello' })), /hello/);
      assert.match(getText(await sdk.call(`${server}__get-sum`, { a: 2, b: 40 })), /42/);
      const image = await sdk.call(`${server}__get-tiny-image`);
      assert.ok(image.content.some(({ type }) => type === 'image'));
      const structured = await sdk.call(`${server}__get-structured-content`, { location: 'Chicago' });
      assert.equal(typeof structured.structuredContent.temperature, 'number');
    }
  },
  'calls server-filesystem': async (sdk) => {
    assert.match(getText(await sdk.call('files__list_directory', { path: process.cwd() })), /\[(FILE|DIR)\]/);
    const outside = await sdk.call('files__list_directory', { path: '/proc' });
    assert.equal(outside.isError, true);
  },
  'calls server-memory': async (sdk) => {
    const name = `ada-${sdk.name}`;
    await sdk.call('memory__create_entities', { entities: [{ name, entityType: 'person', observations: ['wrote the first program'] }] });
    assert.match(getText(await sdk.call('memory__search_nodes', { query: name })), /first program/);
  },
  'calls server-sequential-thinking': async (sdk) => {
    const result = await sdk.call('thinking__sequentialthinking',
      { thought: 'a first thought', nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 2 });
    assert.match(getText(result), /thoughtNumber/);
  },
  'gets progress': async (sdk) => {
    for (const server of EVERYTHING) {
      const seen = [];
      await sdk.call(`${server}__trigger-long-running-operation`, { duration: 0.4, steps: 4 },
        { onprogress: ({ progress }) => seen.push(progress) });
      // A client may forget a call before it looks at an event that came with the result.
      assert.deepEqual(seen, [1, 2, 3, 4].slice(0, sdk.losesLast ? seen.length : 4));
      assert.ok(seen.length >= 3);
    }
  },
  'is asked to sample': async (sdk) => {
    for (const server of EVERYTHING) {
      assert.match(getText(await sdk.call(`${server}__trigger-sampling-request`, { prompt: 'hm', maxTokens: 10 })), /sampled by the client/);
    }
  },
  'is asked by a form': async (sdk) => {
    for (const server of EVERYTHING) {
      assert.match(getText(await sdk.call(`${server}__trigger-elicitation-request`)), /Ada Lovelace/);
    }
  },
  // This server asks right after its start, for no call: the session's directory is what there is.
  'has the session\'s directory as root': async (sdk) => {
    assert.ok(getText(await sdk.call('everything__get-roots-list')).includes(`file://${process.cwd()}`));
  },
  'gets prompts and completions': async ({ client }) => {
    const { prompts } = await client.listPrompts();
    const names = prompts.map(({ name }) => name);
    assert.ok(names.includes('everything__simple-prompt') && names.includes('everything-http__simple-prompt'), names.join());
    assert.equal((await client.getPrompt({ name: 'everything__simple-prompt' })).messages[0].content.type, 'text');
    const { completion } = await client.complete({
      ref: { type: 'ref/prompt', name: 'everything__completable-prompt' }, argument: { name: 'department', value: 'E' },
    });
    assert.ok(completion.values.includes('Engineering'), completion.values.join());
  },
  'reads resources': async ({ client }) => {
    const { resources } = await client.listResources();
    assert.ok(resources.length > 0);
    const { contents } = await client.readResource({ uri: resources[0].uri });
    assert.ok(contents[0].text.length > 0);
    assert.ok((await client.listResourceTemplates()).resourceTemplates.length > 0);
  },
};

// What more there is to it over the bridge: name => test.
const BRIDGED = {
  'hears what a server logs': async (sdk) => {
    const heard = [];
    sdk.hear('notifications/message', ({ params }) => heard.push(params.data));
    await sdk.call('fixture__test_tool_with_logging', {}, sdk.mode === 'auto' ? WITH_LOG : {});
    assert.equal(heard.length, 3, heard.join());
  },
  'cancels a call': async (sdk) => {
    const count = async () => Number(getText(await sdk.call('fixture__cancelled_count')));
    const before = await count();
    const abort = new AbortController();
    await assert.rejects(sdk.call('fixture__wait_cancel', {}, { signal: abort.signal, onprogress: () => abort.abort() }));
    for (const deadline = Date.now() + 10_000; await count() === before;) {
      assert.ok(Date.now() < deadline, 'the server was not told');
    }
  },
  'hears that tools changed': async (sdk) => {
    const changed = new Promise((resolve) => { sdk.hear('notifications/tools/list_changed', resolve); });
    await sdk.listen?.();
    await sdk.call('fixture__test_trigger_tool_change');
    await changed;
  },
};

async function runSdk(tap, name, sdk, url, left = [], abilities = ABILITIES) {
  const run = (what, test) => (`${name}: ${what}`.includes(ONLY) ? tap.run(`${name}: ${what}`, test) : undefined);

  sdk.name = name.replace(/\W+/g, '-');
  await sdk.connect(url);
  for (const [what, test] of Object.entries(abilities)) {
    if (!left.includes(what)) {
      await run(what, () => test(sdk));
    }
  }
  await sdk.close();
}

// Programs: name => test of its command line.
const COMMANDS = {
  'inspector --cli: lists and calls': async (url, home) => {
    const run = (...args) => runProgram('mcp-inspector', ['--cli', url, '--transport', 'http', ...args], home);
    assert.match(await run('--method', 'tools/list'), /"thinking__sequentialthinking"/);
    assert.match(await run('--method', 'tools/call', '--tool-name', 'everything__echo', '--tool-arg', 'message=hello'), /hello/);
    assert.match(await run('--method', 'resources/list'), /"uri"/);
    assert.match(await run('--method', 'prompts/get', '--prompt-name', 'everything__simple-prompt'), /"messages"/);
  },
  'mcporter: lists and calls': async (url, home) => {
    const run = (...args) => runProgram('mcporter', args, home);
    assert.match(await run('list', '--http-url', url, '--allow-http', '--name', 'sessiond', '--json'), /thinking__sequentialthinking/);
    assert.match(await run('call', '--http-url', url, '--allow-http', '--name', 'sessiond', 'everything__echo', 'message=hello'), /hello/);
  },
  'inspector --cli, mcp-session stdio: lists and calls': async (url, home, env) => {
    // It hands little of its own environment on.
    const variables = Object.keys(env).filter((name) => name.startsWith('XDG_')).flatMap((name) => ['-e', `${name}=${env[name]}`]);
    const run = (...args) => runProgram('mcp-inspector', ['--cli', ...variables, BRIDGE.command, ...BRIDGE.args, ...args], home);
    assert.match(await run('--method', 'tools/list'), /"thinking__sequentialthinking"/);
    assert.match(await run('--method', 'tools/call', '--tool-name', 'everything__echo', '--tool-arg', 'message=hello'), /hello/);
    assert.match(await run('--method', 'resources/list'), /"uri"/);
    assert.match(await run('--method', 'prompts/get', '--prompt-name', 'everything__simple-prompt'), /"messages"/);
  },
  'mcporter, mcp-session stdio: lists and calls': async (url, home, env) => {
    const run = (...args) => runProgram('mcporter', args, home, env);
    const stdio = ['--stdio', `${BRIDGE.command} ${BRIDGE.args.join(' ')}`, '--name', 'sessiond'];
    assert.match(await run('list', ...stdio, '--json'), /thinking__sequentialthinking/);
    assert.match(await run('call', ...stdio, 'everything__echo', 'message=hello'), /hello/);
  },
};

async function runAll(tap, world) {
  const home = world.makeDirectory('home');
  const { url } = world;
  const paired = new Sdk1(() => new v1.SSEClientTransport(new URL('/sse', url)));
  const proxied = new Sdk1(() => new v1.StdioClientTransport({
    command: process.execPath, args: [findProgram('mcp-remote'), url, '--allow-http', '--transport', 'http-only'],
    env: { ...process.env, HOME: home }, stderr: 'ignore',
  }));

  const env = world.environment;
  const bridged = new Sdk1(() => new v1.StdioClientTransport({ ...BRIDGE, env }));
  const bridged2 = () => new v2.StdioClientTransport({ ...BRIDGE, env });
  const all = { ...ABILITIES, ...BRIDGED };

  paired.losesLast = true;
  proxied.losesLast = true;
  await runSdk(tap, 'SDK 1, Streamable HTTP', new Sdk1(() => new v1.StreamableHTTPClientTransport(new URL(url))), url);
  await runSdk(tap, 'SDK 1, HTTP+SSE', paired, url);
  await runSdk(tap, 'SDK 2, 2026-07-28', new Sdk2('auto'), url);
  await runSdk(tap, 'SDK 2, with a handshake', new Sdk2('legacy'), url);
  await runSdk(tap, 'mcp-remote', proxied, url);
  await runSdk(tap, 'SDK 1, mcp-session stdio', bridged, url, [], all);
  await runSdk(tap, 'SDK 2, 2026-07-28, mcp-session stdio', new Sdk2('auto', bridged2), url, [], all);
  await runSdk(tap, 'SDK 2, with a handshake, mcp-session stdio', new Sdk2('legacy', bridged2), url, [], all);
  for (const [name, test] of Object.entries(COMMANDS)) {
    if (name.includes(ONLY)) {
      await tap.run(name, () => test(url, home, env));
    }
  }
}

async function main(tap) {
  const world = new World();

  for (const name of ['client', 'inspector', 'sdk', 'server-everything', 'server-filesystem', 'server-memory', 'server-sequential-thinking']) {
    console.log(`# @modelcontextprotocol/${name} ${readVersion(`@modelcontextprotocol/${name}`)}`);
  }
  console.log(`# mcp-remote ${readVersion('mcp-remote')}, mcporter ${readVersion('mcporter')}`);
  try {
    await addServers(world);
    await world.start();
    await runAll(tap, world);
    await tap.run('the daemon ends cleanly', () => world.stopDaemon());
  } finally {
    await world.close();
  }
}

runTests(main);
