// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a client does in each scenario of the suite's client mode. Each has
//   run({ url, revision, context, directory }): does it; url is the daemon's /mcp, context what the suite
//     gave, directory the daemon's (config, run, … as in daemon.cjs)
//   fails: the client is to fail, as the scenario is about what it must refuse
//   entry: more members of the server's entry in mcp.json, or a function that makes them from the context
'use strict';

const matrix = require('../matrix/client.cjs');
const logins = require('./logins.cjs');

const HEADER_KEY = 'x-mcp-header';
const SAMPLE = { string: 'text', number: 2.5, integer: 2, boolean: true, array: [], object: {}, null: null };

// The content of a form that a person leaves as it is shown.
function fillForm({ requestedSchema: { properties = {} } = {} }) {
  const fields = Object.entries(properties).filter(([, schema]) => schema.default !== undefined);

  return Object.fromEntries(fields.map(([name, schema]) => [name, schema.default]));
}

const answers = {
  'elicitation/create': (params) => ({ action: 'accept', content: fillForm(params) }),
  'sampling/createMessage': () => ({ role: 'assistant', model: 'none', content: { type: 'text', text: 'said' } }),
  'roots/list': () => ({ roots: [] }),
};

// A header's value may hold visible ASCII and single spaces inside.
function encodeHeader(value) {
  const text = String(value);
  const isPlain = /^[\x20-\x7e]*$/.test(text) && text.trim() === text && !text.startsWith('=?base64?');

  return isPlain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}

// The headers that a tool wants beside its arguments.
function makeParamHeaders({ inputSchema }, args) {
  const properties = Object.entries(inputSchema?.properties ?? {});
  const wanted = properties.filter(([name, schema]) => schema[HEADER_KEY] && (args[name] ?? null) !== null);

  return Object.fromEntries(wanted.map(([name, schema]) => [`Mcp-Param-${schema[HEADER_KEY]}`, encodeHeader(args[name])]));
}

function makeArguments({ inputSchema: { properties = {}, required = [] } }) {
  return Object.fromEntries(required.map((name) => [name, SAMPLE[properties[name]?.type] ?? 'text']));
}

// A client that fails where the daemon does.
class Driver {
  static async connect({ url, revision, ...more }) {
    const self = new Driver();

    self.client = await matrix.connect(url, revision, { name: 'conformance-driver', answers, ...more });
    return self;
  }

  async ask(method, params, options) {
    const { message } = await this.client.call(method, params, options);

    if (!message?.result) {
      throw new Error(`${method} ${JSON.stringify(params)}: ${JSON.stringify(message)}`);
    }
    return message.result;
  }

  async list(kind) {
    const result = await this.ask(`${kind}/list`);
    return result[kind];
  }

  async listTools() {
    this.tools = await this.list('tools');
    return this.tools;
  }

  call(name, args) {
    const tool = this.tools.find((one) => one.name === name);

    if (!tool) {
      throw new Error(`There is no ${name} among ${this.tools.map((one) => one.name)}`);
    }
    return this.ask('tools/call', { name, arguments: args }, { paramHeaders: makeParamHeaders(tool, args) });
  }

  // All at once, so that what belongs to one call could get into another.
  callAll() {
    return Promise.all(this.tools.map((tool) => this.call(tool.name, makeArguments(tool))));
  }
}

// Runs with a driver that is closed afterwards.
const withDriver = (work) => async (setting) => {
  const driver = await Driver.connect(setting);

  try {
    await work(driver, setting);
  } finally {
    driver.client.close();
  }
};

const listTools = withDriver((driver) => driver.listTools());

const callTools = withDriver(async (driver) => {
  await driver.listTools();
  await driver.callAll();
});

const useEverything = withDriver(async (driver) => {
  await driver.listTools();
  await driver.callAll();
  for (const { uri } of await driver.list('resources')) {
    await driver.ask('resources/read', { uri });
  }
  for (const { name } of await driver.list('prompts')) {
    await driver.ask('prompts/get', { name });
  }
});

const callAsTold = withDriver(async (driver, { context }) => {
  await driver.listTools();
  for (const { name, arguments: args } of context.toolCalls) {
    await driver.call(name, args);
  }
});

const callWhatIsValid = withDriver(async (driver) => {
  const names = (await driver.listTools()).map((tool) => tool.name);

  if (names.join() !== 'valid_tool') {
    throw new Error(`The client is shown ${names}`);
  }
  await driver.callAll();
});

const echoSchema = withDriver(async (driver) => {
  const focal = (await driver.listTools()).find((tool) => tool.name === 'json_schema_2020_12_tool');

  await driver.call('json_schema_echo', { schema: focal.inputSchema });
});

const SCENARIOS = {
  'initialize': { run: listTools },
  'request-metadata': { run: listTools },
  'json-schema-ref-no-deref': { run: listTools },
  'json-schema-2020-12-preservation': { run: echoSchema },
  'http-standard-headers': { run: useEverything },
  'http-custom-headers': { run: callAsTold },
  'http-invalid-tool-headers': { run: callWhatIsValid },
};

// The last word of a client that did all that it was to do.
const DONE = 'done';

function chooseScenario(name) {
  if (name.startsWith('auth/')) {
    return logins.choose(name, Driver);
  }
  return SCENARIOS[name] ?? { run: callTools };
}

// Whether the scenario is among those that a run is about.
const isWanted = (name, { only, but }) => name.startsWith(only) && !(but && name.startsWith(but));

module.exports = { DONE, Driver, chooseScenario, isWanted, withDriver };
