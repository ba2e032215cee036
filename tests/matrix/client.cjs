// SPDX-License-Identifier: LGPL-2.1-or-later
//
// MCP clients of every revision, by hand on HTTP: they show what really comes, and when.
'use strict';

const http = require('node:http');

const META = 'io.modelcontextprotocol/';
const MODERN = '2026-07-28';
const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', MODERN];
const NAMED = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' };
const MAX_ROUNDS = 20;

// Every wait of a test has an end.
function within(promise, what, milliseconds = 60_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Calls back with the data and the name of each event.
function readEvents(response, onData) {
  let rest = '';

  response.setEncoding('utf8');
  response.on('data', (chunk) => {
    // A large event comes in many pieces: joined and searched once.
    if (!chunk.includes('\n')) {
      rest += chunk;
      return;
    }
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const read = (name) => block.split('\n').filter((line) => line.startsWith(`${name}:`))
        .map((line) => line.slice(name.length + 1).replace(/^ /, '')).join('\n');
      const data = read('data');
      if (data !== '') {
        onData(data, read('event'));
      }
    }
  });
}

// One HTTP request; its messages go to onMessage as they come.
class Exchange {
  constructor(url, { method = 'POST', headers, body, agent, onMessage }) {
    this.started = new Promise((resolve, reject) => {
      this.ended = new Promise((end) => {
        this.request = http.request(url, { method, headers, agent }, (response) => {
          this.status = response.statusCode;
          this.headers = response.headers;
          this.#read(response, onMessage, end);
          resolve(this);
        });
        this.request.on('error', (error) => {
          this.error = error;
          reject(error);
          end(this);
        });
        this.request.end(body);
      });
    });
    // Who destroys an exchange does not wait for it.
    this.started.catch(() => {});
  }

  #read(response, onMessage, end) {
    this.isStream = (response.headers['content-type'] ?? '').startsWith('text/event-stream');
    const finish = () => end(this);
    response.on('close', finish);
    response.on('error', finish);
    if (this.isStream) {
      readEvents(response, (data, event) => onMessage(event === 'endpoint' ? { endpoint: data } : JSON.parse(data)));
      return;
    }
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk) => { text += chunk; });
    response.on('end', () => {
      this.text = text;
      if (text !== '' && (response.headers['content-type'] ?? '').startsWith('application/json')) {
        for (const message of [JSON.parse(text)].flat()) {
          onMessage(message);
        }
      }
    });
  }

  destroy() {
    this.request.destroy();
  }
}

// What both eras have. `answers` says what it answers to the server's methods: params => result,
// or throws what it refuses with.
class Client {
  constructor(url, revision, { capabilities = {}, answers = {}, name = `matrix-${revision}`, headers = {} } = {}) {
    this.url = url;
    this.revision = revision;
    this.capabilities = capabilities;
    this.answers = answers;
    this.info = { name, version: '1.0.0' };
    this.ownHeaders = headers;
    this.asked = [];
    this.nextId = 1;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
    this.streams = new Set();
    this.heard = [];
    this.ears = new Set();
  }

  // Resolves to the first message without a call of its own that `test` takes.
  hear(test, what, milliseconds) {
    const known = this.heard.find(test);
    let ear;

    if (known) {
      return Promise.resolve(known);
    }
    return within(new Promise((resolve) => {
      ear = (message) => test(message) && resolve(message);
      this.ears.add(ear);
    }), what, milliseconds).finally(() => this.ears.delete(ear));
  }

  takeHeard(message) {
    this.heard.push(message);
    for (const ear of this.ears) {
      ear(message);
    }
  }

  // What `answers` has to say to one question: { result } or { error }.
  async answer({ method, params }) {
    this.asked.push({ method, params });
    if (!this.answers[method]) {
      return { error: { code: -32601, message: `The client has no ${method}` } };
    }
    try {
      return { result: await this.answers[method](params) };
    } catch (error) {
      return { error: { code: -1, message: error.message } };
    }
  }

  close() {
    for (const stream of this.streams) {
      stream.destroy();
    }
    this.agent.destroy();
  }

  openExchange(options) {
    const exchange = new Exchange(this.url, options);
    this.streams.add(exchange);
    exchange.ended.then(() => this.streams.delete(exchange));
    return exchange;
  }

  // Sends a request; the result has
  //   message: the response (absent when there was none), before/after: what came before and
  //   after it, status, isStream.
  call(method, params = {}, options = {}) {
    return within(this.start(method, params, options).done, `${method} ${params.name ?? params.uri ?? ''}`);
  }

  tool(name, args = {}, options = {}) {
    return this.call('tools/call', { name, arguments: args }, options);
  }
}

// What the daemon says itself while a server takes long to start: it depends on the machine, and rises by 10⁻⁶.
const isOwnWord = ({ method, params }) =>
  method === 'notifications/progress' && params.progress > 0 && params.progress < 0.001;

// Reads what belongs to one request id.
function collect(id, onQuestion, onMessage) {
  const seen = { before: [], after: [], message: undefined };

  seen.take = (message) => {
    if (isOwnWord(message)) {
      return;
    }
    if (message.method !== undefined && message.id !== undefined) {
      onQuestion(message);
    } else if (message.method === undefined && message.id === id && !seen.message) {
      seen.message = message;
    } else {
      (seen.message ? seen.after : seen.before).push(message);
    }
    onMessage?.(message);
  };
  return seen;
}

class LegacyClient extends Client {
  static async connect(url, revision, options) {
    const self = new LegacyClient(url, revision, options);
    const { message, headers } = await self.call('initialize',
      { protocolVersion: revision, capabilities: self.capabilities, clientInfo: self.info });

    if (!message?.result) {
      throw new Error(`initialize: ${JSON.stringify(message)}`);
    }
    self.session = headers['mcp-session-id'];
    self.initialized = message.result;
    await self.notify('notifications/initialized');
    return self;
  }

  headers(more = {}) {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...this.ownHeaders };

    if (this.session) {
      headers['Mcp-Session-Id'] = this.session;
      if (this.revision >= '2025-06-18') {
        headers['MCP-Protocol-Version'] = this.revision;
      }
    }
    return { ...headers, ...more };
  }

  post(message, onMessage = () => {}) {
    return this.openExchange({ headers: this.headers(), body: JSON.stringify(message), agent: this.agent, onMessage });
  }

  async notify(method, params) {
    const exchange = this.post({ jsonrpc: '2.0', method, ...(params && { params }) });
    await within(exchange.ended, method);
    return exchange.status;
  }

  // A server's request, from a call's stream or our own.
  reply = async (question) => {
    this.post({ jsonrpc: '2.0', id: question.id, ...await this.answer(question) });
  };

  start(method, params, { id = this.nextId++, token, onMessage } = {}) {
    const full = token === undefined ? params : { ...params, _meta: { ...params._meta, progressToken: token } };
    const seen = collect(id, this.reply, onMessage);
    const exchange = this.post({ jsonrpc: '2.0', id, method, params: full }, seen.take);

    return {
      id,
      exchange,
      cancel: () => this.notify('notifications/cancelled', { requestId: id }),
      done: exchange.ended.then(() => ({
        ...seen, status: exchange.status, headers: exchange.headers, isStream: exchange.isStream,
      })),
    };
  }

  // The stream for what belongs to no call.
  async listen() {
    const exchange = this.openExchange({
      method: 'GET', headers: this.headers({ Accept: 'text/event-stream' }),
      onMessage: (message) => {
        if (message.method !== undefined && message.id !== undefined) {
          this.reply(message);
        } else {
          this.takeHeard(message);
        }
      },
    });
    await within(exchange.started, 'GET');
    if (!exchange.isStream) {
      throw new Error(`GET answers ${exchange.status}`);
    }
    return exchange;
  }
}

// The two paths of 2024-11-05: everything that is said to the client comes on one stream.
class PairClient extends LegacyClient {
  pending = new Map();
  stray = [];

  static async connect(url, revision, options) {
    const self = new PairClient(new URL('/sse', url).href, revision, options);
    let tell;
    const endpoint = new Promise((resolve) => { tell = resolve; });
    self.openExchange({
      method: 'GET', headers: { Accept: 'text/event-stream' },
      onMessage: (message) => (message.endpoint ? tell(message.endpoint) : self.take(message)),
    });
    self.url = new URL(await within(endpoint, 'the endpoint'), self.url).href;
    const { message } = await self.call('initialize',
      { protocolVersion: revision, capabilities: self.capabilities, clientInfo: self.info });
    self.initialized = message.result;
    await self.notify('notifications/initialized');
    return self;
  }

  take(message) {
    if (message.method === undefined) {
      const call = this.pending.get(message.id);
      this.pending.delete(message.id);
      if (call) {
        call.end(message);
      } else {
        this.stray.push(message);
      }
    } else if (message.id !== undefined) {
      this.reply(message);
    } else if (/\/(progress|message)$/.test(message.method)) {
      const calls = [...this.pending.values()].filter(({ token }) =>
        message.params.progressToken === undefined || message.params.progressToken === token);
      if (calls.length !== 1) {
        this.stray.push(message);
      }
      calls.forEach((call) => call.take(message));
    } else {
      this.takeHeard(message);
    }
  }

  start(method, params, { id = this.nextId++, token, onMessage } = {}) {
    const full = token === undefined ? params : { ...params, _meta: { ...params._meta, progressToken: token } };
    const before = [];
    let end;
    const done = new Promise((resolve) => { end = (message) => resolve({ message, before, after: [], status: 200 }); });

    this.pending.set(id, { token, end, take: (message) => {
      if (!isOwnWord(message)) {
        before.push(message);
        onMessage?.(message);
      }
    } });
    const exchange = this.post({ jsonrpc: '2.0', id, method, params: full });
    exchange.ended.then(() => (exchange.status === 202 ? undefined : end({ error: { code: exchange.status } })));
    return {
      id,
      exchange,
      done,
      cancel: async () => {
        await this.notify('notifications/cancelled', { requestId: id });
        this.pending.delete(id);
        end(undefined);
      },
    };
  }

  // Its stream is there from the start.
  async listen() {}
}

class ModernClient extends Client {
  static async connect(url, revision, options) {
    const self = new ModernClient(url, revision, options);
    const { message } = await self.call('server/discover');

    if (!message?.result) {
      throw new Error(`server/discover: ${JSON.stringify(message)}`);
    }
    self.initialized = message.result;
    return self;
  }

  #send(method, params, id, { token, level, onMessage, capabilities = this.capabilities, paramHeaders = {} }) {
    const meta = {
      [`${META}protocolVersion`]: this.revision,
      [`${META}clientCapabilities`]: capabilities,
      [`${META}clientInfo`]: this.info,
      ...(level && { [`${META}logLevel`]: level }),
      ...(token !== undefined && { progressToken: token }),
    };
    const headers = {
      'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...this.ownHeaders,
      'MCP-Protocol-Version': this.revision, 'Mcp-Method': method,
      ...(NAMED[method] && { 'Mcp-Name': params[NAMED[method]] }), ...paramHeaders,
    };

    return this.openExchange({
      headers, agent: this.agent, onMessage,
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...params._meta, ...meta } } }),
    });
  }

  start(method, params, options = {}) {
    const call = { id: options.id ?? this.nextId++ };

    call.done = this.#run(call, method, params, options);
    call.cancel = async () => call.exchange.destroy();
    return call;
  }

  // Rounds of questions until the result is complete.
  async #run(call, method, params, options) {
    const before = [];
    let more = {};

    for (let round = 0; round < MAX_ROUNDS; round++) {
      const id = round === 0 ? call.id : options.nextId?.() ?? this.nextId++;
      const seen = collect(id, (question) => this.asked.push({ ...question, isForbidden: true }), options.onMessage);
      const exchange = this.#send(method, { ...params, ...more }, id, { ...options, onMessage: seen.take });
      const result = () => seen.message?.result;

      call.exchange = exchange;
      await exchange.ended;
      before.push(...seen.before);
      if (result()?.resultType !== 'input_required' || options.oneRound) {
        return { ...seen, before, rounds: round + 1, status: exchange.status, headers: exchange.headers, isStream: exchange.isStream };
      }
      more = { inputResponses: {} };
      for (const [key, request] of Object.entries(result().inputRequests ?? {})) {
        const { result: answer, error } = await this.answer(request);
        if (error) {
          throw new Error(`${request.method}: ${error.message}`);
        }
        more.inputResponses[key] = answer;
      }
      if (result().requestState !== undefined) {
        more.requestState = result().requestState;
      }
    }
    throw new Error(`${method} asks without end`);
  }

  // Resolves once the subscription is acknowledged.
  async listen(notifications) {
    const id = this.nextId++;
    let acknowledge;
    const acknowledged = new Promise((resolve) => { acknowledge = resolve; });
    const exchange = this.#send('subscriptions/listen', { notifications }, id, {
      onMessage: (message) => {
        if (message.method === 'notifications/subscriptions/acknowledged') {
          acknowledge(message);
        } else {
          this.takeHeard(message);
        }
      },
    });

    exchange.id = id;
    exchange.acknowledged = await within(acknowledged, 'subscriptions/listen');
    return exchange;
  }
}

const isModern = (revision) => revision === MODERN;

// What a client of the revision can be asked.
function makeCapabilities(revision) {
  return {
    roots: isModern(revision) ? {} : { listChanged: true },
    sampling: {},
    ...(revision >= '2025-06-18' && { elicitation: {} }),
  };
}

function connect(url, revision, options) {
  return (isModern(revision) ? ModernClient : LegacyClient).connect(url, revision,
    { capabilities: makeCapabilities(revision), ...options });
}

// Over the pair of paths.
function connectPair(url, options) {
  const [revision] = REVISIONS;
  return PairClient.connect(url, revision, { capabilities: makeCapabilities(revision), name: 'pair', ...options });
}

module.exports = { META, MODERN, REVISIONS, connect, connectPair, isModern, makeCapabilities, within };
