// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An MCP client of 2025-11-25 over standard input and output, by “mcp-session stdio”.
'use strict';

const { spawn } = require('node:child_process');

class Bridge {
  #id = 0;

  #waiting = new Map(); // id -> function that takes the response

  #said = []; // notifications

  #hears = []; // { method, resolve }

  // @asked: called with the params of an elicitation; resolves to its result
  // @child: another program that speaks MCP there
  constructor(daemon, { asked = null, url = true, child = null } = {}) {
    this.asked = asked;
    this.capabilities = asked && url ? { elicitation: { url: {} } } : {};
    this.child = child ?? spawn(process.env.MCP_TEST_COMMAND, ['stdio'], { env: daemon.environment, stdio: ['pipe', 'pipe', 'inherit'] });
    let rest = '';
    this.child.stdout.on('data', (data) => {
      rest += data;
      const lines = rest.split('\n');
      rest = lines.pop();
      for (const line of lines) { this.#take(JSON.parse(line)); }
    });
  }

  async start() {
    await this.request('initialize', { protocolVersion: '2025-11-25', clientInfo: { name: 'test', version: '1' }, capabilities: this.capabilities });
    this.#send({ method: 'notifications/initialized' });
    return this;
  }

  async stop() {
    const ended = new Promise((resolve) => { this.child.once('exit', resolve); });
    this.child.stdin.end();
    await ended;
  }

  #send(message) { this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`); }

  async #take(message) {
    if (message.method === undefined) {
      this.#waiting.get(message.id)?.(message);
    } else if (message.id !== undefined) {
      this.#send({ id: message.id, result: await this.asked(message.params) });
    } else {
      const at = this.#hears.findIndex(({ method }) => method === message.method);
      if (at >= 0) { this.#hears.splice(at, 1)[0].resolve(message); } else { this.#said.push(message); }
    }
  }

  request(method, params = {}) {
    const id = ++this.#id;
    const answered = new Promise((resolve) => { this.#waiting.set(id, resolve); });
    this.#send({ id, method, params });
    return answered;
  }

  call(name, args = {}) { return this.request('tools/call', { name, arguments: args }); }

  // Resolves to a notification of that method, which may have come already.
  hear(method) {
    const at = this.#said.findIndex((message) => message.method === method);
    return at >= 0 ? Promise.resolve(this.#said.splice(at, 1)[0])
      : new Promise((resolve) => { this.#hears.push({ method, resolve }); });
  }
}

module.exports = { Bridge };
