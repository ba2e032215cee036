// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The TypeScript SDK's client against the built daemon, with a real server from
// npm and our own test server behind it. Prints TAP.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const npm = process.env.MCP_TEST_NPM;
const fromNpm = createRequire(path.join(npm, 'package.json'));
const { Client } = fromNpm('@modelcontextprotocol/sdk/client/index.js');
const { StreamableHTTPClientTransport } =
  fromNpm('@modelcontextprotocol/sdk/client/streamableHttp.js');

const CALLS = 200;
const STEPS = 3;
const AT_ONCE = 10;

function writeServers(directory) {
  const everything =
    path.join(npm, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  const servers = {
    mcpServers: {
      test: { command: process.env.MCP_TEST_SERVER },
      everything: { command: process.execPath, args: [everything, 'stdio'] },
    },
  };

  fs.mkdirSync(path.join(directory, 'config/mcp-sessiond'), { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(directory, 'config/mcp-sessiond/mcp.json'), JSON.stringify(servers),
    { mode: 0o600 });
}

// Starts the daemon with directories of its own and no bus; resolves when it serves.
function startDaemon(directory) {
  const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
  for (const name of ['config', 'state', 'cache', 'data']) {
    env[`XDG_${name.toUpperCase()}_HOME`] = path.join(directory, name);
  }
  env.XDG_RUNTIME_DIR = path.join(directory, 'run');
  fs.mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 });

  const daemon = spawn(process.env.MCP_TEST_DAEMON,
    ['--port=0', `--keeper=${process.env.MCP_TEST_KEEPER}`],
    { env, stdio: ['ignore', 'inherit', 'pipe'] });
  const ended = new Promise((resolve) => daemon.on('exit', (code, signal) => resolve({ code, signal })));

  return new Promise((resolve, reject) => {
    readline.createInterface({ input: daemon.stderr }).on('line', (line) => {
      console.log(`# ${line}`);
      if (line.includes('no session bus')) {
        const file = path.join(env.XDG_RUNTIME_DIR, 'mcp-sessiond/mcp.json');
        resolve({ daemon, ended, url: JSON.parse(fs.readFileSync(file, 'utf8')).url });
      }
    });
    ended.then(({ code }) => reject(new Error(`the daemon ended with status ${code}`)));
  });
}

async function connect(url) {
  const client = new Client({ name: 'sdk-test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport);
  return { client, transport };
}

// One call; resolves to the progress values that came before its result.
async function countedCall(client) {
  const seen = [];
  const result = await client.callTool({ name: 'test__count', arguments: { steps: STEPS } },
    undefined, { onprogress: ({ progress }) => seen.push(progress) });
  assert.equal(result.content[0].text, `counted to ${STEPS}`);
  return seen;
}

const tests = {
  'lists the tools of both servers': async ({ client }) => {
    const { tools } = await client.listTools();
    const names = tools.map((tool) => tool.name);
    assert.ok(names.includes('test__count'), names.join(' '));
    assert.ok(names.includes('everything__echo'), names.join(' '));
  },

  'calls a tool of the real server': async ({ client }) => {
    const result =
      await client.callTool({ name: 'everything__echo', arguments: { message: 'hé "llo"\n' } });
    assert.equal(result.content[0].text, 'Echo: hé "llo"\n');
  },

  'a long-running call of the real server reports its progress': async ({ client }) => {
    const seen = [];
    await client.callTool(
      { name: 'everything__trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } },
      undefined, { onprogress: ({ progress, total }) => seen.push(`${progress}/${total}`) });
    assert.deepEqual(seen, ['1/4', '2/4', '3/4', '4/4']);
  },

  [`${CALLS} calls with ${STEPS} progress events each lose none`]: async ({ client }) => {
    for (let done = 0; done < CALLS; done += AT_ONCE) {
      const calls = Array.from({ length: AT_ONCE }, () => countedCall(client));
      for (const seen of await Promise.all(calls)) {
        assert.deepEqual(seen, [1, 2, 3]);
      }
    }
  },

  'an unknown tool is an error, and the connection goes on': async ({ client }) => {
    await assert.rejects(client.callTool({ name: 'test__nothing' }), { code: -32602 });
    await client.ping();
  },

  'a call that is given up is cancelled, and the connection goes on': async ({ client }) => {
    const controller = new AbortController();
    const call = client.callTool({ name: 'test__count', arguments: { steps: 1000, delay_ms: 20 } },
      undefined, { signal: controller.signal, onprogress: () => controller.abort() });
    await assert.rejects(call);
    assert.deepEqual(await countedCall(client), [1, 2, 3]);
  },

  'ending the session ends it': async ({ client, transport, url }) => {
    const id = transport.sessionId;
    await transport.terminateSession();
    await client.close();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Mcp-Session-Id': id,
        Accept: 'application/json, text/event-stream' },
      body: '{"jsonrpc": "2.0", "id": 1, "method": "ping"}',
    });
    assert.equal(response.status, 404);
  },
};

async function main() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-sdk-'));
  let failed = 0;
  let number = 0;

  try {
    writeServers(directory);
    const { daemon, ended, url } = await startDaemon(directory);
    const connection = await connect(url);

    console.log(`1..${Object.keys(tests).length + 1}`);
    for (const [name, test] of Object.entries(tests)) {
      try {
        await test({ ...connection, url });
        console.log(`ok ${++number} - ${name}`);
      } catch (error) {
        failed++;
        console.log(`not ok ${++number} - ${name}`);
        console.log(error.stack.replace(/^/gm, '# '));
      }
    }

    daemon.kill('SIGTERM');
    const { code } = await ended;
    console.log(`${code === 0 ? 'ok' : 'not ok'} ${++number} - the daemon ends cleanly`);
    failed += code === 0 ? 0 : 1;
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
  process.exit(failed === 0 ? 0 : 1);
}

main().catch((error) => {
  console.log(`Bail out! ${error.message}`);
  console.log(error.stack.replace(/^/gm, '# '));
  process.exit(1);
});
