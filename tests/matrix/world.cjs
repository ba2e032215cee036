// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A daemon with fixtures behind it, for as long as a test runs.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const { makeEnvironment, startDaemon } = require('../conformance/daemon.cjs');
const { within } = require('./client.cjs');

// Its resources have URIs of their own, so that one daemon can have many fixtures.
const getScheme = (name) => `fx-${name}`;

class World {
  #children = [];
  #directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-matrix-'));
  #servers = {};

  constructor() {
    // A test that is ended from outside leaves nothing behind.
    process.on('exit', () => {
      this.#children.forEach((child) => child.kill('SIGKILL'));
      fs.rmSync(this.#directory, { recursive: true, force: true });
    });
  }

  // Adds a server to the daemon to be. Returns its name.
  async addFixture(revision, { name = revision, transport = 'stdio', entry = {}, args = [] } = {}) {
    const all = [`--revision=${revision}`, `--transport=${transport}`, `--scheme=${getScheme(name)}`, ...args];

    this.#servers[name] = transport === 'stdio'
      ? { command: process.env.MCP_TEST_FIXTURE, args: all, ...entry }
      : { type: transport, url: await this.#startFixture(all), ...entry };
    return name;
  }

  // Adds a server as mcp.json describes it.
  addServer(name, entry) {
    this.#servers[name] = entry;
  }

  // The text of mcp-sessiond.conf, for the daemon to be.
  writeSettings(text) {
    const folder = path.join(this.#directory, 'config/mcp-sessiond');

    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(folder, 'mcp-sessiond.conf'), text, { mode: 0o600 });
  }

  // Of the daemon that runs.
  readOwnerKey() {
    return JSON.parse(fs.readFileSync(path.join(this.#directory, 'run/mcp-sessiond/mcp.json'), 'utf8')).owner_key;
  }

  // Starts a program that ends with the test.
  spawn(command, args, options) {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore'], ...options });

    child.on('error', () => {});
    this.#children.push(child);
    return child;
  }

  // A directory that goes with the test.
  makeDirectory(name) {
    const directory = path.join(this.#directory, name);

    fs.mkdirSync(directory, { recursive: true });
    return directory;
  }

  #startFixture(args) {
    const child = spawn(process.env.MCP_TEST_FIXTURE, args, { stdio: ['ignore', 'pipe', 'inherit'] });

    this.#children.push(child);
    return within(new Promise((resolve, reject) => {
      child.on('error', reject);
      readline.createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line).url));
    }), 'the fixture');
  }

  // Resolves to the daemon's /mcp.
  async start(args = []) {
    this.log = path.join(this.#directory, 'daemon.log');
    this.url = await startDaemon({
      directory: this.#directory, children: this.#children, servers: { mcpServers: this.#servers }, args, log: this.log,
    });
    this.daemon = this.#children.at(-1);
    return this.url;
  }

  // That of a program that is to find the daemon as a user's does.
  get environment() {
    return makeEnvironment(this.#directory);
  }

  // The most memory that the daemon ever held, in bytes.
  readPeakMemory() {
    const status = fs.readFileSync(`/proc/${this.daemon.pid}/status`, 'utf8');
    return Number(status.match(/^VmHWM:\s+(\d+) kB$/m)[1]) * 1024;
  }

  async #end(child) {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => { child.on('exit', resolve); });
      child.kill('SIGTERM');
      await within(ended, 'the end of a program').catch(() => child.kill('SIGKILL'));
    }
  }

  // Throws when the daemon did not end as it should, with what it said.
  async stopDaemon() {
    await this.#end(this.daemon);
    if (this.daemon.exitCode !== 0) {
      throw new Error(`the daemon ended with ${this.daemon.exitCode ?? this.daemon.signalCode}:\n${
        fs.readFileSync(this.log, 'utf8')}`);
    }
  }

  async close() {
    await Promise.all(this.#children.map((child) => this.#end(child)));
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}

module.exports = { World, getScheme };
