// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A daemon with directories of its own that can be killed and started again, its owner's routes, and
// an MCP client that can be asked to open an address.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { makeEnvironment, startDaemon } = require('../conformance/daemon.cjs');

class Daemon {
  #children = [];

  // @environment: variables of the daemon, beside those of its directories
  constructor(servers, { settings = '', environment = {} } = {}) {
    this.more = environment;
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'oauth-'));
    this.servers = servers;
    fs.mkdirSync(path.join(this.directory, 'config/mcp-sessiond'), { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(this.directory, 'config/mcp-sessiond/mcp-sessiond.conf'), settings);
  }

  async start(args = []) {
    const log = path.join(this.directory, 'daemon.log');
    await startDaemon({ directory: this.directory, children: this.#children,
      servers: { mcpServers: this.servers }, args, log, environment: this.more });
    this.#take(this.#readDiscovery());
    return this;
  }

  // Ends it, softly or not, and waits for that.
  async kill(signal = 'SIGKILL') {
    const child = this.#children.pop();
    const ended = new Promise((resolve) => { child.once('exit', resolve); });
    child.kill(signal);
    await ended;
    // A daemon that is killed leaves it.
    fs.rmSync(path.join(this.directory, 'run/mcp-sessiond/mcp.json'), { force: true });
  }

  // Starts another one beside it, with the same directories but for those that @environment names.
  startSecond(args = [], environment = {}) {
    const child = spawn(process.env.MCP_TEST_DAEMON, ['--port=0', `--keeper=${process.env.MCP_TEST_KEEPER}`, ...args],
      { env: { ...this.environment, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) { stream.on('data', (data) => { said += data; }); }
    return { child, ended: new Promise((resolve) => { child.once('close', (status) => resolve({ status, said })); }) };
  }

  // Has another one take over.
  async replace() {
    const [first] = this.#children;
    const gone = new Promise((resolve) => { first.once('exit', resolve); });
    const { child } = this.startSecond(['--replace']);
    this.#children.push(child);
    await gone;
    this.#children.shift();
    for (const until = Date.now() + 15_000; this.#readDiscovery()?.pid !== child.pid;) {
      if (Date.now() > until) { throw new Error('the second daemon does not serve'); }
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    this.#take(this.#readDiscovery());
  }

  #readDiscovery() {
    const file = path.join(this.directory, 'run/mcp-sessiond/mcp.json');
    return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file)) : null;
  }

  #take({ url, owner_key: key }) {
    this.url = url;
    this.base = new URL(url).origin;
    this.key = key;
  }

  async stop() {
    if (this.#children.length > 0) { await this.kill('SIGTERM'); }
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  get port() { return new URL(this.url).port; }

  // What a program needs to find this daemon.
  get environment() { return { ...makeEnvironment(this.directory), ...this.more, LC_ALL: 'C.UTF-8' }; }

  log() { return fs.readFileSync(path.join(this.directory, 'daemon.log'), 'utf8'); }

  async ask(method, route, body) {
    const answer = await fetch(`${this.base}${route}`, { method,
      headers: { Authorization: `Bearer ${this.key}`, ...(body && { 'Content-Type': 'application/json' }) },
      body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  async auth(name = 'guarded') { return (await this.ask('GET', `/servers/${name}`)).body.auth; }

  // Resolves when the login to a server is in that state.
  async awaitAuth(state, name = 'guarded') {
    for (const until = Date.now() + 15_000; Date.now() < until;) {
      const auth = await this.auth(name);
      if (auth.state === state) { return auth; }
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    throw new Error(`the login is ${JSON.stringify(await this.auth(name))}, not ${state}`);
  }

  // Resolves to a client in a session of its own.
  async connect(options) { return new Client(this, options).start(); }

  // Runs a test, and stops the daemon and the others after it. If the test fails, the end of the log is shown.
  async during(test, stopOthers) {
    try {
      await test();
    } catch (error) {
      console.log(this.log().slice(-3000).replace(/^/gm, '# '));
      throw error;
    } finally {
      await this.stop();
      await stopOthers();
    }
  }
}

class Client {
  #id = 0;

  // @asked: called with the params of an elicitation; resolves to its result
  // @accept: what the client takes as an answer
  constructor(daemon, { asked = null, revision = '2025-11-25', accept = 'application/json, text/event-stream' } = {}) {
    this.daemon = daemon;
    this.accept = accept;
    this.asked = asked;
    this.revision = revision;
  }

  async start() {
    const { body } = await this.daemon.ask('POST', '/session', { cwd: '/tmp' });
    this.token = body.token;
    if (this.revision !== '2026-07-28') {
      await this.request('initialize', { protocolVersion: this.revision, clientInfo: { name: 'test', version: '1' },
        capabilities: this.capabilities });
      await this.#post({ method: 'notifications/initialized' });
    }
    return this;
  }

  get capabilities() { return this.asked ? { elicitation: { form: {}, url: {} } } : {}; }

  async #post(message) {
    const isStateless = this.revision === '2026-07-28';
    const headers = { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json',
      Accept: this.accept, 'MCP-Protocol-Version': this.revision,
      ...(this.sessionId && { 'Mcp-Session-Id': this.sessionId }) };
    if (isStateless) {
      headers['Mcp-Method'] = message.method;
      if (message.params?.name) { headers['Mcp-Name'] = message.params.name; }
    }
    const answer = await fetch(`${this.daemon.base}/mcp`, { method: 'POST', headers,
      body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
    this.sessionId ??= answer.headers.get('mcp-session-id');
    return answer;
  }

  // Resolves to the response to a request; questions on the way are answered.
  async request(method, params = {}) {
    const id = ++this.#id;
    const meta = this.revision === '2026-07-28' ? { _meta: {
      'io.modelcontextprotocol/protocolVersion': this.revision,
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': this.capabilities } } : {};
    const answer = await this.#post({ id, method, params: { ...params, ...meta } });

    if (answer.headers.get('content-type')?.startsWith('application/json')) { return answer.json(); }
    let rest = '';
    for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
      rest += piece;
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const data = rest.slice(0, end).split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5)).join('\n');
        rest = rest.slice(end + 2);
        const message = data.trim() === '' ? {} : JSON.parse(data);
        if (message.id === id && message.method === undefined) { return message; }
        if (message.method === 'elicitation/create') { this.#answer(message); }
      }
    }
    throw new Error('the stream ended before the answer');
  }

  async #answer(question) {
    const result = await this.asked(question.params);
    // Somebody else may have answered meanwhile, and the test be over.
    await this.#post({ id: question.id, result }).catch(() => null);
  }

  call(name, args = {}) { return this.request('tools/call', { name, arguments: args }); }

  // Opens the stream of what belongs to no request. Resolves to a function that resolves to the next notification of a method.
  async listen() {
    const { body } = await fetch(`${this.daemon.base}/mcp`, { headers: { Authorization: `Bearer ${this.token}`,
      Accept: 'text/event-stream', 'MCP-Protocol-Version': this.revision, 'Mcp-Session-Id': this.sessionId } });
    const pieces = body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    let rest = '';

    return async (method) => {
      for (;;) {
        const match = /^data: ?(\{.*\})$/m.exec(rest);
        if (match) {
          rest = rest.slice(match.index + match[0].length);
          const message = JSON.parse(match[1]);
          if (message.method === method) { return message; }
        } else {
          const { value, done } = await pieces.next();
          if (done) { throw new Error(`the stream ended before ${method}`); }
          rest += value;
        }
      }
    };
  }

  async tools() { return (await this.request('tools/list')).result.tools.map((tool) => tool.name); }
}

module.exports = { Daemon };
