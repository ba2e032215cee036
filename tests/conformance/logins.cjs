// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a client and a person do in the suite's scenarios of authorization: the client is asked to bring the
// person to the page of the authorization server, as often as the server wants, and has a program as
// browser; then it uses what the login allows.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const CAPABILITIES = { elicitation: { form: {}, url: {} } };
// A server may change its mind between two calls.
const CALLS = 3;

// What login and call come to nothing in, since the authorization server tells lies.
const REFUSED = ['auth/resource-mismatch', 'auth/iss-supported-missing', 'auth/iss-wrong-issuer', 'auth/iss-unexpected',
  'auth/iss-normalized', 'auth/metadata-issuer-mismatch', 'auth/scope-retry-limit'];

// A server that refuses, and says nowhere how to log in (MCP 2025-03-26): no client is told of a login that may not exist. A
// person who knows better uses the command.
const BY_COMMAND = ['auth/2025-03-26-oauth-endpoint-fallback'];

const ENTRIES = {
  'auth/basic-cimd': () => ({ oauth: { clientMetadataUrl: 'https://conformance-test.local/client-metadata.json' } }),
  'auth/pre-registration': (context) => ({ oauth: { clientId: context.client_id, clientSecret: context.client_secret } }),
  'auth/client-credentials-basic': (context) => ({
    oauth: { grant: 'client_credentials', clientId: context.client_id, clientSecret: context.client_secret },
  }),
  'auth/client-credentials-jwt': (context) => ({
    oauth: { grant: 'client_credentials', clientId: context.client_id, privateKey: context.private_key_pem },
  }),
};

function visit(address) {
  return new Promise((resolve, reject) => {
    http.get(address, { agent: false }, (response) => {
      let text = '';
      response.on('data', (data) => { text += data; });
      response.on('end', () => resolve({ status: response.statusCode, location: response.headers.location, text }));
    }).on('error', reject);
  });
}

// The browser: follows redirects to the daemon.
async function browse(address) {
  const { status, location, text } = await visit(address);

  if (location) {
    return browse(new URL(location, address).href);
  }
  if (status !== 200) {
    throw new Error(`The page answered ${status}: ${text}`);
  }
  return text;
}

const answers = {
  'elicitation/create': async ({ url }) => browse(url).then(() => ({ action: 'accept' }), () => ({ action: 'cancel' })),
};

// As “mcp-session server login”.
async function logIn({ url, directory }) {
  const { owner_key: key } = JSON.parse(fs.readFileSync(path.join(directory, 'run/mcp-sessiond/mcp.json')));
  const answer = await fetch(new URL('/servers/suite/login', url), { method: 'POST', headers: { Authorization: `Bearer ${key}` } });
  await browse((await answer.json()).authorization_url);
}

// The server is not listed before somebody has logged in; the suite's servers all have this tool.
const run = (Driver, name) => async (setting) => {
  if (BY_COMMAND.includes(name)) { await logIn(setting); }
  const driver = await Driver.connect({ ...setting, answers, capabilities: CAPABILITIES });

  try {
    await driver.ask('tools/call', { name: 'test-tool', arguments: {} });
    await driver.listTools();
    for (let i = 0; i < CALLS; i++) {
      await driver.callAll();
    }
  } finally {
    driver.client.close();
  }
};

function choose(name, Driver) {
  return { run: run(Driver, name), fails: REFUSED.includes(name), entry: ENTRIES[name] };
}

module.exports = { choose };
