// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the suite's client mode runs as the client: a daemon whose only server is the one that the suite
// names, and a client of that daemon that does what the scenario asks for. So the suite sees the client
// half of the daemon.
//
//   drive.cjs URL
//
// The suite says in the environment what to do (MCP_CONFORMANCE_SCENARIO, MCP_CONFORMANCE_CONTEXT), and in
// which revision (MCP_CONFORMANCE_PROTOCOL_VERSION). It runs many at once: each has directories and a
// port of its own. MCP_TEST_DAEMON and MCP_TEST_KEEPER name the programs. run-client-suite.cjs says in MCP_DRIVE which
// scenarios are wanted, and which revision the client of the daemon speaks where that is another than the suite's.
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { startDaemon } = require('./daemon.cjs');
const { DONE, chooseScenario, isWanted } = require('./scenarios.cjs');

const END_TIMEOUT_MS = 10_000;
// The suite plays all its servers at once, in one process: on a busy machine they take their time to tell their tools.
const SETTINGS = '[Calls]\nListSeconds=60\n';

function endDaemon(child) {
  if (!child || child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve();
  }
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const late = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
  child.kill('SIGTERM');
  return ended.finally(() => clearTimeout(late));
}

function writeSettings(directory) {
  const folder = path.join(directory, 'config/mcp-sessiond');

  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(folder, 'mcp-sessiond.conf'), SETTINGS, { mode: 0o600 });
}

// Runs the scenario; resolves to the daemon's exit status.
async function drive(url, directory, children, revision) {
  const { run, entry = {} } = chooseScenario(process.env.MCP_CONFORMANCE_SCENARIO);
  const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
  const log = path.join(directory, 'daemon.log');

  // An entry of the scenario's own: with more keys, or none of `prefix`.
  const server = { type: 'http', url, prefix: '', ...(typeof entry === 'function' ? entry(context) : entry) };
  writeSettings(directory);
  try {
    const daemon = await startDaemon({
      directory, children, servers: { mcpServers: { suite: server } }, args: ['--verbose'], log,
    });
    await run({ url: daemon, directory, context, revision: revision || process.env.MCP_CONFORMANCE_PROTOCOL_VERSION });
    await endDaemon(children[0]);
  } finally {
    // The suite keeps it as the client's words.
    process.stderr.write(fs.existsSync(log) ? fs.readFileSync(log) : '');
  }
  return children[0].exitCode;
}

async function main() {
  const { revision, only = '', but } = JSON.parse(process.env.MCP_DRIVE ?? '{}');
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-drive-'));
  const children = [];

  // The suite ends a client that is late.
  process.on('SIGTERM', () => process.exit(1));
  process.on('exit', () => {
    children.forEach((child) => child.kill('SIGKILL'));
    fs.rmSync(directory, { recursive: true, force: true });
  });
  if (!isWanted(process.env.MCP_CONFORMANCE_SCENARIO, { only, but })) {
    return 0;
  }
  return drive(process.argv[2], directory, children, revision);
}

// A set of requirements does not count how its client ended; run-client-suite.cjs does, by the last word.
main().then((status) => {
  console.log(status === 0 ? DONE : `The daemon ended with ${status}`);
  process.exit(status ?? 1);
}, (error) => {
  console.log(error.stack);
  process.exit(1);
});
