/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-era.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

/**
 * McpPeer:
 * @era: as the last start found it
 * @revision: agreed on; %MCP_REVISION_UNKNOWN: the server never was ready
 * @capabilities: (nullable): what the server offers, a JSON object
 * @n_holds: who wants it to stay
 * @n_run: counts its starts
 * @watched: (owned): char *uri -> the run in which it was watched first
 *
 * What is known of a server, and wanted of it, over all its runs and whatever
 * carries it. Embedded in its provider.
 */
typedef struct
{
  McpEra era;
  McpRevision revision;
  char *capabilities;
  guint n_holds;
  guint n_run;
  GHashTable *watched;
} McpPeer;

void mcp_peer_init (McpPeer *self);
void mcp_peer_clear (McpPeer *self);
void mcp_peer_learn (McpPeer *self, McpRevision revision, McpJsonSlice result);
gboolean mcp_peer_watch (McpPeer *self, const char *uri);
gboolean mcp_peer_unwatch (McpPeer *self, const char *uri);
void mcp_peer_subscribe_again (McpPeer *self, McpProvider *provider);

G_END_DECLS
