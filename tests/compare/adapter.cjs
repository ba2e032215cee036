// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Takes the prefix away that a gateway puts before the names of tools and prompts, so that the conformance
// suite, which knows no prefix, can be run: nothing else of what passes is changed.
'use strict';

const http = require('node:http');

function addPrefix(body, prefix) {
  const message = JSON.parse(body);
  if (['tools/call', 'prompts/get'].includes(message.method)) {
    message.params.name = prefix + message.params.name;
  } else if (message.method === 'completion/complete' && message.params.ref?.name) {
    message.params.ref.name = prefix + message.params.ref.name;
  }
  return JSON.stringify(message);
}

// Only in quotation marks, right before a name.
const takePrefix = (text, prefix) => text.replaceAll(`"${prefix}`, '"');

function pass(request, response, target, prefix) {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    let body = Buffer.concat(parts).toString();
    try {
      body = body && addPrefix(body, prefix);
    } catch {
      // What is no JSON passes as it is.
    }
    const headers = { ...request.headers, host: request.headers.host?.startsWith('127.0.0.1') ? target.host : request.headers.host };
    delete headers['content-length'];
    const onward = http.request(target, { method: request.method, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (answer) => {
      const kept = { ...answer.headers };
      delete kept['content-length'];
      response.writeHead(answer.statusCode, kept);
      answer.on('data', (part) => response.write(takePrefix(part.toString(), prefix)));
      answer.on('end', () => response.end());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.end(body);
  });
}

// Resolves to the adapter's URL.
function startAdapter(url, prefix, children) {
  const target = new URL(url);
  const server = http.createServer((request, response) => pass(request, response, target, prefix));
  children.push({ kill: () => { server.close(); server.closeAllConnections(); } });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}/mcp`));
  });
}

module.exports = { startAdapter };
