// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A daemon with servers behind it, and its page in a real browser.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const { World } = require('../matrix/world.cjs');

const fromNpm = createRequire(path.join(process.env.MCP_TEST_NPM, 'page/package.json'));
const { chromium } = fromNpm('playwright-core');

const CHROMIUM_ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-dev-shm-usage',
];
const TIMEOUT_MS = 20_000;

// Servers that fail are a part of the tests, and the daemon warns of them.
delete process.env.G_DEBUG;

// Answers that do not end.
const isStream = (request) => new URL(request.url()).pathname.endsWith('/events');
// A view that has heard something may ask for more with the next picture.
const QUIET_PICTURES = 3;

class Desk {
  world = new World();
  // What each page has asked for and not yet heard.
  #asked = new WeakMap();
  // What went wrong in any page: errors, and reports of the policy.
  complaints = [];
  #args = [];

  // A server made of the test's own script.
  addScript(name, script, entry = {}) {
    this.world.addServer(name, { command: process.execPath, args: [path.join(__dirname, script)], ...entry });
  }

  addTestServer(name, args = [], entry = {}) {
    this.world.addServer(name, { command: process.env.MCP_TEST_SERVER, args: [`--name=${name}`, ...args], ...entry });
  }

  async start({ args = [], browserArgs = [] } = {}) {
    this.#args = args;
    await this.#startDaemon(args);
    this.browser = await chromium.launch({ executablePath: process.env.MCP_TEST_CHROMIUM, args: [...CHROMIUM_ARGS, ...browserArgs] });
  }

  startWithoutBrowser(args = []) {
    return this.#startDaemon(args);
  }

  async #startDaemon(args) {
    this.url = new URL('/', await this.world.start(args));
    this.discovery = path.join(this.world.environment.XDG_RUNTIME_DIR, 'mcp-sessiond/mcp.json');
    this.key = JSON.parse(fs.readFileSync(this.discovery, 'utf8')).owner_key;
  }

  get configuration() {
    return path.join(this.world.environment.XDG_CONFIG_HOME, 'mcp-sessiond');
  }

  // The same daemon again, at the same address.
  async restartDaemon(between = async () => {}) {
    await this.world.stopDaemon();
    await between();
    await this.#startDaemon([...this.#args, `--port=${this.url.port}`]);
  }

  // One request with the owner key, or with another credential.
  fetch(method, route, { body, key = this.key, headers = {}, signal } = {}) {
    return fetch(new URL(route, this.url), {
      method,
      signal,
      headers: { ...key && { Authorization: `Bearer ${key}` }, ...body !== undefined && { 'Content-Type': 'application/json' }, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  // Resolves to the answer's JSON, or null; throws where it is an error.
  async api(method, route, options) {
    const response = await this.fetch(method, route, options);
    const text = await response.text();

    assert.ok(response.ok, `${method} ${route}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  createSession(label, more = {}) {
    return this.api('POST', '/session', { body: { label, cwd: '~', ...more } });
  }

  publish(session, events) {
    return this.api('POST', `/session/${session.session_id}/progress`, { body: events });
  }

  // Calls a tool for a session. Resolves to the JSON-RPC response.
  async callTool(session, name, args = {}, { signal } = {}) {
    const response = await this.fetch('POST', '/mcp', {
      key: session.token, signal, headers: { Accept: 'application/json, text/event-stream' },
      body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } },
    });
    return response.text();
  }

  async makeAddress() {
    return (await this.api('POST', '/dashboard/code')).url;
  }

  // A tab of a profile of its own, without the page yet.
  async newTab(options = {}) {
    const context = await this.browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();

    page.setDefaultTimeout(TIMEOUT_MS);
    this.#followRequests(page);
    page.on('pageerror', (error) => this.complaints.push(error.stack));
    page.on('console', (message) => {
      // The browser says so of each answer that is an error, and of a connection that ends.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.complaints.push(message.text());
      }
    });
    await page.exposeFunction('reportViolation', (text) => { this.complaints.push(`policy: ${text}`); });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
      });
    });
    return page;
  }

  #followRequests(page) {
    const asked = new Set();

    this.#asked.set(page, asked);
    page.on('request', (request) => isStream(request) || asked.add(request));
    page.on('requestfinished', (request) => asked.delete(request));
    page.on('requestfailed', (request) => asked.delete(request));
  }

  // Until the page has all that it asked for, but streams, and shows it.
  async settle(page) {
    for (let nQuiet = 0; nQuiet < QUIET_PICTURES; nQuiet++) {
      await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); }));
      if (this.#asked.get(page).size > 0) {
        nQuiet = -1;
        await until(() => this.#asked.get(page).size === 0, 'the answers to the page');
      }
    }
  }

  // The page, with the owner key, following the daemon.
  async openPage(view = 'now', options = {}) {
    const page = await this.newTab(options);

    await page.goto(await this.makeAddress());
    await page.waitForSelector('#status[data-state="live"]');
    if (view !== 'now') {
      await this.show(page, view);
    }
    return page;
  }

  async show(page, view) {
    await page.evaluate((hash) => { location.hash = `/${hash}`; }, view);
    await page.waitForSelector(`.view-${view.split('/')[0]}`);
  }

  async close() {
    await this.browser?.close();
    await this.world.close();
  }
}

// Waits until a condition holds.
async function until(condition, what, timeoutMs = TIMEOUT_MS) {
  const deadline = Date.now() + timeoutMs;

  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 30); });
  }
}

module.exports = { Desk, fromNpm, until };
