// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the processes of one gateway take: its own, and those of the servers that it has started.
'use strict';

const fs = require('node:fs');

function read(pid, name) {
  try {
    return fs.readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

const allPids = () => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);

// Behind the name in brackets, which may have spaces: state, parent, …; proc(5).
function statOf(pid) {
  const text = read(pid, 'stat');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

// Those with the mark in their environment, and all that these have started. A gateway may give its servers another environment.
function processesOf(mark) {
  const parents = new Map(allPids().map((pid) => [pid, Number(statOf(pid)[1])]));
  const found = new Set([...parents.keys()].filter((pid) => read(pid, 'environ').includes(`COMPARE_MARK=${mark}\0`)));
  let size;
  do {
    size = found.size;
    for (const [pid, parent] of parents) {
      if (found.has(parent)) {
        found.add(pid);
      }
    }
  } while (found.size > size);
  return [...found];
}

const GATEWAY = /mcp-hub|mcporter|supergateway|mcp-proxy|mcp-sessiond/;
const SERVER = /server-(everything|filesystem|memory)|mcp-fixture/;

function isServer(pid) {
  const words = read(pid, 'cmdline').split('\0');
  return SERVER.test(words.join(' ')) && !GATEWAY.test(words.slice(0, 2).join(' '));
}

// PSS counts memory that processes share once.
const pssOf = (pid) => Number(/^Pss:\s+(\d+)/m.exec(read(pid, 'smaps_rollup'))?.[1] ?? 0) * 1024;
const ticksOf = (pid) => Number(statOf(pid)[11] ?? 0) + Number(statOf(pid)[12] ?? 0);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

function memoryOf(mark) {
  const pids = processesOf(mark);
  const own = pids.filter((pid) => !isServer(pid));
  return { processes: pids.length, servers: pids.length - own.length, ownBytes: sum(own.map(pssOf)), allBytes: sum(pids.map(pssOf)) };
}

// Processor time of the gateway alone, in milliseconds; a tick is 10 ms on Linux.
const cpuOf = (mark) => sum(processesOf(mark).filter((pid) => !isServer(pid)).map(ticksOf)) * 10;

module.exports = { processesOf, memoryOf, cpuOf };
