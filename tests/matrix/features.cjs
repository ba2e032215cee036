// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a client of one revision sees of a server of another, feature by feature. Each is a
// function of a context: { client, bare, C, U, server, alone, aloneInClient }; `alone` keeps what changes a
// server that others use from happening twice at once.
'use strict';

const assert = require('node:assert/strict');

const { META, isModern } = require('./client.cjs');
const { getScheme } = require('./world.cjs');

const INVALID_PARAMS = -32602;
const NOT_FOUND_LEGACY = -32002;
const MISSING_CAPABILITY = -32021;

const toolName = ({ server }, name) => `${server}__${name}`;
const uriOf = ({ server }, path) => `${getScheme(server)}://${path}`;
const named = (messages, method) => messages.filter((message) => message.method === method);
const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

// What every result has, or has not, by the client's revision alone.
function checkEra(C, result) {
  if (isModern(C)) {
    assert.equal(result.resultType, 'complete');
    assert.equal(typeof result._meta[`${META}serverInfo`].name, 'string');
  } else {
    for (const key of ['resultType', 'ttlMs', 'cacheScope', '_meta']) {
      assert.ok(!has(result, key), `a result of ${C} has ${key}`);
    }
  }
}

function checkHints(C, result) {
  if (isModern(C)) {
    assert.ok(Number.isInteger(result.ttlMs) && result.ttlMs >= 0);
    assert.match(result.cacheScope, /^(public|private)$/);
  }
}

// The result of a call that must have one, and nothing after it.
function getResult({ C }, { message, after, status }) {
  assert.equal(status, 200);
  assert.deepEqual(after, []);
  assert.ok(message?.result, `no result: ${JSON.stringify(message)}`);
  checkEra(C, message.result);
  return message.result;
}

function getError(answer, code, status = 200) {
  assert.ok(answer.message?.error, `no error: ${JSON.stringify(answer.message)}`);
  assert.equal(answer.message.error.code, code, JSON.stringify(answer.message));
  assert.equal(answer.status, status);
  assert.deepEqual(answer.after, []);
  return answer.message.error;
}

const getText = (result) => result.content[0].text;

async function callTool(context, name, args, options) {
  return getResult(context, await context.client.tool(toolName(context, name), args, options));
}

// Every item of this server, in all pages.
async function list(context, method, member) {
  const items = [];
  let cursor;

  do {
    const result = getResult(context, await context.client.call(method, cursor === undefined ? {} : { cursor }));
    checkHints(context.C, result);
    items.push(...result[member]);
    cursor = result.nextCursor;
  } while (cursor !== undefined);
  return items;
}

async function testTool(context) {
  assert.equal(getText(await callTool(context, 'echo', { text: `Größe "${context.C}"` })), `Größe "${context.C}"`);
}

async function testToolList(context) {
  const { C, U, server } = context;
  const tools = (await list(context, 'tools/list', 'tools')).filter(({ name }) => name.startsWith(`${server}__`));
  const structured = tools.find(({ name }) => name === toolName(context, 'structured'));

  assert.equal(tools[0].name, toolName(context, 'test_simple_text'));
  assert.ok(tools.every((tool) => /^[a-zA-Z0-9_-]{1,64}$/.test(tool.name) && tool.inputSchema.type === 'object'));
  assert.ok(tools.every((tool) => typeof tool.description === 'string'));
  assert.equal(has(structured, 'outputSchema'), C >= '2025-06-18' && U >= '2025-06-18');
  assert.ok(tools.every((tool) => !has(tool, 'execution')));
  const schema = tools.find(({ name }) => name === toolName(context, 'json_schema_2020_12_tool')).inputSchema;
  assert.equal(schema.$defs.address.$anchor, 'addressDef');
}

async function testStructured(context) {
  const { C, U } = context;
  const value = { temperature: 22.5, conditions: 'cloudy', humidity: 65 };
  const result = await callTool(context, 'structured');

  assert.deepEqual(JSON.parse(getText(result)), value);
  assert.deepEqual(result.structuredContent, C >= '2025-06-18' && U >= '2025-06-18' ? value : undefined);
}

async function testContent(context) {
  const [audio] = (await callTool(context, 'test_audio_content')).content;
  const mixed = (await callTool(context, 'test_multiple_content_types')).content;

  assert.equal(audio.type, context.C >= '2025-03-26' && context.U >= '2025-03-26' ? 'audio' : 'text');
  assert.deepEqual(mixed.map(({ type }) => type), ['text', 'image', 'resource']);
}

async function testToolError(context) {
  const { client } = context;
  const result = await callTool(context, 'test_error_handling');

  assert.equal(result.isError, true);
  assert.match(getText(result), /intentionally/);
  getError(await client.tool(toolName(context, 'no_such_tool')), INVALID_PARAMS);
}

async function testProgress(context) {
  const { client, C, U } = context;
  const hasMessage = C >= '2025-03-26' && U >= '2025-03-26';

  for (const token of [`token of ${C}`, 7]) {
    const answer = await client.tool(toolName(context, 'count'), { steps: 3 }, { token });
    getResult(context, answer);
    assert.deepEqual(answer.before.map(({ method, params }) => ({ method, params })), [1, 2, 3].map((n) => ({
      method: 'notifications/progress',
      params: { progressToken: token, progress: n, total: 3, ...(hasMessage && { message: `${n} of 3` }) },
    })));
  }
  const silent = await client.tool(toolName(context, 'count'), { steps: 3 });
  assert.equal(getText(getResult(context, silent)), 'Counted to 3');
  assert.deepEqual(silent.before, []);
}

const readCancelled = async (context) => Number(getText(await callTool(context, 'cancelled_count')));

async function testCancel(context) {
  const { client, C } = context;

  await context.alone(async () => {
    const known = await readCancelled(context);
    let begun;
    const running = new Promise((resolve) => { begun = resolve; });
    const call = client.start('tools/call', { name: toolName(context, 'wait_cancel') }, { token: 'c', onMessage: begun });

    await running;
    await call.cancel();
    const answer = await call.done;
    assert.equal(answer.message, undefined);
    assert.equal(answer.before.length, 1);
    // The server hears of it right after; how often is exact.
    let count = known;
    for (let i = 0; i < 200 && count === known; i++) {
      count = await readCancelled(context);
    }
    assert.equal(count, known + 1, `${C} cancelled once`);
  });
}

async function testResource(context) {
  const { client } = context;
  const uris = (await list(context, 'resources/list', 'resources')).map(({ uri }) => uri);
  const templates = (await list(context, 'resources/templates/list', 'resourceTemplates')).map(({ uriTemplate }) => uriTemplate);
  const read = async (uri) => {
    const result = getResult(context, await client.call('resources/read', { uri }));
    checkHints(context.C, result);
    return result.contents;
  };

  assert.ok(uris.includes(uriOf(context, 'static-text')) && uris.includes(uriOf(context, 'static-binary')));
  assert.ok(templates.includes(uriOf(context, 'template/{id}/data')));
  assert.deepEqual(await read(uriOf(context, 'static-text')), [{
    uri: uriOf(context, 'static-text'), mimeType: 'text/plain', text: 'This is the content of the static text resource.',
  }]);
  assert.ok((await read(uriOf(context, 'static-binary')))[0].blob.length > 0);
  assert.match((await read(uriOf(context, 'template/123/data')))[0].text, /123/);
}

async function testMissingResource(context) {
  // By the template it is this server's; so it is this server that does not know it.
  const uri = uriOf(context, 'template//data');
  const error = getError(await context.client.call('resources/read', { uri }),
    isModern(context.C) ? INVALID_PARAMS : NOT_FOUND_LEGACY);

  assert.equal(error.data.uri, uri);
}

async function testPrompt(context) {
  const { client } = context;
  const prompts = (await list(context, 'prompts/list', 'prompts')).map(({ name }) => name);
  const name = toolName(context, 'test_prompt_with_arguments');

  assert.ok(prompts.includes(name));
  const result = getResult(context, await client.call('prompts/get', { name, arguments: { arg1: 'a', arg2: 'b' } }));
  assert.equal(result.messages[0].content.text, "Prompt with arguments: arg1='a', arg2='b'");
  getError(await client.call('prompts/get', { name, arguments: {} }), INVALID_PARAMS);
  getError(await client.call('prompts/get', { name: toolName(context, 'none') }), INVALID_PARAMS);
}

async function testCompletion(context) {
  const { client, C, U } = context;
  const params = {
    ref: { type: 'ref/prompt', name: toolName(context, 'test_prompt_with_arguments') },
    argument: { name: 'arg1', value: 'testV' },
  };
  const result = getResult(context, await client.call('completion/complete', params));

  assert.deepEqual(result.completion, { values: ['testValue1', 'testValue2'], total: 2, hasMore: false });
  if (C >= '2025-06-18' && U >= '2025-06-18') {
    const more = { ...params, context: { arguments: { arg1: 'known' } } };
    const { completion } = getResult(context, await client.call('completion/complete', more));
    assert.deepEqual(completion.values, ['known']);
  }
  const template = { ...params, ref: { type: 'ref/resource', uri: uriOf(context, 'template/{id}/data') } };
  assert.equal(getResult(context, await client.call('completion/complete', template)).completion.total, 2);
}

async function testLog(context) {
  const { client, C } = context;
  const log = async (level) => {
    if (!isModern(C)) {
      const answer = await client.call('logging/setLevel', { level });
      assert.deepEqual(answer.message.result, {});
    }
    const answer = await client.tool(toolName(context, 'test_tool_with_logging'), {}, isModern(C) ? { level } : {});
    getResult(context, answer);
    return named(answer.before, 'notifications/message');
  };

  await context.aloneInClient(async () => {
    const messages = await log('info');
    assert.deepEqual(messages.map(({ params }) => params.data),
      ['Tool execution started', 'Tool processing data', 'Tool execution completed']);
    assert.ok(messages.every(({ params }) => params.level === 'info' && params.logger === `${context.server}/fixture`));
    assert.deepEqual(await log('error'), []);
    if (isModern(C)) {
      assert.deepEqual(await log(undefined), []);
      getError(await client.tool(toolName(context, 'echo'), {}, { level: 'loud' }), INVALID_PARAMS);
    } else {
      getError(await client.call('logging/setLevel', { level: 'loud' }), INVALID_PARAMS);
      await client.call('logging/setLevel', { level: 'info' });
    }
  });
}

const ELICITED = { username: 'ada', email: 'ada@example.org' };

async function testElicitation(context) {
  const { client, C, U } = context;
  const message = `Who are you, ${C} of ${U}?`;
  const answer = await client.tool(toolName(context, 'test_elicitation'), { message });
  const asked = client.asked.filter(({ params }) => params.message === message);

  if (U >= '2025-06-18' && C >= '2025-06-18') {
    assert.equal(getText(getResult(context, answer)), `User response: action=accept, content=${JSON.stringify(ELICITED)}`);
    assert.equal(asked.length, 1);
    assert.equal(asked[0].method, 'elicitation/create');
    assert.deepEqual(Object.keys(asked[0].params.requestedSchema.properties), ['username', 'email']);
    assert.ok(C >= '2025-11-25' || !has(asked[0].params, 'mode'));
    return;
  }
  checkRefused(context, answer, 'elicitation');
  assert.deepEqual(asked, []);
}

// A server is told that it may not ask, or finds out itself; the client hears of it in its own words.
function checkRefused(context, answer, capability) {
  const { C, U } = context;

  if (isModern(U)) {
    const { data } = getError(answer, MISSING_CAPABILITY, isModern(C) ? 400 : 200);
    assert.deepEqual(data.requiredCapabilities, { [capability]: {} });
    return;
  }
  const result = getResult(context, answer);
  assert.equal(result.isError, true);
  assert.match(getText(result), /has no capability|refused/);
}

async function testSampling(context) {
  const { client, C, U } = context;
  const prompt = `What does ${C} say to ${U}?`;
  const result = await callTool(context, 'test_sampling', { prompt });
  const asked = client.asked.filter(({ params }) => params?.messages?.[0].content.text === prompt);

  assert.equal(getText(result), `LLM response: echo of ${prompt}`);
  assert.equal(asked.length, 1);
  assert.equal(asked[0].params.maxTokens, 100);
}

async function testRoots(context) {
  const roots = JSON.parse(getText(await callTool(context, 'test_input_required_result_list_roots')).replace('Roots: ', ''));

  const isThere = (wanted) => roots.some(({ uri }) => uri === wanted);

  assert.ok(isThere('file:///matrix'), JSON.stringify(roots));
  // What a client of 2026-07-28 answers goes to a server of that revision as it is.
  assert.ok(isThere(`file://${process.cwd()}`) || (isModern(context.C) && isModern(context.U)), JSON.stringify(roots));
}

async function testRounds(context) {
  const { C, U } = context;
  const answer = await context.client.tool(toolName(context, 'test_input_required_result_multi_round'));

  if (U >= '2025-06-18' && C >= '2025-06-18') {
    assert.equal(getText(getResult(context, answer)), 'Ada likes blue');
  } else {
    checkRefused(context, answer, 'elicitation');
  }
}

// A client that declared nothing is asked nothing.
async function testUndeclared(context) {
  const { C, U, bare } = context;

  for (const [tool, args, capability] of [['test_elicitation', { message: 'Hm?' }, 'elicitation'], ['test_sampling', { prompt: 'Hm?' }, 'sampling']]) {
    const answer = await bare.tool(toolName(context, tool), args);

    if (isModern(C) || (isModern(U))) {
      if (answer.message.error || U >= '2025-06-18' || capability === 'sampling') {
        const { data } = getError(answer, MISSING_CAPABILITY, isModern(C) ? 400 : 200);
        assert.deepEqual(data.requiredCapabilities, { [capability]: {} });
        continue;
      }
    }
    checkRefused(context, answer, capability);
  }
  assert.deepEqual(bare.asked, []);
}

async function testListChanged(context) {
  const { client, C } = context;
  const changes = [
    ['test_trigger_tool_change', 'notifications/tools/list_changed', 'tools/list', 'tools', 'name', toolName(context, 'dynamic_tool')],
    ['test_trigger_prompt_change', 'notifications/prompts/list_changed', 'prompts/list', 'prompts', 'name', toolName(context, 'dynamic_prompt')],
    ['test_trigger_resource_change', 'notifications/resources/list_changed', 'resources/list', 'resources', 'uri', uriOf(context, 'dynamic')],
  ];

  // A list is one for all processes of a server: there and away again, one at a time.
  await context.alone(async () => {
    for (const [tool, method, lister, member, key, item] of changes) {
      for (const there of [true, false]) {
        client.heard.length = 0;
        await callTool(context, tool);
        // What another server lists may change meanwhile, too.
        for (let isThere = !there; isThere !== there;) {
          const { params } = await client.hear((message) => message.method === method,
            `${method}, and ${item} ${there ? '' : 'not '}there`);
          assert.equal(params?._meta?.[`${META}subscriptionId`], isModern(C) ? client.stream.id : undefined);
          client.heard.length = 0;
          isThere = (await list(context, lister, member)).some((each) => each[key] === item);
        }
      }
    }
  });
}

async function testUpdated(context) {
  const { client, C } = context;
  const uri = uriOf(context, 'watched-resource');
  const isUpdate = (message) => message.method === 'notifications/resources/updated' && message.params.uri === uri;

  await context.alone(async () => {
    let watch;
    if (isModern(C)) {
      watch = await client.listen({ resourceSubscriptions: [uri] });
      assert.deepEqual(watch.acknowledged.params.notifications, { resourceSubscriptions: [uri] });
    } else {
      assert.deepEqual((await client.call('resources/subscribe', { uri })).message.result, {});
    }
    client.heard.length = 0;
    await callTool(context, 'update_watched_resource');
    const { params } = await client.hear(isUpdate, 'notifications/resources/updated');
    assert.equal(params._meta?.[`${META}subscriptionId`], watch?.id);
    if (isModern(C)) {
      watch.destroy();
    } else {
      assert.deepEqual((await client.call('resources/unsubscribe', { uri })).message.result, {});
    }
  });
}

const FEATURES = {
  'tools/list': testToolList,
  tool: testTool,
  'structured content': testStructured,
  content: testContent,
  'tool error': testToolError,
  progress: testProgress,
  cancel: testCancel,
  resource: testResource,
  'missing resource': testMissingResource,
  prompt: testPrompt,
  completion: testCompletion,
  log: testLog,
  elicitation: testElicitation,
  sampling: testSampling,
  roots: testRoots,
  rounds: testRounds,
  undeclared: testUndeclared,
};

// What changes what a server lists is tried when nobody starts another process of it: each has
// lists of its own, and those that are heard of last are everybody's.
const CHANGES = {
  list_changed: testListChanged,
  updated: testUpdated,
};

// What the clients answer.
const ANSWERS = {
  'elicitation/create': ({ requestedSchema }) => {
    const values = { ...ELICITED, name: 'Ada', color: 'blue' };
    const names = Object.keys(requestedSchema.properties);
    return { action: 'accept', content: Object.fromEntries(names.map((name) => [name, values[name] ?? true])) };
  },
  'sampling/createMessage': ({ messages }) => ({
    role: 'assistant', model: 'matrix', stopReason: 'endTurn',
    content: { type: 'text', text: `echo of ${[messages[0].content].flat()[0].text}` },
  }),
  'roots/list': () => ({ roots: [{ uri: 'file:///matrix', name: 'matrix' }] }),
};

module.exports = { ANSWERS, CHANGES, FEATURES, checkEra };
