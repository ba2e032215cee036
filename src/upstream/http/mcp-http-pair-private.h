/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-http-endpoint-private.h"
#include "mcp-http-inbox-private.h"

G_BEGIN_DECLS

/**
 * McpHttpPairFuncs:
 * @opened: the server has named the address that takes messages
 * @lost: the stream has ended, or never was of use; @how goes on after “it”
 */
typedef struct
{
  void (*opened) (gpointer user_data);
  void (*lost) (const char *how, gpointer user_data);
} McpHttpPairFuncs;

/**
 * McpHttpPair:
 *
 * The HTTP+SSE pair of older servers (MCP 2024-11-05, basic/transports, “HTTP with SSE”): a stream
 * that first names the address to which messages are posted, and then brings all that the server
 * says. Embedded in its channel.
 */
typedef struct
{
  McpHttpEndpoint *endpoint; /* (unowned): learns the address */
  const McpHttpPairFuncs *funcs;
  const McpHttpInboxFuncs *inbox_funcs;
  gpointer user_data;
  McpHttpInbox *inbox; /* (owned) (nullable) */
  McpHttpFetch *fetch; /* (owned) (nullable) */
  char *refusal;       /* (nullable): why the pair is tried; goes on after “it” */
} McpHttpPair;

void mcp_http_pair_init (McpHttpPair *self,
                         McpHttpEndpoint *endpoint,
                         const McpHttpPairFuncs *funcs,
                         const McpHttpInboxFuncs *inbox_funcs,
                         gpointer user_data);
void mcp_http_pair_start (McpHttpPair *self, const char *refusal);
void mcp_http_pair_stop (McpHttpPair *self);

G_END_DECLS
