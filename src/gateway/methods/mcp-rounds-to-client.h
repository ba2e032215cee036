/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"

G_BEGIN_DECLS

/**
 * McpInputRequest:
 * @ask: (owned): what a server asks
 * @key: (owned): under which the client is asked, and answers
 * @params: (owned) (nullable): JSON object: as the client is asked
 *
 * One piece of input that a client is to come back with (2026-07-28,
 * basic/patterns/mrtr).
 */
typedef struct
{
  McpAsk *ask;
  char *key;
  char *params;
} McpInputRequest;

McpInputRequest *
mcp_rounds_to_client_new_request (McpAsk *ask, guint number, const char *translated);
gpointer mcp_rounds_to_client_copy_request (gconstpointer input, gpointer unused);
void mcp_rounds_to_client_free_request (McpInputRequest *self);
void mcp_rounds_to_client_take_response (McpInputRequest *self,
                                         McpJsonSlice responses,
                                         McpRevision from);

char *mcp_rounds_to_client_build_result (GPtrArray *inputs, const char *state);
char *mcp_rounds_to_client_build_digest (const char *method, McpJsonSlice params);

G_END_DECLS
