// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The client mode of the MCP conformance suite against the client half of the daemon; drive.cjs is the client
// that the suite starts. Prints TAP, a line for each scenario; those that the suite runs without
// counting them count, too, and so do warnings.
//
//   --revision=R       the revision whose requirements are run; with --suite or --scenario, the suite's --spec-version
//   --suite=NAME       what the suite calls NAME in place of the requirements of a revision
//   --drive=R          the revision of the daemon's client; default: the same
//   --only=TEXT        only scenarios whose names begin so, such as auth/
//   --but=TEXT         all but those whose names begin so
//   --scenario=NAME    only this one, alone; everything the suite says about it is shown
//   --output=DIR       keeps what the suite wrote
//   --build=DIR, --npm=DIR  as in run-suite.cjs
//   --client           for run, which starts this script
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { DONE, chooseScenario, isWanted } = require('./scenarios.cjs');

const SCENARIO_TIMEOUT_MS = 60_000;
const BAD = ['FAILURE', 'WARNING'];

function readOptions() {
  const text = { type: 'string' };
  return parseArgs({
    options: {
      revision: text, drive: { ...text, default: '' }, only: { ...text, default: '' }, but: text, scenario: text,
      suite: text, output: text, build: text, npm: text, client: { type: 'boolean' },
    },
  }).values;
}

// Resolves to what the suite said and how it ended.
function runSuite(options, directory) {
  const suite = path.join(process.env.MCP_TEST_NPM, 'conformance/node_modules/conformance-0.2/dist/index.js');
  const version = options.revision ? ['--spec-version', options.revision] : [];
  let which = ['--requirements', options.revision];
  if (options.suite) { which = ['--suite', options.suite, ...version]; }
  if (options.scenario) { which = ['--scenario', options.scenario, ...version, '--verbose']; }
  const child = spawn(process.execPath,
    [suite, 'client', '--command', `${process.execPath} ${path.join(__dirname, 'drive.cjs')}`, ...which,
      '--timeout', String(SCENARIO_TIMEOUT_MS), '-o', path.join(directory, 'results')],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, MCP_DRIVE: JSON.stringify({ revision: options.drive, only: options.only, but: options.but }) },
    });
  let output = '';

  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => { output += data; });
  }
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ output, status: code ?? signal }));
  });
}

// scenario -> what was wrong.
function readResults(directory) {
  const folder = path.join(directory, 'results');
  const results = new Map();

  for (const file of fs.readdirSync(folder, { recursive: true })) {
    const match = file.match(/^(.+)-\d{4}-\d\d-\d\dT[-\d]+Z\/checks\.json$/);
    if (match) {
      const checks = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
      const read = (name) => fs.readFileSync(path.join(folder, path.dirname(file), name), 'utf8');
      results.set(match[1], {
        bad: checks.filter((check) => BAD.includes(check.status)),
        isChecked: checks.some((check) => check.status === 'SUCCESS'),
        isDone: read('stdout.txt').endsWith(`${DONE}\n`),
        words: read('stdout.txt') + read('stderr.txt'),
      });
    }
  }
  return results;
}

// scenario -> why the daemon does not pass
function readExceptions() {
  const lines = fs.readFileSync(path.join(__dirname, 'exceptions/client'), 'utf8').split('\n');

  return new Map(lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.match(/^(\S+) (.+)$/).slice(1)));
}

const comment = (text) => console.log(String(text).replace(/^/gm, '#   '));

function hasPassed(scenario, result) {
  const isAsExpected = result.isDone === !chooseScenario(scenario).fails;

  return result.bad.length === 0 && result.isChecked && isAsExpected;
}

// The suite runs all scenarios at a time, in one process. On a busy machine its servers then answer later than the
// 5 s for which the daemon waits for server/discover alone. So what has not passed is run once more, alone.
async function repeatAlone(results, options, directory) {
  const exceptions = readExceptions();
  const failed = [...results].filter(([scenario, result]) =>
    isWanted(scenario, options) && !exceptions.has(scenario) && !hasPassed(scenario, result));

  for (const [scenario] of failed) {
    const folder = path.join(directory, 'alone', scenario);
    fs.mkdirSync(folder, { recursive: true });
    await runSuite({ ...options, suite: undefined, scenario }, folder);
    const again = readResults(folder).get(scenario);
    if (again) {
      comment(`${scenario} is run once more, alone`);
      results.set(scenario, again);
    }
  }
}

function report(results, options) {
  const exceptions = readExceptions();
  let bad = 0;
  let number = 0;

  for (const [scenario, result] of [...results].sort().filter(([name]) => isWanted(name, options))) {
    const notBuilt = exceptions.get(scenario);
    const passed = hasPassed(scenario, result);
    number++;
    bad += passed === !notBuilt ? 0 : 1;
    console.log(`${passed ? 'ok' : 'not ok'} ${number} - ${scenario}${notBuilt ? ` # TODO ${notBuilt}` : ''}`);
    if (notBuilt) {
      continue;
    }
    result.bad.forEach((check) => comment(`${check.status} ${check.id}: ${check.errorMessage ?? check.description}`));
    if (!passed) {
      comment(result.words.slice(-6000));
    }
  }
  return { bad, number };
}

async function main() {
  const options = readOptions();
  const directory = options.output ?? fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-conformance-'));

  try {
    fs.mkdirSync(directory, { recursive: true });
    const { output, status } = await runSuite(options, directory);
    if (options.output) {
      fs.writeFileSync(path.join(directory, 'suite.log'), output);
    }
    if (options.scenario) {
      comment(output);
    }
    const results = readResults(directory);
    if (!options.scenario) {
      await repeatAlone(results, options, directory);
    }
    const { bad, number } = report(results, options);
    if (number === 0 || typeof status !== 'number') {
      comment(output);
      throw new Error(`the suite ended with ${status}, and ${number} scenarios`);
    }
    console.log(`1..${number}`);
    return bad === 0 ? 0 : 1;
  } finally {
    if (!options.output) {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  }
}

main().then((status) => process.exit(status), (error) => {
  console.log(`Bail out! ${error.message}`);
  process.exit(1);
});
