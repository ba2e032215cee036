// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An MCP server whose every text is markup, script or otherwise odd, and whose answers have every
// kind of content.
'use strict';

const readline = require('node:readline');

const SCRIPT = '<script>window.broken = 1</script><img src=x onerror="window.broken = 1">';
const PICTURE = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><script>parent.broken = 1; top.broken = 1</script>'
  + '<rect width="40" height="40" fill="teal"/></svg>').toString('base64');
const RTL = '\u202Ecod.exe\u202C اقرأ الملف';

const schema = (properties, required = []) => ({ type: 'object', properties, required });

const TOOLS = [
  {
    name: 'markup', title: `Title ${SCRIPT}`, description: `Says ${SCRIPT}\njavascript:alert(1)`,
    inputSchema: schema({
      text: { type: 'string', description: SCRIPT, default: SCRIPT }, [`${SCRIPT}`]: { type: 'string' },
      choice: { type: 'string', enum: ['"><b>one', 'two'] },
    }, ['text']),
  },
  { name: 'everything', description: 'Answers with every kind of content', annotations: { readOnlyHint: true }, inputSchema: schema({}) },
  {
    name: 'form', description: 'Gives its arguments back', annotations: { destructiveHint: true, openWorldHint: true },
    inputSchema: schema({
      text: { type: 'string', description: 'A text' }, number: { type: 'integer', minimum: 1, maximum: 9 }, flag: { type: 'boolean' },
      list: { type: 'array', items: { type: 'string' } }, nested: schema({ inner: { type: 'string' } }),
      choice: { enum: ['a', 'b'] },
    }, ['text', 'number']),
  },
  { name: 'steps', description: 'Says how far it is, in odd words, until it is cancelled', inputSchema: schema({}) },
  { name: `a${'_long'.repeat(10)}`, description: 'x'.repeat(3000), inputSchema: schema({}) },
];

function call(name, args) {
  switch (name) {
    case 'markup':
      return { content: [{ type: 'text', text: `${SCRIPT} ${args.text}` }, { type: 'image', data: PICTURE, mimeType: 'image/svg+xml' }], isError: true };
    case 'everything':
      return {
        content: [
          { type: 'text', text: 'a plain text' }, { type: 'text', text: '{"a":[1,2]}' },
          { type: 'image', mimeType: 'image/svg+xml', data: PICTURE },
          { type: 'image', mimeType: 'text/html', data: Buffer.from(SCRIPT).toString('base64') },
          { type: 'audio', mimeType: 'audio/wav', data: 'UklGRg==' },
          { type: 'resource', resource: { uri: 'odd://text', mimeType: 'text/html', text: SCRIPT } },
          { type: 'resource', resource: { uri: 'odd://blob.bin', blob: 'AAEC' } },
          { type: 'resource_link', uri: 'javascript:window.broken=1', name: SCRIPT },
          { type: 'resource_link', uri: 'odd://readable', name: 'Readable' },
        ],
        structuredContent: { answer: 42 },
      };
    default:
      return { content: [{ type: 'text', text: JSON.stringify(args) }] };
  }
}

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const running = new Map();

function count(id, token) {
  let n = 0;

  running.set(id, setInterval(() => {
    n++;
    send({ method: 'notifications/progress', params: { progressToken: token, progress: n, total: 1000, message: n % 2 ? SCRIPT : RTL } });
  }, 20));
}

const METHODS = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion, capabilities: { tools: {}, resources: {} }, serverInfo: { name: SCRIPT, version: '1' }, instructions: SCRIPT,
  }),
  'tools/list': () => ({ tools: TOOLS }),
  'resources/list': () => ({ resources: [{ uri: 'odd://readable', name: SCRIPT }] }),
  'resources/templates/list': () => ({ resourceTemplates: [] }),
  'resources/read': ({ uri }) => ({ contents: [{ uri, text: `read ${uri}` }] }),
  ping: () => ({}),
};

process.stderr.write(`${SCRIPT}\n`);
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);

  if (method === 'notifications/cancelled') {
    clearInterval(running.get(params.requestId));
  } else if (method === 'tools/call' && params.name === 'steps') {
    count(id, params._meta?.progressToken);
  } else if (method === 'tools/call') {
    send({ id, result: call(params.name, params.arguments ?? {}) });
  } else if (METHODS[method]) {
    send({ id, result: METHODS[method](params) });
  } else if (id !== undefined) {
    send({ id, error: { code: -32601, message: 'unknown' } });
  }
}).on('close', () => process.exit(0));
