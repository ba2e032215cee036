// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Two programs that log in to a server for clients over standard input and output: this daemon with its
// command, and mcp-remote. Each has directories, an authorization server and a browser of its own.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { Authority, browse } = require('../oauth/authority.cjs');
const { Bridge } = require('../oauth/bridge.cjs');
const { Daemon } = require('../oauth/daemon.cjs');

const PATIENCE_MS = 60_000;
// A person looks at the page before it goes on, and loads a page again that is not there at once.
const READS_MS = 2000;
const RELOADS = 5;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// Resolves to what @look returns, as soon as that is something; to null when it takes too long.
async function until(look, patience = PATIENCE_MS) {
  for (const end = Date.now() + patience; Date.now() < end; await pause(20)) {
    const found = await look();
    if (found) { return found; }
  }
  return null;
}

const within = (promise, patience = PATIENCE_MS) => Promise.race([promise, pause(patience).then(() => null)]);

// The files below a folder, with their modes.
function listFiles(folder, below = '') {
  if (!fs.existsSync(folder)) { return []; }
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(below, entry.name);
    return entry.isDirectory() ? listFiles(path.join(folder, entry.name), name)
      : [{ name, mode: (fs.statSync(path.join(folder, entry.name)).mode & 0o777).toString(8), text: fs.readFileSync(path.join(folder, entry.name), 'utf8') }];
  });
}

// What both have in common.
class Program {
  clients = [];

  pages = []; // addresses that a browser was opened with

  isHeld = false; // the person looks at the page, and does not go on

  async start(options = {}) {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'login-'));
    this.authority = await new Authority().start();
    Object.assign(this.authority.options, options);
    this.opened = path.join(this.directory, 'opened');
    this.opener = path.join(this.directory, 'opener');
    fs.writeFileSync(this.opened, '');
    fs.writeFileSync(this.opener, `#!/bin/sh\nprintf '%s\\n' "$1" >>'${this.opened}'\n`, { mode: 0o700 });
    this.watcher = fs.watch(this.opened, () => this.#look());
    await this.begin();
    return this;
  }

  // A browser for each address, unless it is held.
  #look() {
    const all = fs.readFileSync(this.opened, 'utf8').split('\n').filter((line) => line !== '');
    for (const address of all.slice(this.pages.length)) {
      this.pages.push(address);
      if (!this.isHeld) { this.follow(address); }
    }
  }

  // Resolves to the status of the page at the end; 0: nobody serves it.
  async follow(address) {
    await pause(READS_MS);
    const login = await browse(address).catch(() => null);
    for (let n = 0; login && n < RELOADS; n++) {
      const page = await login.page().catch(() => null);
      if (page) { return page.status; }
      await pause(READS_MS / 2);
    }
    return 0;
  }

  noBrowser() { fs.writeFileSync(this.opener, '#!/bin/sh\nexit 3\n'); }

  awaitPage(n = 1) { return until(() => this.pages[n - 1]); }

  // What was asked of the authorization server so far.
  get counts() {
    const { authority } = this;
    return { pages: this.pages.length, registrations: authority.count('/register'), codes: authority.count('/token', 'authorization_code'),
      refreshes: authority.count('/token', 'refresh_token'), ended: authority.ended.size };
  }

  // What is asked while @work runs.
  async count(work) {
    const before = this.counts;
    const result = await work();
    const after = this.counts;
    return { result, ...Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]])) };
  }

  // Calls at once, one or more by each client. Resolves to how many are answered as they should be.
  async call(clients, n = 1, tool = 'echo') {
    const answers = await Promise.all(clients.flatMap((client) => Array.from({ length: n },
      () => within(client.call(this.prefix + tool).catch(() => null)))));
    return answers.filter((answer) => answer?.result?.content?.[0].text.startsWith(`${tool} for `)).length;
  }

  async stop() {
    this.watcher.close();
    this.clients.forEach(({ child }) => child.kill('SIGKILL'));
    await this.end();
    this.authority.stop();
    fs.rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Ours extends Program {
  prefix = 'guarded__';

  where = 'state';

  async begin() {
    this.daemon = await new Daemon({ guarded: { type: 'http', url: this.authority.mcpUrl } }, { settings: `[OAuth]\nOpener=${this.opener}\n` }).start();
  }

  end() { return this.daemon.stop(); }

  async connect() {
    const client = await new Bridge(this.daemon, {}).start();
    this.clients.push(client);
    return client;
  }

  // What a person does. Resolves to the output and the status.
  login(...args) {
    const child = spawn(process.env.MCP_TEST_COMMAND, ['server', 'login', 'guarded', ...args], { env: this.daemon.environment });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) { stream.on('data', (data) => { said += data; }); }
    return { child, said: () => said, ended: new Promise((resolve) => { child.once('close', (status) => resolve(status)); }) };
  }

  async logIn() { return (await within(this.login().ended)) === 0; }

  // In two terminals, at once.
  async logInTwice() { await Promise.all([this.logIn(), this.logIn()]); }

  // The port is a fixed one where no test chooses it.
  async crash() {
    const { port } = this.daemon;
    await this.daemon.kill();
    await this.daemon.start([`--port=${port}`]);
  }

  get files() { return listFiles(path.join(this.daemon.directory, 'state')); }
}

class Remote extends Program {
  prefix = '';

  constructor(packages) {
    super();
    this.program = path.join(packages, 'node_modules/mcp-remote/dist/proxy.js');
  }

  begin() {}

  end() {}

  spawn(...args) {
    const env = { ...process.env, HOME: this.directory, BROWSER: this.opener, MCP_REMOTE_CONFIG_DIR: path.join(this.directory, 'auth') };
    delete env.DISPLAY;
    delete env.WAYLAND_DISPLAY;
    const child = spawn(process.execPath, [this.program, this.authority.mcpUrl, ...args, '--allow-http', '--transport', 'http-only'],
      { env, cwd: this.directory, stdio: ['pipe', 'pipe', 'pipe'] });
    child.said = '';
    child.stderr.on('data', (data) => { child.said += data; });
    child.stdin.on('error', () => {});
    return child;
  }

  // A client that is answered nothing before somebody has logged in.
  async connect({ wait = true, args = [] } = {}) {
    const client = new Bridge(null, { child: this.spawn(...args) });
    this.clients.push(client);
    client.ready = client.start();
    if (wait) { await within(client.ready); }
    return client;
  }

  async crash() {
    const { child } = this.clients.pop();
    const ended = new Promise((resolve) => { child.once('exit', resolve); });
    child.kill('SIGKILL');
    await ended;
  }

  get files() { return listFiles(path.join(this.directory, 'auth')); }
}

module.exports = { Ours, Remote, pause, until, within };
