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
const { StdioClientTransport } = fromNpm('@modelcontextprotocol/sdk/client/stdio.js');
const { StreamableHTTPClientTransport } =
  fromNpm('@modelcontextprotocol/sdk/client/streamableHttp.js');

// Some servers offer more to a client that can do more.
const CAPABILITIES = { roots: {}, sampling: {}, elicitation: { form: {}, url: {} } };
const CALLS = 200;
const STEPS = 3;
const AT_ONCE = 10;

const everything =
  path.join(npm, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');

function writeServers(directory) {
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
        const { url, owner_key: key } = JSON.parse(fs.readFileSync(file, 'utf8'));
        const owner = async (route) => (await fetch(new URL(route, url),
          { headers: { Authorization: `Bearer ${key}` } })).json();
        resolve({ daemon, ended, url, owner });
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

  'a server alone is what a client sees that starts the server itself': async ({ url }) => {
    const through = await connect(`${url}/everything`);
    const direct = new Client({ name: 'sdk-test', version: '1' }, { capabilities: CAPABILITIES });
    await direct.connect(new StdioClientTransport(
      { command: process.execPath, args: [everything, 'stdio'], stderr: 'ignore' }));
    try {
      assert.deepEqual(through.client.getServerVersion(), direct.getServerVersion());
      assert.equal(through.client.getInstructions(), direct.getInstructions());
      // What runs as a task is awaited by the daemon.
      const { tasks, ...offered } = direct.getServerCapabilities();
      assert.deepEqual(through.client.getServerCapabilities(), offered);
      for (const list of ['listTools', 'listPrompts', 'listResources', 'listResourceTemplates']) {
        const name = (item) => item.uri ?? item.uriTemplate ?? item.name;
        const [one, other] = [await through.client[list](), await direct[list]()]
          .map((result) => Object.values(result).find(Array.isArray).map(name));
        assert.deepEqual(one, other, list);
      }
      const echo = { name: 'echo', arguments: { message: 'alone' } };
      assert.deepEqual((await through.client.callTool(echo)).content, (await direct.callTool(echo)).content);
      const [{ uri }] = (await direct.listResources()).resources;
      assert.deepEqual((await through.client.readResource({ uri })).contents.map((item) => item.uri), [uri]);
      const { completion } = await through.client.complete({
        ref: { type: 'ref/prompt', name: 'completable-prompt' }, argument: { name: 'department', value: 'E' },
      });
      assert.deepEqual(completion.values, ['Engineering']);
    } finally {
      await direct.close();
      await through.transport.terminateSession();
      await through.client.close();
    }
  },

  'clients of the servers of one process share a session, and a server\'s process': async ({ url, owner }) => {
    const all = await Promise.all(['/everything', '/test', ''].map((end) => connect(url + end)));
    const { sessions } = await owner('/session');
    await Promise.all(all.map(({ client }) => client.listTools()));
    await all[1].client.callTool({ name: 'count', arguments: { steps: 1 } });
    await all[2].client.callTool({ name: 'test__count', arguments: { steps: 1 } });
    const { servers } = await owner('/servers');
    const { calls } = await owner('/calls?limit=2');
    for (const { client, transport } of all) {
      await transport.terminateSession();
      await client.close();
    }
    // One is of the other tests' client.
    assert.equal(sessions.length, 2);
    assert.deepEqual(calls.map((call) => call.tool), ['test__count', 'test__count']);
    assert.ok(servers.find(({ name }) => name === 'test').processes <= 2);
    assert.equal((await owner('/session')).sessions.length, 1);
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
    const { daemon, ended, url, owner } = await startDaemon(directory);
    const connection = await connect(url);

    console.log(`1..${Object.keys(tests).length + 1}`);
    for (const [name, test] of Object.entries(tests)) {
      try {
        await test({ ...connection, url, owner });
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
