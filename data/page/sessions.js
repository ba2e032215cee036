// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sessions: which there are, what each may use, and their end.

import { get, request } from './api.js';
import { button, el, empty, field, Keyed, openDialog, setText } from './dom.js';
import { formatAgo, formatTime, shortenPath, t, tn } from './text.js';

const REFRESH_MS = 5000;
const MAX_ROWS = 200;

const nameOf = ({ label, session_id: id }) => label || t('Session {id}', { id: id.slice(0, 8) });

function describeTools({ allowed_tools: globs }) {
  if (!globs) {
    return t('all');
  }
  return globs.length === 0 ? t('none') : globs.join(', ');
}

// Asks for a name and for globs, one a line. Resolves to what changed, or null.
function edit(session) {
  const label = el('input', { type: 'text', maxlength: '256', autocomplete: 'off', value: session.label ?? '' });
  const isAll = el('input', { type: 'checkbox', id: 'all-tools' });
  const globs = el('textarea', { rows: '6', spellcheck: 'false', value: (session.allowed_tools ?? []).join('\n') });
  const globsField = field(t('Allowed tools, one a line'), globs, t('“*” stands for any characters and “?” for one: “files__*”. No line allows nothing.'));

  isAll.checked = !session.allowed_tools;
  globsField.hidden = isAll.checked;
  isAll.addEventListener('change', () => { globsField.hidden = isAll.checked; });
  return openDialog(nameOf(session), (close) => el('form', { class: 'stack', onsubmit: (event) => {
    const changes = {};
    const lines = globs.value.split('\n').map((line) => line.trim()).filter(Boolean);
    event.preventDefault();
    if (label.value !== (session.label ?? '')) {
      changes.label = label.value;
    }
    const wanted = isAll.checked ? null : lines;
    if (JSON.stringify(wanted) !== JSON.stringify(session.allowed_tools ?? null)) {
      changes.allowed_tools = wanted;
    }
    close(Object.keys(changes).length > 0 ? changes : null);
  } },
  field(t('Label'), label),
  el('div', { class: 'check' }, isAll, el('label', { for: 'all-tools' }, t('All tools are allowed'))),
  globsField,
  el('div', { class: 'dialog-actions' },
    button(t('Cancel'), () => close(null)),
    el('button', { type: 'submit', class: 'button primary' }, t('Save')))));
}

function makeRow(session, app, refresh) {
  const cells = {
    name: el('td', { class: 'name' }, el('bdi')), path: el('td', { class: 'name wide' }, el('span', { class: 'path', dir: 'ltr' })),
    tools: el('td', { class: 'name mono' }), calls: el('td', { class: 'number' }), created: el('td', { class: 'time' }), active: el('td', { class: 'time' }),
  };
  const node = el('tr', {}, Object.values(cells), el('td', { class: 'wide act' }, el('div', { class: 'actions' },
    button(t('Edit'), async () => {
      const changes = await edit(node.session);
      if (changes) {
        await app.attempt(() => request('PATCH', `/session/${session.session_id}`, { body: changes }), t('The session was changed.'));
        await refresh();
      }
    }, { class: 'link' }),
    button(t('Close'), async () => {
      const isSure = await app.confirm(t('Close “{session}”?', { session: nameOf(node.session) }),
        t('Its calls are cancelled, its servers end, and its token is good no more.'), t('Close the session'));
      if (isSure) {
        await app.attempt(() => request('DELETE', `/session/${session.session_id}`), t('The session was closed.'));
        await refresh();
      }
    }, { class: 'link' }))));

  node.show = (facts) => {
    node.session = facts;
    setText(cells.name.firstChild, nameOf(facts));
    cells.name.title = facts.session_id;
    setText(cells.path.firstChild, shortenPath(facts.cwd));
    cells.path.firstChild.title = facts.cwd;
    setText(cells.tools, describeTools(facts));
    setText(cells.calls, facts.calls_in_flight ? tn('{n} call', '{n} calls', facts.calls_in_flight) : '–');
    setText(cells.created, formatTime(new Date(facts.created_at), { seconds: false }));
    setText(cells.active, formatAgo(new Date(facts.last_active_at)));
  };
  return node;
}

export async function mount(root, app, signal) {
  const body = el('tbody');
  const search = el('input', { type: 'search', autocomplete: 'off', spellcheck: 'false', placeholder: t('Label, directory or id') });
  const table = el('div', { class: 'table-wrap' }, el('table', { class: 'folds' },
    el('thead', {}, el('tr', {}, [[t('Label')], [t('Directory')], [t('Allowed tools')], [t('Calls'), 'number'], [t('Created')], [t('Last used')]].map(([text, className]) =>
      el('th', { scope: 'col', class: className }, text)), el('td'))), body));
  const rest = el('p', { class: 'dim', hidden: true });
  const nothing = empty(t('No sessions.'), t('A client opens one by itself; “mcp-session create” makes one by hand.'));
  const keyed = new Keyed(body, {
    key: ({ session_id: id }) => id,
    make: (session) => makeRow(session, app, refresh),
    update: (node, session) => node.show(session),
  });
  let sessions = [];

  function show() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = sessions.filter((session) => {
      const text = `${session.label ?? ''} ${session.cwd} ${session.session_id}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });

    keyed.set(found.slice(0, MAX_ROWS));
    table.hidden = found.length === 0;
    nothing.hidden = sessions.length > 0;
    rest.hidden = found.length <= MAX_ROWS;
    setText(rest, rest.hidden ? '' : tn('{n} more; search for them', '{n} more; search for them', found.length - MAX_ROWS));
  }

  async function refresh() {
    ({ sessions } = await get('/session', { signal }));
    sessions.sort((a, b) => Date.parse(b.last_active_at) - Date.parse(a.last_active_at));
    if (!signal.aborted) {
      show();
    }
  }

  nothing.hidden = true;
  search.addEventListener('input', show);
  root.append(el('div', { class: 'filters', role: 'search' }, field(t('Search'), search)), table, rest, nothing);
  await app.repeat(refresh, REFRESH_MS, signal);
}
