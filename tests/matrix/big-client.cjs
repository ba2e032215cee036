// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A thread that calls a tool with a big result, so that reading it holds up nobody else's clock.
// It says how each call went.
'use strict';

const { parentPort, workerData } = require('node:worker_threads');

const { connect } = require('./client.cjs');

async function main() {
  const { url, revision, server, bytes, calls } = workerData;
  const client = await connect(url, revision, { name: 'big' });

  // The server's process is there, and the result of the first call is small.
  await client.tool(`${server}__big`, { bytes: 1 });
  parentPort.postMessage({ isReady: true });
  await new Promise((resolve) => { parentPort.once('message', resolve); });
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    const { message } = await client.tool(`${server}__big`, { bytes });
    const text = message.result.content[0].text;
    parentPort.postMessage({
      isWhole: text.length === bytes && !/[^x]/.test(text), milliseconds: performance.now() - start,
    });
  }
  client.close();
  parentPort.postMessage({ isOver: true });
  parentPort.close();
}

main();
