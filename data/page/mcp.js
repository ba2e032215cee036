// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The page as an MCP client: a session of its own, in a directory that the reader chose.

import { open, readEvents, request } from './api.js';

// When the page goes without a word, its session ends by itself.
const IDLE_SECONDS = 600;

let serial = 0;

// The sessions in which this page calls tools.
export const ownSessions = new Set();

export class Client {
  #session = null;

  constructor(cwd) {
    this.cwd = cwd;
  }

  async #getSession() {
    if (!this.#session) {
      this.#session = await request('POST', '/session', {
        body: { label: 'Dashboard', cwd: this.cwd, idle_seconds: IDLE_SECONDS },
      });
      ownSessions.add(this.#session.session_id);
    }
    return this.#session;
  }

  async #post(message, signal) {
    const { token } = await this.#getSession();

    return open('POST', '/mcp', { body: message, signal, token, headers: { Accept: 'application/json, text/event-stream' } });
  }

  async #ask(message, signal, onNotification) {
    const response = await this.#post(message, signal);

    if (response.headers.get('Content-Type')?.startsWith('application/json')) {
      return response.json();
    }
    for await (const event of readEvents(response)) {
      const answer = event && JSON.parse(event.data);
      if (answer && answer.id === message.id && ('result' in answer || 'error' in answer)) {
        return answer;
      }
      if (answer?.method) {
        onNotification(answer);
      }
    }
    throw new Error('The answer was cut off');
  }

  // Sends a request and resolves to its result. A session that has ended is made again, once.
  async request(method, params = {}, { signal, onNotification = () => {} } = {}) {
    const message = { jsonrpc: '2.0', id: ++serial, method, params };
    let answer;

    try {
      answer = await this.#ask(message, signal, onNotification);
    } catch (error) {
      if (![401, 404, 410].includes(error.status)) {
        throw error;
      }
      this.#session = null;
      answer = await this.#ask(message, signal, onNotification);
    }
    if (answer.error) {
      throw new Error(answer.error.message);
    }
    return answer.result;
  }

  async listTools(signal) {
    const tools = [];
    let cursor;

    do {
      const page = await this.request('tools/list', cursor ? { cursor } : {}, { signal });
      tools.push(...page.tools);
      cursor = page.nextCursor;
    } while (cursor);
    return tools;
  }

  call(name, args, { signal, onProgress }) {
    return this.request('tools/call', { name, arguments: args, _meta: { progressToken: `page-${++serial}` } }, {
      signal,
      onNotification: ({ method, params }) => method === 'notifications/progress' && onProgress(params),
    });
  }

  // Ends the session, also while the page goes.
  close() {
    const session = this.#session;

    this.#session = null;
    if (session) {
      ownSessions.delete(session.session_id);
      request('DELETE', `/session/${session.session_id}`, { keepalive: true }).catch(() => {});
    }
  }
}
