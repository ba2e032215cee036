// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A daemon with directories of its own and, unless its environment names one, no bus.
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

// Resolves to the URL when the daemon has written it, which it does when it serves.
function awaitUrl(file, child) {
  const directory = path.dirname(file);

  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('it takes too long')), START_TIMEOUT_MS);
    const watcher = fs.watch(directory, look);

    function end(settle, value) {
      clearTimeout(late);
      watcher.close();
      settle(value);
    }
    function look() {
      if (fs.existsSync(file)) {
        end(resolve, JSON.parse(fs.readFileSync(file, 'utf8')).url);
      }
    }
    child.once('exit', (status) => end(reject, new Error(`it ended with ${status}`)));
    look();
  });
}

// Resolves to the URL of a daemon with these servers, when it serves.
async function startDaemon({ directory, children, servers, args, log, environment = {} }) {
  const env = { ...makeEnvironment(directory), ...environment };
  const file = path.join(env.XDG_RUNTIME_DIR, 'mcp-sessiond/mcp.json');
  const output = fs.openSync(log, 'w');

  writeServers(directory, servers);
  const child = spawn(process.env.MCP_TEST_DAEMON,
    ['--port=0', `--keeper=${process.env.MCP_TEST_KEEPER}`, ...args],
    { env, stdio: ['ignore', output, output] });
  fs.closeSync(output);
  children.push(child);
  child.on('error', () => {});

  try {
    return await awaitUrl(file, child);
  } catch (error) {
    throw new Error(`the daemon does not serve: ${error.message}\n${fs.readFileSync(log, 'utf8')}`);
  }
}

module.exports = { makeEnvironment, startDaemon };
