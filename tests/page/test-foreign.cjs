// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Foreign pages in the owner's own browser, beside the page of the daemon: they get nothing, read
// nothing and do nothing, by whatever a page can try.
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');

const { runTests } = require('../matrix/tap.cjs');
const { Desk } = require('./desk.cjs');

// A name of somebody else's that is made to point here.
const OTHER_NAME = 'elsewhere.example';

// A page that attacks: served by whatever name it is asked for.
async function startForeignServer() {
  const server = http.createServer((request, response) => {
    const type = request.url.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(200, { 'Content-Type': type, 'Service-Worker-Allowed': '/' });
    response.end(type === 'text/html' ? '<!DOCTYPE html><title>elsewhere</title>' : 'self.addEventListener("fetch", () => {})');
  }).listen(0, '127.0.0.1');

  await once(server, 'listening');
  return server;
}

// Everything is tried from within the foreign page. Returns what came through, as texts.
async function attack({ target, session, code, key }) {
  const through = [];
  const settle = (promise, ms = 1500) => Promise.race([promise, new Promise((resolve) => { setTimeout(resolve, ms); })]);
  const routes = [['GET', '/'], ['GET', '/page/app.js'], ['GET', '/health'], ['GET', '/session'], ['GET', '/events'],
    ['POST', '/dashboard/code'], ['POST', '/dashboard/key', { code }], ['POST', '/session', {}], ['DELETE', `/session/${session}`],
    ['PUT', '/stop'], ['GET', '/mcp'], ['POST', '/mcp', { jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }]];

  for (const [method, route, body] of routes) {
    for (const mode of ['cors', 'no-cors']) {
      for (const headers of [{}, { 'Content-Type': 'text/plain' }, { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` }]) {
        const request = fetch(target + route, { method, mode, headers, body: body && JSON.stringify(body), credentials: 'include' })
          .then(async (response) => ({ status: response.status, text: await response.text() })).catch(() => null);
        const answer = await settle(request);
        if (answer && (answer.status !== 0 || answer.text !== '')) {
          through.push(`fetch ${method} ${route} ${mode}: ${answer.status}`);
        }
      }
    }
  }

  const loads = (node, attribute, route) => new Promise((resolve) => {
    node.onload = () => resolve(`${node.localName} ${route}`);
    node.onerror = () => resolve(null);
    node[attribute] = target + route;
    document.body.append(node);
  });
  for (const [name, attribute, route] of [['img', 'src', '/page/icon.svg'], ['script', 'src', '/page/app.js'], ['script', 'src', '/page/text.js']]) {
    const node = document.createElement(name);
    if (name === 'script') {
      node.type = route.includes('text') ? 'module' : 'text/javascript';
    }
    through.push(await settle(loads(node, attribute, route)));
  }
  const style = document.createElement('link');
  style.rel = 'stylesheet';
  through.push(await settle(loads(style, 'href', '/page/style.css')));

  through.push(await settle(new Promise((resolve) => {
    const source = new EventSource(`${target}/events`);
    source.onopen = () => resolve('EventSource');
    source.onerror = () => { source.close(); resolve(null); };
  })));
  through.push(await settle(new Promise((resolve) => {
    const socket = new WebSocket(`${target.replace('http', 'ws')}/events`);
    socket.onopen = () => resolve('WebSocket');
    socket.onerror = () => resolve(null);
  })));
  through.push(await settle(import(`${target}/page/text.js`).then(() => 'import()', () => null)));
  through.push(await settle(new Promise((resolve) => {
    try {
      const worker = new Worker(`${target}/page/app.js`, { type: 'module' });
      worker.onmessage = () => resolve('Worker');
      worker.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  })));
  through.push(await settle(navigator.serviceWorker?.register(`${target}/page/app.js`, { scope: `${target}/` }).then(() => 'service worker', () => null) ?? null));
  navigator.sendBeacon(`${target}/stop`, 'x');
  navigator.sendBeacon(`${target}/session`, new Blob(['{}'], { type: 'text/plain' }));

  const answered = [];
  // Frames: what they show cannot be read in any case; that they show an error is looked at from outside.
  for (const [name, attributes] of [['iframe', {}], ['iframe', { sandbox: 'allow-scripts' }], ['iframe', { credentialless: true }], ['object', {}], ['embed', {}]]) {
    const node = Object.assign(document.createElement(name), attributes);
    for (const [key_, value] of Object.entries(attributes)) {
      node.setAttribute(key_, value);
    }
    node[name === 'object' ? 'data' : 'src'] = `${target}/`;
    answered.push(settle(new Promise((resolve) => { node.onload = node.onerror = () => resolve(null); })));
    document.body.append(node);
  }
  // Forms. The answer to each, or the browser's page about the refusal, is loaded into a frame of its own.
  for (const [method, route, enctype] of [['post', '/dashboard/code', 'text/plain'], ['post', '/session', 'text/plain'],
    ['post', `/servers/test/restart`, 'application/x-www-form-urlencoded'], ['get', '/', 'text/plain']]) {
    const frame = Object.assign(document.createElement('iframe'), { name: `form-${route}-${method}` });
    const form = Object.assign(document.createElement('form'), { method, action: target + route, enctype, target: frame.name });
    const input = Object.assign(document.createElement('input'), { name: '{"label":"forged","x":"', value: '"}' });
    form.append(input);
    document.body.append(frame, form);
    answered.push(new Promise((resolve) => { frame.addEventListener('load', resolve, { once: true }); }));
    form.submit();
  }
  await Promise.all(answered);
  return through.filter(Boolean);
}

async function checkAttack(desk, origin) {
  const owner = await desk.openPage();
  const session = await desk.createSession('prey');
  const running = desk.callTool(session, 'test__hang').catch(() => {});
  await owner.locator('article', { hasText: 'prey' }).getByRole('progressbar').waitFor();

  const nBefore = (await desk.api('GET', '/session')).sessions.length;
  const code = new URL(await desk.makeAddress()).hash.slice('#code='.length);
  // The same browser, the same profile.
  const foreign = await owner.context().newPage();
  await foreign.goto(origin);
  const through = await foreign.evaluate(attack, { target: desk.url.origin, session: session.session_id, code, key: desk.key });
  assert.deepEqual(through, []);

  // No frame shows the page or any answer.
  for (const frame of foreign.frames().slice(1)) {
    const text = await frame.evaluate(() => document.documentElement?.textContent ?? '').catch(() => '');
    assert.doesNotMatch(text, /mcp-sessiond dashboard|owner_key|"url"|session_id/);
    assert.equal(await frame.locator('nav').count().catch(() => 0), 0);
  }
  // A window of the page that was opened from elsewhere can neither be read nor be followed.
  const opened = await foreign.evaluate((target) => {
    const other = window.open(`${target}/`, 'stolen');
    try {
      return other?.document?.body?.textContent ?? null;
    } catch (error) {
      return error.name;
    }
  }, desk.url.origin);
  assert.ok([null, '', 'SecurityError'].includes(opened), String(opened));

  // Nothing was done: the session, its call and the code are what they were.
  assert.equal((await desk.api('GET', '/session')).sessions.length, nBefore);
  assert.equal((await desk.api('GET', '/calls?state=running')).calls.length, 1);
  assert.equal((await desk.api('GET', '/settings')).stopped, false);
  assert.equal((await desk.api('POST', '/dashboard/key', { key: null, body: { code } })).owner_key, desk.key);
  assert.equal(await owner.locator('#status').getAttribute('data-state'), 'live');
  await desk.api('DELETE', `/session/${session.session_id}`);
  await running;
}

// A name that points here, and the daemon's own port: DNS rebinding.
async function rebinding(desk) {
  const page = await desk.newTab();
  const port = desk.url.port;
  const response = await page.goto(`http://${OTHER_NAME}:${port}/`);

  assert.equal(response.status(), 403);
  const answers = await page.evaluate(async () => {
    const statuses = [];
    for (const [method, route] of [['GET', '/'], ['GET', '/health'], ['POST', '/session'], ['POST', '/dashboard/key'], ['GET', '/page/app.js']]) {
      statuses.push(await fetch(route, { method }).then(({ status }) => status, () => 0));
    }
    return statuses;
  });
  assert.ok(answers.every((status) => status === 403 || status === 0), answers.join(' '));
}

// Nobody but the page's own documents may be its parent or its opener.
async function fieldsOfTheAnswer(desk) {
  const response = await fetch(desk.url);

  assert.match(response.headers.get('content-security-policy'), /frame-ancestors 'none'/);
  assert.match(response.headers.get('content-security-policy'), /require-trusted-types-for 'script'/);
  assert.equal(response.headers.get('cross-origin-opener-policy'), 'same-origin');
  const page = await desk.openPage();
  assert.equal(await page.evaluate(() => self.crossOriginIsolated), true);
  assert.equal(await page.evaluate(() => {
    try {
      document.body.insertAdjacentHTML('beforeend', '<b>x</b>');
      return 'markup';
    } catch (error) {
      return error.name;
    }
  }), 'TypeError');
  assert.equal(await page.evaluate(() => fetch('https://example.com/').then(() => 'sent', () => 'refused')), 'refused');
}

async function main(tap) {
  const desk = new Desk();
  const server = await startForeignServer();
  const { port } = server.address();

  try {
    desk.addTestServer('test');
    await desk.start({ browserArgs: [`--host-resolver-rules=MAP ${OTHER_NAME} 127.0.0.1`] });
    await tap.run('a page of another port', () => checkAttack(desk, `http://127.0.0.1:${port}/`));
    await tap.run('a page of another port of localhost', () => checkAttack(desk, `http://localhost:${port}/`));
    await tap.run('a page of another name that points here', () => checkAttack(desk, `http://${OTHER_NAME}:${port}/`));
    await tap.run('another name for the daemon itself', () => rebinding(desk));
    await tap.run('the page is alone in its process, and makes no markup', () => fieldsOfTheAnswer(desk));
  } finally {
    server.close();
    server.closeAllConnections();
    await desk.close();
  }
}

runTests(main);
