// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Settings: what the files say, and what is wrong in them.

import { get } from './api.js';
import { el, empty } from './dom.js';
import { formatDuration, formatFull, t } from './text.js';

const show = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

function makeProblem({ file, line, message, key }) {
  const place = [file, line].filter((part) => part !== undefined).join(':');

  return el('li', { class: 'card stack' },
    place && el('p', { class: 'mono dim', dir: 'ltr' }, place),
    el('p', { class: 'problem', dir: 'auto' }, [key, message].filter(Boolean).join(': ')));
}

function makeGroup(title, rows) {
  return el('section', { class: 'stack' }, el('h2', { class: 'mono' }, title),
    el('div', { class: 'table-wrap' }, el('table', {},
      el('thead', {}, el('tr', {}, [t('Key'), t('Value')].map((text) => el('th', { scope: 'col' }, text)))),
      el('tbody', {}, rows.map(([key, value, isSet]) => el('tr', {},
        el('th', { scope: 'row', class: 'mono' }, key),
        el('td', { class: 'name', dir: 'auto' }, show(value), isSet === true && [' ', el('span', { class: 'pill', 'data-tone': 'busy' }, t('set in the file'))])))))));
}

async function makeHealth() {
  const health = await get('/health');

  return el('section', { class: 'card' }, el('dl', { class: 'facts' }, [
    [t('Version'), health.version],
    [t('Runs since'), formatFull(new Date(health.started_at))],
    [t('For'), formatDuration(health.uptime_seconds * 1000)],
    [t('Process'), String(health.pid)],
    ['MCP', health.protocol_versions.join(', ')],
  ].map(([title, value]) => el('div', {}, el('dt', {}, title), el('dd', {}, value)))));
}

export async function mount(root, app, signal) {
  root.append(await makeHealth());
  let settings;
  try {
    settings = await get('/settings', { signal });
  } catch (error) {
    root.append(error.status === 404 ? empty(t('This daemon does not show its settings.'), t('“mcp-session doctor” checks the files.'))
      : el('p', { class: 'problem' }, app.explain(error)));
    return;
  }
  root.append(JSON.stringify(settings));
}
