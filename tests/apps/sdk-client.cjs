// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A client of the TypeScript SDK over HTTP: sdk-client.cjs URL TOOL ARGUMENTS calls one tool, and prints its progress and
// the text of its result as one line of JSON. Before the call, it waits for a line on the standard input.
'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');
const readline = require('node:readline');

const fromNpm = createRequire(path.join(process.env.MCP_TEST_NPM, 'package.json'));
const { Client } = fromNpm('@modelcontextprotocol/sdk/client/index.js');
const { StreamableHTTPClientTransport } = fromNpm('@modelcontextprotocol/sdk/client/streamableHttp.js');

async function main([url, name, argumentsJson]) {
  const client = new Client({ name: 'sdk-client', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const { tools } = await client.listTools();
  console.log(JSON.stringify(tools.map((tool) => tool.name)));
  for await (const _line of readline.createInterface({ input: process.stdin })) break;
  const progress = [];
  const result = await client.callTool({ name, arguments: JSON.parse(argumentsJson) }, undefined,
    { onprogress: ({ progress: done, total, message }) => progress.push([done, total, message]) });
  console.log(JSON.stringify({ progress, text: result.content[0].text }));
  await client.close();
}

main(process.argv.slice(2)).then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
