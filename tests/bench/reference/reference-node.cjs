// SPDX-License-Identifier: LGPL-2.1-or-later
//
// reference-node.cjs PORT: node's plain http server, with the least that the routes of a benchmark need.
// Sessions are in memory alone.
'use strict';

const { randomBytes, randomUUID } = require('node:crypto');
const http = require('node:http');

const sessions = new Map();
const watchers = new Set();

function answer(response, status, body) {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

function readBody(request, done) {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => done(JSON.parse(Buffer.concat(pieces).toString() || '{}')));
}

function watch(response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.flushHeaders();
  watchers.add(response);
  response.on('close', () => watchers.delete(response));
}

function createSession(response, { cwd = '/' }) {
  const session = { session_id: randomUUID(), token: randomBytes(16).toString('hex'), cwd,
                    created_at: new Date().toISOString() };
  sessions.set(session.session_id, session);
  answer(response, 200, session);
}

function publish(response, body) {
  const events = Array.isArray(body) ? body : [body];
  const timestamp = new Date().toISOString();
  const frames = events.map((event) => `data: ${JSON.stringify({ ...event, timestamp })}\n\n`).join('');
  for (const watcher of watchers) watcher.write(frames);
  answer(response, 202, { accepted: events.length });
}

function handle(request, response) {
  if (request.method === 'POST' && request.url === '/session')
    readBody(request, (body) => createSession(response, body));
  else if (request.method === 'POST')
    readBody(request, (body) => publish(response, body));
  else if (request.url === '/events')
    watch(response);
  else
    answer(response, 200, { status: 'ok', pid: process.pid });
}

http.createServer({ keepAliveTimeout: 60000 }, handle).listen(Number(process.argv[2]), '127.0.0.1', 4096);
