// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Measures this daemon and other gateways from npm, with the same servers behind: memory, what a call
// takes, and the conformance suite. Prints tables in Markdown, for docs/comparison.md.
//
//   --packages=DIR   where the packages of package.json are installed
//   --only=NAME      one gateway
//   --part=PART      memory, calls or conformance
//   --report=FILE    replaces what is between the marks in this file
//   --readme=FILE    likewise, with a short table
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { startAdapter } = require('./adapter.cjs');
const { Client, OldClient } = require('./client.cjs');
const { GATEWAYS, World } = require('./gateways.cjs');
const { cpuOf, memoryOf, processesOf } = require('./processes.cjs');

const CLIENTS = 3;
const CALLS = 500;
const ROUNDS = 3;
const SUITE_TIMEOUT_MS = 300_000;
// A scenario counts as failed if it fails each time: on a busy machine one may come too late.
const SUITE_RUNS = 3;

const text = { type: 'string' };
const { values: options } = parseArgs({ options: { packages: text, only: text, part: text, report: text, readme: text } });
const wanted = (part) => !options.part || options.part === part;

const server = (name) => path.join(options.packages, `node_modules/@modelcontextprotocol/server-${name}/dist/index.js`);
const realServers = (directory) => ({
  everything: { command: process.execPath, args: [server('everything'), 'stdio'] },
  files: { command: process.execPath, args: [server('filesystem'), directory] },
  memory: { command: process.execPath, args: [server('memory')] },
});
const fixture = (revision) => ({ fixture: { command: process.env.MCP_TEST_FIXTURE, args: [`--revision=${revision}`, '--transport=stdio'] } });

let n = 0;

// Runs with a gateway of its own, which is gone afterwards.
async function withGateway(name, makeServers, work) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'compare-'));
  const world = new World({ directory, mark: `${process.pid}-${++n}`, packages: options.packages });
  try {
    return await work(await GATEWAYS[name].start(world, makeServers(directory)), world);
  } catch (error) {
    const logs = fs.readdirSync(directory).filter((file) => file.endsWith('.log'));
    error.message += logs.map((log) => `\n${log}: ${fs.readFileSync(path.join(directory, log), 'utf8').slice(-500)}`).join('');
    throw error;
  } finally {
    world.children.forEach((child) => child.kill('SIGTERM'));
    delete process.env.COMPARE_MARK;
    await allGone(world.mark);
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

// What ends late is killed; the next measurement begins alone.
async function allGone(mark) {
  for (let tries = 0; tries < 100; tries++) {
    const left = processesOf(mark).filter((pid) => pid !== process.pid);
    if (left.length === 0) {
      return;
    }
    if (tries > 50) {
      left.forEach((pid) => { try { process.kill(pid, 'SIGKILL'); } catch { /* it has gone */ } });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// Some gateways listen before they serve.
async function connect(name, url) {
  const end = Date.now() + 60_000;
  for (;;) {
    const client = GATEWAYS[name].isOld ? new OldClient(url) : new Client(url);
    try {
      return await client.begin();
    } catch (error) {
      client.end();
      if (Date.now() > end) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

// The tools of all servers are there: some gateways begin before their servers do.
async function listAll(client, prefix, names) {
  const end = Date.now() + 60_000;
  for (;;) {
    const { tools } = await client.request('tools/list');
    const found = names.map((name) => tools.find((tool) => tool.name === name || tool.name === prefix(name)));
    if (found.every((tool) => tool) || Date.now() > end) {
      return found.map((tool) => tool?.name);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const TOOLS = { everything: 'echo', files: 'list_allowed_directories', memory: 'read_graph' };

// The clients stay connected.
async function useAll(name, urls, index, clients) {
  const servers = Object.keys(TOOLS);
  for (const [number, url] of urls.entries()) {
    const client = await connect(name, url);
    clients.push(client);
    const own = urls.length === 1 ? servers : [servers[number]];
    for (const one of own) {
      const [tool] = await listAll(client, (tool_) => GATEWAYS[name].prefix.replace('NAME', one) + tool_, [TOOLS[one]]);
      await client.request('tools/call', { name: tool, arguments: one === 'everything' ? { message: `client ${index}` } : {} });
    }
  }
}

const measureMemory = (name) => withGateway(name, realServers, async (urls, world) => {
  const clients = [];
  for (let index = 0; index < CLIENTS; index++) {
    await useAll(name, urls, index, clients);
  }
  const memory = memoryOf(world.mark);
  clients.forEach((client) => client.end());
  return memory;
});

// Without a gateway each client starts each server.
async function memoryWithout() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'compare-'));
  const mark = `${process.pid}-${++n}`;
  const children = [];
  for (let index = 0; index < CLIENTS; index++) {
    for (const { command, args } of Object.values(realServers(directory))) {
      const child = spawn(command, args, { env: { ...process.env, COMPARE_MARK: mark }, stdio: ['pipe', 'pipe', 'ignore'] });
      children.push(child);
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'c', version: '1' } } })}\n`);
      await new Promise((resolve) => child.stdout.once('data', resolve));
    }
  }
  const memory = memoryOf(mark);
  children.forEach((child) => child.kill());
  await allGone(mark);
  fs.rmSync(directory, { recursive: true, force: true });
  return memory;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

// The server is of a revision that all of them know.
const measureCalls = (name) => withGateway(name, () => fixture('2025-03-26'), async ([url], world) => {
  const client = await connect(name, url);
  const [tool] = await listAll(client, (tool_) => GATEWAYS[name].prefix.replace('NAME', 'fixture') + tool_, ['test_simple_text']);
  const times = [];
  const call = () => client.request('tools/call', { name: tool, arguments: {} });
  for (let index = 0; index < 100; index++) {
    await call();
  }
  const before = cpuOf(world.mark);
  for (let index = 0; index < CALLS; index++) {
    const start = process.hrtime.bigint();
    await call();
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  client.end();
  return { latency: median(times), cpu: (cpuOf(world.mark) - before) / CALLS };
});

function runSuite(url, directory) {
  const child = spawn(process.execPath, [path.join(options.packages, 'node_modules/conformance-0.2/dist/index.js'), 'server',
    '--url', url, '--requirements', '2025-11-25', '-o', directory], { stdio: ['ignore', 'pipe', 'pipe'], timeout: SUITE_TIMEOUT_MS });
  let output = '';
  child.stdout.on('data', (data) => { output += data; });
  child.stderr.on('data', (data) => { output += data; });
  return new Promise((resolve) => { child.on('close', () => resolve(output)); });
}

// The scenarios that the revision asks for, and those of them that fail.
function countScenarios(output) {
  const [counted, uncounted = ''] = output.split(/^Not scored for .*$/m);
  const passed = new Set([...counted.matchAll(/^\s*✓ ([a-z0-9-]+)/gm)].map((match) => match[1]));
  const failed = new Set([...counted.matchAll(/^\s*✗ ([a-z0-9-]+)/gm)].map((match) => match[1]));
  for (const [, name] of uncounted.matchAll(/^ +[✓✗] ([a-z0-9-]+) \(/gm)) {
    passed.delete(name);
    failed.delete(name);
  }
  for (const name of failed) {
    passed.delete(name);
  }
  return { passed: passed.size, failed: [...failed].sort() };
}

async function runSuites(url, directory) {
  let best = countScenarios(await runSuite(url, path.join(directory, 'results')));
  for (let run = 1; run < SUITE_RUNS && best.failed.length > 0; run++) {
    const again = countScenarios(await runSuite(url, path.join(directory, `results-${run}`)));
    const failed = best.failed.filter((scenario) => again.failed.includes(scenario));
    best = { passed: best.passed + best.failed.length - failed.length, failed };
  }
  return best;
}

const measureConformance = (name) => withGateway(name, () => fixture('2025-11-25'), async ([url], world) => {
  const prefix = GATEWAYS[name].prefix.replace('NAME', 'fixture');
  const client = await connect(name, url);
  await listAll(client, (tool) => prefix + tool, ['test_simple_text']);
  client.end();
  const seen = prefix ? await startAdapter(url, prefix, world.children) : url;
  return runSuites(seen, world.directory);
});

const isThere = (name) => name === 'mcp-sessiond' || fs.existsSync(path.join(options.packages, 'node_modules', name, 'package.json'));

function versionOf(name) {
  if (name === 'mcp-sessiond') {
    return process.env.MCP_VERSION ?? '';
  }
  return JSON.parse(fs.readFileSync(path.join(options.packages, 'node_modules', name, 'package.json'), 'utf8')).version;
}

const MB = (bytes) => (bytes / 1e6).toFixed(bytes < 20e6 ? 1 : 0);

// What a cell of the table does not say.
function explain(result, part, error) {
  console.error(`${result.name}: ${part}: ${error.message}`);
  result.reasons.set(part, error.message.split('\n')[0]);
}

async function measure(name) {
  const result = { name, version: versionOf(name), reasons: new Map() };
  const attempt = async (part, work) => {
    try {
      result[part] = wanted(part) ? await work() : undefined;
    } catch (error) {
      explain(result, part, error);
    }
  };
  await attempt('memory', () => measureMemory(name));
  if (GATEWAYS[name].isOld) {
    result.reasons.set('conformance', 'the suite does not speak the older pair of HTTP and SSE');
  } else {
    await attempt('conformance', () => measureConformance(name));
  }
  return result;
}

// Rounds of all, one after the other, so that what else the machine does hits all alike; the best round counts.
async function measureRounds(results) {
  for (let round = 0; round < ROUNDS; round++) {
    for (const result of results) {
      try {
        const calls = await measureCalls(result.name);
        result.calls = { latency: Math.min(calls.latency, result.calls?.latency ?? Infinity), cpu: Math.min(calls.cpu, result.calls?.cpu ?? Infinity) };
      } catch (error) {
        explain(result, 'calls', error);
      }
    }
  }
}

function notes(results, missing) {
  return [
    ...results.filter(({ conformance }) => conformance?.failed.length).map(({ name, conformance }) =>
      `- ${name} fails ${conformance.failed.map((scenario) => `\`${scenario}\``).join(', ')}.`),
    ...results.flatMap((result) => [...result.reasons].filter(([part]) => wanted(part) && !result[part]).map(([part, reason]) =>
      `- ${result.name}: ${part} not measured: ${reason}.`)),
    ...missing.map((name) => `- ${name} is not installed: npm did not have it.`),
  ];
}

function tables(results, without, missing) {
  const row = ({ name, version, memory, calls, conformance }) => `| ${[
    `${name} ${version}`, memory ? MB(memory.ownBytes) : '–', memory ? `${MB(memory.allBytes)} in ${memory.processes}` : '–',
    calls ? calls.latency.toFixed(2) : '–', calls ? calls.cpu.toFixed(2) : '–',
    conformance ? `${conformance.passed} of ${conformance.passed + conformance.failed.length}` : '–',
  ].join(' | ')} |`;
  return [
    '| gateway | own memory, MB | with servers, MB in processes | a call, ms | processor time of a call, ms | conformance |',
    '| --- | --: | --: | --: | --: | --: |',
    ...results.map(row),
    ...(without ? [`| none: each client starts its servers | – | ${MB(without.allBytes)} in ${without.processes} | – | – | – |`] : []),
    '',
    ...notes(results, missing),
  ].join('\n');
}

function shortTable(results) {
  return [
    '| gateway | own memory, MB | processor time of a call, ms | conformance |',
    '| --- | --: | --: | --: |',
    ...results.map(({ name, version, memory, calls, conformance }) => `| ${[
      `${name} ${version}`, memory ? MB(memory.ownBytes) : '–', calls ? calls.cpu.toFixed(2) : '–',
      conformance ? `${conformance.passed} of ${conformance.passed + conformance.failed.length}` : '–',
    ].join(' | ')} |`),
  ].join('\n');
}

function describeMachine() {
  return `${new Date().toISOString().slice(0, 10)}, ${os.cpus().length} processors (${os.cpus()[0].model.trim()}), ` +
    `Linux ${os.release().split('-')[0]}, node ${process.version.slice(1)}.`;
}

function replace(file, markdown) {
  const before = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, before.replace(/(<!-- measured -->\n)[^]*(<!-- end -->)/, (_, start, end) => `${start}${markdown}\n${end}`));
}

async function main() {
  const results = [];
  const asked = Object.keys(GATEWAYS).filter((one) => !options.only || one === options.only);
  if (asked.length === 0) {
    throw new Error(`there is no gateway ${options.only}; there are ${Object.keys(GATEWAYS).join(', ')}`);
  }
  for (const name of asked.filter(isThere)) {
    results.push(await measure(name));
  }
  if (wanted('calls')) {
    await measureRounds(results);
  }
  const markdown = tables(results, wanted('memory') ? await memoryWithout() : undefined, asked.filter((one) => !isThere(one)));
  console.log(markdown);
  if (options.report) {
    replace(options.report, `${describeMachine()}\n\n${markdown}`);
  }
  if (options.readme) {
    replace(options.readme, shortTable(results));
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
