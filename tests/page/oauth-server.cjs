// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A server over HTTP that wants a login, and the authorization server that gives one to everybody who
// comes by with a browser.
'use strict';

const { once } = require('node:events');
const http = require('node:http');

const METHODS = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'guarded', version: '1' } }),
  'tools/list': () => ({ tools: [{ name: 'secret', inputSchema: { type: 'object' } }] }),
  'tools/call': () => ({ content: [{ type: 'text', text: 'told' }] }),
};

async function readBody(request) {
  let text = '';

  for await (const chunk of request) {
    text += chunk;
  }
  return text;
}

class OauthServer {
  async start() {
    this.server = http.createServer((request, response) => this.#answer(request, response)).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
    this.url = `${this.origin}/mcp`;
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.origin);
    const json = (status, value, headers = {}) => response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));

    switch (url.pathname) {
      case '/.well-known/oauth-protected-resource/mcp':
      case '/.well-known/oauth-protected-resource':
        json(200, { resource: this.url, authorization_servers: [this.origin] });
        break;
      case '/.well-known/oauth-authorization-server':
        json(200, {
          issuer: this.origin, authorization_endpoint: `${this.origin}/authorize`, token_endpoint: `${this.origin}/token`,
          registration_endpoint: `${this.origin}/register`, response_types_supported: ['code'], grant_types_supported: ['authorization_code', 'refresh_token'],
          code_challenge_methods_supported: ['S256'], token_endpoint_auth_methods_supported: ['none'], authorization_response_iss_parameter_supported: true,
        });
        break;
      case '/register':
        json(201, { ...JSON.parse(await readBody(request)), client_id: 'client', token_endpoint_auth_method: 'none' });
        break;
      case '/authorize':
        this.#authorize(url, response);
        break;
      case '/token':
        await readBody(request);
        json(200, { access_token: 'access', token_type: 'Bearer', expires_in: 3600, refresh_token: 'refresh' }, { 'Cache-Control': 'no-store' });
        break;
      case '/mcp':
        this.#serve(request, json, response, await readBody(request));
        break;
      default:
        json(404, {});
    }
  }

  // Where a person would say yes.
  #authorize(url, response) {
    const back = new URL(url.searchParams.get('redirect_uri'));

    back.search = new URLSearchParams({ code: 'code', state: url.searchParams.get('state'), iss: this.origin });
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!DOCTYPE html><a href="${back.href.replaceAll('&', '&amp;')}">Allow</a>`);
  }

  #serve(request, json, response, body) {
    if (request.headers.authorization !== 'Bearer access') {
      json(401, {}, { 'WWW-Authenticate': `Bearer resource_metadata="${this.origin}/.well-known/oauth-protected-resource/mcp"` });
      return;
    }
    if (request.method !== 'POST') {
      json(405, {});
      return;
    }
    const { id, method, params } = JSON.parse(body);
    if (id === undefined) {
      response.writeHead(202).end();
    } else {
      json(200, METHODS[method] ? { jsonrpc: '2.0', id, result: METHODS[method](params) }
        : { jsonrpc: '2.0', id, error: { code: -32601, message: 'unknown' } });
    }
  }
}

module.exports = { OauthServer };
