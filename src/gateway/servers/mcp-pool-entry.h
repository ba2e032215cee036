/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/servers/mcp-server-record.h"
#include "upstream/config/mcp-server-config.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

typedef struct _McpPoolEntry McpPoolEntry;

/**
 * McpPoolEntryFunc:
 * @entry: the number of its leases is another one now
 *
 * How an entry tells its pool.
 */
typedef void (*McpPoolEntryFunc) (McpPoolEntry *entry, gpointer user_data);

/**
 * McpPoolEntry:
 *
 * One provider of the pool, with the sessions and the leases that use it. Counted by
 * reference: the pool holds an entry until its provider has ended, a lease as long as it
 * lives. Main context only.
 *
 * The life of an entry:
 *
 *     usable --retire--> retired --last lease given back--> closing --ended--> forgotten
 *        \________________ session or pool ends ____________/
 *
 * A usable entry is found by its key. A retired one finishes the calls that hold a lease,
 * while its successor (the server as it is configured now) serves the next ones.
 */
struct _McpPoolEntry
{
  grefcount ref_count;

  McpServerConfig *config; /* (owned) */
  McpServerRecord *record; /* (owned): of the server, over all its entries */
  char *key;               /* (owned): server and scope */
  McpProvider *provider;   /* (owned) */
  GHashTable *sessions;    /* (owned): ids (owned) of those that may use it; empty if shared */
  McpProviderState state;  /* as last seen */
  guint n_leases;
  gint64 used_at;     /* monotonic, microseconds: when the last lease was given back */
  guint seen_notes;   /* of the record, that the pool has told of */
  gboolean active;    /* counted as a process: there is one, or will be in a moment */
  gboolean has_run;   /* was ready at least once */
  gboolean retired;   /* no new lease is given; closed when the last one is given back */
  gboolean is_closed; /* closing, or closed */

  McpPoolEntryFunc changed; /* (nullable): %NULL once the pool has gone */
  gpointer changed_data;
};

McpPoolEntry *mcp_pool_entry_new (McpServerConfig *config, McpServerRecord *record, char *key);
McpPoolEntry *mcp_pool_entry_ref (McpPoolEntry *self);
void mcp_pool_entry_unref (McpPoolEntry *self);
void mcp_pool_entry_add_lease (McpPoolEntry *self);
void mcp_pool_entry_remove_lease (McpPoolEntry *self);
gboolean mcp_pool_entry_is_configured (McpPoolEntry *self, GPtrArray *configs);

G_END_DECLS
