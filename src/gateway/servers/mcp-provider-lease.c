/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-provider-lease.h"

#include "common/mcp-error.h"
#include "mcp-provider-pool-private.h"

struct _McpProviderLease
{
  McpProviderPool *pool; /* (owned) */
  McpPoolEntry *entry;   /* (owned) */
};

/**
 * mcp_provider_lease_new:
 * @pool: the pool
 * @entry: one of its entries
 *
 * Returns: (transfer full): a lease of the entry's provider
 */
McpProviderLease *
mcp_provider_lease_new (McpProviderPool *pool, McpPoolEntry *entry)
{
  McpProviderLease *self = g_new0 (McpProviderLease, 1);

  self->pool = g_object_ref (pool);
  self->entry = mcp_pool_entry_ref (entry);
  mcp_provider_pool_entry_taken (pool, entry);
  return self;
}

/**
 * mcp_provider_lease_get_provider:
 * @self: the lease
 *
 * Returns: (transfer none): the provider
 */
McpProvider *
mcp_provider_lease_get_provider (McpProviderLease *self)
{
  return self->entry->provider;
}

/**
 * mcp_provider_lease_is_closed:
 * @self: the lease
 *
 * Whether the pool closed the provider meanwhile: what fails then is not the server's fault.
 *
 * Returns: whether the provider was closed
 */
gboolean
mcp_provider_lease_is_closed (McpProviderLease *self)
{
  return self->entry->is_closed;
}

/**
 * mcp_provider_lease_report:
 * @self: the lease
 * @error: (nullable): why a request failed; %NULL: it did not
 *
 * Remembers how the server is doing; what is not the server's doing is passed over.
 */
void
mcp_provider_lease_report (McpProviderLease *self, const GError *error)
{
  if (self->entry->retired || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_error_matches (error, MCP_ERROR, MCP_ERROR_CANCELLED) ||
      g_error_matches (error, MCP_ERROR, MCP_ERROR_CLOSED))
    return;

  mcp_provider_pool_remember (self->pool, self->entry->config->name, error);
}

/**
 * mcp_provider_lease_free:
 * @self: (transfer full): the lease
 *
 * Gives the provider back.
 */
void
mcp_provider_lease_free (McpProviderLease *self)
{
  mcp_provider_pool_entry_given_back (self->pool, self->entry);
  mcp_pool_entry_unref (self->entry);
  g_object_unref (self->pool);
  g_free (self);
}
