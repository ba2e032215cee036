// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Clients that do no more than MCP asks for, over connections that stay: over Streamable HTTP, and over the
// older pair of HTTP and SSE.
'use strict';

const http = require('node:http');

const REVISION = '2025-06-18';
const TIMEOUT_MS = 60_000;

// The answer to a request, out of a body that is JSON or an event stream.
function parseAnswer(type, body, id) {
  const texts = type.startsWith('text/event-stream')
    ? body.split(/\r?\n\r?\n/).map((event) => event.split(/\r?\n/).filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5)).join('\n')).filter((text) => text.trim() !== '')
    : [body];
  const answer = texts.map((text) => JSON.parse(text)).find((message) => message.id === id);
  if (!answer) {
    throw new Error(`no answer in ${JSON.stringify(body.slice(0, 200))}`);
  }
  return answer;
}

class Client {
  constructor(url) {
    this.url = new URL(url);
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    this.headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
    this.id = 0;
  }

  post(message) {
    const body = JSON.stringify(message);
    return new Promise((resolve, reject) => {
      const request = http.request(this.url, {
        method: 'POST', agent: this.agent, timeout: TIMEOUT_MS,
        headers: { ...this.headers, 'Content-Length': Buffer.byteLength(body) },
      }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => resolve({ response, body: Buffer.concat(parts).toString() }));
        response.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Error('no answer in time')));
      request.on('error', reject);
      request.end(body);
    });
  }

  async request(method, params = {}) {
    const id = ++this.id;
    const { response, body } = await this.post({ jsonrpc: '2.0', id, method, params });
    if (response.statusCode !== 200) {
      throw new Error(`${method}: ${response.statusCode} ${body.slice(0, 200)}`);
    }
    if (method === 'initialize' && response.headers['mcp-session-id']) {
      this.headers['Mcp-Session-Id'] = response.headers['mcp-session-id'];
    }
    const answer = parseAnswer(response.headers['content-type'] ?? '', body, id);
    if (answer.error) {
      throw new Error(`${method}: ${answer.error.message}`);
    }
    return answer.result;
  }

  async begin() {
    await this.request('initialize', { protocolVersion: REVISION, capabilities: {}, clientInfo: { name: 'compare', version: '1' } });
    this.headers['Mcp-Protocol-Version'] = REVISION;
    await this.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return this;
  }

  end() {
    this.agent.destroy();
  }
}

// Of revision 2024-11-05: answers come on one stream, requests go to the address that the stream names first.
class OldClient extends Client {
  constructor(url) {
    super(url);
    this.streamUrl = this.url;
    this.waiting = new Map();
  }

  hear(event, data) {
    if (event === 'endpoint') {
      this.url = new URL(data, this.streamUrl);
      this.waiting.get('endpoint')();
    } else {
      const message = JSON.parse(data);
      this.waiting.get(message.id)?.(message);
    }
  }

  read(stream) {
    let rest = '';
    stream.setEncoding('utf8').on('error', () => {}).on('data', (part) => {
      const events = (rest + part).split(/\r?\n\r?\n/);
      rest = events.pop();
      for (const event of events) {
        const fields = Object.fromEntries(event.split(/\r?\n/).map((line) => line.match(/^(\w*): ?(.*)$/)?.slice(1) ?? ['', '']));
        this.hear(fields.event, fields.data);
      }
    });
  }

  async request(method, params = {}) {
    const id = ++this.id;
    const answered = new Promise((resolve) => { this.waiting.set(id, resolve); });
    const { response, body } = await this.post({ jsonrpc: '2.0', id, method, params });
    if (response.statusCode >= 300) {
      throw new Error(`${method}: ${response.statusCode} ${body.slice(0, 200)}`);
    }
    const answer = await answered;
    this.waiting.delete(id);
    if (answer.error) {
      throw new Error(`${method}: ${answer.error.message}`);
    }
    return answer.result;
  }

  async begin() {
    await new Promise((resolve, reject) => {
      this.waiting.set('endpoint', resolve);
      this.stream = http.get(this.streamUrl, { headers: { Accept: 'text/event-stream' } }, (response) => {
        if (response.statusCode !== 200) {
          reject(new Error(`the stream: ${response.statusCode}`));
        }
        this.read(response);
      }).on('error', reject);
    });
    this.stream.on('error', () => {});
    return super.begin();
  }

  end() {
    super.end();
    this.stream.destroy();
  }
}

module.exports = { Client, OldClient };
