// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Tools: all that clients can call, what each wants, and a way to try one.

import { get } from './api.js';
import { Client, ownSessions } from './mcp.js';
import { button, el, empty, field, icon, Keyed, setAttribute, setText } from './dom.js';
import { describeSignature, describeType, listArguments, makeForm } from './form.js';
import { showResult } from './result.js';
import { formatDuration, formatNumber, splitTool, t, tn } from './text.js';

const MAX_LISTED = 500;
const MAX_DESCRIPTION = 20_000;

const HINTS = {
  readOnlyHint: ['ok', () => t('only reads')],
  destructiveHint: ['warn', () => t('may destroy')],
  idempotentHint: ['', () => t('safe to repeat')],
  openWorldHint: ['', () => t('reaches outside')],
};

const firstLine = (tool) => (tool.description ?? '').trim().split('\n')[0];

function makeItem(tool) {
  const [server, name] = splitTool(tool.name);

  return el('li', {}, el('a', { href: `#/tools/${encodeURIComponent(tool.name)}` },
    el('span', { class: 'tool', dir: 'auto' }, server && el('span', { class: 'of-server' }, `${server} `), name),
    el('span', { class: 'one-line', dir: 'auto' }, firstLine(tool))));
}

function makeArguments({ inputSchema }) {
  const rows = listArguments(inputSchema);

  return rows.length === 0 ? el('p', { class: 'dim' }, t('It takes no arguments.'))
    : el('div', { class: 'table-wrap' }, el('table', { class: 'folds' },
      el('thead', {}, el('tr', {}, [t('Argument'), t('Type'), t('Meaning')].map((text) => el('th', { scope: 'col' }, text)))),
      el('tbody', {}, rows.map(([name, value, isRequired]) => el('tr', {},
        el('td', { class: 'mono' }, name, isRequired && el('span', { class: 'dim' }, ' *')),
        el('td', { class: 'mono' }, describeType(value)),
        el('td', { class: 'wide', dir: 'auto' }, el('span', { class: 'prose' }, value.description ?? '')))))));
}

// The bar of the call that this page makes.
function makeBar() {
  const fill = el('div', { class: 'fill' });
  const track = el('div', { class: 'track unknown', role: 'progressbar', 'aria-label': t('Progress') }, fill);
  const text = el('span', { class: 'message', dir: 'auto' });

  return {
    node: el('div', { class: 'stack call moving' }, text, track),
    show({ progress, total, message }) {
      track.classList.toggle('unknown', !total);
      fill.style.transform = `scaleX(${total > 0 ? Math.min(progress / total, 1) : 1})`;
      setAttribute(track, 'aria-valuenow', total > 0 ? Math.round(progress / total * 100) : null);
      setText(text, [message, total ? `${formatNumber(progress)} / ${formatNumber(total)}` : formatNumber(progress)].filter(Boolean).join(' · '));
    },
  };
}

class Trial {
  #abort = null;

  constructor(tool, app, getClient, signal) {
    this.tool = tool;
    this.getClient = getClient;
    this.signal = signal;
    this.form = makeForm(tool.inputSchema);
    this.run = el('button', { type: 'submit', class: 'button primary' }, icon('play'), t('Run'));
    this.cancel = button(t('Cancel'), () => this.#abort?.abort(), { hidden: true });
    this.out = el('div', { class: 'stack', 'aria-live': 'polite' });
    this.asked = el('p', { class: 'dim', hidden: true },
      t('This call waits for your consent. The page cannot answer for itself: answer in the notification, or by “mcp-session consent” in a terminal.'));
    this.node = el('form', { class: 'stack', novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      this.#start();
    } }, this.form.node, el('div', { class: 'actions' }, this.run, this.cancel), this.asked, this.out);
    signal.addEventListener('abort', () => this.#abort?.abort());
    app.live.addEventListener('questions', () => {
      this.asked.hidden = !app.questions.some((question) => ownSessions.has(question.session_id) && question.tool === tool.name);
    }, { signal });
  }

  async #start() {
    let args;

    try {
      args = this.form.read();
    } catch {
      return;
    }
    const bar = makeBar();
    const started = performance.now();
    this.#abort = new AbortController();
    this.run.disabled = true;
    this.cancel.hidden = false;
    this.out.replaceChildren(bar.node);
    try {
      const result = await this.getClient().call(this.tool.name, args, { signal: this.#abort.signal, onProgress: (params) => bar.show(params) });
      this.#show(result, performance.now() - started);
    } catch (error) {
      this.out.replaceChildren(this.#abort.signal.aborted ? el('p', { class: 'dim' }, t('The call was cancelled.'))
        : el('p', { class: 'problem', dir: 'auto' }, error.message));
    }
    this.run.disabled = false;
    this.cancel.hidden = true;
  }

  #show(result, ms) {
    const read = (uri) => this.getClient().request('resources/read', { uri });

    this.out.replaceChildren(
      el('div', { class: 'row' }, el('h3', {}, t('Result')),
        el('span', { class: 'pill', 'data-tone': result.isError ? 'bad' : 'ok' }, result.isError ? t('failed') : t('done')),
        el('span', { class: 'dim' }, formatDuration(ms))),
      showResult(result, read, this.signal));
  }
}

function makePage(tool, app, getClient, signal) {
  const hints = Object.entries(tool.annotations ?? {}).filter(([key, value]) => HINTS[key] && value === true);

  return [
    el('a', { class: 'button back', href: '#/tools' }, icon('left'), t('All tools')),
    el('header', { class: 'stack' },
      el('h2', { dir: 'auto' }, tool.title ?? tool.annotations?.title ?? splitTool(tool.name)[1]),
      el('p', { class: 'mono signature' }, describeSignature(tool.name, tool.inputSchema)),
      hints.length > 0 && el('p', { class: 'row' }, hints.map(([key]) => el('span', { class: 'pill', 'data-tone': HINTS[key][0] }, HINTS[key][1]())))),
    tool.description && el('p', { class: 'prose', dir: 'auto' }, tool.description.slice(0, MAX_DESCRIPTION)),
    el('section', { class: 'stack' }, el('h3', {}, t('Arguments')), makeArguments(tool)),
    el('section', { class: 'card stack' }, el('h3', {}, t('Try it')), new Trial(tool, app, getClient, signal).node),
  ].filter(Boolean);
}

const state = { cwd: '~', query: '', client: null, tools: null };

// The directory in which tools run for this page.
function makeDirectory(app, reload) {
  const cwds = [...new Set(['~', ...[...app.live.sessions.values()].map(({ cwd }) => cwd)])].slice(0, 100);
  const listId = 'directories';
  const input = el('input', { type: 'text', value: state.cwd, list: listId, autocomplete: 'off', spellcheck: 'false', onchange() {
    if (input.value.trim() !== state.cwd) {
      state.cwd = input.value.trim() || '~';
      reload();
    }
  } });

  return [field(t('Directory'), input), el('datalist', { id: listId }, cwds.map((cwd) => el('option', { value: cwd })))];
}

export async function mount(root, app, signal, [chosen]) {
  const list = el('ul', { 'aria-label': t('Tools') });
  const count = el('p', { class: 'dim', role: 'status' });
  const trouble = el('a', { class: 'problem', href: '#/servers', hidden: true });
  const rest = el('p', { class: 'dim', hidden: true });
  const page = el('section', { class: 'tool-page' });
  const search = el('input', { type: 'search', value: state.query, autocomplete: 'off', spellcheck: 'false', placeholder: t('Name or words of the description') });
  const layout = el('div', { class: chosen ? 'tools one' : 'tools' });
  const keyed = new Keyed(list, { key: ({ name }) => name, make: makeItem, update: (node, { name }) => setAttribute(node.firstChild, 'aria-current', name === chosen ? 'true' : null) });
  const getClient = () => {
    state.client ??= new Client(state.cwd);
    return state.client;
  };

  function filter() {
    const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    const found = (state.tools ?? []).filter(({ name, title, description }) => {
      const text = `${name} ${title ?? ''} ${description ?? ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });

    keyed.set(found.slice(0, MAX_LISTED));
    list.hidden = found.length === 0;
    rest.hidden = found.length <= MAX_LISTED;
    setText(rest, rest.hidden ? '' : tn('{n} more; search for them', '{n} more; search for them', found.length - MAX_LISTED));
    setText(count, state.tools ? tn('{n} tool', '{n} tools', found.length) : t('Asking the servers …'));
  }

  function showTool() {
    const tool = state.tools?.find(({ name }) => name === chosen);

    if (tool) {
      page.replaceChildren(...makePage(tool, app, getClient, signal));
    } else if (state.tools) {
      page.replaceChildren(chosen ? empty(t('There is no such tool here.'), chosen)
        : empty(t('Choose a tool'), t('You see what it wants and can try it. It runs in a session of this page.')));
    }
  }

  // Tools may be missing because their server does not work.
  async function lookForTrouble() {
    const { servers } = await get('/servers', { signal });
    const n = servers.filter(({ entry, state: how }) => entry === 'left out' || (entry === 'used' && how === 'failed')).length;

    trouble.hidden = n === 0;
    setText(trouble, n === 0 ? '' : tn('{n} server does not work', '{n} servers do not work', n));
  }

  async function load() {
    setText(count, t('Asking the servers …'));
    try {
      const tools = await getClient().listTools(signal);
      if (JSON.stringify(tools) !== JSON.stringify(state.tools)) {
        state.tools = tools;
        showTool();
      }
    } catch (error) {
      if (!signal.aborted) {
        page.replaceChildren(el('p', { class: 'problem' }, app.explain(error)));
      }
    }
    filter();
    lookForTrouble().catch(() => {});
  }

  search.addEventListener('input', () => {
    state.query = search.value;
    filter();
  });
  layout.append(
    el('div', { class: 'tool-list' }, el('div', { class: 'stack' }, field(t('Search'), search), makeDirectory(app, () => {
      state.client?.close();
      state.client = null;
      load();
    }), el('div', { class: 'row' }, count, trouble, rest)), list), page);
  root.append(layout);
  filter();
  showTool();
  list.scrollTop = (list.querySelector('[aria-current]')?.parentElement.offsetTop ?? 0) - list.offsetTop - 100;
  await load();
}

addEventListener('pagehide', () => {
  state.client?.close();
  state.client = null;
});
