/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"
#include "gateway/catalogue/mcp-client.h"

G_BEGIN_DECLS

/**
 * McpRoundsToClient:
 *
 * Questions of a server for a client that is not asked, but sent away to come back with the
 * answers (2026-07-28, basic/patterns/mrtr). The questions of one moment make a round. The other
 * direction, servers that work so, is #McpRoundsFromServer:
 *
 *                          server asks                  server sends its client away
 *   client is asked        McpAskTable                  McpRoundsFromServer, then McpAskTable
 *   client is sent away    McpRoundsToClient            the answer is relayed as it is
 *
 * Main context only.
 */
typedef struct _McpRoundsToClient McpRoundsToClient;

/**
 * McpRoundsToClientFuncs:
 * @ask_client: a round is complete: the client is to be sent away with
 *   mcp_rounds_to_client_build_result()
 * @lacks_capability: the server asked what the client cannot do; @required is a JSON object of the
 *   capabilities that the client needs
 *
 * Both are called only while a client is there.
 */
typedef struct
{
  void (*ask_client) (gpointer user_data);
  void (*lacks_capability) (const char *required, gpointer user_data);
} McpRoundsToClientFuncs;

McpRoundsToClient *mcp_rounds_to_client_new (const McpRoundsToClientFuncs *funcs,
                                             gpointer user_data);
void mcp_rounds_to_client_free (McpRoundsToClient *self);
void mcp_rounds_to_client_set_client (McpRoundsToClient *self, McpClient *client);
void mcp_rounds_to_client_add (McpRoundsToClient *self, McpAsk *ask);
void mcp_rounds_to_client_take_responses (McpRoundsToClient *self, McpJsonSlice responses);
char *mcp_rounds_to_client_build_result (McpRoundsToClient *self, const char *state);
char *mcp_rounds_to_client_build_digest (const char *method, McpJsonSlice params);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpRoundsToClient, mcp_rounds_to_client_free)

G_END_DECLS
