/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-provider-lease.h"

#include "common/mcp-error.h"

struct _McpProviderLease
{
  McpPoolEntry *entry; /* (owned) */
};

/**
 * mcp_provider_lease_new:
 * @entry: an entry of the pool
 *
 * Returns: (transfer full): a lease of the entry's provider
 */
McpProviderLease *
mcp_provider_lease_new (McpPoolEntry *entry)
{
  McpProviderLease *self = g_new0 (McpProviderLease, 1);

  self->entry = mcp_pool_entry_ref (entry);
  mcp_pool_entry_add_lease (entry);
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
 * Whether the pool has closed the provider since: a request that fails then is not the
 * server's fault.
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
 * @error: (nullable): why a request failed; %NULL: the request succeeded
 *
 * Remembers how the server did. An error that is not the server's fault (the client cancelled,
 * the session ended) is not remembered.
 */
void
mcp_provider_lease_report (McpProviderLease *self, const GError *error)
{
  if (self->entry->retired || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_error_matches (error, MCP_ERROR, MCP_ERROR_CANCELLED) ||
      g_error_matches (error, MCP_ERROR, MCP_ERROR_CLOSED))
    return;

  mcp_server_record_note (self->entry->record, error);
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
  mcp_pool_entry_remove_lease (self->entry);
  mcp_pool_entry_unref (self->entry);
  g_free (self);
}
