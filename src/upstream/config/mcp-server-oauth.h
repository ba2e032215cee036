/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

/**
 * McpServerOauth:
 * @is_off: no OAuth with this server, whatever it says
 * @is_machine: no person logs in: client credentials
 * @client_id: (nullable): as written; of a client that was registered by hand
 * @client_secret: (nullable): as written; its secret
 * @private_key: (nullable): as written; PEM, in place of a secret
 * @scope: (nullable): what to ask for, with spaces between; in place of what the server says
 * @resource: (nullable): what to ask tokens for, in place of what the server says
 * @issuer: (nullable): the only authorization server that will do
 * @document: (nullable): address of this client's metadata document
 * @redirect_port: the port that browsers come back to; 0: that of the daemon
 *
 * “oauth” of an entry. Zeroed memory is what holds without one.
 */
typedef struct
{
  gboolean is_off;
  gboolean is_machine;
  char *client_id;
  char *client_secret;
  char *private_key;
  char *scope;
  char *resource;
  char *issuer;
  char *document;
  guint redirect_port;
} McpServerOauth;

gboolean mcp_server_oauth_read (McpServerOauth *self, McpJsonSlice value);
void mcp_server_oauth_clear (McpServerOauth *self);

G_END_DECLS
