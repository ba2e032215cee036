// SPDX-License-Identifier: LGPL-2.1-or-later
//
// How smooth the page is, by the browser's own tracing, and what it keeps: 500 sessions, 200 events a
// second, and then as many events as a busy day has, all at once.
//
//   --seconds=N   how long it is watched (10)
//   --events=N    how many events follow (200,000)
//   --one-core    the browser has one processor
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { runTests } = require('../matrix/tap.cjs');
const { Desk, until } = require('./desk.cjs');

const getOption = (name, value) => Number(process.argv.find((argument) => argument.startsWith(`--${name}=`))?.split('=')[1] ?? value);

const N_SESSIONS = 500;
const PER_SECOND = 200;
const SECONDS = getOption('seconds', 10);
const N_EVENTS = getOption('events', 200_000);
// On a busy machine the page gets its turn later than it could draw.
const MAX_TASK_MS = 200;
const MAX_GROWTH = 24 * 1024 * 1024;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

function makeEvent(n) {
  const call = Math.floor(n / 20);
  const step = n % 20;

  return {
    progress: step, total: step ? 19 : undefined, message: `part ${n} of the work`, tool: `server__tool_${call % 40}`,
    call_id: `load-${call}`, state: step === 19 ? 'ok' : 'running',
  };
}

async function makeSessions(desk) {
  const sessions = [];

  // A session may not be made for each request of a flood: the daemon has a limit a minute.
  for (let i = 0; i < N_SESSIONS; i++) {
    sessions.push(await desk.createSession(`client ${i}`, { cwd: '/tmp' }));
  }
  return sessions;
}

// Each session's calls go on one after another.
async function publishFor(desk, sessions, seconds) {
  const counts = new Array(sessions.length).fill(0);
  const started = performance.now();
  let n = 0;

  while (performance.now() - started < seconds * 1000) {
    const due = (performance.now() - started) / 1000 * PER_SECOND;
    const batch = [];
    while (n < due) {
      const index = n % sessions.length;
      batch.push(desk.publish(sessions[index], { ...makeEvent(counts[index]++), call_id: `s-${index}-${Math.floor(counts[index] / 20)}` }));
      n++;
    }
    await Promise.all(batch);
    await pause(20);
  }
  return n;
}

async function measureHeap(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  return { usedSize, nodes };
}

const quantile = (values, part) => values[Math.min(Math.floor(values.length * part), values.length - 1)];

function readTrace(buffer) {
  const { traceEvents } = JSON.parse(buffer);
  const main = traceEvents.find(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const tasks = traceEvents.filter(({ name, tid, pid, dur }) => name === 'RunTask' && dur && tid === main?.tid && pid === main?.pid).map(({ dur, tdur }) => ({ wall: dur / 1000, cpu: (tdur ?? dur) / 1000 }));

  return tasks;
}

async function smooth(desk, sessions) {
  const page = await desk.openPage();

  await page.locator('.idle').first().waitFor();
  await publishFor(desk, sessions, 2);
  await page.evaluate(() => {
    window.frames_ = [];
    const note = (time) => {
      window.frames_.push(time);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
  await desk.browser.startTracing(page, { categories: ['devtools.timeline', 'toplevel', 'disabled-by-default-devtools.timeline'] });
  const n = await publishFor(desk, sessions, SECONDS);
  const tasks = readTrace(await desk.browser.stopTracing());
  const frames = await page.evaluate(() => window.frames_);
  const gaps = frames.slice(1).map((time, index) => time - frames[index]).sort((a, b) => a - b);
  const cpu = tasks.map((task) => task.cpu).sort((a, b) => a - b);
  const busy = cpu.reduce((sum, ms) => sum + ms, 0);

  console.log(`# ${n} events in ${SECONDS} s; ${frames.length} frames, gaps of 50 %: ${quantile(gaps, 0.5).toFixed(1)} ms, 95 %: ${
    quantile(gaps, 0.95).toFixed(1)} ms, 99 %: ${quantile(gaps, 0.99).toFixed(1)} ms, longest ${gaps.at(-1).toFixed(1)} ms`);
  console.log(`# main thread: ${(busy / SECONDS / 10).toFixed(1)} % of a processor, tasks of 99 %: ${quantile(cpu, 0.99).toFixed(1)} ms, longest ${cpu.at(-1).toFixed(1)} ms`);
  assert.ok(tasks.length > 0, 'the trace has no tasks');
  assert.ok(cpu.at(-1) < MAX_TASK_MS, `a task took ${cpu.at(-1)} ms`);
  assert.ok(busy < SECONDS * 1000 * 0.7, `the main thread worked for ${busy} ms`);
  await page.context().close();
}

async function bounded(desk, sessions) {
  const page = await desk.openPage();
  const session = await page.context().newCDPSession(page);

  await page.locator('.idle').first().waitFor();
  await publishFor(desk, sessions, 3);
  const before = await measureHeap(session);
  for (let n = 0; n < N_EVENTS; n += 1000) {
    await desk.publish(sessions[(n / 1000) % sessions.length], Array.from({ length: 1000 }, (_, i) => makeEvent(n + i)));
  }
  await publishFor(desk, sessions, 3);
  await until(() => page.locator('#status[data-state="live"]').isVisible(), 'the page');
  const after = await measureHeap(session);
  const format = ({ usedSize, nodes }) => `${(usedSize / 1e6).toFixed(1)} MB, ${nodes} nodes`;
  console.log(`# heap: ${format(before)}; after ${N_EVENTS} events: ${format(after)}`);
  assert.ok(after.usedSize - before.usedSize < MAX_GROWTH, 'the heap grew');
  await page.context().close();
}

async function main(tap) {
  const desk = new Desk();

  if (process.argv.includes('--one-core')) {
    const wrapper = path.join(desk.world.makeDirectory('browser'), 'chromium');
    fs.writeFileSync(wrapper, `#!/bin/sh\nexec taskset -c 0 '${process.env.MCP_TEST_CHROMIUM}' "$@"\n`, { mode: 0o700 });
    process.env.MCP_TEST_CHROMIUM = wrapper;
  }
  try {
    await desk.start();
    const sessions = await makeSessions(desk);
    await tap.run('200 events a second over 500 sessions', () => smooth(desk, sessions));
    await tap.run('what the page keeps has a bound', () => bounded(desk, sessions));
  } finally {
    await desk.close();
  }
}

runTests(main);
