// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Two clients at once, with the same ids: each is asked what its own call asks, and cancels its
// own call only.
'use strict';

const assert = require('node:assert/strict');

const { MODERN, connect } = require('./client.cjs');
const { runTests } = require('./tap.cjs');
const { World } = require('./world.cjs');

const ID = 4711;
const CLIENTS = [
  ['2025-11-25', '2025-11-25'], ['2025-06-18', '2025-11-25'], ['2025-11-25', MODERN], [MODERN, '2025-06-18'], [MODERN, MODERN],
];
const SERVERS = ['2025-06-18', '2025-11-25', MODERN];

// Resolves for all who wait when there are as many as there must be.
function makeBarrier(count) {
  let open;
  const opened = new Promise((resolve) => { open = resolve; });

  return () => {
    if (--count === 0) {
      open();
    }
    return opened;
  };
}

// Answers each after both were asked, the later first: the earlier one waits for the later one's result.
async function testElicitations(clients, server) {
  const bothAsked = makeBarrier(2);
  const laterIsDone = makeBarrier(2);
  const texts = await Promise.all(clients.map(async (client, number) => {
    client.asked.length = 0;
    client.answers['elicitation/create'] = async ({ message }) => {
      await bothAsked();
      if (number === 0) {
        await laterIsDone();
      }
      return { action: 'accept', content: { username: `${number} ${message}`, email: 'a@example.org' } };
    };
    const { message } = await client.tool(`${server}__test_elicitation`, { message: `question ${number}` }, { id: ID, token: ID });
    if (number === 1) {
      laterIsDone();
    }
    return message?.result?.content[0].text;
  }));

  for (const [number, client] of clients.entries()) {
    assert.deepEqual(client.asked.map(({ params }) => params.message), [`question ${number}`]);
    assert.equal(texts[number],
      `User response: action=accept, content={"username":"${number} question ${number}","email":"a@example.org"}`);
  }
}

async function readCancelled(client, server) {
  const { message } = await client.tool(`${server}__cancelled_count`);
  return Number(message.result.content[0].text);
}

// Resolves when so many calls were cancelled; fails when it is more.
async function awaitCancelled(client, server, count) {
  let seen = -1;

  for (let i = 0; i < 500 && seen < count; i++) {
    seen = await readCancelled(client, server);
  }
  assert.equal(seen, count);
}

// Both have the server's one process: what one cancels is not what the other runs.
async function testCancel(clients, server) {
  const known = await readCancelled(clients[0], server);
  const events = [[], []];
  const calls = await Promise.all(clients.map((client, number) => new Promise((resolve) => {
    const call = client.start('tools/call', { name: `${server}__wait_cancel`, arguments: {} }, {
      id: ID, token: ID, onMessage: (message) => { events[number].push(message); resolve(call); },
    });
    call.done.then((answer) => { call.answer = answer; });
  })));

  await calls[1].cancel();
  await calls[1].done;
  await awaitCancelled(clients[0], server, known + 1);
  // A call of the one that is not cancelled still ends, in the same process.
  assert.equal(calls[0].answer, undefined);
  assert.equal((await clients[0].tool(`${server}__echo`, { text: 'on' })).message.result.content[0].text, 'on');
  assert.equal(await readCancelled(clients[0], server), known + 1);
  assert.equal(calls[0].answer, undefined);

  await calls[0].cancel();
  await calls[0].done;
  await awaitCancelled(clients[0], server, known + 2);
  assert.deepEqual(events.map(({ length }) => length), [1, 1]);
  assert.deepEqual(calls.map(({ answer }) => answer.message), [undefined, undefined]);
}

async function connectPair(url, revisions, options) {
  return Promise.all(revisions.map((revision, number) => connect(url, revision, {
    answers: {}, name: `pair ${number} ${revisions}`, ...options,
  })));
}

async function runPair(tap, url, revisions) {
  const clients = await connectPair(url, revisions);
  const { token } = await (await fetch(new URL('/session', url), { method: 'POST' })).json();
  const sharing = await connectPair(url, revisions, { headers: { Authorization: `Bearer ${token}` } });

  try {
    for (const U of SERVERS) {
      const what = `clients ${revisions.join(' and ')}, server ${U}`;
      await tap.run(`each is asked its own: ${what}, stdio`, () => testElicitations(clients, `${U}-stdio`));
      await tap.run(`each is asked its own: ${what}, http, shared`, () => testElicitations(clients, `${U}-http`));
      await tap.run(`each cancels its own: ${what}, stdio, in one session`, () => testCancel(sharing, `${U}-stdio`));
      await tap.run(`each cancels its own: ${what}, http, shared`, () => testCancel(clients, `${U}-http`));
    }
  } finally {
    [...clients, ...sharing].forEach((client) => client.close());
  }
}

async function main(tap) {
  const world = new World();

  try {
    for (const U of SERVERS) {
      await world.addFixture(U, { name: `${U}-stdio` });
      await world.addFixture(U, { name: `${U}-http`, transport: 'http' });
    }
    const url = await world.start();
    for (const revisions of CLIENTS) {
      await runPair(tap, url, revisions);
    }
    await tap.run('the daemon ends cleanly', () => world.stopDaemon());
  } finally {
    await world.close();
  }
}

runTests(main);
