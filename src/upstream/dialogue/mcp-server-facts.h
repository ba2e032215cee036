/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-lifecycle.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

/**
 * McpServerFacts:
 * @lifecycle: as the last start found it
 * @revision: agreed on; %MCP_REVISION_UNKNOWN: the server never was ready
 * @capabilities: (nullable): what the server offers, a JSON object
 * @instructions: (nullable): what the server says of itself, for a model
 * @server_info: (nullable): what the server calls itself, an `Implementation` of MCP
 * @peer: (nullable) (owned): the process behind a server on the bus, while the server runs
 * @n_holds: number of holds; while there are any, the server is not ended for being idle
 * @n_run: counts its starts
 * @watched: (owned): char *uri -> the run in which it was watched first
 *
 * What is known of a server, and wanted of it, over all its runs and whatever
 * carries it. Embedded in its provider.
 */
typedef struct
{
  McpLifecycle lifecycle;
  McpRevision revision;
  char *capabilities;
  char *instructions;
  char *server_info;
  McpServerPeer *peer;
  guint n_holds;
  guint n_run;
  GHashTable *watched;
} McpServerFacts;

void mcp_server_facts_init (McpServerFacts *self);
void mcp_server_facts_clear (McpServerFacts *self);
void mcp_server_facts_learn (McpServerFacts *self, McpRevision revision, McpJsonSlice result);
gboolean mcp_server_facts_watch (McpServerFacts *self, const char *uri);
gboolean mcp_server_facts_unwatch (McpServerFacts *self, const char *uri);
void mcp_server_facts_subscribe_again (McpServerFacts *self, McpProvider *provider);

G_END_DECLS
