// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Settings: what is wrong in the files, where they are, and what is in force.

import { get } from './api.js';
import { el, empty } from './dom.js';
import { formatDuration, formatFull, t } from './text.js';

const REFRESH_MS = 5000;

const show = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

function makeProblems({ path, problems }) {
  return problems.map(({ text, line }) => el('li', { class: 'card' },
    el('p', { class: 'mono dim', dir: 'ltr' }, line ? `${path}:${line}` : path),
    // The daemon's log names the file in each line.
    el('p', { class: 'problem', dir: 'auto' }, text.startsWith(`${path}: `) ? text.slice(path.length + 2) : text)));
}

function makeFile({ path, exists, watched, problems }) {
  const state = problems.length > 0 ? ['bad', t('has problems')] : exists ? ['ok', t('is fine')] : ['', t('is not there')];

  return el('tr', {},
    el('td', { class: 'name wide mono', dir: 'ltr' }, path),
    el('td', {}, el('span', { class: 'pill', 'data-tone': state[0] }, state[1])),
    el('td', {}, watched === false ? t('Changes count at the next start') : t('Changes count at once')));
}

function makeTable(headings, rows) {
  return el('div', { class: 'table-wrap' }, el('table', { class: 'folds' },
    el('thead', {}, el('tr', {}, headings.map((text) => el('th', { scope: 'col' }, text)))), el('tbody', {}, rows)));
}

function makeGroups(settings) {
  return Object.entries(settings).flatMap(([group, keys]) => [
    el('h3', { class: 'mono' }, `[${group}]`),
    makeTable([t('Key'), t('Value')], Object.entries(keys).map(([key, value]) => el('tr', {},
      el('th', { scope: 'row', class: 'mono' }, key), el('td', { class: 'name mono', dir: 'auto' }, show(value))))),
  ]);
}

async function makeHealth(settings) {
  const health = await get('/health');
  const facts = [
    [t('Version'), health.version],
    [t('Runs since'), formatFull(new Date(health.started_at))],
    [t('For'), formatDuration(health.uptime_seconds * 1000)],
    [t('Process'), String(health.pid)],
    [t('Address'), settings?.url],
    [t('Socket'), settings?.socket],
    ['MCP', health.protocol_versions.join(', ')],
  ];

  return el('section', { class: 'card' }, el('dl', { class: 'pairs' },
    facts.filter(([, value]) => value).map(([title, value]) => [el('dt', {}, title), el('dd', {}, value)])));
}

async function makeParts(app, signal) {
  let settings;
  try {
    settings = await get('/settings', { signal });
  } catch (error) {
    return [await makeHealth(null), error.status === 404 ? empty(t('This daemon does not show its settings.'), t('“mcp-session doctor” checks the files.'))
      : el('p', { class: 'problem' }, app.explain(error))];
  }
  const files = settings.files ?? [];
  const database = settings.database?.problem ? [{ path: settings.database.path ?? '', problems: [{ text: settings.database.problem }] }] : [];
  const problems = [...files, ...database].flatMap(makeProblems);
  return [
    problems.length > 0 && [el('h2', {}, t('What is wrong')), el('ul', { class: 'stack' }, problems)],
    el('h2', {}, t('Files')), makeTable([t('File'), t('State'), t('Changes')], files.map(makeFile)),
    el('h2', {}, t('Daemon')), await makeHealth(settings),
    el('h2', {}, t('In force')), el('div', { class: 'stack' }, makeGroups(settings.settings ?? {})),
  ].flat().filter(Boolean);
}

export async function mount(root, app, signal) {
  const parts = el('div', { class: 'stack' });
  let shown = '';

  root.append(parts);
  // What has not changed stays, with the reader's selection.
  await app.repeat(async () => {
    const made = await makeParts(app, signal);
    const text = made.map((node) => node.textContent).join('\n').replace(/\d+/g, '');
    if (!signal.aborted && text !== shown) {
      shown = text;
      parts.replaceChildren(...made);
    }
  }, REFRESH_MS, signal);
}
