/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-server-sources.h"

#include <string.h>

static GPtrArray *
new_array (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
}

/**
 * mcp_server_sources_init:
 * @self: (out caller-allocates): no servers
 */
void
mcp_server_sources_init (McpServerSources *self)
{
  for (gsize i = 0; i < MCP_SERVER_SOURCES_N; i++)
    self->configs[i] = new_array ();
}

/**
 * mcp_server_sources_clear:
 * @self: the servers
 */
void
mcp_server_sources_clear (McpServerSources *self)
{
  for (gsize i = 0; i < MCP_SERVER_SOURCES_N; i++)
    g_clear_pointer (&self->configs[i], g_ptr_array_unref);
}

/**
 * mcp_server_sources_set:
 * @self: the servers
 * @origin: of which kind
 * @configs: (element-type McpServerConfig): all of this kind, in order; copied
 */
void
mcp_server_sources_set (McpServerSources *self, McpServerOrigin origin, GPtrArray *configs)
{
  GPtrArray *copy = new_array ();

  for (guint i = 0; i < configs->len; i++)
    g_ptr_array_add (copy, mcp_server_config_ref (g_ptr_array_index (configs, i)));
  g_ptr_array_unref (self->configs[origin]);
  self->configs[origin] = copy;
}

/**
 * mcp_server_sources_get:
 * @self: the servers
 * @origin: of which kind
 *
 * Returns: (transfer none) (element-type McpServerConfig): all of this kind; replaced as a whole
 */
GPtrArray *
mcp_server_sources_get (McpServerSources *self, McpServerOrigin origin)
{
  return self->configs[origin];
}

static McpServerConfig *
find (GPtrArray *configs, const char *name)
{
  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      if (strcmp (config->name, name) == 0)
        return config;
    }
  return NULL;
}

/**
 * mcp_server_sources_find:
 * @self: the servers
 * @origin: of which kind
 * @name: of a server
 *
 * Returns: (transfer none) (nullable): the server of this kind that has the name, whether another
 *   kind has the name before it or not
 */
McpServerConfig *
mcp_server_sources_find (McpServerSources *self, McpServerOrigin origin, const char *name)
{
  return find (self->configs[origin], name);
}

static void
add_others (GPtrArray *all, GPtrArray *configs)
{
  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      if (find (all, config->name) == NULL)
        g_ptr_array_add (all, mcp_server_config_ref (config));
    }
}

/**
 * mcp_server_sources_merge:
 * @self: the servers
 *
 * The owner's entries come first, and have their names. An app that runs and has registered under
 * the name of its own file stands for the file.
 *
 * Returns: (transfer full) (element-type McpServerConfig): one server for each name
 */
GPtrArray *
mcp_server_sources_merge (McpServerSources *self)
{
  GPtrArray *all = new_array ();

  /* two entries of one name in the owner's file are the parser's concern */
  for (guint i = 0; i < self->configs[MCP_SERVER_ORIGIN_OWNER]->len; i++)
    g_ptr_array_add (
        all, mcp_server_config_ref (g_ptr_array_index (self->configs[MCP_SERVER_ORIGIN_OWNER], i)));
  add_others (all, self->configs[MCP_SERVER_ORIGIN_REGISTERED]);
  add_others (all, self->configs[MCP_SERVER_ORIGIN_INSTALLED]);
  return all;
}
