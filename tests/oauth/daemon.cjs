// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A daemon with directories of its own that can be killed and started again, its owner's routes, and
// an MCP client that can be asked to open an address.
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { startDaemon } = require('../conformance/daemon.cjs');

class Daemon {
  #children = [];

  constructor(servers, { settings = '' } = {}) {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'oauth-'));
    this.servers = servers;
    fs.mkdirSync(path.join(this.directory, 'config/mcp-sessiond'), { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(this.directory, 'config/mcp-sessiond/mcp-sessiond.conf'), settings);
  }

  async start(args = []) {
    const log = path.join(this.directory, 'daemon.log');
    this.url = await startDaemon({ directory: this.directory, children: this.#children,
      servers: { mcpServers: this.servers }, args, log });
    this.base = new URL(this.url).origin;
    this.key = JSON.parse(fs.readFileSync(path.join(this.directory, 'run/mcp-sessiond/mcp.json'))).owner_key;
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

  async stop() {
    if (this.#children.length > 0) { await this.kill('SIGTERM'); }
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  get port() { return new URL(this.url).port; }

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
}

class Client {
  #id = 0;

  // @asked: called with the params of an elicitation; resolves to its result
  constructor(daemon, { asked = null, revision = '2025-11-25' } = {}) {
    this.daemon = daemon;
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
      Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': this.revision,
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
    await this.#post({ id: question.id, result });
  }

  call(name, args = {}) { return this.request('tools/call', { name, arguments: args }); }

  async tools() { return (await this.request('tools/list')).result.tools.map((tool) => tool.name); }
}

module.exports = { Daemon };
