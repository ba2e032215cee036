// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The servers in the pictures of the page: files, wiki or notes.
//
//   pictures-server.cjs NAME
'use strict';

const readline = require('node:readline');

const text = (description, more = {}) => ({ type: 'string', description, ...more });
const number = (description, more = {}) => ({ type: 'integer', description, ...more });

function tool(name, title, description, properties, required, hint) {
  return { name, title, description, inputSchema: { type: 'object', properties, required }, annotations: { [hint]: true } };
}

const TOOLS = {
  files: [
    tool('list_directory', 'List a directory', 'What is in a directory, the newest first', { path: text('Absolute, or below the working directory') }, ['path'], 'readOnlyHint'),
    tool('search_files', 'Search in files', 'Lines of files that have a text, with their neighbours', { path: text('Where to begin'), text: text('What to look for'), limit: number('How many lines at most') }, ['text'], 'readOnlyHint'),
    tool('write_file', 'Write a file', 'Writes a file, and replaces what was there', { path: text('Of the file'), content: text('All of it') }, ['path', 'content'], 'destructiveHint'),
  ],
  notes: [
    tool('add', 'Add a note', 'Writes a note down', { title: text('One line'), text: text('The rest') }, ['title'], 'idempotentHint'),
    tool('summarize', 'Summarize', 'What the notes of a month say', { month: text('As in 2026-11') }, ['month'], 'readOnlyHint'),
  ],
  wiki: [
    tool('import', 'Import pages', 'Takes the pages of another wiki over', { url: text('Of the other wiki') }, ['url'], 'openWorldHint'),
    tool('search', 'Search the wiki', 'Looks for pages, and answers with the best ones.\nWords in quotation marks are looked for as they are.', {
      query: text('What to look for'), language: text('Of the pages', { enum: ['de', 'en', 'fr'] }), limit: number('How many pages at most', { minimum: 1, maximum: 50, default: 10 }),
    }, ['query'], 'readOnlyHint'),
  ],
};

const PAGES = [{ title: 'Progress notifications', url: 'https://wiki.example.org/progress', score: 0.94 }, { title: 'Cancellation', url: 'https://wiki.example.org/cancel', score: 0.71 }];

const METHODS = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: process.argv[2], version: '1' } }),
  'tools/list': () => ({ tools: TOOLS[process.argv[2]] }),
  'tools/call': () => ({ content: [{ type: 'text', text: JSON.stringify(PAGES) }] }),
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);

  if (METHODS[method]) {
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: METHODS[method](params) })}\n`);
  } else if (id !== undefined) {
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'unknown' } })}\n`);
  }
}).on('close', () => process.exit(0));
