/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"

G_BEGIN_DECLS

/**
 * McpInput:
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
} McpInput;

McpInput *mcp_input_new (McpAsk *ask, guint number, const char *translated);
gpointer mcp_input_copy (gconstpointer input, gpointer unused);
void mcp_input_free (McpInput *self);
void mcp_input_take (McpInput *self, McpJsonSlice responses, McpRevision from);

char *mcp_input_build_required (GPtrArray *inputs, const char *state);
char *mcp_input_build_digest (const char *method, McpJsonSlice params);

G_END_DECLS
