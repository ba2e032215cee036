// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the command does about logins: `mcp-session server login` and `server test`.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');

const { runTests } = require('../matrix/tap.cjs');
const { Authority, browse } = require('./authority.cjs');
const { Daemon } = require('./daemon.cjs');

const SUCCESS = 0;

// Runs a case with an authority and a daemon that has it as the server “guarded”.
async function within(test) {
  const authority = await new Authority().start();
  const daemon = await new Daemon({
    guarded: { type: 'http', url: authority.mcpUrl },
    own: { command: process.env.MCP_TEST_SERVER },
  }).start();

  await daemon.during(async () => {
    await test(daemon, authority);
  }, async () => { authority.stop(); });
}

// The command, its standard output and error in pipes.
class Command {
  #said = '';
  #waiting = () => {};

  constructor(daemon, ...args) {
    const child = spawn(process.env.MCP_TEST_COMMAND, args, { env: daemon.environment, stdio: ['ignore', 'pipe', 'pipe'] });

    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        this.#said += data;
        this.#waiting();
      });
    }
    this.ended = new Promise((resolve) => { child.once('close', (status) => resolve({ status, said: this.#said })); });
  }

  // Resolves to what @pattern finds in the output, while the command runs.
  find(pattern) {
    const found = new Promise((resolve) => {
      this.#waiting = () => {
        const match = pattern.exec(this.#said);
        if (match) { resolve(match[0]); }
      };
    });
    const ended = this.ended.then(({ status, said }) => assert.fail(`it ended with ${status}: ${said}`));

    this.#waiting();
    return Promise.race([found, ended]);
  }
}

async function logIn(daemon) {
  const command = new Command(daemon, 'server', 'login', 'guarded', '--no-browser');
  const address = await command.find(/https?:\/\/\S+\/authorize\?\S+/);

  await (await browse(address)).page();
  return command.ended;
}

async function testPipe(daemon) {
  const { status, said } = await logIn(daemon);

  assert.equal(status, SUCCESS, said);
  assert.equal((await daemon.auth()).state, 'authorized');
}

// The command looks twice a second how the login stands: also while what the browser brought is redeemed.
async function testSlow(daemon, authority) {
  authority.options.tokenDelayMs = 1500;
  const { status, said } = await logIn(daemon);

  assert.equal(status, SUCCESS, said);
}

async function testTrial(daemon, authority) {
  await logIn(daemon);
  const nGrants = authority.count('/token');
  const { status, said } = await new Command(daemon, 'server', 'test', 'guarded').ended;

  assert.equal(status, SUCCESS, said);
  assert.match(said, /echo/);
  assert.equal(authority.count('/token'), nGrants, 'no grant but the one that is there');
  assert.equal(authority.count('/register'), 1);
}

async function testTrialWithoutLogin(daemon) {
  const { status, said } = await new Command(daemon, 'server', 'test', 'guarded').ended;

  assert.notEqual(status, SUCCESS);
  assert.match(said, /mcp-session server login guarded/);
}

async function testTrialOfOthers(daemon) {
  assert.equal((await daemon.ask('POST', '/servers/own/test')).status, 409);
  assert.equal((await daemon.ask('POST', '/servers/nobody/test')).status, 404);
}

runTests(async (tap) => {
  const run = (name, test) => tap.run(name, () => within(test));

  await run('a login shows its address in a pipe before it ends', testPipe);
  await run('a login waits for an authorization server that takes its time', testSlow);
  await run('a server is tested with the login that the daemon has', testTrial);
  await run('the test of a server without a login names the command', testTrialWithoutLogin);
  await run('the daemon tests no server that needs no login', testTrialOfOthers);
});
