// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Where the packages' programs are, and how they are run.
'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const FOLDER = path.join(process.env.MCP_TEST_NPM, 'clients');
const TIMEOUT_MS = 60_000;

const fromNpm = createRequire(path.join(FOLDER, 'package.json'));

// The script behind a command of a package.
function findProgram(name) {
  return fs.realpathSync(path.join(FOLDER, 'node_modules/.bin', name));
}

function readVersion(name) {
  return JSON.parse(fs.readFileSync(path.join(FOLDER, 'node_modules', name, 'package.json'), 'utf8')).version;
}

// Resolves to what it wrote; rejects when it fails.
function runProgram(name, args, home, more = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: path.join(home, '.config'), NO_COLOR: '1', CI: '1', ...more };
    const child = execFile(process.execPath, [findProgram(name), ...args],
      { timeout: TIMEOUT_MS, env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
        if (error) {
          reject(new Error(`${name} ${args.join(' ')}: ${error.message}\n${stdout}\n${stderr}`));
        } else {
          resolve(stdout);
        }
      });
    child.stdin.end();
  });
}

module.exports = { findProgram, fromNpm, readVersion, runProgram };
