// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Logins through the daemon: discovery, registration, the browser's way back, and what clients see.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const { runTests } = require('../matrix/tap.cjs');
const { Authority, browse, visit } = require('./authority.cjs');
const { Daemon } = require('./daemon.cjs');

// Runs a case with an authority and a daemon that has it as the server “guarded”.
async function within(test, { options = {}, entry = {}, settings } = {}) {
  const authority = await new Authority().start();
  Object.assign(authority.options, options);
  const daemon = await new Daemon({ guarded: { type: 'http', url: authority.mcpUrl, ...entry } }, { settings }).start();

  await daemon.during(async () => {
    await test(daemon, authority);
  }, async () => { authority.stop(); });
}

// A person logs in. Resolves to the last page.
async function logIn(daemon, name = 'guarded') {
  const { status, body } = await daemon.ask('POST', `/servers/${name}/login`);
  assert.equal(status, 200, JSON.stringify(body));
  return (await browse(body.authorization_url)).page();
}

async function assertEcho(client, grant, tool = 'echo') {
  const answer = await client.call(`guarded__${tool}`);
  assert.equal(answer.result?.content[0].text, `${tool} for ${grant}`, JSON.stringify(answer));
}

async function logInAndCall(daemon) {
  const page = await logIn(daemon);
  assert.equal(page.status, 200, page.text);
  const client = await daemon.connect();
  const answer = await client.call('guarded__echo');
  assert.match(answer.result.content[0].text, /^echo for grant-\d/);
  return client;
}

async function testPerson(daemon, authority) {
  const client = await daemon.connect();
  const before = await client.call('guarded__echo');
  assert.match(JSON.stringify(before), /mcp-session server login guarded/);
  assert.equal((await daemon.auth()).state, 'needs-login');

  const page = await logIn(daemon);
  const text = page.text;
  assert.equal(page.status, 200);
  assert.match(text, /Logged in to guarded/);
  assert.doesNotMatch(text, /<script/);
  const auth = await daemon.auth();
  assert.equal(auth.state, 'authorized');
  assert.equal(auth.issuer, authority.issuerName);
  assert.match(auth.expires_at, /^20\d\d-/);
  await assertEcho(client, 'grant-1');

  const { form } = authority.requests.find((request) => request.path === '/token');
  assert.equal(form.get('resource'), authority.mcpUrl);
  const { query } = authority.requests.find((request) => request.path === '/authorize');
  assert.equal(query.get('redirect_uri'), `http://127.0.0.1:${daemon.port}/oauth/callback`);
  const { json } = authority.requests.find((request) => request.path === '/register');
  assert.equal(json.application_type, 'native');
  assert.deepEqual(json.grant_types, ['authorization_code', 'refresh_token']);
}

const DISCOVERIES = {
  'the metadata named in the refusal': {},
  'the metadata at the path': { challenge: 'plain' },
  'the metadata at the root, which is about the parent': { challenge: 'none', resourcePath: 'root' },
  'the issuer’s metadata of OpenID': { metadataPath: 'openid' },
  'an issuer with a path, inserted': { issuerPath: '/tenant' },
  'an issuer with a path, of OpenID, inserted': { issuerPath: '/tenant', metadataPath: 'openid' },
  'an issuer with a path, of OpenID, appended': { issuerPath: '/tenant', metadataPath: 'openid-appended' },
  'a server that is its own issuer': { challenge: 'plain', resourcePath: 'none' },
  'a server without any metadata': { challenge: 'plain', resourcePath: 'none', metadataPath: 'none', iss: 'none' },
  'a client with a secret, by header': { secret: true, authMethods: ['client_secret_basic'] },
  'a client with a secret, by form': { secret: true, authMethods: ['client_secret_post'] },
};

const LIES = {
  'metadata of another origin’s resource': [{ resource: 'https://evil.example/mcp' }, /another resource/],
  'metadata of a resource beside the server': [{ resource: (a) => `${a.serverUrl}/other` }, /another resource/],
  'metadata of another issuer': [{ metadataIssuer: 'https://evil.example' }, /another issuer/],
  'an issuer whose name differs by a slash': [{ metadataIssuer: (a) => `${a.issuerUrl}/` }, /another issuer/],
  'no PKCE': [{ metadata: { code_challenge_methods_supported: null } }, /PKCE/],
  'PKCE without S256': [{ metadata: { code_challenge_methods_supported: ['plain'] } }, /PKCE/],
  'no registration': [{ registration: 'closed' }, /clientId/],
  'a registration that is refused': [{ registration: 'refused' }, /invalid_redirect_uri: not {1,2}\[31mhere/],
  'an issuer by plain http elsewhere': [{ issuers: ['http://192.0.2.1'] }, /https/],
  'a token endpoint by plain http elsewhere': [{ metadata: { token_endpoint: 'http://example.org/token' } }, /https/],
};

async function testLie(lie, says, daemon, authority) {
  for (const [key, value] of Object.entries(lie)) {
    authority.options[key] = typeof value === 'function' ? value(authority) : value;
  }
  const { status, body } = await daemon.ask('POST', '/servers/guarded/login');
  assert.equal(status, 502, JSON.stringify(body));
  assert.match(body.error.message, says);
  assert.equal(authority.count('/authorize'), 0);
  const auth = await daemon.auth();
  assert.equal(auth.state, 'refused');
  assert.match(auth.why, says);
}

async function testRedirects(daemon, authority) {
  const at = '/.well-known/oauth-authorization-server';
  authority.documents.set(at, { status: 302, headers: { Location: '/1' } });
  for (let i = 1; i <= 4; i++) {
    authority.documents.set(`/${i}`, { status: 302, headers: { Location: i === 4 ? '/moved' : `/${i + 1}` } });
  }
  authority.documents.set('/moved', { status: 200, body: { issuer: authority.issuerName,
    authorization_endpoint: `${authority.issuerUrl}/authorize`, token_endpoint: `${authority.issuerUrl}/token`,
    registration_endpoint: `${authority.issuerUrl}/register`, code_challenge_methods_supported: ['S256'] } });
  await logInAndCall(daemon);

  await daemon.ask('POST', '/servers/guarded/logout');
  authority.documents.set('/4', { status: 302, headers: { Location: '/5' } });
  authority.documents.set('/5', { status: 302, headers: { Location: '/6' } });
  authority.documents.set('/6', { status: 302, headers: { Location: '/moved' } });
  assert.match((await daemon.ask('POST', '/servers/guarded/login')).body.error.message, /more than 5 times/);

  authority.documents.set('/1', { status: 302, headers: { Location: 'http://example.org/' } });
  assert.match((await daemon.ask('POST', '/servers/guarded/login')).body.error.message, /https/);
  authority.documents.set('/1', { status: 200, body: 'x'.repeat(70_000) });
  assert.match((await daemon.ask('POST', '/servers/guarded/login')).body.error.message, /64 KiB/);
}

async function testTokenRedirect(daemon, authority) {
  authority.documents.set('/token', { status: 307, headers: { Location: `${authority.serverUrl}/token` } });
  const page = await logIn(daemon);
  assert.equal(page.status, 400);
  assert.match(page.text, /not followed/);
}

// The way back

const get = (daemon, query, headers = {}) => visit(`${daemon.base}/oauth/callback${query}`, { headers });

async function testCallback(daemon, authority) {
  const { body } = await daemon.ask('POST', '/servers/guarded/login');
  const { location } = await browse(body.authorization_url);
  const query = new URL(location).search;
  const site = { 'Sec-Fetch-Site': 'cross-site' };

  // None of these spends the login.
  assert.equal((await get(daemon, '')).status, 404);
  assert.equal((await get(daemon, '?state=forged&code=x')).status, 404);
  assert.equal((await get(daemon, `${query}&state=second`)).status, 404);
  assert.equal((await get(daemon, `${query}&code=second`)).status, 404);
  assert.equal((await get(daemon, `${query}&x=${'x'.repeat(9000)}`)).status, 404);
  assert.equal((await get(daemon, `${query}&x=${'x'.repeat(70_000)}`)).status, 414);
  for (const headers of [{ 'Sec-Fetch-Dest': 'image' }, { 'Sec-Fetch-Dest': 'iframe' }, { 'Sec-Fetch-Mode': 'no-cors' },
    { 'Sec-Purpose': 'prefetch' }]) {
    assert.equal((await get(daemon, query, { ...site, ...headers })).status, 403, JSON.stringify(headers));
  }
  assert.equal((await get(daemon, query, { Origin: 'https://evil.example' })).status, 403);
  for (const method of ['HEAD', 'POST', 'PUT', 'DELETE']) {
    const answer = await visit(`${daemon.base}/oauth/callback${query}`, { method, headers: { 'Content-Length': 0 } });
    assert.equal(answer.status, 405, method);
  }
  assert.equal((await visit(`${daemon.base}/oauth/callback/${query}`, { headers: site })).status, 403);
  assert.equal((await visit(`${daemon.base}/health`, { headers: site })).status, 403);
  assert.equal((await visit(`${daemon.base}/oauth/callbacks`, { headers: site })).status, 403);
  assert.equal(authority.count('/token'), 0);

  assert.equal((await get(daemon, query, site)).status, 200);
  assert.equal((await get(daemon, query, site)).status, 404);
  assert.equal(authority.count('/token'), 1);
}

// Two servers at once: what one authorization server gave goes to no other.
async function testMixUp(_daemon, first) {
  const second = await new Authority().start();
  const daemon = await new Daemon({ one: { type: 'http', url: first.mcpUrl }, other: { type: 'http', url: second.mcpUrl } }).start();
  const begin = async (name) => new URL((await browse((await daemon.ask('POST', `/servers/${name}/login`)).body.authorization_url)).location);

  try {
    const [one, other] = [await begin('one'), await begin('other')];
    const mixed = new URL(one);
    mixed.searchParams.set('code', other.searchParams.get('code'));
    mixed.searchParams.set('iss', other.searchParams.get('iss'));
    assert.equal((await get(daemon, mixed.search)).status, 400);
    assert.equal(first.count('/token') + second.count('/token'), 0);
    assert.equal((await daemon.ask('POST', '/servers/one/complete', { redirect_url: other.href })).status, 404);
    assert.equal((await get(daemon, other.search)).status, 200);
    assert.equal(first.count('/token'), 0);
    assert.equal((await daemon.auth('one')).state, 'refused');
    assert.equal((await daemon.auth('other')).state, 'authorized');
  } finally {
    await daemon.stop();
    second.stop();
  }
}

async function testIss(daemon, authority) {
  authority.options.iss = 'wrong';
  authority.options.deny = 'access_denied';
  const forged = await logIn(daemon);
  assert.equal(forged.status, 400);
  const text = forged.text;
  assert.match(text, /another authorization server/);
  assert.doesNotMatch(text, /said/);

  authority.options.iss = 'right';
  const denied = await logIn(daemon);
  assert.match(denied.text, /the person said &lt;b&gt;no/);
  assert.equal((await daemon.auth()).state, 'refused');
  assert.equal(authority.count('/token'), 0);

  authority.options.deny = null;
  const { body } = await daemon.ask('POST', '/servers/guarded/login');
  const { location } = await browse(body.authorization_url);
  assert.equal((await get(daemon, new URL(location).search.replace(/&iss=[^&]*/, ''))).status, 400);
  assert.equal(authority.count('/token'), 0);
}

async function testRestartWhileAway(daemon, authority) {
  authority.options.secret = true;
  authority.options.authMethods = ['client_secret_basic'];
  const port = Number(daemon.port);
  const { body } = await daemon.ask('POST', '/servers/guarded/login');
  const pending = path.join(daemon.directory, 'state/mcp-sessiond/logins.json');
  assert.equal(fs.statSync(pending).mode & 0o777, 0o600);

  await daemon.kill();
  await daemon.start([`--port=${port}`]);
  assert.equal((await daemon.auth()).state, 'logging-in');
  const page = await (await browse(body.authorization_url)).page();
  assert.equal(page.status, 200, page.text);
  assert.equal((await daemon.auth()).state, 'authorized');
}

async function testPaste(daemon) {
  const { body } = await daemon.ask('POST', '/servers/guarded/login');
  const { location } = await browse(body.authorization_url);

  assert.equal((await daemon.ask('POST', '/servers/other/complete', { redirect_url: location })).status, 404);
  assert.equal((await daemon.ask('POST', '/servers/guarded/complete', { redirect_url: location })).status, 204);
  assert.equal((await daemon.ask('POST', '/servers/guarded/complete', { redirect_url: location })).status, 404);
  assert.equal((await daemon.auth()).state, 'authorized');
}

async function testLate(daemon, authority) {
  const { body } = await daemon.ask('POST', '/servers/guarded/login');
  const { location } = await browse(body.authorization_url);
  const file = path.join(daemon.directory, 'state/mcp-sessiond/logins.json');
  const port = Number(daemon.port);

  await daemon.kill();
  const kept = JSON.parse(fs.readFileSync(file, 'utf8'));
  kept.logins[0].created_at -= 601;
  fs.writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
  await daemon.start([`--port=${port}`]);
  assert.equal((await get(daemon, new URL(location).search)).status, 404);
  assert.equal(authority.count('/token'), 0);
}

// The code alone will do where the issuer does not say who it is.
async function testPastedCode(daemon, authority) {
  const paste = async (text) => daemon.ask('POST', '/servers/guarded/complete', { redirect_url: text });
  const begin = async () => new URL((await browse((await daemon.ask('POST', '/servers/guarded/login')).body.authorization_url)).location);
  const code = (await begin()).searchParams.get('code');

  for (const text of [code, 'http://127.0.0.1/oauth/callback', 'no address']) {
    const { status, body } = await paste(text);
    assert.equal(status, 404);
    assert.match(body.error.message, /paste all of it/);
  }
  assert.equal((await daemon.auth()).state, 'logging-in');
  assert.equal((await daemon.ask('POST', '/servers/guarded/logout')).status, 204);

  authority.options.iss = 'none';
  assert.equal((await paste((await begin()).searchParams.get('code'))).status, 204);
  assert.equal((await daemon.auth()).state, 'authorized');
}

async function testMoved(daemon, authority) {
  const client = await logInAndCall(daemon);
  const other = await new Authority().start();
  const [first] = authority.clients.keys();

  try {
    authority.options.issuers = [other.issuerName];
    authority.access = other.access; // the server takes the other's tokens from now on
    authority.options.refusesRefresh = true;
    other.options.resource = authority.mcpUrl;
    assert.match(JSON.stringify(await client.call('guarded__echo')), /server login guarded/);
    assert.equal((await logIn(daemon)).status, 200);
    assert.equal(other.count('/register'), 1);
    assert.ok(!other.requests.some((request) => JSON.stringify(request).includes(first)));
    assert.match((await client.call('guarded__echo')).result.content[0].text, /echo for/);
  } finally {
    other.stop();
  }
}

// Who is told

async function testElicitation(daemon, authority) {
  const questions = [];
  const client = await daemon.connect({ asked: async (params) => {
    questions.push(params);
    await (await browse(params.url)).page();
    return { action: 'accept' };
  } });
  const answer = await client.call('guarded__echo');
  assert.match(answer.result.content[0].text, /^echo for grant-1/);
  assert.equal(questions.length, 1);
  assert.equal(questions[0].mode, 'url');
  assert.ok(questions[0].url.startsWith(`${authority.issuerUrl}/authorize?`));

  const admin = await client.call('guarded__admin');
  assert.match(admin.result.content[0].text, /^admin for grant-2/);
  assert.equal(questions.length, 2);
  assert.deepEqual(new URL(questions[1].url).searchParams.get('scope').split(' ').sort(), ['admin', 'basic']);
}

async function testDeclined(daemon, authority) {
  const client = await daemon.connect({ asked: async () => ({ action: 'decline' }) });
  assert.match(JSON.stringify(await client.call('guarded__echo')), /server login guarded/);
  assert.equal(authority.count('/token'), 0);
}

async function testInputRequired(daemon) {
  const client = await daemon.connect({ revision: '2026-07-28', asked: () => assert.fail('it is not asked') });
  const first = await client.call('guarded__echo');
  assert.equal(first.result.resultType, 'input_required', JSON.stringify(first));
  const [[key, question]] = Object.entries(first.result.inputRequests);
  assert.equal(question.method, 'elicitation/create');
  await (await browse(question.params.url)).page();
  const second = await client.request('tools/call', { name: 'guarded__echo', arguments: {},
    requestState: first.result.requestState, inputResponses: { [key]: { action: 'accept' } } });
  assert.match(second.result.content[0].text, /^echo for grant-1/);
}

async function testStepUpEnds(daemon, authority) {
  await logInAndCall(daemon);
  authority.options.adminScope = 'never-given';
  authority.options.scopeGiven = 'basic';
  const client = await daemon.connect({ asked: async (params) => {
    await (await browse(params.url.replace('never-given', 'other'))).page();
    return { action: 'accept' };
  } });
  const answer = await client.call('guarded__admin');
  assert.ok(answer.error || answer.result.isError, JSON.stringify(answer));
  assert.ok(authority.count('/authorize') <= 3, `${authority.count('/authorize')} logins`);
}

async function testOthers(daemon) {
  const client = await daemon.connect();
  assert.deepEqual(await client.tools(), []);
  assert.equal((await daemon.auth()).state, 'needs-login');
  await logInAndCall(daemon);
  assert.deepEqual((await client.tools()).sort(), ['guarded__admin', 'guarded__echo']);
  await daemon.ask('POST', '/servers/guarded/logout');
  assert.deepEqual((await client.tools()).sort(), ['guarded__admin', 'guarded__echo']);
}

async function testLogout(daemon, authority) {
  await logInAndCall(daemon);
  const secrets = path.join(daemon.directory, 'state/mcp-sessiond/secrets');
  assert.equal(fs.readdirSync(secrets).length, 2);
  assert.equal((await daemon.ask('POST', '/servers/guarded/logout')).status, 204);
  assert.equal(fs.readdirSync(secrets).length, 0);
  assert.equal((await daemon.auth()).state, 'needs-login');
  const client = await daemon.connect();
  assert.match(JSON.stringify(await client.call('guarded__echo')), /server login guarded/);
  await logInAndCall(daemon);
  assert.equal(authority.count('/register'), 2);
}

const CLIENT = { oauth: { clientId: 'by-hand', clientSecret: '${env:OAUTH_TEST_SECRET}' } };

async function testByHand(daemon, authority) {
  authority.clients.set('by-hand', { secret: 'x y/z', redirects: [] });
  authority.options.authMethods = ['client_secret_basic'];
  authority.options.registration = 'closed';
  await logInAndCall(daemon);
}

// A port that nobody had a moment ago.
const findPort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

async function testPort(port, daemon, authority) {
  authority.clients.set('by-hand', { secret: null, redirects: [] });
  await logInAndCall(daemon);
  const { query } = authority.requests.find((request) => request.path === '/authorize');
  assert.equal(query.get('redirect_uri'), `http://127.0.0.1:${port}/oauth/callback`);
}

async function testTakenPort(daemon) {
  assert.match((await daemon.ask('POST', '/servers/guarded/login')).body.error.message, /cannot serve the TCP port/);
}

// A renewal that is under way when a person logs out leaves nothing behind either.
async function testLogoutMeanwhile(daemon, authority) {
  const client = await logInAndCall(daemon);
  authority.options.tokenDelayMs = 500;
  authority.expire();
  const call = client.call('guarded__echo');
  await daemon.awaitAuth('refreshing');
  assert.equal((await daemon.ask('POST', '/servers/guarded/logout')).status, 204);
  assert.match(JSON.stringify(await call), /server login guarded/);
  assert.equal(fs.readdirSync(path.join(daemon.directory, 'state/mcp-sessiond/secrets')).length, 0);
}

async function testMachine(daemon, authority) {
  authority.clients.set('by-hand', { secret: 'x y/z', redirects: [] });
  authority.options.authMethods = ['client_secret_post'];
  authority.options.refreshTokens = false;
  const client = await daemon.connect();
  assert.match((await client.call('guarded__echo')).result.content[0].text, /grant-machine/);
  assert.equal((await daemon.auth()).state, 'authorized');
  authority.expire();
  assert.match((await client.call('guarded__echo')).result.content[0].text, /grant-machine/);
  assert.match((await client.call('guarded__admin')).result.content[0].text, /admin for grant-machine/);
  assert.equal(authority.count('/authorize'), 0);
  assert.equal((await daemon.ask('POST', '/servers/guarded/login')).status, 409);
}

async function testDevice(daemon, authority) {
  authority.options.metadata = { device_authorization_endpoint: `${authority.issuerUrl}/device` };
  const { status, body } = await daemon.ask('POST', '/servers/guarded/login', { device: true });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.user_code, 'ABCD-EFGH');
  assert.equal(body.authorization_url, `${authority.issuerUrl}/enter`);
  assert.equal((await daemon.auth()).state, 'logging-in');
  await daemon.awaitAuth('authorized');
  assert.equal(authority.count('/token'), 2);
  const client = await daemon.connect();
  await assertEcho(client, 'grant-device');
}

async function testNoDevice(daemon) {
  const { body } = await daemon.ask('POST', '/servers/guarded/login', { device: true });
  assert.equal(body.user_code, undefined);
  assert.equal((await (await browse(body.authorization_url)).page()).status, 200);
}

async function testDocument(daemon, authority) {
  const id = 'https://example.org/client.json';
  authority.options.metadata = { client_id_metadata_document_supported: true };
  authority.clients.set(id, { secret: null, redirects: [] });
  await logInAndCall(daemon);
  assert.equal(authority.count('/register'), 0);
}

async function testScopes(daemon, authority) {
  const asked = () => authority.requests.filter((request) => request.path === '/authorize').at(-1).query.get('scope');

  await logIn(daemon);
  assert.equal(asked(), null);
  authority.options.scopesSupported = ['one', 'two'];
  await daemon.ask('POST', '/servers/guarded/logout');
  await logIn(daemon);
  assert.equal(asked(), 'one two');
  authority.options.scope = 'three';
  authority.options.metadata = { scopes_supported: ['three', 'offline_access'] };
  await daemon.ask('POST', '/servers/guarded/logout');
  await logIn(daemon);
  assert.equal(asked(), 'three offline_access');
}

async function testOff(daemon, authority) {
  assert.equal((await daemon.ask('POST', '/servers/guarded/login')).status, 409);
  const client = await daemon.connect();
  const answer = JSON.stringify(await client.call('guarded__echo'));
  assert.match(answer, /401/);
  assert.ok(!authority.requests.some((request) => request.path.includes('well-known')));
  assert.equal(await daemon.auth(), undefined);
}

async function testNoSecretsOutside(daemon, authority) {
  authority.options.secret = true;
  authority.options.authMethods = ['client_secret_basic'];
  await logInAndCall(daemon);
  authority.expire();
  await (await daemon.connect()).call('guarded__echo');
  const shown = [daemon.log(), JSON.stringify((await daemon.ask('GET', '/servers')).body), (await daemon.ask('GET', '/metrics')).body,
    fs.readFileSync(path.join(daemon.directory, 'state/mcp-sessiond/grants.json'), 'utf8')].join();
  for (const secret of [...authority.access.keys(), ...authority.refresh.keys(), ...[...authority.clients.values()].map((client) => client.secret)]) {
    assert.ok(!shown.includes(secret), secret);
  }
}

process.env.OAUTH_TEST_SECRET = 'x y/z';

runTests(async (tap) => {
  const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);
  const run = (name, test, setup) => (only && !name.includes(only) ? null : tap.run(name, () => within(test, setup)));

  await run('a person logs in', testPerson);
  for (const [name, options] of Object.entries(DISCOVERIES)) { await run(`a login by ${name}`, logInAndCall, { options }); }
  for (const [name, [lie, says]] of Object.entries(LIES)) {
    await run(`no login by ${name}`, (daemon, authority) => testLie(lie, says, daemon, authority));
  }
  await run('redirects of metadata are followed, each as far as it may lead', testRedirects);
  await run('a token request is not redirected', testTokenRedirect);
  await run('a browser comes back once, and nobody else does', testCallback);
  await run('an answer of another issuer is not looked at', testIss);
  await run('two logins at once are not mixed up', testMixUp);
  await run('the daemon may restart while the browser is away', testRestartWhileAway);
  await run('a browser that comes late is not taken', testLate);
  await run('a person pastes the address', testPaste);
  await run('a person pastes the code alone, or something else', testPastedCode);
  await run('an issuer moves', testMoved);
  await run('a client is asked to open the address', testElicitation, { options: { scope: 'basic' } });
  await run('a client of 2026-07-28 is sent away to log in', testInputRequired);
  await run('a client may decline', testDeclined);
  await run('a server that is not to be pleased is not asked for ever', testStepUpEnds);
  await run('what was listed stays listed, with and without a login', testOthers);
  await run('logout leaves nothing behind', testLogout);
  await run('a client that was registered by hand', testByHand, { entry: CLIENT });
  const port = await findPort();
  await run('a client that was registered with a port', (daemon, authority) => testPort(port, daemon, authority),
    { entry: { oauth: { clientId: 'by-hand', redirectPort: port } } });
  const taken = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { taken.once('listening', resolve); });
  await run('a port that somebody else has', testTakenPort, { entry: { oauth: { clientId: 'by-hand', redirectPort: taken.address().port } } });
  taken.close();
  await run('logout while a token is renewed', testLogoutMeanwhile);
  await run('a machine logs in by itself', testMachine, { entry: { oauth: { ...CLIENT.oauth, grant: 'client_credentials' } } });
  await run('a code is entered on another device', testDevice);
  await run('an authorization server that knows no devices', testNoDevice);
  await run('a client whose id is its document', testDocument, { settings: '[OAuth]\nClientMetadataUrl=https://example.org/client.json\n' });
  await run('scopes: the refusal’s, else the metadata’s, else none', testScopes);
  await run('no OAuth where the entry says so', testOff, { entry: { oauth: false } });
  await run('no secret is seen outside', testNoSecretsOutside, { options: { expiresIn: 3600 } });
});
