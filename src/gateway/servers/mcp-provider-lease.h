/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/servers/mcp-pool-entry.h"

G_BEGIN_DECLS

/**
 * McpProviderLease:
 *
 * The right to ask a provider of the pool something. While somebody holds a lease, the
 * provider is closed only if its session ends or the pool closes. Main context only.
 */
typedef struct _McpProviderLease McpProviderLease;

McpProviderLease *mcp_provider_lease_new (McpPoolEntry *entry);
McpProvider *mcp_provider_lease_get_provider (McpProviderLease *self);
gboolean mcp_provider_lease_is_closed (McpProviderLease *self);
void mcp_provider_lease_report (McpProviderLease *self, const GError *error);
void mcp_provider_lease_free (McpProviderLease *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpProviderLease, mcp_provider_lease_free)

G_END_DECLS
