// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Waiting: questions of the daemon, servers that want a login, and tools that have changed.

import { get, request } from './api.js';
import { button, el, empty, field, Keyed, newId, setText } from './dom.js';
import { formatDuration, shortenPath, t, tn, tx } from './text.js';

const SERVERS_MS = 15_000;
const ANSWERS = [
  ['once', () => t('Allow once'), 'button primary'],
  ['session', () => t('Allow for this session'), 'button'],
  ['deny', () => t('Deny'), 'button danger'],
];

const path = (...parts) => parts.map((part, index) => (index === 0 ? part : encodeURIComponent(part))).join('/');

function makeQuestion(question, app) {
  const id = newId('question');
  const time = el('span', { class: 'since' });
  const answer = (word) => app.attempt(async () => {
    try {
      await request('POST', path('/consent', question.id), { body: { answer: word } });
    } finally {
      await app.askForQuestions();
    }
  });
  const node = el('article', { class: 'card stack', 'aria-labelledby': id },
    el('header', { class: 'row' },
      el('h2', { id, dir: 'auto' }, tx('{client} wants to use {tool}', {
        client: el('bdi', {}, question.client ?? (app.live.sessions.get(question.session_id)?.label || t('A client'))), tool: el('code', {}, question.tool),
      })), time),
    el('dl', { class: 'pairs' },
      el('dt', {}, t('Server')), el('dd', { dir: 'auto' }, question.server ?? ''),
      el('dt', {}, t('Directory')), el('dd', { class: 'mono', title: question.cwd }, shortenPath(question.cwd ?? '')),
      el('dt', {}, t('Arguments')), el('dd', {}, el('pre', { class: 'text-block', tabindex: '0' },
        typeof question.arguments === 'string' ? question.arguments : JSON.stringify(question.arguments ?? {}, null, 2)))),
    el('div', { class: 'actions' }, ANSWERS.map(([word, getText, className]) => button(getText(), () => answer(word), { class: className }))));

  node.tick = () => {
    const left = Date.parse(question.expires_at) - Date.now();
    setText(time, left > 0 ? t('{time} left', { time: formatDuration(Math.max(left, 1000)) }) : t('too late'));
  };
  node.tick();
  return node;
}

// Only addresses that a browser opens as pages.
export const isWebAddress = (url) => /^https?:\/\//i.test(url);

// A server's login: the address is opened by the reader, in a tab of its own.
export function makeLogin(name, app, refresh) {
  const node = el('div', { class: 'stack' });
  const start = button(t('Log in'), () => app.attempt(async () => {
    const { authorization_url: url } = await request('POST', path('/servers', name, 'login'));
    const address = el('input', { type: 'url', autocomplete: 'off', spellcheck: 'false' });
    const complete = button(t('Finish'), () => app.attempt(async () => {
      await request('POST', path('/servers', name, 'complete'), { body: { redirect_url: address.value.trim() } });
      await refresh();
    }, t('You are logged in to {server}.', { server: name })));
    node.replaceChildren(
      isWebAddress(url) ? el('a', { href: url, target: '_blank', rel: 'noopener noreferrer', class: 'login-link' }, t('Open the login page of {server}', { server: name }))
        : el('p', { class: 'problem' }, t('The address of the login is none that can be opened here.')),
      el('details', {}, el('summary', {}, t('The login ended on a page that cannot be shown')),
        el('div', { class: 'stack' }, field(t('Address of that page'), address), el('div', {}, complete))));
    node.querySelector('a')?.focus();
  }), { class: 'button primary' });

  node.append(el('div', {}, start));
  return node;
}

const makeLoginCard = (server, app, refresh) => {
  const id = newId('login');

  return el('article', { class: 'card stack', 'aria-labelledby': id },
    el('h2', { id, dir: 'auto' }, server.name),
    el('p', { class: 'dim' }, t('This server wants you to log in.')),
    server.auth.why && el('p', { class: 'problem', dir: 'auto' }, server.auth.why),
    makeLogin(server.name, app, refresh));
};

function makeHeld({ server, held }, app, refresh) {
  const id = newId('held');

  return el('article', { class: 'card stack', 'aria-labelledby': id },
    el('h2', { id, dir: 'auto' }, tx('Tools of {server} are new or have changed', { server: el('bdi', {}, server) })),
    el('p', { class: 'dim' }, t('Clients do not see them until you accept them. Read what they say now.')),
    el('ul', { class: 'stack' }, held.map((tool) => el('li', {},
      el('details', {},
        el('summary', {}, el('code', {}, String(tool.name))),
        el('div', { class: 'stack' },
          el('p', { class: 'prose', dir: 'auto' }, tool.description ?? t('No description')),
          el('pre', { class: 'text-block', tabindex: '0' }, JSON.stringify(tool, null, 2))))))),
    el('div', { class: 'actions' }, button(tn('Accept {n} tool', 'Accept {n} tools', held.length), async () => {
      await app.attempt(() => request('POST', path('/servers', server, 'held'), { body: { held } }), t('The tools were accepted.'));
      await refresh();
    }, { class: 'button primary' })));
}

// Servers that want something of the reader.
async function readServers() {
  const { servers } = await get('/servers');
  const used = servers.filter(({ entry }) => entry === 'used');
  const helds = await Promise.all(used.map(async ({ name }) => {
    const { held } = await get(path('/servers', name, 'held')).catch(() => ({ held: [] }));
    return { server: name, held };
  }));

  return { logins: used.filter(wantsLogin), helds: helds.filter(({ held }) => held.length > 0) };
}

export const wantsLogin = ({ auth }) => ['needs-login', 'logging-in', 'refused'].includes(auth?.state);

export async function mount(root, app, signal) {
  const questions = el('div', { class: 'stack' });
  const servers = el('div', { class: 'stack' });
  const nothing = empty(t('Nothing waits for you.'), t('Questions before a tool runs, logins, and tools that have changed are shown here.'));
  const keyed = new Keyed(questions, { key: ({ id }) => id, make: (question) => makeQuestion(question, app) });
  let shown = '';

  root.append(questions, servers, nothing);
  const decide = () => { nothing.hidden = keyed.size + servers.childElementCount > 0; };
  const showQuestions = () => {
    keyed.set(app.questions);
    decide();
  };
  const refresh = async () => {
    const found = await readServers();
    const state = JSON.stringify([found.logins.map(({ name }) => name), found.helds]);
    if (!signal.aborted && state !== shown) {
      shown = state;
      servers.replaceChildren(...found.logins.map((server) => makeLoginCard(server, app, refresh)),
        ...found.helds.map((held) => makeHeld(held, app, refresh)));
      decide();
    }
  };

  showQuestions();
  app.live.addEventListener('questions', showQuestions, { signal });
  app.live.addEventListener('tick', () => [...questions.children].forEach((node) => node.tick()), { signal });
  await app.repeat(refresh, SERVERS_MS, signal);
}
