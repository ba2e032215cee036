// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The frame of the page: the way in, the views, and what all views share.

import { ApiError, get, onLocked, redeem, request } from './api.js';
import { button, el, empty, openDialog, setAttribute, setText } from './dom.js';
import { Live } from './live.js';
import { formatNumber, loadTexts, t, tn, tx } from './text.js';

// Each view is a module that is loaded when it is first shown. Its mount(root, app, signal, rest)
// fills the root; the signal is aborted when another view takes its place.
const VIEWS = [
  ['now', () => t('Now'), () => import('./now.js')],
  ['waiting', () => t('Waiting'), () => import('./waiting.js')],
  ['servers', () => t('Servers'), () => import('./servers.js')],
  ['tools', () => t('Tools'), () => import('./tools.js')],
  ['history', () => t('History'), () => import('./history.js')],
  ['sessions', () => t('Sessions'), () => import('./sessions.js')],
  ['settings', () => t('Settings'), () => import('./settings.js')],
];
const ANNOUNCE_MS = 8000;
const NOTICE_MS = 7000;
const QUESTIONS_MS = 1500;
const QUIET_MS = 15_000;
const STOP_MS = 5000;

// A part of an address that somebody typed may be anything.
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const byId = (id) => document.getElementById(id);

class App {
  live = new Live();
  // What waits for the reader, for the number beside the view's name.
  questions = [];
  #view = null;
  #announced = 0;
  #announcement = null;
  #links = new Map();

  // Says a text to screen readers, the newest of what comes too often.
  announce(text) {
    const wait = this.#announced + ANNOUNCE_MS - Date.now();

    clearTimeout(this.#announcement);
    if (wait > 0) {
      this.#announcement = setTimeout(() => this.announce(text), wait);
    } else {
      this.#announced = Date.now();
      byId('announcer').textContent = text;
    }
  }

  // A sentence at the edge of the page about what was done.
  notify(text, isError = false) {
    const node = el('div', { class: isError ? 'notice error' : 'notice', role: isError ? 'alert' : 'status' },
      el('span', { dir: 'auto' }, text),
      button(t('Dismiss'), () => node.remove(), { class: 'link' }));

    byId('notices').append(node);
    while (byId('notices').childElementCount > 3) {
      byId('notices').firstElementChild.remove();
    }
    setTimeout(() => node.remove(), isError ? NOTICE_MS * 2 : NOTICE_MS);
  }

  // Does something and says how that went. Returns whether it worked.
  async attempt(work, done) {
    try {
      await work();
    } catch (error) {
      if (error.name !== 'AbortError') {
        this.notify(this.explain(error), true);
      }
      return false;
    }
    if (done) {
      this.notify(done);
    }
    return true;
  }

  explain(error) {
    if (error instanceof ApiError && error.status === 0) {
      return t('The daemon does not answer.');
    }
    return error.message;
  }

  // Asks before something that cannot be taken back.
  confirm(title, text, action) {
    return openDialog(title, (close) => [
      el('p', { dir: 'auto' }, text),
      el('div', { class: 'dialog-actions' },
        button(t('Cancel'), () => close(false), { autofocus: true }),
        button(action, () => close(true), { class: 'button danger' })),
    ]);
  }

  // Calls @work now and then, while the page is in sight, until the signal is aborted.
  repeat(work, ms, signal) {
    let timer = 0;
    let isOver = false;
    const run = async () => {
      clearTimeout(timer);
      if (!document.hidden) {
        await Promise.resolve(work()).catch(() => {});
      }
      if (!isOver) {
        clearTimeout(timer);
        timer = setTimeout(run, document.hidden ? 2 ** 30 : ms);
      }
    };
    const wake = () => document.hidden || run();

    document.addEventListener('visibilitychange', wake, { signal });
    signal.addEventListener('abort', () => {
      isOver = true;
      clearTimeout(timer);
    });
    return run();
  }

  go(place) {
    location.hash = place;
  }

  // The parts of the address behind the view's name.
  #place() {
    const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/');

    return [VIEWS.find(([id]) => id === name) ?? VIEWS[0], rest.map(decode)];
  }

  async show({ focus = true } = {}) {
    const [[id, getTitle, load], rest] = this.#place();
    const main = byId('main');
    const abort = new AbortController();

    this.#view?.abort();
    this.#view = abort;
    this.#links.forEach((link, key) => setAttribute(link, 'aria-current', key === id ? 'page' : null));
    this.#links.get(id).scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const heading = el('h1', { tabindex: '-1' }, getTitle());
    const root = el('div', { class: `view view-${id}` }, heading);
    main.replaceChildren(root);
    this.#title();
    if (focus) {
      heading.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    try {
      const { mount } = await load();
      if (!abort.signal.aborted) {
        await mount(root, this, abort.signal, rest);
      }
    } catch (error) {
      if (!abort.signal.aborted) {
        root.append(empty(t('This view cannot be shown.'), this.explain(error)));
      }
    }
  }

  #title() {
    const [[, getTitle]] = this.#place();
    const n = this.questions.length;

    document.title = `${n > 0 ? `(${formatNumber(n)}) ` : ''}${getTitle()} – mcp-sessiond`;
  }

  #showStatus() {
    const texts = { live: t('Live'), lost: t('Connection lost, trying again …'), waiting: t('Connecting …') };
    const status = byId('status');

    status.replaceChildren(el('span', { class: 'dot' }), el('span', {}, texts[this.live.state]));
    setAttribute(status, 'data-state', this.live.state);
    if (this.live.missed > 0) {
      status.append(el('span', { class: 'missed', title: t('More happened than this page could take. What is shown has been read anew.') },
        tn('{n} event missed', '{n} events missed', this.live.missed)));
    }
    if (this.live.state === 'lost') {
      this.announce(texts.lost);
    }
  }

  // Questions are asked while calls run, so that only then they are looked for often.
  async askForQuestions() {
    let questions = [];

    try {
      ({ questions } = await get('/consent'));
    } catch (error) {
      if (error.status !== 404) {
        return;
      }
    }
    const known = new Set(this.questions.map(({ id }) => id));
    const isNew = questions.some(({ id }) => !known.has(id));
    this.questions = questions;
    setText(this.badge, questions.length > 0 ? formatNumber(questions.length) : '');
    this.badge.hidden = questions.length === 0;
    this.#title();
    if (isNew) {
      byId('announcer').textContent = tn('{n} question waits for your answer', '{n} questions wait for your answer', questions.length);
    }
    this.live.dispatchEvent(new Event('questions'));
  }

  #followQuestions() {
    let timer = 0;
    let asked = 0;
    const ask = () => {
      clearTimeout(timer);
      timer = 0;
      asked = Date.now();
      this.askForQuestions();
    };

    this.live.addEventListener('snapshot', ask);
    this.live.addEventListener('call-started', () => { timer ||= setTimeout(ask, 250); });
    this.live.addEventListener('tick', () => {
      const isBusy = this.live.nRunning > 0 || this.questions.length > 0;
      if (this.live.state === 'live' && Date.now() - asked >= (isBusy ? QUESTIONS_MS : QUIET_MS)) {
        ask();
      }
    });
  }

  // Others may stop all calls, and allow them again.
  #followStop() {
    let asked = 0;
    const ask = () => {
      asked = Date.now();
      get('/settings').then(({ stopped }) => this.showStopped(stopped === true), () => {});
    };

    this.live.addEventListener('snapshot', ask);
    this.live.addEventListener('tick', () => this.live.state === 'live' && Date.now() - asked >= STOP_MS && ask());
  }

  #followCalls() {
    let shown = 0;

    this.live.addEventListener('tick', () => {
      if (this.live.nRunning !== shown) {
        shown = this.live.nRunning;
        this.announce(shown === 0 ? t('No call runs') : tn('{n} call runs', '{n} calls run', shown));
      }
    });
  }

  #buildNav() {
    const list = el('ul');

    this.badge = el('span', { class: 'badge', hidden: true });
    for (const [id, getTitle] of VIEWS) {
      const link = el('a', { href: `#/${id}` }, el('span', {}, getTitle()), id === 'waiting' && this.badge);
      this.#links.set(id, link);
      list.append(el('li', {}, link));
    }
    byId('nav').replaceChildren(list);
    byId('nav').hidden = false;
    setAttribute(byId('nav'), 'aria-label', t('Views'));
    byId('skip').textContent = t('To the content');
    byId('skip').hidden = false;
    byId('skip').addEventListener('click', (event) => {
      event.preventDefault();
      byId('main').focus();
    });
  }

  #buildStop() {
    byId('top-actions').replaceChildren(button(t('Stop all calls'), async () => {
      const isSure = await this.confirm(t('Stop all calls?'),
        t('All running calls are cancelled, and new ones are refused until you allow them again.'), t('Stop all calls'));
      if (isSure && await this.attempt(() => request('PUT', '/stop'))) {
        this.showStopped(true);
      }
    }, { class: 'button quiet' }));
  }

  showStopped(isStopped) {
    const banner = document.querySelector('.banner');

    if (isStopped === (banner !== null)) {
      return;
    }
    banner?.remove();
    if (isStopped) {
      byId('nav').before(el('div', { class: 'banner', role: 'status' },
        el('span', {}, t('All calls are stopped, and new ones are refused.')),
        button(t('Allow calls again'), async () => {
          if (await this.attempt(() => request('DELETE', '/stop'), t('Calls are allowed again.'))) {
            this.showStopped(false);
          }
        })));
    }
  }

  start() {
    this.#buildNav();
    this.#buildStop();
    this.#showStatus();
    ['state', 'lagged', 'snapshot'].forEach((name) => this.live.addEventListener(name, () => this.#showStatus()));
    this.#followQuestions();
    this.#followCalls();
    onLocked(() => {
      this.#view?.abort();
      this.live.stop();
      showGate(t('The daemon does not know this page any more.'));
    });
    window.addEventListener('hashchange', () => this.show());
    this.live.start();
    this.show({ focus: false });
    this.#followStop();
  }
}

// What is shown to those who have no key.
function showGate(title) {
  byId('nav').hidden = true;
  byId('skip').hidden = true;
  byId('status').replaceChildren();
  byId('top-actions').replaceChildren();
  document.querySelector('.banner')?.remove();
  document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
  byId('main').replaceChildren(el('section', { class: 'gate' },
    el('h1', {}, title),
    el('p', {}, tx('This page shows what your AI clients do, so it asks who you are. Run {command} in a terminal: it opens the page with a code that is good once, for a minute.',
      { command: el('code', {}, 'mcp-session dashboard') })),
    el('p', { class: 'dim' }, t('The key stays in the memory of this page alone, so a reload needs a new code, too.'))));
  document.title = 'mcp-sessiond';
}

// Takes the code out of the address before anything else happens.
function takeCode() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const code = parameters.get('code');

  if (code !== null) {
    history.replaceState(null, '', `${location.pathname}#/${parameters.get('view') ?? 'now'}`);
  }
  return code;
}

async function enter(code) {
  try {
    await redeem(code);
    return true;
  } catch (error) {
    showGate(error.status === 0 ? t('The daemon does not answer.') : t('The code was used, or is too old.'));
    return false;
  }
}

async function begin() {
  const code = takeCode();

  // An address with a new code, opened in the same tab.
  const again = () => location.hash.startsWith('#code=') && location.reload();
  window.addEventListener('hashchange', again);
  await loadTexts();
  if (code === null) {
    showGate(t('Welcome'));
  } else if (await enter(code)) {
    window.removeEventListener('hashchange', again);
    new App().start();
  }
}

begin();
