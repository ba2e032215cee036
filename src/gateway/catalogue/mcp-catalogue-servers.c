/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-catalogue-servers.h"

#include <string.h>

struct _McpCatalogueServers
{
  McpProviderPool *pool;  /* (owned) */
  McpListingCache *cache; /* (owned) (nullable) */
  McpLimits limits;
  GPtrArray *configs;  /* (owned): McpServerConfig, enabled ones, in order; replaced as a whole */
  GHashTable *by_name; /* (owned): name (unowned) -> McpServerConfig (unowned), of the same */
  GHashTable *servers; /* (owned): fingerprint (owned) -> McpCatalogueServer (owned) */
  McpCatalogueServersFunc listed;
  gpointer listed_data;
};

static void
server_free (McpCatalogueServer *server)
{
  mcp_catalogue_server_close (server);
  g_object_unref (server);
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) server_free);
}

/**
 * mcp_catalogue_servers_new:
 * @pool: where the providers are
 * @limits: copied
 * @listed: called for each listing
 * @user_data: for @listed
 *
 * Returns: (transfer full): no servers
 */
McpCatalogueServers *
mcp_catalogue_servers_new (McpProviderPool *pool,
                           const McpLimits *limits,
                           McpCatalogueServersFunc listed,
                           gpointer user_data)
{
  McpCatalogueServers *self = g_new0 (McpCatalogueServers, 1);

  self->pool = g_object_ref (pool);
  self->limits = *limits;
  self->configs = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->servers = new_table ();
  self->listed = listed;
  self->listed_data = user_data;
  return self;
}

/**
 * mcp_catalogue_servers_free:
 * @self: (transfer full): the servers
 *
 * Ends listings that are under way.
 */
void
mcp_catalogue_servers_free (McpCatalogueServers *self)
{
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->servers);
  g_ptr_array_unref (self->configs);
  g_clear_pointer (&self->cache, mcp_listing_cache_unref);
  g_object_unref (self->pool);
  g_free (self);
}

/**
 * mcp_catalogue_servers_set_cache:
 * @self: no servers yet
 * @directory: where to keep what servers list, for the next time
 */
void
mcp_catalogue_servers_set_cache (McpCatalogueServers *self, const char *directory)
{
  g_clear_pointer (&self->cache, mcp_listing_cache_unref);
  self->cache = mcp_listing_cache_new (directory);
}

static void
set_bounds (McpCatalogueServers *self, const McpServerConfig *config)
{
  guint timeout_ms = MIN (config->timeout_seconds, G_MAXUINT / 1000) * 1000;

  mcp_catalogue_server_set_bounds (mcp_catalogue_servers_lookup (self, config),
                                   self->limits.upstream_message_bytes, self->limits.list_items,
                                   timeout_ms);
}

/**
 * mcp_catalogue_servers_set_limits:
 * @self: the servers
 * @limits: copied
 *
 * Takes new limits, for the next listings.
 */
void
mcp_catalogue_servers_set_limits (McpCatalogueServers *self, const McpLimits *limits)
{
  self->limits = *limits;
  for (guint i = 0; i < self->configs->len; i++)
    set_bounds (self, g_ptr_array_index (self->configs, i));
}

static void
listed_cb (McpCatalogueServer *server, guint changed, McpCatalogueServers *self)
{
  self->listed (server, changed, self->listed_data);
}

static McpCatalogueServer *
create (McpCatalogueServers *self, McpServerConfig *config)
{
  /* an app that has registered is another one the next time */
  McpListingCache *cache = config->origin != MCP_SERVER_ORIGIN_REGISTERED ? self->cache : NULL;
  McpCatalogueServer *server = mcp_catalogue_server_new (self->pool, config, cache);

  /* a server that is closed tells nothing any more */
  g_signal_connect (server, "listed", G_CALLBACK (listed_cb), self);
  return server;
}

/* What is known of servers that are still there stays; the rest is closed. */
static void
replace_servers (McpCatalogueServers *self)
{
  g_autoptr (GHashTable) earlier = g_steal_pointer (&self->servers);

  self->servers = new_table ();
  for (guint i = 0; i < self->configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (self->configs, i);
      gpointer fingerprint = NULL;
      gpointer server = NULL;

      if (g_hash_table_contains (self->servers, config->fingerprint))
        continue;

      if (!g_hash_table_steal_extended (earlier, config->fingerprint, &fingerprint, &server))
        {
          fingerprint = g_strdup (config->fingerprint);
          server = create (self, config);
        }
      g_hash_table_insert (self->servers, fingerprint, server);
    }
}

/**
 * mcp_catalogue_servers_set_configs:
 * @self: the servers
 * @configs: (element-type McpServerConfig): all configured servers, in order
 *
 * Takes the enabled ones. What is known of a server whose entry says the same stays known.
 */
void
mcp_catalogue_servers_set_configs (McpCatalogueServers *self, GPtrArray *configs)
{
  g_hash_table_remove_all (self->by_name);
  g_ptr_array_unref (self->configs);
  self->configs = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      if (config->disabled)
        continue;
      g_ptr_array_add (self->configs, mcp_server_config_ref (config));
      g_hash_table_insert (self->by_name, config->name, config);
    }

  replace_servers (self);
  for (guint i = 0; i < self->configs->len; i++)
    set_bounds (self, g_ptr_array_index (self->configs, i));
}

/**
 * mcp_catalogue_servers_forget_others:
 * @self: the servers
 * @configs: (element-type McpServerConfig): all configured servers
 *
 * Nothing is kept of servers that are gone for good; those that are disabled may come back.
 */
void
mcp_catalogue_servers_forget_others (McpCatalogueServers *self, GPtrArray *configs)
{
  g_autoptr (GHashTable) configured = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer fingerprint, server;

  for (guint i = 0; i < configs->len; i++)
    g_hash_table_add (configured,
                      ((McpServerConfig *) g_ptr_array_index (configs, i))->fingerprint);
  g_hash_table_iter_init (&iter, self->servers);
  while (g_hash_table_iter_next (&iter, &fingerprint, &server))
    if (!g_hash_table_contains (configured, fingerprint))
      mcp_catalogue_server_forget (server);
}

/**
 * mcp_catalogue_servers_get_configs:
 * @self: the servers
 *
 * Returns: (transfer none) (element-type McpServerConfig): the enabled servers, in order; the array
 *   itself is never changed
 */
GPtrArray *
mcp_catalogue_servers_get_configs (McpCatalogueServers *self)
{
  return self->configs;
}

/**
 * mcp_catalogue_servers_find_config:
 * @self: the servers
 * @name: name of a server
 *
 * Returns: (transfer none) (nullable): its entry, if the server is enabled
 */
McpServerConfig *
mcp_catalogue_servers_find_config (McpCatalogueServers *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

/**
 * mcp_catalogue_servers_lookup:
 * @self: the servers
 * @config: an entry
 *
 * Returns: (transfer none) (nullable): what is known of the server
 */
McpCatalogueServer *
mcp_catalogue_servers_lookup (McpCatalogueServers *self, const McpServerConfig *config)
{
  return g_hash_table_lookup (self->servers, config->fingerprint);
}
