// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An authorization server, and an MCP server that wants its tokens, both in this process and on
// loopback. A test sets what they do, and which lies they tell, in `options`, and reads what was
// asked of them in `requests`.
'use strict';

const crypto = require('node:crypto');
const http = require('node:http');

const DEFAULTS = {
  // Of the MCP server.
  challenge: 'metadata', // how a 401 names the metadata: 'metadata', 'plain' (Bearer alone), 'none'
  scope: null, // in the challenge
  resourcePath: 'path', // where its metadata is: 'path', 'root', 'none'
  resource: null, // what the metadata says it is about; null: the truth
  scopesSupported: null,
  issuers: null, // null: the authorization server of this file
  adminScope: 'admin', // what the tool “admin” wants
  // Of the authorization server.
  issuerPath: '', // of the issuer
  metadataPath: 'oauth', // 'oauth', 'openid', 'openid-appended', 'none'
  metadataIssuer: null, // what the document says; null: the truth
  metadata: {}, // members that are put into the document; null leaves one out
  authMethods: ['none'],
  registration: 'open', // 'open', 'closed' (no endpoint), 'refused'
  secret: false, // registered clients get one
  expiresIn: 3600,
  refreshTokens: true,
  rotate: true, // a refresh token is good for once; used again, all of the grant ends
  iss: 'right', // in the redirect: 'right', 'wrong', 'none'
  deny: null, // the error that the browser brings back
  losesAnswers: 0, // so many token requests are done, and never answered
  refusesRefresh: false,
  tokenDelayMs: 0,
};

const PAGE = 'text/html';

function readBody(request) {
  return new Promise((resolve) => {
    let text = '';
    request.on('data', (data) => { text += data; });
    request.on('end', () => resolve(text));
  });
}

function send(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

const listen = (server) => new Promise((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
});

const random = () => crypto.randomBytes(16).toString('hex');

class Authority {
  options = { ...DEFAULTS };
  requests = []; // { at: 'server' | 'issuer', method, path, form?, authorization? }
  clients = new Map(); // id -> { secret, redirects }
  codes = new Map(); // code -> what was asked at /authorize
  access = new Map(); // token -> { grant, scope, endsAt }
  refresh = new Map(); // token -> { grant, scope, isSpent }
  nGrants = 0;
  ended = new Set(); // grants that reuse has ended
  documents = new Map(); // further paths of the issuer -> { status, headers, body }

  async start() {
    this.server = http.createServer((request, response) => this.#serve(request, response));
    this.issuer = http.createServer((request, response) => this.#issue(request, response));
    this.serverUrl = await listen(this.server);
    this.issuerUrl = await listen(this.issuer);
    return this;
  }

  stop() {
    for (const server of [this.server, this.issuer]) {
      server.closeAllConnections();
      server.close();
    }
  }

  get mcpUrl() { return `${this.serverUrl}/mcp`; }

  get issuerName() { return `${this.issuerUrl}${this.options.issuerPath}`; }

  // How often something was asked, by the end of its path and a grant type.
  count(path, grantType) {
    return this.requests.filter((request) => request.path === path
      && (grantType === undefined || request.form?.get('grant_type') === grantType)).length;
  }

  // All tokens that are out end now.
  expire() {
    for (const token of this.access.values()) { token.endsAt = 0; }
  }

  // The MCP server

  #resourceMetadata() {
    const { options } = this;
    return {
      resource: options.resource ?? (options.resourcePath === 'root' ? this.serverUrl : this.mcpUrl),
      authorization_servers: options.issuers ?? [this.issuerName],
      ...(options.scopesSupported && { scopes_supported: options.scopesSupported }),
    };
  }

  #metadataAddress() {
    const suffix = this.options.resourcePath === 'root' ? '' : '/mcp';
    return `${this.serverUrl}/.well-known/oauth-protected-resource${suffix}`;
  }

  #challenge(error, scope) {
    const { options } = this;
    const parts = [];
    if (error) { parts.push(`error="${error}"`); }
    if (options.challenge === 'metadata') { parts.push(`resource_metadata="${this.#metadataAddress()}"`); }
    if (scope) { parts.push(`scope="${scope}"`); }
    return options.challenge === 'none' ? {} : { 'WWW-Authenticate': `Bearer ${parts.join(', ')}`.trim() };
  }

  async #serve(request, response) {
    const { pathname } = new URL(request.url, this.serverUrl);
    const text = await readBody(request);

    this.requests.push({ at: 'server', method: request.method, path: pathname,
      authorization: request.headers.authorization, rpc: pathname === '/mcp' && text !== '' ? JSON.parse(text).method : null });
    if (pathname.startsWith('/.well-known/oauth-protected-resource')) {
      const isThere = this.options.resourcePath !== 'none' && `${this.serverUrl}${pathname}` === this.#metadataAddress();
      send(response, isThere ? 200 : 404, isThere ? this.#resourceMetadata() : {});
    } else if (pathname !== '/mcp' && this.options.resourcePath === 'none') {
      this.#issue(request, response, text); // its own authorization server, as in MCP 2025-03-26
    } else if (pathname !== '/mcp') {
      send(response, 404, {});
    } else if (request.method !== 'POST') {
      send(response, 405, {});
    } else {
      this.#answer(JSON.parse(text), request, response);
    }
  }

  #answer(message, request, response) {
    const match = /^Bearer (.+)$/.exec(request.headers.authorization ?? '');
    const token = match && this.access.get(match[1]);
    const isGood = token && token.endsAt > Date.now() && !this.ended.has(token.grant);

    if (!isGood) {
      send(response, 401, { error: 'invalid_token' }, this.#challenge(match ? 'invalid_token' : null, this.options.scope));
      return;
    }
    if (message.params?.name === 'admin' && !token.scope.split(' ').includes(this.options.adminScope)) {
      send(response, 403, { error: 'insufficient_scope' }, this.#challenge('insufficient_scope', this.options.adminScope));
      return;
    }
    if (message.id === undefined) {
      send(response, 202, '');
      return;
    }
    const results = {
      initialize: () => ({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'guarded', version: '1' } }),
      'tools/list': () => ({ tools: ['echo', 'admin'].map((name) => ({ name, inputSchema: { type: 'object' } })) }),
      'tools/call': () => ({ content: [{ type: 'text', text: `${message.params.name} for ${token.grant}` }] }),
      ping: () => ({}),
    };
    const result = results[message.method]?.();
    send(response, 200, result ? { jsonrpc: '2.0', id: message.id, result }
      : { jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'no such method' } });
  }

  // The authorization server

  #issuerMetadata(base) {
    const { options } = this;
    const document = {
      issuer: options.metadataIssuer ?? (options.resourcePath === 'none' ? this.serverUrl : this.issuerName),
      authorization_endpoint: `${base}/authorize`,
      token_endpoint: `${base}/token`,
      ...(options.registration !== 'closed' && { registration_endpoint: `${base}/register` }),
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: options.authMethods,
      authorization_response_iss_parameter_supported: options.iss !== 'none',
      ...options.metadata,
    };
    return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null));
  }

  #isMetadata(pathname) {
    const { metadataPath, issuerPath } = this.options;
    return pathname === {
      oauth: `/.well-known/oauth-authorization-server${issuerPath}`,
      openid: `/.well-known/openid-configuration${issuerPath}`,
      'openid-appended': `${issuerPath}/.well-known/openid-configuration`,
    }[metadataPath];
  }

  async #issue(request, response, read) {
    const base = read === undefined ? this.issuerUrl : this.serverUrl;
    const { pathname, searchParams } = new URL(request.url, base);
    const text = read ?? await readBody(request);
    const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
    const record = { at: 'issuer', method: request.method, path: pathname, headers: request.headers,
      form: isForm ? new URLSearchParams(text) : null, query: searchParams,
      json: request.headers['content-type'] === 'application/json' ? JSON.parse(text) : null };

    this.requests.push(record);
    if (this.documents.has(pathname)) {
      const { status, headers, body } = this.documents.get(pathname);
      send(response, status, body ?? {}, headers);
    } else if (this.#isMetadata(pathname)) {
      send(response, 200, this.#issuerMetadata(base));
    } else if (pathname === '/register') {
      this.#register(record, response);
    } else if (pathname === '/authorize') {
      this.#authorize(record, response);
    } else if (pathname === '/token') {
      await this.#token(record, request, response);
    } else if (pathname === '/device') {
      send(response, 200, this.#beginDevice(record));
    } else {
      send(response, 404, {});
    }
  }

  #register({ json }, response) {
    if (this.options.registration === 'refused') {
      send(response, 400, { error: 'invalid_redirect_uri', error_description: 'not \u001b[31mhere' });
      return;
    }
    const id = `client-${random()}`;
    const client = { secret: this.options.secret ? random() : null, redirects: json.redirect_uris };
    this.clients.set(id, client);
    send(response, 201, { ...json, client_id: id, ...(client.secret && { client_secret: client.secret }) });
  }

  #authorize({ query }, response) {
    const { options } = this;
    const back = new URL(query.get('redirect_uri'));
    const code = random();

    this.codes.set(code, { ...Object.fromEntries(query), grant: `grant-${++this.nGrants}` });
    back.searchParams.set('state', query.get('state'));
    if (options.deny) {
      back.searchParams.set('error', options.deny);
      back.searchParams.set('error_description', 'the person said <b>no</b>');
    } else {
      back.searchParams.set('code', code);
    }
    if (options.iss !== 'none') {
      back.searchParams.set('iss', options.iss === 'right'
        ? (options.resourcePath === 'none' ? this.serverUrl : this.issuerName) : 'https://evil.example');
    }
    send(response, 302, 'on you go', { Location: back.href, 'Content-Type': PAGE });
  }

  // Returns: the id of the client, or null.
  #identify(form, authorization) {
    const basic = /^Basic (.+)$/.exec(authorization ?? '');
    const [id, secret] = basic ? Buffer.from(basic[1], 'base64').toString().split(':').map(decodeURIComponent)
      : [form.get('client_id'), form.get('client_secret')];
    const client = this.clients.get(id);

    return client && (client.secret ?? null) === (secret ?? null) ? id : null;
  }

  #issueTokens(grant, scope) {
    const { options } = this;
    const token = `access-${random()}`;
    const result = { access_token: token, token_type: 'Bearer', expires_in: options.expiresIn, scope };

    this.access.set(token, { grant, scope, endsAt: Date.now() + options.expiresIn * 1000 });
    if (options.refreshTokens) {
      result.refresh_token = `refresh-${random()}`;
      this.refresh.set(result.refresh_token, { grant, scope, isSpent: false });
    }
    return result;
  }

  #redeem(form, clientId) {
    const code = this.codes.get(form.get('code'));
    const digest = crypto.createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');

    this.codes.delete(form.get('code'));
    if (!code || code.client_id !== clientId || digest !== code.code_challenge
      || form.get('redirect_uri') !== code.redirect_uri || form.get('resource') !== code.resource) {
      return null;
    }
    return this.#issueTokens(code.grant, code.scope ?? '');
  }

  #renew(form) {
    const token = this.refresh.get(form.get('refresh_token'));

    if (!token || this.ended.has(token.grant) || this.options.refusesRefresh) { return null; }
    if (token.isSpent) {
      this.ended.add(token.grant);
      return null;
    }
    token.isSpent = this.options.rotate;
    const result = this.#issueTokens(token.grant, token.scope);
    if (!this.options.rotate) { delete result.refresh_token; }
    return result;
  }

  // The person allows it at the second time of asking.
  #beginDevice({ form }) {
    const code = random();
    this.device = { code, scope: form.get('scope') ?? '', n: 0 };
    return { device_code: code, user_code: 'ABCD-EFGH', verification_uri: `${this.issuerUrl}/enter`, expires_in: 60, interval: 1 };
  }

  #takeDevice(form, response) {
    if (form.get('device_code') !== this.device?.code || this.device.n++ < 1) {
      send(response, 400, { error: 'authorization_pending' });
      return undefined;
    }
    return this.#issueTokens('grant-device', this.device.scope);
  }

  async #token({ form }, request, response) {
    const { options } = this;
    const clientId = this.#identify(form, request.headers.authorization);
    let result = null;

    if (options.tokenDelayMs) { await new Promise((resolve) => { setTimeout(resolve, options.tokenDelayMs); }); }
    if (!clientId && form.get('client_assertion') === null) {
      send(response, 401, { error: 'invalid_client' });
      return;
    }
    switch (form.get('grant_type')) {
      case 'authorization_code': result = this.#redeem(form, clientId); break;
      case 'refresh_token': result = this.#renew(form); break;
      case 'client_credentials': result = this.#issueTokens('grant-machine', form.get('scope') ?? ''); break;
      default: result = this.#takeDevice(form, response);
    }
    if (result === undefined) { return; }
    if (options.losesAnswers > 0) {
      options.losesAnswers--;
      request.socket.destroy();
    } else {
      send(response, result ? 200 : 400, result ?? { error: 'invalid_grant' });
    }
  }
}

// One request with exactly these headers; fetch() adds some of its own. Resolves to status, location
// and text.
function visit(address, { method = 'GET', headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    http.request(address, { method, headers, agent: false }, async (response) => {
      resolve({ status: response.statusCode, location: response.headers.location, text: await readBody(response) });
    }).on('error', reject).end();
  });
}

// Follows the redirect of a login, as a browser does. Resolves to where it leads, and a function that
// goes there.
async function browse(address) {
  const login = await visit(address);
  const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

  if (!login.location) { throw new Error(`the page answered ${login.status}: ${login.text}`); }
  return { location: login.location, page: () => visit(login.location, { headers }) };
}

module.exports = { Authority, browse, visit };
