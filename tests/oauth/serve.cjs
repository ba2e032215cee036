// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The authorization server of the tests as a program, for who wants to see a login: build-aux/login-pictures. Prints the
// address of the MCP server, and serves until it is ended.
//
//   --device   devices may log in, with a code
//   --visit    goes through the login at this address, and prints where the browser ends and, with --page, what the page says
'use strict';

const { parseArgs } = require('node:util');

const { Authority, browse } = require('./authority.cjs');

const { values } = parseArgs({ options: { device: { type: 'boolean' }, page: { type: 'boolean' }, visit: { type: 'string' } } });

async function serve() {
  const authority = await new Authority().start();

  authority.options.scope = 'read';
  if (values.device) {
    authority.options.metadata = { device_authorization_endpoint: `${authority.issuerUrl}/device`,
      grant_types_supported: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'] };
  }
  console.log(authority.mcpUrl);
}

async function visit(address) {
  const login = await browse(address);

  console.log(login.location);
  if (values.page) {
    console.log((await login.page()).text);
  }
}

if (values.visit) { visit(values.visit); } else { serve(); }
