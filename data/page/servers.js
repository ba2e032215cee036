// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Servers: how each one is, what it uses, what it said, and what can be done about it.

import { get, request } from './api.js';
import { Spark } from './chart.js';
import { button, el, empty, Keyed, newId, setAttribute, setText } from './dom.js';
import { formatBytes, formatDuration, formatNumber, formatPercent, formatTime, t } from './text.js';
import { makeLogin, wantsLogin } from './waiting.js';

const REFRESH_MS = 2000;
const LOG_LINES = 300;

const STATES = {
  running: ['ok', () => t('running')],
  starting: ['busy', () => t('starting')],
  stopped: ['', () => t('stopped')],
  failed: ['bad', () => t('failed')],
  disabled: ['', () => t('disabled')],
};
const LOGINS = {
  none: () => t('not needed'),
  'needs-login': () => t('needed'),
  'logging-in': () => t('under way'),
  authorized: () => t('logged in'),
  refreshing: () => t('logged in'),
  refused: () => t('refused'),
  'keyring-locked': () => t('the keyring is locked'),
};
const SCOPES = {
  session: () => t('one for each session'),
  cwd: () => t('one for each directory'),
  shared: () => t('one for all'),
};

class Fact {
  constructor(title, withSpark) {
    this.value = el('span');
    this.spark = withSpark ? new Spark() : null;
    this.node = el('div', {}, el('dt', {}, title), el('dd', {}, this.value, this.spark?.node));
  }

  show(text, point) {
    setText(this.value, text);
    this.node.hidden = text === '';
    if (this.spark && point !== undefined) {
      this.spark.push(point);
    }
  }
}

class Card {
  constructor(server, app, refresh) {
    const id = newId('server');
    const { name } = server;
    const act = (action, done) => async () => {
      await app.attempt(() => request('POST', `/servers/${encodeURIComponent(name)}/${action}`), done);
      await refresh();
    };

    this.app = app;
    this.name = name;
    this.state = el('span', { class: 'pill' });
    this.kind = el('span', { class: 'dim' });
    this.problem = el('p', { class: 'problem', dir: 'auto' });
    this.facts = {
      tools: new Fact(t('Tools')), processes: new Fact(t('Processes')), memory: new Fact(t('Memory'), true),
      cpu: new Fact(t('Processor'), true), restarts: new Fact(t('Restarts')), auth: new Fact(t('Login')),
    };
    this.login = el('div', { hidden: true });
    this.buttons = {
      log: button(t('Log'), () => this.#toggleLog(), { 'aria-expanded': 'false' }),
      restart: button(t('Restart'), act('restart', t('{server} is restarted.', { server: name }))),
      refresh: button(t('Refresh its lists'), act('refresh', t('{server} was asked.', { server: name }))),
      enable: button(t('Enable'), act('enable', t('{server} is enabled.', { server: name }))),
      disable: button(t('Disable'), act('disable', t('{server} is disabled.', { server: name }))),
      logout: button(t('Log out'), act('logout', t('You are logged out of {server}.', { server: name }))),
    };
    this.log = el('pre', { class: 'text-block', tabindex: '0', 'aria-label': t('Log of {server}', { server: name }), hidden: true });
    this.node = el('article', { class: 'card stack', 'aria-labelledby': id },
      el('header', { class: 'row' }, el('h2', { id, dir: 'auto' }, name), this.state, this.kind),
      this.problem,
      el('dl', { class: 'facts' }, Object.values(this.facts).map(({ node }) => node)),
      this.login,
      el('div', { class: 'actions' }, Object.values(this.buttons)),
      this.log);
    this.node.card = this;
    this.refresh = refresh;
  }

  #showCpu(server) {
    const now = performance.now();

    if (server.cpu_seconds === undefined) {
      this.facts.cpu.show('');
    } else if (this.cpu && now > this.cpu.at) {
      const share = Math.max((server.cpu_seconds - this.cpu.seconds) * 1000 / (now - this.cpu.at), 0);
      this.facts.cpu.show(formatPercent(share), share);
    } else {
      this.facts.cpu.show(formatDuration(server.cpu_seconds * 1000));
    }
    this.cpu = server.cpu_seconds === undefined ? null : { seconds: server.cpu_seconds, at: now };
  }

  #showLogin(server) {
    const wants = wantsLogin(server) && server.entry === 'used';

    if (wants && this.login.childElementCount === 0) {
      this.login.append(makeLogin(this.name, this.app, this.refresh));
    } else if (!wants) {
      this.login.replaceChildren();
    }
    this.login.hidden = !wants;
    this.buttons.logout.hidden = !['authorized', 'refreshing'].includes(server.auth?.state);
    this.facts.auth.show(server.auth ? LOGINS[server.auth.state]?.() ?? server.auth.state : '');
  }

  update(server) {
    const isUsed = server.entry === 'used';
    const [tone, getText] = server.entry === 'left out' ? ['bad', () => t('cannot be used')] : STATES[server.state] ?? ['', () => server.state];

    setText(this.state, getText());
    setAttribute(this.state, 'data-tone', tone);
    setText(this.kind, [server.type, SCOPES[server.scope]?.()].filter(Boolean).join(' · '));
    setText(this.problem, server.why ?? server.last_error ?? '');
    this.problem.hidden = this.problem.textContent === '';
    this.facts.tools.show(server.tools === undefined ? '' : formatNumber(server.tools));
    this.facts.processes.show(server.processes === undefined || server.type === 'http' ? '' : formatNumber(server.processes));
    this.facts.memory.show(server.memory_bytes === undefined ? '' : formatBytes(server.memory_bytes), server.memory_bytes);
    this.facts.restarts.show(server.restarts ? formatNumber(server.restarts) : '');
    this.#showCpu(server);
    this.#showLogin(server);
    this.buttons.restart.hidden = !isUsed;
    this.buttons.refresh.hidden = !isUsed;
    this.buttons.log.hidden = server.type !== 'stdio';
    this.buttons.disable.hidden = !isUsed;
    this.buttons.enable.hidden = server.entry !== 'disabled';
    if (!this.log.hidden) {
      this.#readLog();
    }
  }

  #toggleLog() {
    this.log.hidden = !this.log.hidden;
    setAttribute(this.buttons.log, 'aria-expanded', !this.log.hidden);
    if (!this.log.hidden) {
      this.#readLog();
    }
  }

  async #readLog() {
    const atEnd = this.log.scrollTop + this.log.clientHeight >= this.log.scrollHeight - 8;
    let text;

    try {
      const { lines } = await get(`/servers/${encodeURIComponent(this.name)}/log?lines=${LOG_LINES}`);
      text = lines.map((line) => (typeof line === 'string' ? line : `${formatTime(new Date(line.time))}  ${line.text}`)).join('\n');
    } catch (error) {
      text = this.app.explain(error);
    }
    text ||= t('Nothing was written to standard error.');
    if (this.log.textContent !== text) {
      this.log.textContent = text;
      if (atEnd) {
        this.log.scrollTop = this.log.scrollHeight;
      }
    }
  }
}

export async function mount(root, app, signal) {
  const cards = el('div', { class: 'cards' });
  const nothing = empty(t('No servers yet.'), t('“mcp-session server add” adds one; “mcp-session connect --import” takes over those of a client.'));
  const keyed = new Keyed(cards, {
    key: ({ name }) => name,
    make: (server) => new Card(server, app, refresh).node,
    update: (node, server) => node.card.update(server),
  });

  async function refresh() {
    const { servers } = await get('/servers', { signal });

    if (!signal.aborted) {
      keyed.set(servers);
      nothing.hidden = servers.length > 0;
    }
  }

  nothing.hidden = true;
  root.append(cards, nothing);
  await app.repeat(refresh, REFRESH_MS, signal);
}
