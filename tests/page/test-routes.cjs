// SPDX-License-Identifier: LGPL-2.1-or-later
//
// docs/openapi.json: that it is valid, has the routes that the daemon has, and that the daemon answers
// as it says.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const { runTests } = require('../matrix/tap.cjs');
const { Desk, fromNpm, until } = require('./desk.cjs');
const { OauthServer } = require('./oauth-server.cjs');

const Ajv = fromNpm('ajv/dist/2020').default;
const addFormats = fromNpm('ajv-formats').default;

const FILE = path.join(__dirname, '../../docs/openapi.json');
const ROUTER = path.join(__dirname, '../../src/http/server/mcp-http-router.c');
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

const description = JSON.parse(fs.readFileSync(FILE, 'utf8'));
const ajv = addFormats(new Ajv({ strict: false, allErrors: true })).addSchema(description, 'openapi');

// “METHOD /path”, with the variable parts alike.
const getName = (method, route) => `${method.toUpperCase()} ${route.replace(/\{\w+\}/g, '{}')}`;

function listDescribed() {
  return Object.entries(description.paths).flatMap(([route, item]) =>
    METHODS.filter((method) => item[method]).map((method) => getName(method, route)));
}

// The table of the router, as its source has it.
function listRouted() {
  const table = fs.readFileSync(ROUTER, 'utf8').match(/\} routes\[\] = \{([\s\S]*?)\n\};/)[1].replace('MCP_CALLBACK_PATH', '"/oauth/callback"');

  return [...table.matchAll(/\{ "([A-Z]+)", ("[^,]*),/g)].map(([, method, pattern]) =>
    getName(method, pattern.replace(/\b(ID|NAME)\b/g, '"{x}"').replace(/"\s*"/g, '').replaceAll('"', '')));
}

function resolve(node) {
  return node?.$ref ? node.$ref.slice(2).split('/').reduce((value, key) => value[key.replaceAll('~1', '/')], description) : node;
}

function checkAgainst(schema, value, what) {
  // The references of a schema are those of the whole description.
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')));

  assert.ok(validate(value), `${what}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value).slice(0, 1000)}`);
}

const isGeneric = (pattern) => pattern === '*/*';

class Contract {
  #seen = new Set();

  constructor(desk) {
    this.desk = desk;
  }

  // Asks, and compares the answer with what the description says. Returns what was answered.
  async ask(method, pattern, { values = {}, query = '', status, ...options } = {}) {
    const item = description.paths[pattern];
    const operation = item[method.toLowerCase()];
    const route = pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
    const response = await this.desk.fetch(method, route + query, options);
    const what = `${method} ${pattern} ${response.status}`;
    const described = resolve(operation.responses[response.status]);

    assert.equal(response.status, status, response.status === status ? what : `${what}: ${await response.clone().text()}`);
    assert.ok(described, `${what} is not described`);
    this.#seen.add(getName(method, pattern));
    if (options.body !== undefined && response.ok) {
      checkAgainst(operation.requestBody.content['application/json'].schema, options.body, `the body of ${what}`);
    }
    return this.#read(response, described.content ?? {}, what);
  }

  async #read(response, content, what) {
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';

    if (Object.keys(content).length === 0) {
      assert.equal(await response.text(), '', what);
      return null;
    }
    const media = content[type] ?? content[Object.keys(content).find(isGeneric)];
    assert.ok(media, `${what}: ${type} is not described`);
    if (type !== 'application/json') {
      return type === 'text/event-stream' ? response : response.text();
    }
    const value = await response.json();
    if (media.schema) {
      checkAgainst(media.schema, value, what);
    }
    return value;
  }

  get missing() {
    return listDescribed().filter((name) => !this.#seen.has(name));
  }
}

async function checkEvents(contract, session, desk) {
  const schemas = { message: 'Event', lagged: 'Lagged', closed: 'Closed', 'session-added': 'SessionFacts', 'session-removed': 'SessionFacts' };
  const seen = new Set();
  const streams = [
    await contract.ask('GET', '/session/{id}/events', { values: { id: session.session_id }, key: session.token, status: 200 }),
    await contract.ask('GET', '/events', { status: 200 }),
  ];
  const readers = streams.map(async (stream) => {
    let text = '';
    for await (const chunk of stream.body) {
      text += Buffer.from(chunk).toString();
      const frames = text.split('\n\n');
      text = frames.pop();
      for (const frame of frames.filter((part) => /^data:/m.test(part))) {
        const type = frame.match(/^event: ?(.*)$/m)?.[1] ?? 'message';
        checkAgainst({ $ref: `#/components/schemas/${schemas[type]}` }, JSON.parse(frame.match(/^data: ?(.*)$/m)[1]), `an event “${type}”`);
        seen.add(type);
        if (type === 'session-removed' || type === 'closed') {
          return;
        }
      }
    }
  });

  await contract.ask('POST', '/session/{id}/progress', { values: { id: session.session_id }, key: session.token, body: { progress: 1, total: 2, message: 'x' }, status: 202 });
  await desk.callTool(session, 'test__count', { steps: 3 });
  const second = await desk.createSession('added');
  await desk.api('DELETE', `/session/${second.session_id}`);
  await contract.ask('DELETE', '/session/{id}', { values: { id: session.session_id }, status: 204 });
  await Promise.all(readers);
  assert.ok(['message', 'closed', 'session-added', 'session-removed'].every((type) => seen.has(type)), [...seen].join(' '));
}

async function checkSessions(contract, desk) {
  const body = { cwd: '~', label: 'described', allowed_tools: ['*'], idle_seconds: 60 };
  const session = await contract.ask('POST', '/session', { body, status: 200 });
  const values = { id: session.session_id };

  await contract.ask('POST', '/session', { body: { cwd: 1 }, status: 400 });
  await contract.ask('GET', '/session', { status: 200 });
  await contract.ask('GET', '/session', { key: null, status: 401 });
  await contract.ask('GET', '/session/{id}', { values, key: session.token, status: 200 });
  await contract.ask('GET', '/session/{id}', { values: { id: 'none' }, status: 404 });
  await contract.ask('PATCH', '/session/{id}', { values, body: { label: 'changed', allowed_tools: ['test__*'] }, status: 204 });
  await contract.ask('PATCH', '/session/{id}', { values, body: { allowed_tools: null }, status: 204 });
  await contract.ask('PATCH', '/session/{id}', { values, body: { label: 1 }, status: 400 });
  Object.assign(session, await contract.ask('POST', '/session/{id}/token', { values, status: 200 }));
  await desk.callTool(session, 'test__fail', { text: 'an error' });
  await contract.ask('GET', '/session/{id}/calls', { values, query: '?limit=1', status: 200 });
  await contract.ask('GET', '/session/{id}/calls', { values, query: '?limit=none', status: 400 });
  await checkEvents(contract, session, desk);
}

async function checkCalls(contract, desk) {
  const session = await desk.createSession('caller');
  const running = desk.callTool(session, 'test__hang');

  await until(async () => (await desk.api('GET', '/calls?state=running')).calls.length > 0, 'the call');
  const { calls: [call] } = await contract.ask('GET', '/calls', { query: '?state=running', status: 200 });
  const values = { id: call.call_id };
  await contract.ask('GET', '/calls/{id}', { values, status: 200 });
  await contract.ask('GET', '/calls/{id}', { values: { id: 'c-none' }, status: 404 });
  await contract.ask('DELETE', '/calls/{id}', { values, status: 204 });
  await running;
  await contract.ask('DELETE', '/calls/{id}', { values, status: 404 });
  await contract.ask('GET', '/calls', { query: '?limit=1', status: 200 });
  await contract.ask('PUT', '/stop', { status: 204 });
  await contract.ask('DELETE', '/stop', { status: 204 });
}

async function checkServers(contract, desk) {
  const values = { name: 'test' };
  const server = async (state) => (await desk.api('GET', '/servers/test')).entry === state;

  await contract.ask('GET', '/servers', { status: 200 });
  await contract.ask('GET', '/servers/{name}', { values, status: 200 });
  await contract.ask('GET', '/servers/{name}', { values: { name: 'none' }, status: 404 });
  await contract.ask('GET', '/servers/{name}/log', { values, query: '?lines=5', status: 200 });
  await contract.ask('GET', '/servers/{name}/log', { values, query: '?lines=many', status: 400 });
  const held = await contract.ask('GET', '/servers/{name}/held', { values, status: 200 });
  await contract.ask('POST', '/servers/{name}/held', { values, body: { held: [{ name: 'forged' }] }, status: 409 });
  await contract.ask('POST', '/servers/{name}/held', { values, body: held, status: 204 });
  for (const action of ['refresh', 'restart']) {
    await contract.ask('POST', `/servers/{name}/${action}`, { values, status: 204 });
    await contract.ask('POST', `/servers/{name}/${action}`, { values: { name: 'none' }, status: 404 });
  }
  await contract.ask('POST', '/servers/{name}/disable', { values, status: 204 });
  await until(() => server('disabled'), 'the end of the server');
  await contract.ask('POST', '/servers/{name}/restart', { values, status: 409 });
  await contract.ask('POST', '/servers/{name}/enable', { values, status: 204 });
  await until(() => server('used'), 'the server');
}

async function checkLogins(contract) {
  const values = { name: 'guarded' };
  const ask = (action, status, body) => contract.ask('POST', `/servers/{name}/${action}`, { values, status, ...body && { body } });

  const { authorization_url: address } = await ask('login', 200, { browser: false });
  const back = (await (await fetch(address)).text()).match(/href="([^"]*)"/)[1].replaceAll('&amp;', '&');
  // Only browsers end logins there; tests/page/test-page.cjs has one do it.
  await contract.ask('GET', '/oauth/callback', { key: null, query: '?state=none&code=none', status: 403 });
  await ask('complete', 204, { redirect_url: back });
  await ask('complete', 404, { redirect_url: back });
  await ask('test', 200, { timeout_seconds: 30 });
  await ask('test', 400, { timeout_seconds: 0 });
  await contract.ask('POST', '/servers/{name}/test', { values: { name: 'none' }, status: 404 });
  await contract.ask('POST', '/servers/{name}/test', { values: { name: 'test' }, status: 409 });
  await contract.ask('GET', '/servers', { status: 200 });
  await ask('logout', 204);
  await contract.ask('POST', '/servers/{name}/login', { values: { name: 'none' }, status: 404 });
  await contract.ask('POST', '/servers/{name}/login', { values: { name: 'test' }, status: 409 });
  await ask('login', 200);
}

// The call of another process: this one may not answer for itself.
async function checkConsent(contract, desk) {
  const child = spawn(process.env.MCP_TEST_COMMAND, ['call', 'asks__echo', 'text=x'], { env: desk.world.environment, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const { questions: [{ id }] } = await until(async () => {
    const answer = await contract.ask('GET', '/consent', { status: 200 });
    return answer.questions.length > 0 && answer;
  }, 'the question');
  const answer = (id_, body, status) => contract.ask('POST', '/consent/{id}', { values: { id: id_ }, body, status });

  await answer(id, { answer: 'perhaps' }, 400);
  await answer(id, { answer: 'once' }, 204);
  await answer(id, { answer: 'once' }, 409);
  await answer('none', { answer: 'once' }, 404);
  await ended;
}

async function checkMcp(contract, desk) {
  const session = await desk.createSession('speaker');
  const Accept = 'application/json, text/event-stream';
  const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } } };

  for (const [pattern, values] of [['/mcp', {}], ['/mcp/{server}', { server: 'test' }]].filter(([route]) => description.paths[route])) {
    const options = { values, key: session.token, headers: { Accept } };
    const response = await desk.fetch('POST', pattern.replace('{server}', 'test'), { ...options, body: initialize });
    const headers = { Accept, 'Mcp-Session-Id': response.headers.get('mcp-session-id'), 'MCP-Protocol-Version': '2025-11-25' };
    await response.text();
    await contract.ask('POST', pattern, { ...options, headers, body: { jsonrpc: '2.0', method: 'notifications/initialized' }, status: 202 });
    await contract.ask('POST', pattern, { ...options, headers, body: { jsonrpc: '2.0', id: 2, method: 'ping' }, status: 200 });
    const stream = await contract.ask('GET', pattern, { ...options, headers: { ...headers, Accept: 'text/event-stream' }, status: 200 });
    await contract.ask('DELETE', pattern, { ...options, headers, status: 204 });
    await stream.body.cancel();
    await contract.ask('POST', pattern, { ...options, headers, body: { jsonrpc: '2.0', id: 3, method: 'ping' }, status: 404 });
  }
  const old = await contract.ask('GET', '/sse', { key: session.token, headers: { Accept: 'text/event-stream' }, status: 200 });
  const reader = old.body.getReader();
  const address = Buffer.from((await reader.read()).value).toString().match(/data: ?(.*)/)[1];
  await contract.ask('POST', '/messages', { key: session.token, query: new URL(address, desk.url).search, body: initialize, status: 202 });
  await reader.cancel();
}

async function checkPage(contract) {
  await contract.ask('GET', '/', { key: null, status: 200 });
  await contract.ask('GET', '/page/{name}', { values: { name: 'app.js' }, key: null, status: 200 });
  await contract.ask('GET', '/page/{name}', { values: { name: 'none.js' }, key: null, status: 404 });
  const { url } = await contract.ask('POST', '/dashboard/code', { status: 200 });
  await contract.ask('POST', '/dashboard/code', { key: null, status: 401 });
  await contract.ask('POST', '/dashboard/key', { key: null, body: { code: new URL(url).hash.slice('#code='.length) }, status: 200 });
  await contract.ask('POST', '/dashboard/key', { key: null, body: { code: 'wrong' }, status: 401 });
}

async function checkDaemon(contract) {
  await contract.ask('GET', '/health', { key: null, status: 200 });
  await contract.ask('GET', '/metrics', { status: 200 });
  await contract.ask('GET', '/settings', { status: 200 });
}

async function validate() {
  const { Validator } = await import(pathToFileURL(fromNpm.resolve('@seriousme/openapi-schema-validator')));
  const { valid, errors } = await new Validator().validate(structuredClone(description));

  assert.ok(valid, JSON.stringify(errors, null, 2));
}

async function main(tap) {
  const desk = new Desk();
  const oauth = new OauthServer();
  const contract = new Contract(desk);

  try {
    await tap.run('the description is a valid one of OpenAPI 3.1', validate);
    await tap.run('the daemon has the routes that are described, and no others', () => assert.deepEqual(listDescribed().sort(), listRouted().sort()));
    desk.addTestServer('test');
    await oauth.start();
    desk.world.addServer('guarded', { type: 'http', url: oauth.url });
    desk.addTestServer('asks', [], { consent: 'ask' });
    desk.addTestServer('pinned', [], { pin: true });
    desk.world.addServer('misspelt', { command: 'true', scope: 'everywhere' });
    await desk.startWithoutBrowser();
    await tap.run('the page, and the way in', () => checkPage(contract));
    await tap.run('the daemon', () => checkDaemon(contract));
    await tap.run('sessions and events', () => checkSessions(contract, desk));
    await tap.run('calls', () => checkCalls(contract, desk));
    await tap.run('servers', () => checkServers(contract, desk));
    await tap.run('logins', () => checkLogins(contract));
    await tap.run('consent', () => checkConsent(contract, desk));
    await tap.run('MCP', () => checkMcp(contract, desk));
    await tap.run('every route was asked', () => assert.deepEqual(contract.missing, []));
  } finally {
    await desk.close();
    oauth.close();
  }
}

runTests(main);
