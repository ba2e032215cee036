// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Every view of the page and every action, in a real browser, against a daemon with servers.
//
//   --only=TEXT   the cases whose names have it
'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { runTests } = require('../matrix/tap.cjs');
const { Desk, until } = require('./desk.cjs');
const { OauthServer } = require('./oauth-server.cjs');

const ONLY = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length) ?? '';

const row = (page, text) => page.locator('tbody tr', { hasText: text });
const card = (page, heading) => page.locator('article', { has: page.getByRole('heading', { name: heading, exact: true }) });
const notice = (page, text) => page.locator('.notice', { hasText: text }).first().waitFor();

async function theWayIn(desk) {
  const page = await desk.newTab();
  const address = await desk.makeAddress();
  const code = new URLSearchParams(new URL(address).hash.slice(1)).get('code');

  await page.goto(desk.url.href);
  await page.getByText('mcp-session dashboard').waitFor();
  assert.equal(await page.locator('nav').isVisible(), false);

  await page.goto('about:blank');
  await page.goto(`${desk.url.href}#code=00000000000000000000000000000000`);
  await page.getByRole('heading', { name: 'The code was used, or is too old.' }).waitFor();

  await page.goto('about:blank');
  await page.goto(address);
  await page.waitForSelector('#status[data-state="live"]');
  assert.equal(new URL(page.url()).hash, '#/now');
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state]));
  assert.ok(!kept.includes(desk.key) && !kept.includes(code), kept);

  await page.reload();
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  await page.goto('about:blank');
  await page.goto(address);
  await page.getByRole('heading', { name: 'The code was used, or is too old.' }).waitFor();
  await page.context().close();
}

async function aNewCodeInTheSameTab(desk) {
  const page = await desk.newTab();

  await page.goto(desk.url.href);
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  await page.goto(`${await desk.makeAddress()}&view=sessions`);
  await page.waitForSelector('#status[data-state="live"]');
  await page.getByRole('heading', { name: 'Sessions', level: 1 }).waitFor();
  await page.context().close();
}

async function now(desk) {
  const session = await desk.createSession('Ada’s client', { cwd: '/tmp' });
  const page = await desk.openPage();
  const call = desk.callTool(session, 'test__count', { steps: 5, delay_ms: 400, message: 'halfway' });

  const shown = card(page, 'Ada’s client');
  await shown.getByText('halfway').waitFor();
  await shown.getByText('/ 5').waitFor();
  assert.equal(await shown.getByRole('progressbar').getAttribute('aria-label'), 'test__count');
  await shown.getByText('done').waitFor();
  await call;
  // It leaves the cards, and is quiet.
  await page.locator('.idle', { hasText: 'Ada’s client' }).waitFor();
  await page.context().close();
}

async function cancelACall(desk) {
  const session = await desk.createSession('canceller');
  const page = await desk.openPage();
  const call = desk.callTool(session, 'test__hang');

  await card(page, 'canceller').getByRole('button', { name: 'Cancel test__hang' }).click();
  await card(page, 'canceller').getByText('cancelled').waitFor();
  assert.match(await call, /error/);
  await page.context().close();
}

async function callsOfBefore(desk) {
  const session = await desk.createSession('earlier');
  const abort = new AbortController();
  const call = desk.callTool(session, 'test__hang', {}, { signal: abort.signal }).catch(() => {});

  await until(async () => (await desk.api('GET', '/calls?state=running')).calls.length > 0, 'the call');
  const page = await desk.openPage();
  await card(page, 'earlier').getByRole('progressbar').waitFor();
  abort.abort();
  await call;
  await card(page, 'earlier').getByText('cancelled').waitFor();
  await page.context().close();
}

async function stopAll(desk) {
  const session = await desk.createSession('stopped');
  const page = await desk.openPage();
  const call = desk.callTool(session, 'test__hang');

  await card(page, 'stopped').getByRole('progressbar').waitFor();
  await page.getByRole('button', { name: 'Stop all calls' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop all calls' }).click();
  await page.getByText('All calls are stopped').waitFor();
  await call;
  assert.match(await desk.callTool(session, 'test__echo'), /error/);
  await page.getByRole('button', { name: 'Allow calls again' }).click();
  await notice(page, 'Calls are allowed again.');
  // By somebody else.
  await desk.api('PUT', '/stop');
  await page.getByText('All calls are stopped').waitFor();
  await desk.api('DELETE', '/stop');
  await page.getByText('All calls are stopped').waitFor({ state: 'hidden' });
  assert.match(await desk.callTool(session, 'test__echo', { a: 'b' }), /result/);
  await page.context().close();
}

async function servers(desk) {
  const page = await desk.openPage('servers');
  const shown = card(page, 'test');

  await shown.locator('.pill').waitFor();
  await card(page, 'broken').getByText('nonexistent').or(card(page, 'broken').getByText('stopped')).first().waitFor();
  await card(page, 'misspelt').getByText('cannot be used').waitFor();
  await card(page, 'misspelt').getByText('scope').waitFor();
  assert.equal(await card(page, 'misspelt').getByRole('button').count(), 0);

  const session = await desk.createSession('user of test');
  await desk.callTool(session, 'test__echo');
  await shown.getByText('running').waitFor();
  await shown.getByText('Memory').waitFor();
  await shown.getByRole('button', { name: 'Refresh its lists' }).click();
  await notice(page, 'test was asked.');
  await shown.getByRole('button', { name: 'Restart' }).click();
  await notice(page, 'test is restarted.');
  await desk.api('DELETE', `/session/${session.session_id}`);
  await page.context().close();
}

async function logOfAServer(desk) {
  const session = await desk.createSession('logger');
  const page = await desk.openPage('servers');

  await desk.callTool(session, 'odd__form', { text: 'x', number: 1 });
  await card(page, 'odd').getByRole('button', { name: 'Log', exact: true }).click();
  await card(page, 'odd').getByLabel('Log of odd').getByText('<script>').waitFor();
  await page.context().close();
}

async function tools(desk) {
  const page = await desk.openPage('tools');

  await page.getByLabel('Search').fill('gives arguments');
  await page.getByRole('link', { name: 'odd form' }).click();
  await page.getByText('odd__form(text: string, number: integer, flag?: boolean, list?: string[]').waitFor();
  await page.getByText('may destroy').waitFor();

  const form = page.locator('form');
  await form.getByRole('button', { name: 'Run' }).click();
  assert.equal(await form.getByLabel('number').evaluate((node) => node.validationMessage), 'A whole number is wanted.');
  await form.getByLabel('text').fill('007');
  await form.getByLabel('number').fill('7');
  await form.getByLabel('flag').selectOption('true');
  await form.getByLabel('list').fill('["a", "b"]');
  await form.getByLabel('inner').fill('deep');
  await form.getByRole('button', { name: 'Run' }).click();
  await form.getByText('done').waitFor();
  assert.deepEqual(JSON.parse(await form.locator('.result pre').textContent()),
    { text: '007', number: 7, flag: true, list: ['a', 'b'], nested: { inner: 'deep' } });

  await form.getByRole('button', { name: 'Write the arguments as JSON' }).click();
  await form.getByLabel('Arguments as JSON').fill('{"text": "by hand", "number": 1}');
  await form.getByRole('button', { name: 'Run' }).click();
  await form.locator('.result pre', { hasText: 'by hand' }).waitFor();
  await page.context().close();
}

async function manyTools(desk) {
  const page = await desk.openPage('tools');

  await page.getByText('more; search for them').waitFor();
  assert.equal(await page.locator('.tool-list li').count(), 500);
  await page.getByLabel('Search').fill('extra-1999');
  await page.getByRole('link', { name: 'many extra-1999' }).click();
  await page.getByText('many__extra-1999(').waitFor();
  await desk.show(page, 'tools/%E0%A4%A');
  await page.getByText('There is no such tool here.').waitFor();
  await page.context().close();
}

async function resultsOfEveryKind(desk) {
  const page = await desk.openPage('tools/odd__everything');
  const result = page.locator('.result');

  await page.getByRole('button', { name: 'Run' }).click();
  await result.getByText('a plain text').waitFor();
  assert.equal(await result.locator('pre').nth(1).textContent(), '{\n  "a": [\n    1,\n    2\n  ]\n}');
  await until(() => result.locator('img').evaluate((image) => image.complete && image.naturalWidth === 40), 'the picture');
  assert.equal(await result.locator('img').count(), 1);
  assert.equal(await result.locator('audio').count(), 1);
  await result.getByText('42').waitFor();
  await result.locator('.stack', { has: page.getByText('Readable') }).getByRole('button', { name: 'Read' }).click();
  await result.getByText('read odd://readable').waitFor();
  assert.equal(await result.locator('a[href^="javascript"]').count(), 0);
  await page.context().close();
}

async function cancelATrial(desk) {
  const page = await desk.openPage('tools/test__hang');

  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('form').getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('The call was cancelled.').waitFor();
  await until(async () => (await desk.api('GET', '/calls?limit=1')).calls[0].state === 'cancelled', 'the end of the call');
  await page.context().close();
}

async function theSessionOfThePage(desk) {
  const page = await desk.openPage('tools/test__echo');

  await page.getByRole('button', { name: 'Run' }).waitFor();
  const isThere = async () => (await desk.api('GET', '/session')).sessions.some(({ label }) => label?.startsWith('Dashboard'));
  assert.ok(await isThere());
  // So it is told that it goes. Its profile stays until it is gone: what a page says at last goes with the profile.
  const gone = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await gone;
  await until(async () => !await isThere(), 'the end of the session');
  await page.context().close();
}

async function history(desk) {
  const session = await desk.createSession('historian');
  const page = await desk.openPage('history');

  await desk.callTool(session, 'test__count', { steps: 4, delay_ms: 60 });
  await desk.callTool(session, 'test__fail', { text: 'it went wrong' });
  await row(page, 'fail').first().waitFor();
  await page.getByLabel('State').selectOption('error');
  await row(page, 'count').first().waitFor({ state: 'detached' });
  await page.getByLabel('State').selectOption('');
  await page.getByLabel('Session').selectOption({ label: 'historian' });
  await until(async () => await page.locator('tbody tr').count() === 2, 'the two calls of the session');
  await page.getByLabel('Tool', { exact: true }).fill('test__count');
  await page.getByLabel('Tool', { exact: true }).press('Tab');
  await until(async () => await page.locator('tbody tr').count() === 1, 'the one call of the tool');

  await row(page, 'count').getByRole('button').click();
  const account = page.getByRole('dialog', { name: 'test__count' });
  await account.getByText('historian').waitFor();
  await account.getByRole('img', { name: 'Progress over time' }).waitFor();
  await page.keyboard.press('Escape');
  await account.waitFor({ state: 'detached' });

  assert.ok(await page.locator('.chart rect').count() > 0);
  await page.getByRole('button', { name: 'Last day' }).click();
  await page.locator('.legend', { hasText: 'historian' }).waitFor();
  await page.context().close();
}

async function sessions(desk) {
  const session = await desk.createSession('to be edited', { allowed_tools: ['test__*'] });
  const page = await desk.openPage('sessions');
  const line = row(page, 'to be edited');

  await line.getByText('test__*').waitFor();
  await line.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Allowed tools, one a line').fill('test__echo\nodd__*');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await line.getByText('test__echo, odd__*').waitFor();
  const facts = await desk.api('GET', `/session/${session.session_id}`);
  assert.deepEqual(facts.allowed_tools, ['test__echo', 'odd__*']);

  await line.getByRole('button', { name: 'Edit' }).click();
  await dialog.getByLabel('Label').fill('edited');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row(page, 'edited').waitFor();

  await row(page, 'edited').getByRole('button', { name: 'Close' }).click();
  await dialog.getByRole('button', { name: 'Close the session' }).click();
  await row(page, 'edited').waitFor({ state: 'detached' });
  assert.equal((await desk.fetch('GET', `/session/${session.session_id}`)).status, 404);
  await page.context().close();
}

async function changedTools(desk, file) {
  const session = await desk.createSession('user of pinned');
  const page = await desk.openPage('waiting');

  await desk.callTool(session, 'pinned__old');
  fs.writeFileSync(file, '');
  await desk.api('POST', '/servers/pinned/refresh');
  await until(async () => (await desk.api('GET', '/servers/pinned/held')).held.length > 0, 'the tools that are held');
  await desk.show(page, 'now');
  await desk.show(page, 'waiting');

  await page.getByText('Tools of pinned are new or have changed').waitFor();
  await page.getByRole('button', { name: /^Accept/ }).click();
  await notice(page, 'The tools were accepted.');
  await page.getByText('Tools of pinned are new or have changed').waitFor({ state: 'detached' });
  assert.deepEqual((await desk.api('GET', '/servers/pinned/held')).held, []);
  await page.context().close();
}

// A client of its own: a process that the browser is not below.
function ask(desk, text) {
  return new Promise((resolve) => {
    execFile(process.env.MCP_TEST_COMMAND, ['call', 'asks__echo', `text=${text}`], { env: { ...desk.world.environment, LC_ALL: 'C.UTF-8' } },
      (error, stdout, stderr) => resolve({ status: error?.code ?? 0, out: stdout + stderr }));
  });
}

async function questions(desk) {
  const [page, other] = await Promise.all([desk.openPage('waiting'), desk.openPage('now')]);
  const question = page.locator('article', { hasText: 'asks__echo' });

  let answer = ask(desk, '<b>all of it</b>');
  await question.getByText('"text": "<b>all of it</b>"').waitFor();
  await page.locator('nav .badge', { hasText: '1' }).waitFor();
  await other.locator('nav .badge', { hasText: '1' }).waitFor();
  assert.match(await page.title(), /^\(1\) /);
  await question.getByText('left').waitFor();
  await question.getByRole('button', { name: 'Allow once' }).click();
  assert.match((await answer).out, /all of it/);
  await question.waitFor({ state: 'detached' });
  await other.locator('nav .badge').waitFor({ state: 'hidden' });

  answer = ask(desk, 'no');
  await question.getByRole('button', { name: 'Deny' }).click();
  assert.equal((await answer).status, 1);
  await desk.show(page, 'history');
  await row(page, 'echo').first().getByRole('button').click();
  await page.getByRole('dialog').getByText('denied, on this page').waitFor();
  await Promise.all([page, other].map((tab) => tab.context().close()));
}

async function questionOfThePage(desk) {
  const page = await desk.openPage('tools/asks__echo');

  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('nav .badge', { hasText: '1' }).waitFor();
  await page.getByText('The page cannot answer for itself').waitFor();
  await page.getByRole('link', { name: 'Waiting' }).click();
  await page.locator('nav .badge').waitFor({ state: 'hidden' });
  assert.equal(await page.locator('article', { hasText: 'asks__echo' }).count(), 0);
  await page.context().close();
}

async function login(desk) {
  const session = await desk.createSession('guest');
  assert.match(await desk.callTool(session, 'guarded__secret'), /error/);

  const page = await desk.openPage('waiting');
  await card(page, 'guarded').getByRole('button', { name: 'Log in' }).click();
  const opened = page.context().waitForEvent('page');
  await page.getByRole('link', { name: 'Open the login page of guarded' }).click();
  const tab = await opened;
  await tab.getByRole('link', { name: 'Allow' }).click();
  await tab.waitForURL(/oauth\/callback/);
  await until(async () => (await desk.api('GET', '/servers/guarded')).auth.state === 'authorized', 'the login');
  assert.equal(await tab.evaluate(() => window.opener), null);

  await desk.show(page, 'servers');
  await card(page, 'guarded').getByText('logged in').waitFor();
  assert.match(await desk.callTool(session, 'guarded__secret'), /told/);
  await card(page, 'guarded').getByRole('button', { name: 'Log out' }).click();
  await notice(page, 'You are logged out of guarded.');
  await until(async () => (await desk.api('GET', '/servers/guarded')).auth.state !== 'authorized', 'the end of the login');
  await page.context().close();
}

// A browser elsewhere ends on an address that it cannot open: a person copies it.
async function loginByHand(desk) {
  const page = await desk.openPage('servers');

  await card(page, 'guarded').getByRole('button', { name: 'Log in' }).click();
  const address = await page.getByRole('link', { name: 'Open the login page of guarded' }).getAttribute('href');
  const back = (await (await fetch(address)).text()).match(/href="([^"]*)"/)[1].replaceAll('&amp;', '&');
  await page.getByText('The login ended on a page that cannot be shown').click();
  await page.getByLabel('Address of that page').fill(back);
  await page.getByRole('button', { name: 'Finish' }).click();
  await notice(page, 'You are logged in to guarded.');
  await card(page, 'guarded').getByText('logged in').waitFor();
  await desk.api('POST', '/servers/guarded/logout');
  await page.context().close();
}

async function restart(desk) {
  const session = await desk.createSession('survivor');
  const page = await desk.openPage();

  await page.locator('.idle', { hasText: 'survivor' }).waitFor();
  await desk.restartDaemon(() => page.waitForSelector('#status[data-state="lost"]'));
  await page.waitForSelector('#status[data-state="live"]');
  await desk.publish(session, { progress: 3, total: 9, tool: 'after__restart', call_id: 'r-1', state: 'running' });
  await card(page, 'survivor').getByText('3 / 9').waitFor();
  await desk.publish(session, { progress: 9, total: 9, tool: 'after__restart', call_id: 'r-1', state: 'ok' });
  await page.context().close();
}

// What a browser says when its tab leaves the sight, and comes back.
const hide = (page, value) => page.evaluate((isHidden) => {
  Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}, value);

// The history does not know the calls of publishers, whose names are theirs.
async function publishedCallsStay(desk) {
  const session = await desk.createSession('publisher');
  const page = await desk.openPage();
  const isSnapshot = (response) => new URL(response.url()).pathname === '/calls';

  await page.locator('.idle', { hasText: 'publisher' }).waitFor();
  await desk.publish(session, { progress: 3, total: 9, tool: 'own__work', call_id: 'my-call', state: 'running' });
  await card(page, 'publisher').getByText('3 / 9').waitFor();
  const asked = page.waitForResponse(isSnapshot);
  await hide(page, true);
  await hide(page, false);
  await (await asked).finished();
  // An answer that was read is shown with the next event.
  await desk.publish(session, { progress: 1, total: 7, tool: 'more__work', call_id: 'my-other-call', state: 'running' });
  await card(page, 'publisher').getByText('1 / 7').waitFor();
  assert.equal(await card(page, 'publisher').getByText('3 / 9').count(), 1);
  await page.context().close();
}

async function twoPages(desk) {
  const session = await desk.createSession('seen twice');
  const pages = await Promise.all([desk.openPage(), desk.openPage()]);
  const call = desk.callTool(session, 'test__hang');

  await Promise.all(pages.map((page) => card(page, 'seen twice').getByRole('progressbar').waitFor()));
  await card(pages[0], 'seen twice').getByRole('button', { name: 'Cancel test__hang' }).click();
  await Promise.all(pages.map((page) => card(page, 'seen twice').getByText('cancelled').waitFor()));
  await call;
  await Promise.all(pages.map((page) => page.context().close()));
}

async function markup(desk) {
  const session = await desk.createSession('<img src=x onerror="window.broken = 1">', { cwd: '/tmp' });
  const page = await desk.openPage();
  const abort = new AbortController();
  const call = desk.callTool(session, 'odd__steps', {}, { signal: abort.signal }).catch(() => {});

  await page.getByText('<script>window.broken = 1</script>').first().waitFor();
  await page.getByRole('heading', { name: '<img src=x onerror="window.broken = 1">' }).waitFor();
  abort.abort();
  await call;
  await desk.show(page, 'tools/odd__markup');
  await page.getByRole('heading', { name: 'Title <script>' }).waitFor();
  await page.locator('form').getByLabel('text').fill('given');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.result pre', { hasText: '<script>' }).waitFor();
  await until(() => page.locator('.result img').evaluate((image) => image.complete && image.naturalWidth === 40), 'the picture');
  for (const view of ['servers', 'history', 'sessions', 'waiting', 'settings']) {
    await desk.show(page, view);
    await desk.settle(page);
  }
  assert.equal(await page.evaluate(() => window.broken), undefined);
  await page.context().close();
}

async function flood(desk) {
  const session = await desk.createSession('flooder');
  const page = await desk.openPage();
  const call = desk.callTool(session, 'test__flood', { n: 20_000 });

  await card(page, 'flooder').waitFor();
  await card(page, 'flooder').getByText('done').waitFor();
  await call;
  // The page answers at once all the while.
  await page.getByRole('link', { name: 'Sessions' }).click();
  await row(page, 'flooder').waitFor();
  await page.context().close();
}

async function lag(desk) {
  const page = await desk.newTab();

  await page.route('**/events', (route) => route.fulfill({
    contentType: 'text/event-stream', body: 'id: 1\ndata: {"progress":0,"token":1,"session_id":"x"}\n\nevent: lagged\ndata: {"missed": 1234}\n\n',
  }), { times: 1 });
  await page.goto(await desk.makeAddress());
  await page.getByText('1,234 events missed').waitFor();
  await page.waitForSelector('#status[data-state="live"]');
  await page.context().close();
}

async function manyCalls(desk) {
  const session = await desk.createSession('hard worker');
  const page = await desk.openPage();
  const N = 10_000;

  for (let i = 0; i < N; i += 500) {
    await desk.publish(session, Array.from({ length: 1000 }, (_, j) => ({
      progress: j % 2, total: j % 2 ? 1 : undefined, tool: 'bulk__job', call_id: `m-${i + Math.floor(j / 2)}`, state: j % 2 ? 'ok' : 'running',
    })));
  }
  await desk.publish(session, [{ progress: 0, tool: 'the__last', call_id: 'm-last', state: 'running' }]);
  await card(page, 'hard worker').getByText('last').waitFor();
  await until(async () => await card(page, 'hard worker').locator('.call').count() === 1, 'the end of the others');
  await desk.publish(session, [{ progress: 1, total: 1, tool: 'the__last', call_id: 'm-last', state: 'ok' }]);
  await page.context().close();
}

async function hiddenTab(desk) {
  const session = await desk.createSession('unseen');
  const page = await desk.newTab();
  let nRequests = 0;

  await page.clock.install();
  await page.goto(await desk.makeAddress());
  await page.waitForSelector('#status[data-state="live"]');
  await page.locator('.idle', { hasText: 'unseen' }).waitFor();
  const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/events'));
  await hide(page, true);
  await ended;
  page.on('request', () => { nRequests++; });
  await desk.publish(session, { progress: 1, total: 4, tool: 'not__seen', call_id: 'h-1', state: 'running' });
  await page.clock.runFor(60_000);
  assert.equal(nRequests, 0);
  assert.equal(await page.locator('.call').count(), 0);
  await hide(page, false);
  await page.clock.resume();
  await page.waitForSelector('#status[data-state="live"]');
  await desk.publish(session, { progress: 2, total: 4, tool: 'seen__again', call_id: 'h-2', state: 'running' });
  await card(page, 'unseen').getByText('2 / 4').waitFor();
  await desk.api('DELETE', `/session/${session.session_id}`);
  await page.context().close();
}

async function keyboard(desk) {
  const page = await desk.openPage();
  const focused = () => page.evaluate(() => document.activeElement.textContent);

  await page.locator('body').focus();
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'To the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focused(), 'Settings');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  await until(async () => await focused() === 'Settings' && await page.evaluate(() => document.activeElement.localName) === 'h1', 'the focus on the heading');
  await page.goBack();
  await page.getByRole('heading', { name: 'Now', level: 1 }).waitFor();
  await page.context().close();
}

async function keyChanged(desk) {
  const page = await desk.openPage();
  const key = path.join(path.dirname(desk.discovery), 'owner-key');

  await desk.restartDaemon(async () => fs.rmSync(key));
  await page.getByRole('heading', { name: 'The daemon does not know this page any more.' }).waitFor();
  await page.context().close();
}

const CASES = {
  'a code lets the owner in once, and nothing is kept': theWayIn,
  'a new code opens the page in the same tab': aNewCodeInTheSameTab,
  'now: the calls of a client, from their start to their end': now,
  'now: a call is cancelled': cancelACall,
  'now: calls that began before the page': callsOfBefore,
  'all calls are stopped, and allowed again': stopAll,
  'servers: their states, and what can be done': servers,
  'servers: what one wrote to standard error': logOfAServer,
  'tools: found, described, and tried by a form': tools,
  'tools: two thousand of them': manyTools,
  'tools: results of every kind': resultsOfEveryKind,
  'tools: a trial is cancelled': cancelATrial,
  'tools: the session of the page ends with it': theSessionOfThePage,
  'history: filters, one call, and columns': history,
  'sessions: edited and closed': sessions,
  'waiting: questions are answered': questions,
  'waiting: a trial ends with its view, and its question as well': questionOfThePage,
  'waiting: tools that have changed are accepted': changedTools,
  'waiting: a login to a server, and its end': login,
  'servers: a login that ends by hand': loginByHand,
  'the page comes back after a restart of the daemon': restart,
  'calls of a publisher stay when the page asks anew': publishedCallsStay,
  'two pages show the same': twoPages,
  'texts of tools stay texts': markup,
  'a server that floods does not hold up the page': flood,
  'what was missed is told': lag,
  'a session of 10,000 calls does not fill the page': manyCalls,
  'a hidden tab asks for nothing': hiddenTab,
  'the keyboard reaches everything': keyboard,
  'a page whose key is gone says so': keyChanged,
};

async function main(tap) {
  const desk = new Desk();
  const oauth = new OauthServer();
  const file = path.join(desk.world.makeDirectory('pinned'), 'changed');

  try {
    desk.addTestServer('test');
    await oauth.start();
    desk.world.addServer('guarded', { type: 'http', url: oauth.url });
    desk.addTestServer('many', ['--extra-tools=2000'], { allow: ['extra-*'] });
    desk.addTestServer('asks', [], { consent: 'ask' });
    desk.addScript('odd', 'odd-server.cjs');
    desk.addScript('pinned', 'pinned-server.cjs', { pin: true, args: [path.join(__dirname, 'pinned-server.cjs'), file] });
    desk.world.addServer('broken', { command: '/nonexistent/program' });
    desk.world.addServer('misspelt', { command: 'true', scope: 'everywhere' });
    await desk.start();
    for (const [name, test] of Object.entries(CASES).filter(([text]) => text.includes(ONLY))) {
      await tap.run(name, async () => {
        desk.complaints.length = 0;
        try {
          await test(desk, file);
        } finally {
          await Promise.all(desk.browser.contexts().map((context) => context.close()));
        }
        assert.deepEqual(desk.complaints, []);
      });
    }
  } finally {
    await desk.close();
    oauth.close();
  }
}

runTests(main);
