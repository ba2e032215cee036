// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Makes the pictures of the page for the documents, with made-up clients and servers at work.
//
//   pictures.cjs FOLDER
'use strict';

const path = require('node:path');

const { Desk } = require('./desk.cjs');

const FOLDER = path.resolve(process.argv.at(-1));
const SIZE = { width: 1180, height: 740 };
const SETTINGS = { locale: 'en-GB', timezoneId: 'UTC', deviceScaleFactor: 1.5, viewport: SIZE };

const CLIENTS = [['Claude Code', '/home/ada/src/mcp-sessiond'], ['Codex', '/home/ada/src/website'], ['Gemini CLI', '/home/ada/notes']];
const QUIET = [['nightly build', '/home/ada/build'], ['Write the weekly report', '/home/ada/reports']];

// [client, tool, message, first, last, total, state]: what each call tells.
const CALLS = [
  [0, 'files__search_files', 'src/gateway', 160, 412, 1280],
  [0, 'build__compile', 'Linking the daemon', 30, 61, 74],
  [1, 'wiki__import', 'page 17', 5, 17],
  [1, 'browser__check_links', 'https://example.org/docs', 40, 158, 200],
  [2, 'wiki__search', '8 results', 3, 8, 8, 'ok'],
  [2, 'notes__summarize', 'Reading 2026-11', 0.1, 0.72, 1],
];

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// Some steps, so that rates and remaining times are there.
async function work(desk, sessions) {
  const tell = (event, [client, tool], index) => desk.publish(sessions[client], { tool, call_id: `c-${index + 1}`, state: 'running', ...event });

  await Promise.all(CALLS.map((call, index) => tell({ progress: 0 }, call, index)));
  for (let step = 1; step <= 8; step++) {
    await pause(250);
    await Promise.all(CALLS.map((call, index) => {
      const [, , message, first, last, total] = call;
      const progress = first + (last - first) * step / 8;
      return tell({ progress: last > 1 ? Math.round(progress) : progress, total, message }, call, index);
    }));
  }
  await Promise.all(CALLS.map((call, index) => call[6] && tell({ progress: call[4], total: call[5], state: call[6] }, call, index)));
}

async function takeNow(desk, sessions, name, options) {
  const page = await desk.openPage('now', { ...SETTINGS, ...options });

  await work(desk, sessions);
  await page.locator('.call').first().waitFor();
  await page.waitForTimeout(350);
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
  await page.context().close();
}

async function takeTools(desk) {
  const page = await desk.openPage('tools/wiki__search', { ...SETTINGS, colorScheme: 'light', viewport: { width: 1180, height: 1120 } });

  await page.locator('form').getByLabel('query').fill('progress');
  await page.locator('form').getByLabel('limit').fill('2');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.result pre').waitFor();
  await page.screenshot({ path: path.join(FOLDER, 'page-tools.png') });
  await page.context().close();
}

async function main() {
  const desk = new Desk();

  try {
    ['files', 'notes', 'wiki'].forEach((name) => desk.addScript(name, 'pictures-server.cjs', { args: [path.join(__dirname, 'pictures-server.cjs'), name] }));
    await desk.start();
    const sessions = [];
    for (const [label, cwd] of [...QUIET, ...CLIENTS]) {
      sessions.push(await desk.createSession(label, { cwd }));
    }
    sessions.splice(0, QUIET.length);
    await takeNow(desk, sessions, 'page-light', { colorScheme: 'light' });
    await takeNow(desk, sessions, 'page-dark', { colorScheme: 'dark' });
    await takeNow(desk, sessions, 'page-narrow', { colorScheme: 'light', viewport: { width: 380, height: 740 } });
    await takeTools(desk);
  } finally {
    await desk.close();
  }
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
