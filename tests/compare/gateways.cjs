// SPDX-License-Identifier: LGPL-2.1-or-later
//
// How each gateway is started, with servers in the shape of mcp.json. Each start resolves to the addresses
// that one client must speak to for all servers.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const { startDaemon } = require('../conformance/daemon.cjs');

const START_TIMEOUT_MS = 60_000;

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Resolves when somebody listens; there is no event for that in another program.
async function listening(port, child) {
  const end = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < end && child.exitCode === null) {
    const isThere = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
      socket.on('error', () => resolve(false));
    });
    if (isThere) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it does not listen');
}

class World {
  constructor({ directory, mark, packages }) {
    Object.assign(this, { directory, mark, packages });
    this.children = [];
    this.environment = { ...process.env, COMPARE_MARK: mark, HOME: directory, LOG_LEVEL: 'error' };
    for (const name of ['config', 'state', 'cache', 'data']) {
      this.environment[`XDG_${name.toUpperCase()}_HOME`] = path.join(directory, name);
    }
  }

  bin(name) {
    const root = path.join(this.packages, 'node_modules', name);
    const { bin } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    return path.join(root, typeof bin === 'string' ? bin : bin[name]);
  }

  async start(name, args, port) {
    const log = fs.openSync(path.join(this.directory, `${name}.log`), 'a');
    const child = spawn(process.execPath, [this.bin(name), ...args],
      { cwd: this.directory, env: this.environment, stdio: ['ignore', log, log] });
    fs.closeSync(log);
    this.children.push(child);
    await listening(port, child);
  }

  write(name, value) {
    const file = path.join(this.directory, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify(value), { mode: 0o600 });
    return file;
  }
}

// Gateways for one server: one for each.
async function oneForEach(world, servers, start) {
  return Promise.all(Object.values(servers).map(async ({ command, args }) => {
    const port = await freePort();
    await start(port, command, args);
    return `http://127.0.0.1:${port}/mcp`;
  }));
}

const GATEWAYS = {
  'mcp-sessiond': {
    prefix: '',
    async start(world, servers) {
      process.env.COMPARE_MARK = world.mark;
      const shared = Object.entries(servers).map(([name, entry]) => [name, { ...entry, scope: 'shared', prefix: '' }]);
      return [await startDaemon({
        directory: world.directory, children: world.children, servers: { mcpServers: Object.fromEntries(shared) },
        args: [], log: path.join(world.directory, 'daemon.log'),
      })];
    },
  },
  'mcp-hub': {
    prefix: 'NAME__',
    // It offers the pair of HTTP and SSE alone, to which the conformance suite does not speak.
    isOld: true,
    async start(world, servers) {
      const port = await freePort();
      await world.start('mcp-hub', ['--port', String(port), '--config', world.write('hub.json', { mcpServers: servers })], port);
      return [`http://127.0.0.1:${port}/mcp`];
    },
  },
  mcporter: {
    prefix: 'NAME__',
    async start(world, servers) {
      const port = await freePort();
      const kept = Object.entries(servers).map(([name, entry]) => [name, { ...entry, lifecycle: 'keep-alive' }]);
      const config = world.write('.mcporter/mcporter.json', { mcpServers: Object.fromEntries(kept) });
      await world.start('mcporter', ['--config', config, 'serve', '--http', String(port)], port);
      return [`http://127.0.0.1:${port}/mcp`];
    },
  },
  supergateway: {
    prefix: '',
    start: (world, servers) => oneForEach(world, servers, (port, command, args) => world.start('supergateway',
      ['--stdio', [command, ...args].join(' '), '--outputTransport', 'streamableHttp', '--stateful', '--logLevel', 'none', '--port', String(port)], port)),
  },
  'mcp-proxy': {
    prefix: '',
    start: (world, servers) => oneForEach(world, servers, (port, command, args) => world.start('mcp-proxy',
      ['--port', String(port), '--host', '127.0.0.1', '--server', 'stream', '--', command, ...args], port)),
  },
};

module.exports = { GATEWAYS, World };
