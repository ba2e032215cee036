// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a login meets, by this daemon and by mcp-remote, at the authorization server of the tests. Prints a table in
// Markdown, for docs/login.md. Each entry is made of what was counted.
//
//   --packages=DIR   where the packages of tests/clients are installed
//   --only=TEXT      the rows that have it in their names
//   --report=FILE    replaces what is between the marks in this file
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { visit } = require('../oauth/authority.cjs');
const { Ours, Remote, pause, until, within } = require('./login-programs.cjs');

const text = { type: 'string' };
const { values: options } = parseArgs({ options: { packages: text, only: text, report: text } });

const AT_ONCE = 64;
// Nothing more happens after so long.
const NOTHING_MS = 10_000;

const some = (n, word) => `${n === 0 ? 'no' : n} ${word}${n === 1 ? '' : 's'}`;
const served = (n, all) => `${n} of ${all} call${all === 1 ? '' : 's'} answered`;
const logins = ({ pages, registrations, codes }) => `${some(pages, 'page')} opened, ${some(registrations, 'registration')}, ${some(codes, 'login')}`;
const refreshed = ({ refreshes, ended, pages }) => `${some(refreshes, 'refresh').replace('refreshs', 'refreshes')}${ended ? ', the login ended by reuse' : ''}${
  pages ? `, ${some(pages, 'page')} opened` : ''}`;

// Each has one function for each program, which gets it started. They resolve to what the table says.

const TWO = {
  name: 'Two clients at once, nobody logged in',
  async ours(ours) {
    const clients = await Promise.all([ours.connect(), ours.connect()]);
    const seen = await ours.count(async () => {
      await ours.call(clients);
      await ours.logInTwice();
      return ours.call(clients);
    });
    return `${logins(seen)}; ${served(seen.result, 2)} after \`server login\` ran in two terminals at once`;
  },
  async remote(remote) {
    const seen = await remote.count(async () => {
      const clients = await Promise.all([remote.connect(), remote.connect()]);
      return remote.call(clients);
    });
    return `${logins(seen)}; ${served(seen.result, 2)}`;
  },
};

async function later(program) {
  const seen = await program.count(async () => program.call([await program.connect()]));
  return `${logins(seen)}; ${served(seen.result, 1)}`;
}

const LATER = {
  name: 'Another client, later',
  ours: async (ours) => (await ours.logIn() ? later(ours) : 'no login'),
  remote: async (remote) => {
    await remote.connect();
    return later(remote);
  },
};

async function expire(program, clients, n) {
  await program.call(clients);
  program.authority.options.tokenDelayMs = 50;
  program.authority.expire();
  const seen = await program.count(() => program.call(clients, n));
  return `${refreshed(seen)}; ${served(seen.result, n * clients.length)}`;
}

const EXPIRED = {
  name: `The token has ended, ${AT_ONCE} calls at once in one client`,
  ours: async (ours) => {
    await ours.logIn();
    return expire(ours, [await ours.connect()], AT_ONCE);
  },
  remote: async (remote) => expire(remote, [await remote.connect()], AT_ONCE),
};

const EXPIRED_TWO = {
  name: `The same, ${AT_ONCE / 2} calls in each of two clients`,
  ours: async (ours) => {
    await ours.logIn();
    return expire(ours, [await ours.connect(), await ours.connect()], AT_ONCE / 2);
  },
  remote: async (remote) => expire(remote, [await remote.connect(), await remote.connect()], AT_ONCE / 2),
};

async function rotate(program, client) {
  let n = 0;
  await program.call([client]);
  const seen = await program.count(async () => {
    for (let i = 0; i < 5; i++) {
      program.authority.expire();
      n += await program.call([client]);
    }
  });
  return `${refreshed(seen)}; ${served(n, 5)}`;
}

const ROTATING = {
  name: 'Five tokens end, one after the other; a refresh token is good for once',
  ours: async (ours) => {
    await ours.logIn();
    return rotate(ours, await ours.connect());
  },
  remote: async (remote) => rotate(remote, await remote.connect()),
};

async function lose(program, client) {
  await program.call([client]);
  program.authority.options.rotate = false;
  program.authority.options.losesAnswers = 1;
  program.authority.expire();
  const seen = await program.count(() => program.call([client]));
  return `${refreshed(seen)}; ${served(seen.result, 1)}`;
}

const LOST = {
  name: 'The answer to a refresh is lost',
  ours: async (ours) => {
    await ours.logIn();
    return lose(ours, await ours.connect());
  },
  remote: async (remote) => lose(remote, await remote.connect()),
};

// The first token is bad for the tool “admin”.
const STEP_UP = {
  name: 'A tool wants one more scope',
  async ours(ours) {
    await ours.logIn();
    const client = await ours.connect();
    await ours.call([client]);
    const seen = await ours.count(async () => {
      await ours.call([client], 1, 'admin');
      await ours.logIn();
      return ours.call([client], 1, 'admin');
    });
    return `${logins(seen)}; ${served(seen.result, 1)} after \`server login\``;
  },
  async remote(remote) {
    const client = await remote.connect();
    const seen = await remote.count(async () => await remote.call([client], 1, 'admin') || remote.call([client], 1, 'admin'));
    return `${logins(seen)}; ${served(seen.result, 1)}`;
  },
};

const RESTART = {
  name: 'Killed and started again while the browser shows the page',
  async ours(ours) {
    ours.isHeld = true;
    ours.login();
    const page = await ours.awaitPage();
    await ours.crash();
    const status = await ours.follow(page);
    const n = await ours.call([await ours.connect()]);
    return `the browser’s return is ${status === 200 ? 'taken' : 'lost'}; ${served(n, 1)}; ${some(ours.pages.length, 'page')} opened`;
  },
  async remote(remote) {
    remote.isHeld = true;
    await remote.connect({ wait: false });
    const page = await remote.awaitPage();
    await remote.crash();
    const client = await remote.connect({ wait: false });
    await remote.awaitPage(2);
    const status = await remote.follow(page);
    await within(client.ready, NOTHING_MS);
    const isReady = remote.authority.count('/token') > 0;
    return `the browser’s return is ${isReady ? 'taken' : `lost (${status || 'nobody serves it'})`}; ${some(remote.pages.length, 'page')} opened`;
  },
};

const portOf = (page) => Number(new URL(new URL(page).searchParams.get('redirect_uri')).port);

function occupy(port) {
  return new Promise((resolve, reject) => {
    const server = http.createServer((_, response) => response.end('not yours'));
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

const compared = (first, second) => (first === second ? 'the same port' : 'another port');

const TAKEN = {
  name: 'Another program has the callback’s port, after a registration with it',
  async ours(ours) {
    await ours.logIn();
    const port = portOf(ours.pages[0]);
    await ours.daemon.kill();
    fs.rmSync(path.join(ours.daemon.directory, 'state/mcp-sessiond/secrets'), { recursive: true });
    const other = await occupy(port);
    await ours.daemon.start([`--port=${port}`]);
    const seen = await ours.count(() => ours.logIn());
    other.close();
    return `${logins(seen)}, by ${compared(port, portOf(ours.pages[1]))}: ${seen.result ? 'logged in' : 'not logged in'}`;
  },
  async remote(remote) {
    await remote.connect();
    const port = portOf(remote.pages[0]);
    await remote.crash();
    remote.files.filter(({ name }) => name.endsWith('tokens.json')).forEach(({ name }) => fs.rmSync(path.join(remote.directory, 'auth', name)));
    const other = await occupy(port);
    const seen = await remote.count(async () => remote.call([await remote.connect()]));
    other.close();
    return `${logins(seen)}, by ${remote.pages[1] ? compared(port, portOf(remote.pages[1])) : 'no port'}: ${seen.result ? 'logged in' : 'not logged in'}`;
  },
};

const NO_BROWSER = {
  name: 'No browser on this machine',
  async ours(ours) {
    ours.noBrowser();
    const login = ours.login('--no-browser');
    const [address] = await until(() => /http\S+\/authorize\S+/.exec(login.said())) ?? [];
    const end = (await visit(address)).location;
    login.child.stdin.write(`${end}\n`);
    const status = await within(login.ended);
    return `shows the address, waits ten minutes; the address that the browser ends at can be pasted: ${status === 0 ? 'logged in' : 'not logged in'}`;
  },
  async remote(remote) {
    remote.noBrowser();
    const began = Date.now();
    const client = await remote.connect({ wait: false });
    const isShown = await until(() => /http\S+\/authorize\S+/.exec(client.child.said));
    // Time-outs of its own end it.
    await within(new Promise((resolve) => { client.child.once('exit', resolve); }), 60_000);
    const seconds = Math.round((Date.now() - began) / 1000);
    return `${isShown ? 'shows' : 'does not show'} the address among its messages, which clients put into a log; ${
      client.child.exitCode === null ? 'waits' : `ends after ${seconds} s`}; nothing can be pasted. \`--device-code\` where the server has it`;
  },
};

const WRONG_ISSUER = {
  name: 'The browser brings another issuer (`iss`)',
  options: { iss: 'wrong' },
  ours: async (ours) => {
    const isIn = await ours.logIn();
    return `${ours.counts.codes ? 'the code is redeemed' : 'the code goes nowhere'}; ${isIn ? 'logged in' : 'the login is refused'}`;
  },
  remote: async (remote) => {
    const client = await remote.connect({ wait: false });
    const isIn = await within(client.ready, NOTHING_MS);
    return `${remote.counts.codes ? 'the code is redeemed' : 'the code goes nowhere'}; ${isIn === null ? 'the login is refused' : 'logged in'}`;
  },
};

// Asks only so far as the metadata.
const distrust = (name, given) => ({
  name,
  options: given,
  ours: async (ours) => {
    const isIn = await ours.logIn();
    return `${some(ours.counts.registrations, 'registration')}, ${some(ours.counts.pages, 'page')} opened; ${isIn ? 'logged in' : 'refused'}`;
  },
  remote: async (remote) => {
    const client = await remote.connect({ wait: false });
    await within(Promise.race([client.ready, new Promise((resolve) => { client.child.once('exit', resolve); })]), NOTHING_MS);
    const { registrations, pages, codes } = remote.counts;
    return `${some(registrations, 'registration')}, ${some(pages, 'page')} opened; ${codes ? 'logged in' : 'refused'}`;
  },
});

// Anybody can have a browser open the callback.
async function forge(program, page) {
  const back = new URL(new URL(page).searchParams.get('redirect_uri'));
  const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
  await until(() => visit(back.origin).catch(() => null));
  const forged = await within(visit(`${back.href}?code=forged&state=forged`, { headers }), NOTHING_MS) ?? {};
  await pause(1000);
  const nRedeemed = program.authority.count('/token');
  return { forged: forged.status, nRedeemed, status: await program.follow(page) };
}

const describe = ({ forged, nRedeemed }, n) => `answered with ${forged || 'nothing'}, ${nRedeemed ? 'the code is redeemed' : 'the code goes nowhere'}; the login ${
  n === 1 ? 'goes on' : 'is lost'}`;

const FORGED = {
  name: 'A forged answer at the callback while the browser shows the page',
  async ours(ours) {
    ours.isHeld = true;
    const { ended } = ours.login();
    const seen = await forge(ours, await ours.awaitPage());
    return describe(seen, await within(ended) === 0 ? 1 : 0);
  },
  async remote(remote) {
    remote.isHeld = true;
    const client = await remote.connect({ wait: false });
    const seen = await forge(remote, await remote.awaitPage());
    await within(client.ready, NOTHING_MS);
    return describe(seen, await remote.call([client]).catch(() => 0));
  },
};

// What of the two kinds of tokens lies where.
function describeFiles({ authority, files }) {
  const tokens = [...authority.access.keys(), ...authority.refresh.keys()];
  const holding = files.filter(({ text: content }) => tokens.some((token) => content.includes(token)));
  const modes = [...new Set(holding.map(({ mode }) => mode))].join(', ');
  return holding.length ? `in ${some(holding.length, 'file')} of mode ${modes}` : 'in no file';
}

const FILES = {
  name: 'Where the tokens lie',
  ours: async (ours) => {
    await ours.logIn();
    return `in the keyring; without one, as here, ${describeFiles(ours)}`;
  },
  remote: async (remote) => {
    await remote.connect();
    return describeFiles(remote);
  },
};

const ROWS = [TWO, LATER, EXPIRED, EXPIRED_TWO, ROTATING, LOST, STEP_UP, RESTART, TAKEN, NO_BROWSER, WRONG_ISSUER,
  distrust('The metadata is about another issuer', { metadataIssuer: 'https://evil.example' }),
  distrust('The metadata does not offer PKCE with S256', { metadata: { code_challenge_methods_supported: ['plain'] } }),
  FORGED, FILES];

async function measure(program, work, given) {
  try {
    return await work(await program.start(given));
  } finally {
    await program.stop();
  }
}

const version = (name) => JSON.parse(fs.readFileSync(path.join(options.packages, 'node_modules', name, 'package.json'))).version;

async function run() {
  const lines = [`${new Date().toISOString().slice(0, 10)}, mcp-sessiond ${process.env.MCP_VERSION} and mcp-remote ${version('mcp-remote')}:`, '',
    '| what happens | mcp-sessiond | mcp-remote |', '| --- | --- | --- |'];

  for (const row of ROWS.filter(({ name }) => !options.only || name.includes(options.only))) {
    const ours = await measure(new Ours(), row.ours, row.options);
    const remote = await measure(new Remote(options.packages), row.remote, row.options);
    lines.push(`| ${row.name} | ${ours} | ${remote} |`);
    console.log(lines.at(-1));
  }
  if (options.report) {
    const before = fs.readFileSync(options.report, 'utf8');
    fs.writeFileSync(options.report, before.replace(/(<!-- measured -->\n)[^]*(<!-- end -->)/, (_, start, end) => `${start}${lines.join('\n')}\n${end}`));
  }
}

run().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
