// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A daemon with directories of its own and no bus.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const START_TIMEOUT_MS = 20_000;

function makeEnvironment(directory) {
  const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };

  for (const name of ['config', 'state', 'cache', 'data']) {
    env[`XDG_${name.toUpperCase()}_HOME`] = path.join(directory, name);
  }
  env.XDG_RUNTIME_DIR = path.join(directory, 'run');
  fs.mkdirSync(env.XDG_RUNTIME_DIR, { recursive: true, mode: 0o700 });
  return env;
}

function writeServers(directory, servers) {
  const folder = path.join(directory, 'config/mcp-sessiond');

  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(folder, 'mcp.json'), JSON.stringify(servers), { mode: 0o600 });
}

// Returns the URL once /health answers, else null.
async function findUrl(file) {
  try {
    const { url } = JSON.parse(fs.readFileSync(file, 'utf8'));
    const response = await fetch(new URL('/health', url));
    return response.ok ? url : null;
  } catch {
    return null;
  }
}

// Resolves to the URL of a daemon with these servers, when it serves.
async function startDaemon({ directory, children, servers, args, log }) {
  const env = makeEnvironment(directory);
  const file = path.join(env.XDG_RUNTIME_DIR, 'mcp-sessiond/mcp.json');
  const output = fs.openSync(log, 'w');
  const deadline = Date.now() + START_TIMEOUT_MS;

  writeServers(directory, servers);
  const child = spawn(process.env.MCP_TEST_DAEMON,
    ['--port=0', `--keeper=${process.env.MCP_TEST_KEEPER}`, ...args],
    { env, stdio: ['ignore', output, output] });
  fs.closeSync(output);
  children.push(child);
  child.on('error', () => {});

  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const url = await findUrl(file);
    if (url) {
      return url;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the daemon does not serve:\n${fs.readFileSync(log, 'utf8')}`);
}

module.exports = { makeEnvironment, startDaemon };
