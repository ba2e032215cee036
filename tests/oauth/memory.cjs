// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What lies in the memory of a process, by /proc: in the parts that a core file has, and in those that are kept out of it.
'use strict';

const fs = require('node:fs');

const PIECE_BYTES = 1 << 20;

// The regions that can be read: { start, end, mode, name, isKept }, isKept: in no core file (proc(5), “VmFlags”: dd).
function listRegions(pid) {
  const regions = [];

  for (const line of fs.readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$/.exec(line);
    if (match) {
      regions.push({ start: BigInt(`0x${match[1]}`), end: BigInt(`0x${match[2]}`), mode: match[3], name: match[4], isKept: false });
    } else if (line.startsWith('VmFlags:')) {
      regions.at(-1).isKept = line.split(/\s+/).includes('dd');
    }
  }
  return regions.filter(({ mode, name }) => mode.startsWith('rw') && name !== '[vvar]');
}

// Pieces overlap by so much that a text at a border is found.
function* readPieces(fd, { start, end }, overlap) {
  const buffer = Buffer.alloc(PIECE_BYTES + overlap);

  for (let at = start; at < end; at += BigInt(PIECE_BYTES)) {
    const wanted = Number(end - at < BigInt(buffer.length) ? end - at : BigInt(buffer.length));
    try {
      yield buffer.subarray(0, fs.readSync(fd, buffer, 0, wanted, at));
    } catch {
      return; // the region has gone meanwhile
    }
  }
}

// Returns: for each text how often it lies where core files have it, and how often elsewhere
function findTexts(pid, texts) {
  const needles = texts.map((text) => Buffer.from(text));
  const overlap = Math.max(...needles.map((needle) => needle.length)) - 1;
  const fd = fs.openSync(`/proc/${pid}/mem`, 'r');
  const found = texts.map((text) => ({ text, dumped: 0, kept: 0 }));

  for (const region of listRegions(pid)) {
    for (const piece of readPieces(fd, region, overlap)) {
      needles.forEach((needle, i) => {
        for (let at = piece.indexOf(needle); at >= 0 && at < PIECE_BYTES; at = piece.indexOf(needle, at + 1)) {
          found[i][region.isKept ? 'kept' : 'dumped']++;
        }
      });
    }
  }
  fs.closeSync(fd);
  return found;
}

module.exports = { findTexts };
