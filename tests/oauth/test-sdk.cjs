// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The TypeScript SDK's own example of a server that wants a login (its provider keeps all in memory), behind the
// daemon: one login, and two clients of that SDK at once.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const net = require('node:net');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const { runTests } = require('../matrix/tap.cjs');
const { browse } = require('./authority.cjs');
const { Daemon } = require('./daemon.cjs');

const SDK = path.join(process.env.MCP_TEST_NPM ?? '', 'conformance/node_modules/@modelcontextprotocol/sdk/dist/esm');
const load = (file) => import(pathToFileURL(path.join(SDK, file)));

// The example takes its ports from the environment, and no 0.
function findPort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function startExample() {
  const port = await findPort();
  const child = spawn(process.execPath, [path.join(SDK, 'examples/server/simpleStreamableHttp.js'), '--oauth', '--oauth-strict'],
    { env: { ...process.env, MCP_PORT: String(port), MCP_AUTH_PORT: String(await findPort()) }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';

  await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        said += data;
        if (said.includes('listening on port')) { resolve(); }
      });
    }
    child.once('exit', () => reject(new Error(said)));
  });
  return { child, url: `http://localhost:${port}/mcp` };
}

async function connect(daemon) {
  const { Client } = await load('client/index.js');
  const { StreamableHTTPClientTransport } = await load('client/streamableHttp.js');
  const { body } = await daemon.ask('POST', '/session', { cwd: '/tmp' });
  const client = new Client({ name: 'real', version: '1' });

  await client.connect(new StreamableHTTPClientTransport(new URL(daemon.url), { requestInit: { headers: { Authorization: `Bearer ${body.token}` } } }));
  return client;
}

async function testExample() {
  const { child, url } = await startExample();
  const daemon = await new Daemon({ guarded: { type: 'http', url } }).start();

  await daemon.during(async () => {
    const { status, body } = await daemon.ask('POST', '/servers/guarded/login');
    assert.equal(status, 200, JSON.stringify(body));
    const page = await (await browse(body.authorization_url)).page();
    assert.equal(page.status, 200, page.text);
    const clients = await Promise.all([connect(daemon), connect(daemon)]);
    const answers = await Promise.all(clients.map(async (client) => {
      const names = (await client.listTools()).tools.map((tool) => tool.name);
      assert.ok(names.includes('guarded__greet'), String(names));
      return client.callTool({ name: 'guarded__greet', arguments: { name: 'you' } });
    }));
    answers.forEach((answer) => assert.equal(answer.content[0].text, 'Hello, you!'));
    assert.equal((await daemon.auth()).state, 'authorized');
    await Promise.all(clients.map((client) => client.close()));
  }, async () => { child.kill(); });
}

if (!require('node:fs').existsSync(SDK)) {
  console.log('1..0 # SKIP MCP_TEST_NPM does not name where the SDK is installed');
} else {
  runTests((tap) => tap.run('the SDK’s example, one login, two clients', testExample));
}
