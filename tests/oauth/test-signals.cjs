// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the bus hears of a login: each state that it goes through, by ProviderChanged.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');

const { runTests } = require('../matrix/tap.cjs');
const { Authority, browse } = require('./authority.cjs');
const { Daemon } = require('./daemon.cjs');

const NAME = 'org.mcpsessiond.Daemon';
const PATIENCE_MS = 20_000;

function isInstalled() {
  try {
    execFileSync('sh', ['-c', 'command -v dbus-daemon gdbus']);
    return true;
  } catch {
    return false;
  }
}

// A bus of its own, and who listens there.
class Bus {
  #states = [];

  #waiting = () => {};

  async start() {
    this.bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [address] = await new Promise((resolve) => { this.bus.stdout.once('data', (data) => resolve(String(data).split('\n'))); });
    this.address = address;
    return this;
  }

  // Resolves when nothing can be missed any more.
  async listen() {
    execFileSync('gdbus', ['wait', '--address', this.address, '--timeout', '15', NAME], { env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: this.address } });
    this.monitor = spawn('stdbuf', ['-oL', 'gdbus', 'monitor', '--address', this.address, '--dest', NAME, '--object-path', '/org/mcpsessiond/Tools']);
    let rest = '';
    await new Promise((resolve) => {
      this.monitor.stdout.on('data', (data) => {
        if (String(data).includes('is owned by')) { resolve(); }
        const lines = (rest + data).split('\n');
        rest = lines.pop();
        lines.forEach((line) => this.#take(line));
      });
    });
  }

  #take(line) {
    const state = /Tools1\.ProviderChanged \('guarded', .*'auth': <\{.*?'state': <'([a-z-]+)'>/.exec(line)?.[1];

    if (state && state !== this.#states.at(-1)) {
      this.#states.push(state);
      this.#waiting();
    }
  }

  // Resolves when these are the next states that are told of.
  async hear(...states) {
    const heard = () => states.every((state, i) => this.#states[i] === state) && this.#states.splice(0, states.length);
    const isHeard = new Promise((resolve) => {
      this.#waiting = () => { if (heard()) { resolve(true); } };
      this.#waiting();
    });
    const isLate = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS).unref(); });
    if (!await Promise.race([isHeard, isLate])) { assert.fail(`heard ${this.#states}, not ${states}`); }
  }

  stop() {
    this.monitor?.kill();
    this.bus.kill();
  }
}

async function within(test) {
  const bus = await new Bus().start();
  const authority = await new Authority().start();
  const daemon = await new Daemon({ guarded: { type: 'http', url: authority.mcpUrl } },
    // GLib warns where nobody shows notifications.
    { environment: { DBUS_SESSION_BUS_ADDRESS: bus.address, G_DEBUG: '' } }).start();

  await daemon.during(async () => {
    await bus.listen();
    await test({ bus, daemon, authority });
  }, async () => { authority.stop(); bus.stop(); });
}

const begin = async (daemon) => (await daemon.ask('POST', '/servers/guarded/login')).body.authorization_url;

async function testLife({ bus, daemon, authority }) {
  const client = await daemon.connect();

  await client.call('guarded__echo');
  await bus.hear('needs-login');

  authority.options.deny = 'access_denied';
  let address = await begin(daemon);
  await bus.hear('logging-in');
  await (await browse(address)).page();
  await bus.hear('refused');

  authority.options.deny = null;
  address = await begin(daemon);
  await bus.hear('logging-in');
  await (await browse(address)).page();
  await bus.hear('authorized');

  authority.options.tokenDelayMs = 300;
  authority.expire();
  await client.call('guarded__echo');
  await bus.hear('refreshing', 'authorized');

  authority.options.refusesRefresh = true;
  authority.expire();
  await client.call('guarded__echo');
  await bus.hear('refreshing', 'needs-login');

  await begin(daemon);
  await bus.hear('logging-in');
  await daemon.ask('POST', '/servers/guarded/logout');
  await bus.hear('needs-login');
}

if (!isInstalled()) {
  console.log('1..0 # SKIP there is no dbus-daemon');
} else {
  runTests((tap) => tap.run('the bus hears of each state of a login', () => within(testLife)));
}
