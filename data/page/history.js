// SPDX-License-Identifier: LGPL-2.1-or-later
//
// History: which tools were called, by whom, and how that went.

import { get, request } from './api.js';
import { columns, curve } from './chart.js';
import { button, el, empty, field, openDialog, select, setText } from './dom.js';
import { formatDuration, formatFull, formatMinute, formatTime, splitTool, t } from './text.js';

const PAGE = 50;
const CHUNK = 1000;
// What the columns are drawn from, at most.
const MAX_DRAWN = 10_000;
const REFRESH_MS = 10_000;
const SPANS = [
  ['hour', 3600_000, 60, () => t('Last hour')],
  ['day', 86400_000, 96, () => t('Last day')],
];

const TONES = { ok: 'ok', error: 'bad', cancelled: '', running: 'busy' };
const STATES = {
  ok: () => t('done'), error: () => t('failed'), cancelled: () => t('cancelled'), running: () => t('running'),
};

const ANSWERS = {
  asked: () => t('asked'), once: () => t('allowed once'), session: () => t('allowed for the session'),
  deny: () => t('denied'), timeout: () => t('not answered in time'), withdrawn: () => t('withdrawn'),
};
const WAYS = {
  notification: () => t('in a notification'), terminal: () => t('in a terminal'), http: () => t('on this page'), bus: () => t('on the bus'),
};

const whoOf = ({ label, client, session_id: id }) => label || client || t('Session {id}', { id: (id ?? '').slice(0, 8) });

const makePill = (state) => el('span', { class: 'pill', 'data-tone': TONES[state] ?? '' }, STATES[state]?.() ?? state);

// One call's account.
function showCall(call, app) {
  const rows = [
    [t('State'), makePill(call.state)],
    [t('Client'), el('bdi', {}, call.client ?? call.label ?? '')],
    [t('Session'), el('span', { class: 'mono' }, call.session_id)],
    [t('Server'), call.provider],
    [t('Began'), formatFull(new Date(call.started_at))],
    [t('Took'), call.duration_ms === undefined ? null : formatDuration(call.duration_ms)],
    [t('Consent'), call.consent === undefined ? null : [ANSWERS[call.consent]?.() ?? call.consent, WAYS[call.consent_by]?.()].filter(Boolean).join(', ')],
    [t('Number'), el('span', { class: 'mono' }, call.call_id)],
  ].filter(([, value]) => value);
  const samples = app.live.getCurve(call.call_id);

  return openDialog(call.tool, (close) => [
    el('dl', { class: 'pairs' }, rows.map(([title, value]) => [el('dt', {}, title), el('dd', {}, value)])),
    call.error && el('pre', { class: 'text-block problem', dir: 'auto', tabindex: '0' }, call.error),
    samples?.length > 2 && el('figure', {}, el('figcaption', { class: 'dim' }, t('Progress')), curve(samples, t('Progress over time'))),
    el('div', { class: 'dialog-actions' },
      call.state === 'running' && button(t('Cancel the call'), async () => {
        await app.attempt(() => request('DELETE', `/calls/${encodeURIComponent(call.call_id)}`), t('The call was cancelled.'));
        close();
      }, { class: 'button danger' }),
      button(t('Close'), () => close(), { class: 'button primary', autofocus: true })),
  ], { wide: true });
}

function makeRow(call, app) {
  const [server, tool] = splitTool(call.tool);
  const open = async () => showCall(await get(`/calls/${encodeURIComponent(call.call_id)}`).catch(() => call), app);

  return el('tr', {},
    el('td', { class: 'name' }, el('button', { type: 'button', class: 'link mono', onclick: open, dir: 'auto' },
      server && el('span', { class: 'of-server' }, `${server} `), tool)),
    el('td', {}, makePill(call.state)),
    el('td', { class: 'name wide' }, el('bdi', {}, whoOf(call))),
    el('td', { class: 'time' }, formatTime(new Date(call.started_at))),
    el('td', { class: 'number' }, call.duration_ms === undefined ? '' : formatDuration(call.duration_ms)));
}

// All calls since a time, as far as that is not too many.
async function readSince(ms, signal) {
  const calls = [];
  let before;
  let next;

  do {
    const answer = await get(`/calls?limit=${CHUNK}${before ? `&before=${encodeURIComponent(before)}` : ''}`, { signal });
    calls.push(...answer.calls.map((call) => ({ startedMs: Date.parse(call.started_at), who: whoOf(call) })));
    next = answer.next;
    before = next;
  } while (next && calls.length < MAX_DRAWN && calls.at(-1).startedMs >= ms);
  return { calls: calls.filter(({ startedMs }) => startedMs >= ms), isCut: Boolean(next) && calls.at(-1).startedMs >= ms, last: calls.at(-1) };
}

function makeTimeline(signal) {
  const drawing = el('div');
  const note = el('p', { class: 'dim', hidden: true });
  const buttons = SPANS.map(([id, , , getText]) => el('button', { type: 'button', 'aria-pressed': String(id === 'hour'), onclick: () => choose(id) }, getText()));
  let [, spanMs, nColumns] = SPANS[0];

  function choose(id) {
    [, spanMs, nColumns] = SPANS.find(([key]) => key === id);
    buttons.forEach((node, index) => node.setAttribute('aria-pressed', String(SPANS[index][0] === id)));
    draw();
  }

  async function draw() {
    const to = Date.now();
    const { calls, isCut, last } = await readSince(to - spanMs, signal);

    drawing.replaceChildren(columns(calls, to - spanMs, to, nColumns));
    note.hidden = !isCut;
    setText(note, isCut ? t('Only calls since {time} are drawn.', { time: formatMinute(new Date(last.startedMs)) }) : '');
  }

  return {
    node: el('section', { class: 'card stack' },
      el('div', { class: 'segments', role: 'group', 'aria-label': t('Span of time') }, buttons), drawing, note),
    draw,
  };
}

export async function mount(root, app, signal) {
  const tool = el('input', { type: 'search', autocomplete: 'off', spellcheck: 'false', placeholder: 'files__search', list: 'history-tools' });
  const tools = el('datalist', { id: 'history-tools' });
  const state = select([['', t('any')], ...Object.entries(STATES).map(([key, getText]) => [key, getText()])], '');
  const session = select([['', t('all')]], '');
  const body = el('tbody');
  const table = el('div', { class: 'table-wrap' }, el('table', { class: 'folds' },
    el('thead', {}, el('tr', {}, [[t('Tool')], [t('State')], [t('Client')], [t('Began')], [t('Took'), 'number']].map(([text, className]) =>
      el('th', { scope: 'col', class: className }, text)))), body));
  const older = button(t('Older'), () => app.attempt(() => read(true)), { hidden: true });
  const nothing = empty(t('No calls.'), t('Each call of a tool is written down here, without what it was given and what it answered.'));
  const timeline = makeTimeline(signal);
  let next;
  let nPages = 0;

  function makeSessions() {
    const chosen = session.value;
    const options = [...app.live.sessions.values()].map(({ id, label }) => [id, label || t('Session {id}', { id: id.slice(0, 8) })]);

    options.sort((a, b) => a[1].localeCompare(b[1]));
    session.replaceChildren(...[['', t('all')], ...options.slice(0, 500)].map(([value, text]) => el('option', { value }, text)));
    session.value = chosen;
  }

  async function read(isMore = false) {
    const query = new URLSearchParams({ limit: PAGE });

    if (tool.value.trim()) {
      query.set('tool', tool.value.trim());
    }
    if (state.value) {
      query.set('state', state.value);
    }
    if (isMore && next) {
      query.set('before', next);
    }
    const route = session.value ? `/session/${session.value}/calls` : '/calls';
    const { calls, next: more } = await get(`${route}?${query}`, { signal });
    next = more;
    nPages = isMore ? nPages + 1 : 1;
    const facts = session.value ? { session_id: session.value, label: session.selectedOptions[0].textContent } : {};
    const rows = calls.map((call) => makeRow({ ...facts, ...call }, app));
    if (isMore) {
      body.append(...rows);
      rows[0]?.querySelector('button').focus();
    } else {
      body.replaceChildren(...rows);
      const names = [...new Set(calls.map((call) => call.tool))].slice(0, 50);
      tools.replaceChildren(...names.map((name) => el('option', { value: name })));
    }
    older.hidden = !next;
    table.hidden = body.childElementCount === 0;
    nothing.hidden = !table.hidden;
  }

  [tool, state, session].forEach((control) => control.addEventListener('change', () => app.attempt(() => read())));
  app.live.addEventListener('snapshot', makeSessions, { signal });
  makeSessions();
  nothing.hidden = true;
  root.append(timeline.node,
    el('div', { class: 'filters', role: 'search', 'aria-label': t('Filters') },
      field(t('Tool'), tool), field(t('State'), state), field(t('Session'), session)), tools, table, nothing, el('div', {}, older));
  await Promise.all([app.repeat(() => timeline.draw(), REFRESH_MS, signal), app.repeat(() => {
    // A reader who went back, or who is about to press something, is not disturbed.
    const isBusy = nPages > 1 || table.contains(document.activeElement) || document.querySelector('dialog');
    return nPages > 0 && isBusy ? undefined : read();
  }, REFRESH_MS / 3, signal)]);
}
