// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The MCP conformance suite against the fixture, directly or through the daemon.
// Prints TAP, a line for each scenario.
//
//   --set=SET          one of those below
//   --revision=R       what the fixture speaks; default: what the set is about
//   --transport=T      of the fixture: stdio, http (the default) or sse
//   --target=TARGET    direct (the default): the fixture itself; gateway: the daemon with the
//                      fixture as its only server; one-server: the path of that server alone
//   --all              scenarios that the set runs without counting them count, too
//   --scenario=NAME    only this one; everything the suite says about it is shown
//   --server=JSON      more members of the fixture's entry in the daemon's mcp.json
//   --fixture-args=A   more options of the fixture, with spaces between them
//   --daemon-args=A    of the daemon
//   --output=DIR       keeps what the suite wrote, and the daemon's log
//   --build=DIR        a build directory to take the programs from; else the environment names
//                      them: MCP_TEST_FIXTURE, MCP_TEST_DAEMON, MCP_TEST_KEEPER
//   --npm=DIR          where the packages are installed; else MCP_TEST_NPM
//
// What may fail in a combination is said in exceptions/SET.REVISION.TARGET, or for one
// transport in exceptions/SET.REVISION-TRANSPORT.TARGET: a scenario and the reason in each line. What is listed and does not fail is a failure, too.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { parseArgs } = require('node:util');

const { startDaemon } = require('./daemon.cjs');

const SETS = {
  '0.1-active': { version: '0.1', args: ['--suite', 'active'], revision: '2025-11-25' },
  '0.2-2025-03-26': { version: '0.2', args: ['--spec-version', '2025-03-26'], revision: '2025-03-26' },
  '0.2-2025-06-18': { version: '0.2', args: ['--spec-version', '2025-06-18'], revision: '2025-06-18' },
  '0.2-2025-11-25': { version: '0.2', args: ['--requirements', '2025-11-25'], revision: '2025-11-25' },
  '0.2-2026-07-28': { version: '0.2', args: ['--requirements', '2026-07-28'], revision: '2026-07-28' },
};

const SUITE_TIMEOUT_MS = 240_000;

function readOptions() {
  const text = { type: 'string' };
  const { values } = parseArgs({
    options: {
      set: text, revision: text, transport: { ...text, default: 'http' },
      target: { ...text, default: 'direct' }, all: { type: 'boolean', default: false },
      scenario: text, server: { ...text, default: '{}' }, 'fixture-args': { ...text, default: '' },
      'daemon-args': { ...text, default: '' }, output: text, build: text, npm: text,
    },
  });

  if (!SETS[values.set]) {
    throw new Error(`--set is one of ${Object.keys(SETS).join(', ')}`);
  }
  values.revision ??= SETS[values.set].revision;
  if (values.target === 'direct' && values.transport === 'stdio') {
    throw new Error('the suite speaks HTTP only: without a gateway the fixture must, too');
  }
  return values;
}

const split = (text) => text.split(' ').filter((word) => word !== '');

function fixtureArgs(options) {
  return [`--revision=${options.revision}`, `--transport=${options.transport}`,
    ...split(options['fixture-args'])];
}

// Resolves to the fixture's URL.
function startFixture(options, children) {
  const child = spawn(process.env.MCP_TEST_FIXTURE, fixtureArgs(options),
    { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the fixture ended with status ${code}`)));
    readline.createInterface({ input: child.stdout }).once('line',
      (line) => resolve(JSON.parse(line).url));
  });
}

// The fixture as the daemon's only server, its names and URIs left as they are; on its own path
// they are that anyway.
function describeServer(options, url) {
  const entry = url
    ? { type: options.transport, url }
    : { command: process.env.MCP_TEST_FIXTURE, args: fixtureArgs(options) };
  const names = options.target === 'one-server' ? {} : { prefix: '' };
  return { mcpServers: { fixture: { ...entry, ...names, ...JSON.parse(options.server) } } };
}

async function startTarget(options, directory, children) {
  const url = options.transport === 'stdio' ? null : await startFixture(options, children);
  if (options.target === 'direct') {
    return url;
  }
  const daemon = await startDaemon({
    directory, children, servers: describeServer(options, url),
    args: split(options['daemon-args']), log: path.join(directory, 'daemon.log'),
  });
  return options.target === 'one-server' ? `${daemon}/fixture` : daemon;
}

// Resolves to what the suite said and how it ended.
function runSuite(options, url, directory) {
  const set = SETS[options.set];
  const suite = path.join(process.env.MCP_TEST_NPM,
    `conformance/node_modules/conformance-${set.version}/dist/index.js`);
  const which = options.scenario
    ? ['--scenario', options.scenario, '--verbose',
      ...(set.version === '0.2' ? ['--spec-version', set.revision] : [])]
    : set.args;
  const child = spawn(process.execPath,
    [suite, 'server', '--url', url, ...which, '-o', path.join(directory, 'results')],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: SUITE_TIMEOUT_MS });
  let output = '';

  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => { output += data; });
  }
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ output, status: code ?? signal }));
  });
}

// scenario -> the checks that failed; of a scenario that broke down there is no file.
function readResults(directory, output) {
  const results = new Map();
  const folder = path.join(directory, 'results');

  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
    const match = name.match(/^server-(.+)-\d{4}-\d\d-\d\dT[-\d]+Z$/);
    const file = path.join(folder, name, 'checks.json');
    if (match && fs.existsSync(file)) {
      const checks = JSON.parse(fs.readFileSync(file, 'utf8'));
      results.set(match[1], checks.filter((check) => check.status === 'FAILURE'));
    }
  }
  for (const [, scenario] of output.matchAll(/^✗ ([a-z0-9-]+):/gm)) {
    if (!results.get(scenario)?.length) {
      results.set(scenario, [{ id: 'scenario', errorMessage: 'the scenario broke down' }]);
    }
  }
  return results;
}

// The names of those that are run, but not asked for by the revision.
function readUncounted(output) {
  const [, list = ''] = output.split(/^Not scored for .*$/m);
  return new Set([...list.matchAll(/^ +[✓✗] ([a-z0-9-]+) \(/gm)].map((match) => match[1]));
}

function readExceptions(options) {
  const { set, revision, transport } = options;
  const target = options.target === 'direct' ? 'direct' : 'gateway';
  const lines = [`${set}.${revision}.${target}`, `${set}.${revision}-${transport}.${target}`]
    .map((name) => path.join(__dirname, 'exceptions', name))
    .filter((file) => fs.existsSync(file))
    .flatMap((file) => fs.readFileSync(file, 'utf8').split('\n'));
  return new Map(lines.filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.match(/^(\S+)\s*(.*)$/).slice(1)));
}

function explain(checks) {
  for (const check of checks) {
    console.log(`#   ${check.id}: ${(check.errorMessage ?? check.description ?? '')
      .replaceAll('\n', '\n#     ')}`);
  }
}

// Prints a line for each scenario; returns how many there are, and are not as expected.
function report(results, uncounted, exceptions) {
  let bad = 0;
  let number = 0;

  for (const scenario of exceptions.keys()) {
    if (!results.has(scenario)) {
      results.set(scenario, []);
    }
  }
  for (const [scenario, failures] of [...results].sort()) {
    const reason = exceptions.get(scenario);
    if (uncounted.has(scenario) && failures.length > 0) {
      console.log(`# ${scenario} fails, but does not count`);
      continue;
    }
    number++;
    if (reason !== undefined && failures.length > 0) {
      console.log(`ok ${number} - ${scenario} # SKIP ${reason}`);
    } else if (reason !== undefined) {
      console.log(`not ok ${number} - ${scenario} is listed as an exception, and does not fail`);
      bad++;
    } else {
      console.log(`${failures.length > 0 ? 'not ok' : 'ok'} ${number} - ${scenario}`);
      bad += failures.length > 0 ? 1 : 0;
    }
    explain(failures);
  }
  return { bad, number };
}

async function main() {
  const options = readOptions();
  const directory = options.output ?? fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-conformance-'));
  const children = [];

  try {
    if (options.output) {
      fs.rmSync(directory, { recursive: true, force: true });
      fs.mkdirSync(directory, { recursive: true });
    }
    const url = await startTarget(options, directory, children);
    const { output, status } = await runSuite(options, url, directory);
    const results = readResults(directory, output);

    if (options.output || results.size === 0) {
      fs.writeFileSync(path.join(directory, 'suite.log'), output);
    }
    if (options.scenario || results.size === 0) {
      console.log(output.replace(/^/gm, '# '));
    }
    if (results.size === 0 || typeof status !== 'number') {
      throw new Error(`the suite ended with ${status}, and ${results.size} scenarios`);
    }
    const uncounted = options.all || options.scenario ? new Set() : readUncounted(output);
    const exceptions = options.scenario ? new Map() : readExceptions(options);
    let { bad, number } = report(results, uncounted, exceptions);
    if (options.target !== 'direct') {
      const daemon = children.pop();
      await endChildren([daemon]);
      number++;
      bad += daemon.exitCode === 0 ? 0 : 1;
      console.log(`${daemon.exitCode === 0 ? 'ok' : 'not ok'} ${number} - the daemon ends cleanly`);
      if (daemon.exitCode !== 0) {
        console.log(fs.readFileSync(path.join(directory, 'daemon.log'), 'utf8').replace(/^/gm, '# '));
      }
    }
    console.log(`1..${number}`);
    return bad === 0 ? 0 : 1;
  } finally {
    await endChildren(children);
    if (!options.output) {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  }
}

async function endChildren(children) {
  await Promise.all(children.map((child) => new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.removeAllListeners('exit');
    child.on('exit', resolve);
    child.kill('SIGTERM');
  })));
}

main().then((status) => process.exit(status), (error) => {
  console.log(`Bail out! ${error.message}`);
  console.log(error.stack.replace(/^/gm, '# '));
  process.exit(1);
});
