/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/servers/mcp-pool-entry.h"
#include "gateway/servers/mcp-provider-pool.h"

G_BEGIN_DECLS

/* Between the pool and its leases. */
McpProviderLease *mcp_provider_lease_new (McpProviderPool *pool, McpPoolEntry *entry);
void mcp_provider_pool_entry_taken (McpProviderPool *self, McpPoolEntry *entry);
void mcp_provider_pool_entry_given_back (McpProviderPool *self, McpPoolEntry *entry);
void
mcp_provider_pool_remember (McpProviderPool *self, const char *server_name, const GError *error);

G_END_DECLS
