// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Results of 20 MB pass through whole, and the daemon's memory stays bounded. With --bench: what
// that does to the gaps between another session's events, compared with those of the same call
// while nothing else goes on.
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const { MODERN, connect, within } = require('./client.cjs');
const { runTests } = require('./tap.cjs');
const { World } = require('./world.cjs');

const BENCH = process.argv.includes('--bench');
const BYTES = 20 * 1000 * 1000;
const CALLS = BENCH ? 5 : 1;
const DELAY_MS = 2;
const MAX_STEPS = 100_000;
// Ten times the message; a sanitizer's own memory is not the daemon's.
const MAX_MEMORY = 10 * BYTES;

// Reads the events of a call of its own until it is stopped.
class Watcher {
  gaps = [];

  async start(client, server) {
    let last;
    const begun = new Promise((resolve) => {
      this.call = client.start('tools/call', {
        name: `${server}__count`, arguments: { steps: MAX_STEPS, delay_ms: DELAY_MS },
      }, {
        token: 't',
        onMessage: () => {
          const now = performance.now();
          this.gaps.push(last === undefined ? 0 : now - last);
          last = now;
          resolve();
        },
      });
    });
    await within(begun, 'the first event');
  }

  // What was the longest gap since the last look?
  takeLongest() {
    const gaps = this.gaps.splice(0);
    return gaps.reduce((longest, gap) => Math.max(longest, gap), 0);
  }

  async stop() {
    await this.call.cancel();
    await this.call.done;
  }
}

// Calls in a thread; resolves to how they went, and how long the gaps were before and meanwhile.
async function callBig(world, watcher, revision, server) {
  const worker = new Worker(path.join(__dirname, 'big-client.cjs'), {
    workerData: { url: world.url, revision, server, bytes: BYTES, calls: CALLS },
  });
  const calls = [];
  const over = new Promise((resolve, reject) => {
    worker.on('message', (message) => {
      if (message.isOver) {
        resolve();
      } else if (!message.isReady) {
        calls.push(message);
      }
    });
    worker.on('error', reject);
  });

  await within(once(worker, 'message'), 'the big client');
  watcher.takeLongest();
  const start = performance.now();
  worker.postMessage('go');
  await within(over, 'the big results', 120_000);
  const took = performance.now() - start;
  const busy = watcher.takeLongest();
  // The same time with nothing else going on.
  await new Promise((resolve) => { setTimeout(resolve, BENCH ? took : 0); });
  return { calls, busy, idle: watcher.takeLongest(), took };
}

async function runCase(tap, U, transport, C) {
  const world = new World();
  const name = `client ${C}, server ${U} over ${transport}`;

  try {
    await world.addFixture(U, { name: 'big', transport });
    await world.addFixture('2025-11-25', { name: 'small' });
    const client = await connect(await world.start(), '2025-11-25');
    const watcher = new Watcher();
    await watcher.start(client, 'small');
    const before = world.readPeakMemory();
    const { calls, busy, idle, took } = await callBig(world, watcher, C, 'big');
    const peak = world.readPeakMemory();
    await watcher.stop();
    client.close();

    await tap.run(`20 MB pass whole: ${name}`, () => assert.deepEqual(calls.map(({ isWhole }) => isWhole), Array(CALLS).fill(true)));
    await tap.run(`memory is bounded: ${name}`, () => {
      console.log(`#   peak ${Math.round(peak / 1e6)} MB, ${Math.round((peak - before) / 1e6)} MB of it for the results`);
      assert.ok(process.env.MCP_TEST_SANITIZED || peak - before < MAX_MEMORY, `${peak - before} bytes`);
    });
    if (BENCH) {
      console.log(`#   longest gap ${busy.toFixed(1)} ms, else ${idle.toFixed(1)} ms: ${(busy / idle).toFixed(1)} times; ${
        (CALLS * BYTES / took / 1000).toFixed(0)} MB/s`);
    }
    await tap.run(`the daemon ends cleanly: ${name}`, () => world.stopDaemon());
  } finally {
    await world.close();
  }
}

async function main(tap) {
  for (const [U, transport] of [['2025-11-25', 'stdio'], ['2025-11-25', 'http'], [MODERN, 'stdio'], [MODERN, 'http']]) {
    for (const C of ['2025-06-18', MODERN]) {
      await runCase(tap, U, transport, C);
    }
  }
}

runTests(main);
