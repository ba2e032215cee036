/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"
#include "gateway/catalogue/mcp-client.h"
#include "upstream/oauth/mcp-oauth-server.h"

G_BEGIN_DECLS

/**
 * McpLoginRound:
 *
 * A server needs a login, and the client that wants something of it can show an address to its
 * person (2025-11-25, client/elicitation, “URL Mode”): the client is asked to, and the request
 * waits until the person has logged in. Main context only.
 */
typedef struct _McpLoginRound McpLoginRound;

/**
 * McpLoginRoundFuncs:
 * @ask: a question for the client
 * @done: once and last: whether the person has logged in; the round may be freed
 *
 * Neither is called from within mcp_login_round_new().
 */
typedef struct
{
  void (*ask) (McpAsk *ask, gpointer user_data);
  void (*done) (gboolean is_granted, gpointer user_data);
} McpLoginRoundFuncs;

gboolean mcp_login_round_is_possible (McpOauthServer *login, McpClient *client);
McpLoginRound *mcp_login_round_new (McpOauthServer *login,
                                    McpClient *client,
                                    const McpLoginRoundFuncs *funcs,
                                    gpointer user_data);
void mcp_login_round_free (McpLoginRound *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpLoginRound, mcp_login_round_free)

G_END_DECLS
