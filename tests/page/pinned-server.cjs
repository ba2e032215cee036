// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An MCP server that lists one more tool as soon as a file is there.
//
//   pinned-server.cjs FILE
'use strict';

const fs = require('node:fs');
const readline = require('node:readline');

const makeTool = (name) => ({ name, description: `The tool ${name}`, inputSchema: { type: 'object' } });

const METHODS = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'pinned', version: '1' } }),
  'tools/list': () => ({ tools: ['old', ...fs.existsSync(process.argv[2]) ? ['new'] : []].map(makeTool) }),
  'tools/call': () => ({ content: [] }),
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);

  if (METHODS[method]) {
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: METHODS[method](params) })}\n`);
  } else if (id !== undefined) {
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'unknown' } })}\n`);
  }
}).on('close', () => process.exit(0));
