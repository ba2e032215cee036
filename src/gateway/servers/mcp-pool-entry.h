/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

/**
 * McpPoolEntry:
 *
 * One provider of the pool and who uses it; reference-counted. The pool's own
 * bookkeeping, and nobody else's.
 */
typedef struct
{
  grefcount ref_count;

  McpServerConfig *config; /* (owned) */
  char *key;               /* (owned): server and scope */
  McpProvider *provider;   /* (owned) */
  GHashTable *sessions;    /* (owned): ids (owned) of those that may use it; not for shared ones */
  McpProviderState state;  /* as last seen */
  guint n_leases;
  gboolean active;    /* counted as a process: has one, or is about to */
  gboolean has_run;   /* was ready before */
  gboolean retired;   /* nobody new gets it; closed with its last lease */
  gboolean is_closed; /* closing, or closed */
} McpPoolEntry;

McpPoolEntry *mcp_pool_entry_new (McpServerConfig *config, char *key);
McpPoolEntry *mcp_pool_entry_ref (McpPoolEntry *self);
void mcp_pool_entry_unref (McpPoolEntry *self);
gboolean mcp_pool_entry_is_configured (McpPoolEntry *self, GPtrArray *configs);

G_END_DECLS
