// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Now: a card for each client, with a bar for each of its calls.

import { request } from './api.js';
import { el, empty, icon, iconButton, Keyed, newId, setAttribute, setText } from './dom.js';
import { formatAgo, formatDuration, formatNumber, formatPercent, formatRate, formatTime, shortenPath, splitTool, t, tn } from './text.js';

// Bars of a card before a person asks for all.
const MAX_BARS = 6;
const MAX_CARDS = 600;
const MAX_IDLE = 60;
// Moving patterns cost each frame, so many of them stand still.
const MAX_MOVING = 16;

const STATES = {
  ok: ['check', () => t('done')],
  error: ['failed', () => t('failed')],
  cancelled: ['stopped', () => t('cancelled')],
};

// What the end of a bar's line says.
function describe(call, now) {
  if (call.endedMs) {
    return `${STATES[call.state]?.[1]() ?? call.state} · ${formatDuration(call.endedMs - call.startedMs)}`;
  }
  const parts = [];
  if (call.total !== null) {
    parts.push(call.total === 1 || call.total === 100 ? formatPercent(call.progress / call.total)
      : `${formatNumber(call.progress)} / ${formatNumber(call.total)}`);
  } else if (call.progress > 0) {
    parts.push(formatNumber(call.progress));
  }
  if (call.rate > 0 && call.total !== 1) {
    parts.push(formatRate(call.rate));
  }
  const left = call.secondsLeft;
  parts.push(left === null ? formatDuration(Math.max(now - call.startedMs, 1000))
    : t('{time} left', { time: formatDuration(Math.max(left, 1) * 1000) }));
  return parts.join(' · ');
}

class Bar {
  constructor(call, app) {
    const [server, tool] = splitTool(call.tool);

    this.fill = el('div', { class: 'fill' });
    this.track = el('div', { class: 'track', role: 'progressbar', 'aria-label': call.tool, 'aria-valuemin': '0', 'aria-valuemax': '100' }, this.fill);
    this.message = el('span', { class: 'message', dir: 'auto' });
    this.numbers = el('span', { class: 'numbers' });
    this.action = el('span', { class: 'bar-action' });
    this.node = el('li', { class: 'call' },
      el('div', { class: 'call-line' },
        el('span', { class: 'tool', title: call.tool, dir: 'auto' }, server && el('span', { class: 'of-server' }, `${server} `), el('span', {}, tool)),
        this.message, this.numbers, this.action),
      this.track);
    this.node.bar = this;
    if (call.id) {
      this.action.append(iconButton('cancel', t('Cancel {tool}', { tool: call.tool }), () => app.attempt(
        () => request('DELETE', `/calls/${encodeURIComponent(call.id)}`))));
    }
  }

  update(call, now) {
    const share = call.total > 0 ? Math.min(Math.max(call.progress / call.total, 0), 1) : null;
    const scale = call.endedMs ? 1 : share ?? 1;

    this.call = call;
    if (this.state !== call.state) {
      this.state = call.state;
      this.node.dataset.state = call.state;
      if (call.endedMs) {
        this.action.replaceChildren(icon(STATES[call.state]?.[0] ?? 'check'));
      }
    }
    if (this.scale !== scale) {
      this.scale = scale;
      this.fill.style.transform = `scaleX(${scale.toFixed(4)})`;
    }
    this.track.classList.toggle('unknown', share === null && !call.endedMs);
    setAttribute(this.track, 'aria-valuenow', call.endedMs ? 100 : share === null ? null : Math.round(share * 100));
    setText(this.message, call.message);
    if (this.message.title !== call.message) {
      this.message.title = call.message;
    }
    setText(this.numbers, describe(call, now));
  }
}

class Card {
  constructor(session, app) {
    const id = newId('client');

    this.app = app;
    this.isWhole = false;
    this.name = el('h2', { id, dir: 'auto' });
    this.path = el('span', { class: 'path', dir: 'ltr' });
    this.since = el('span', { class: 'since' });
    this.list = el('ul', { class: 'calls' });
    this.more = el('button', { type: 'button', class: 'link more', hidden: true, onclick: () => this.#toggle() });
    this.node = el('article', { class: 'card client', 'aria-labelledby': id },
      el('header', {}, this.name, this.path, this.since), this.list, this.more);
    this.node.card = this;
    this.bars = new Keyed(this.list, {
      key: (call) => call.key,
      make: (call) => new Bar(call, app).node,
      update: (node, call) => node.bar.update(call, this.now),
    });
  }

  #toggle() {
    this.isWhole = !this.isWhole;
    this.node.classList.toggle('whole', this.isWhole);
    this.update(this.session, Date.now());
  }

  update(session, now) {
    const running = [...session.calls.values()];
    const client = running.find((call) => call.client)?.client;
    const shown = [...running, ...session.ended];
    const n = this.isWhole ? shown.length : Math.min(shown.length, MAX_BARS);

    this.session = session;
    this.now = now;
    setText(this.name, session.label || client || t('Session {id}', { id: session.id.slice(0, 8) }));
    setText(this.path, shortenPath(session.cwd));
    this.path.title = session.cwd;
    setText(this.since, session.createdAt ? t('since {time}', { time: formatTime(session.createdAt, { seconds: false }) }) : '');
    this.bars.set(shown.slice(0, n));
    this.list.classList.toggle('moving', running.length <= MAX_MOVING && this.app.live.nRunning <= MAX_MOVING);
    this.more.hidden = shown.length <= MAX_BARS;
    setText(this.more, this.isWhole ? t('Show fewer') : tn('{n} more', '{n} more', shown.length - n));
    setAttribute(this.more, 'aria-expanded', this.isWhole);
  }
}

const makeIdle = () => {
  const name = el('span', { class: 'idle-name', dir: 'auto' });
  const path = el('span', { class: 'path', dir: 'ltr' });
  const time = el('span', { class: 'since' });
  const node = el('li', { class: 'idle' }, name, path, time);

  node.show = (session) => {
    setText(name, session.label || t('Session {id}', { id: session.id.slice(0, 8) }));
    setText(path, shortenPath(session.cwd));
    path.title = session.cwd;
    setText(time, session.lastActiveMs ? formatAgo(new Date(session.lastActiveMs)) : '');
  };
  return node;
};

const byStart = (a, b) => a.shownMs - b.shownMs || (a.id < b.id ? -1 : 1);

export function mount(root, app, signal) {
  const { live } = app;
  const summary = el('p', { class: 'lead' });
  const cards = el('div', { class: 'cards' });
  const idleTitle = el('h2', {}, t('Connected, and quiet'));
  const idleList = el('ul', { class: 'idle-list' });
  const rest = el('p', { class: 'dim' });
  const nothing = empty(t('Nobody is connected.'), t('As soon as a client opens a session, it is shown here. “mcp-session connect” sets a client up.'));
  const keyedCards = new Keyed(cards, {
    key: (session) => session.id,
    make: (session) => new Card(session, app).node,
  });
  const keyedIdle = new Keyed(idleList, { key: (session) => session.id, make: makeIdle, update: (node, session) => node.show(session) });
  let idleStamp = 0;

  root.append(summary, cards, idleTitle, idleList, rest, nothing);

  // Which cards there are. Cards keep their order, so that nothing jumps.
  function arrange() {
    const all = [...live.sessions.values()];
    const isBusy = (session) => session.calls.size > 0 || session.ended.length > 0;
    const busy = all.filter(isBusy);
    const idle = all.filter((session) => !isBusy(session)).sort((a, b) => b.lastActiveMs - a.lastActiveMs);

    idle.forEach((session) => { session.shownMs = 0; });
    busy.forEach((session) => { session.shownMs ||= Date.now(); });
    busy.sort(byStart);
    keyedCards.set(busy.slice(0, MAX_CARDS));
    keyedIdle.set(idle.slice(0, MAX_IDLE));
    const nHidden = Math.max(busy.length - MAX_CARDS, 0) + Math.max(idle.length - MAX_IDLE, 0);
    setText(rest, nHidden > 0 ? tn('{n} more under Sessions', '{n} more under Sessions', nHidden) : '');
    rest.hidden = nHidden === 0;
    idleTitle.hidden = idle.length === 0;
    nothing.hidden = all.length > 0 || live.state !== 'live';
    idleStamp = Date.now();
  }

  function summarize() {
    const n = live.sessions.size;

    setText(summary, live.state === 'waiting' ? t('Connecting …') : `${tn('{n} session', '{n} sessions', n)} · ${
      live.nRunning === 0 ? t('nothing runs') : tn('{n} call runs', '{n} calls run', live.nRunning)}`);
  }

  function show(dirty, isStructural) {
    const now = Date.now();
    let needsArranging = isStructural;

    for (const id of dirty) {
      const session = live.sessions.get(id);
      const isBusy = session && (session.calls.size > 0 || session.ended.length > 0);
      needsArranging ||= Boolean(isBusy) !== Boolean(keyedCards.get(id)) && (isBusy ? keyedCards.size < MAX_CARDS : true);
    }
    if (needsArranging) {
      arrange();
    }
    for (const id of dirty) {
      const session = live.sessions.get(id);
      const node = keyedCards.get(id);
      if (session && node) {
        node.card.update(session, now);
      }
    }
    summarize();
  }

  // Times go on without events.
  function tick() {
    const now = Date.now();

    for (const node of cards.querySelectorAll('.call[data-state="running"]')) {
      setText(node.bar.numbers, describe(node.bar.call, now));
    }
    if (now - idleStamp > 30_000) {
      arrange();
    }
  }

  live.watch(show, signal);
  live.addEventListener('tick', tick, { signal });
  live.addEventListener('state', () => { arrange(); summarize(); }, { signal });
  live.addEventListener('snapshot', () => { arrange(); summarize(); }, { signal });
  show(new Set(live.sessions.keys()), true);
}
