/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tools that are not, or not any more, what they were: who hears of it, and what is held back.
 */
#include "common/mcp-log.h"
#include "gateway/catalogue/mcp-exposed-names.h"
#include "mcp-catalogue-private.h"

#include <string.h>

static void
log_tools (const char *server, const char *what, char **names)
{
  g_autofree char *text = g_strjoinv (", ", names);

  if (*names != NULL)
    mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = server },
             "server “%s”: tools %s: %s", server, what, text);
}

/* Compares what a server lists with what it listed before. */
void
mcp_catalogue_check_tools (McpCatalogue *self, McpServerConfig *config)
{
  const McpListing *listing =
      mcp_catalogue_server_get_listing (mcp_catalogue_lookup_server (self, config));
  g_autoptr (McpToolChanges) changes = NULL;

  if (listing == NULL || listing->lists[MCP_ITEM_TOOL] == NULL)
    return;
  changes = mcp_tool_prints_update (self->prints, config, listing->lists[MCP_ITEM_TOOL]);
  if (changes == NULL)
    return;

  log_tools (config->name, "added", changes->added);
  log_tools (config->name, "removed", changes->removed);
  log_tools (config->name, "changed", changes->changed);
  if (config->pin && (*changes->added != NULL || *changes->changed != NULL))
    mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = config->name },
             "server “%s”: they are held back until “mcp-session server accept %s”", config->name,
             config->name);
  g_signal_emit_by_name (self, "tools-changed", config, changes);
}

/**
 * mcp_catalogue_load_prints:
 * @self: the catalogue, without servers yet
 * @path: where to keep what tools were accepted
 * @error: return location
 *
 * Errors: as for mcp_tool_prints_load().
 *
 * Returns: whether what was kept could be read
 */
gboolean
mcp_catalogue_load_prints (McpCatalogue *self, const char *path, GError **error)
{
  return mcp_tool_prints_load (self->prints, path, error);
}

/* The tools of a pinned server that its owner has not agreed to: an array of their objects. */
static void
append_held (McpCatalogue *self, McpServerConfig *config, McpItemList *tools, GString *out)
{
  for (guint i = 0; i < mcp_item_list_get_length (tools); i++)
    {
      const McpItem *tool = mcp_item_list_get (tools, i);

      if (mcp_tool_prints_accepts (self->prints, config, tool))
        continue;
      if (out->str[out->len - 1] != '[')
        g_string_append_c (out, ',');
      g_string_append (out, tool->json);
    }
}

static McpServerConfig *
find_config (McpCatalogue *self, const char *server_name)
{
  for (guint i = 0; i < self->configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (self->configs, i);

      if (strcmp (config->name, server_name) == 0)
        return config;
    }
  return NULL;
}

static McpItemList *
get_tools (McpCatalogue *self, McpServerConfig *config)
{
  const McpListing *listing =
      mcp_catalogue_server_get_listing (mcp_catalogue_lookup_server (self, config));

  return listing != NULL ? listing->lists[MCP_ITEM_TOOL] : NULL;
}

/**
 * mcp_catalogue_build_held:
 * @self: the catalogue
 * @server_name: name of a server
 *
 * Returns: (transfer full) (nullable): a JSON array of the tools that are held back, as the server
 *   lists them; %NULL where there is no such server
 */
char *
mcp_catalogue_build_held (McpCatalogue *self, const char *server_name)
{
  McpServerConfig *config = find_config (self, server_name);
  McpItemList *tools = config != NULL ? get_tools (self, config) : NULL;
  g_autoptr (GString) out = g_string_new ("[");

  if (config == NULL)
    return NULL;
  if (tools != NULL)
    append_held (self, config, tools, out);
  g_string_append_c (out, ']');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * mcp_catalogue_accept:
 * @self: the catalogue
 * @server_name: name of a server
 *
 * Its tools are good as it lists them now.
 *
 * Returns: whether there is such a server
 */
gboolean
mcp_catalogue_accept (McpCatalogue *self, const char *server_name)
{
  McpServerConfig *config = find_config (self, server_name);
  McpItemList *tools = config != NULL ? get_tools (self, config) : NULL;

  if (config == NULL)
    return FALSE;
  if (tools != NULL)
    {
      mcp_tool_prints_accept (self->prints, config, tools);
      mcp_catalogue_rebuild (self, 1u << MCP_ITEM_TOOL);
    }
  return TRUE;
}

/**
 * mcp_catalogue_find_held:
 * @self: the catalogue
 * @exposed: a name of a tool that is not known
 *
 * Returns: (transfer none) (nullable): the server whose tool it would be, if that were not held
 *   back
 */
McpServerConfig *
mcp_catalogue_find_held (McpCatalogue *self, const char *exposed)
{
  g_autoptr (McpItemView) all = mcp_catalogue_build_view (self, MCP_ITEM_TOOL, NULL);
  McpServerConfig *config;
  const char *name;

  return mcp_item_view_find (all, exposed, &config, &name, NULL) ? config : NULL;
}

/**
 * mcp_catalogue_find_unlisted:
 * @self: the catalogue
 * @exposed: a name that is not known
 *
 * Returns: (transfer none) (nullable): a server that has told nothing yet, and may have that
 */
McpServerConfig *
mcp_catalogue_find_unlisted (McpCatalogue *self, const char *exposed)
{
  for (guint i = 0; i < self->configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (self->configs, i);

      if (mcp_exposed_names_may_own (config->prefix, exposed) &&
          mcp_catalogue_server_get_listing (mcp_catalogue_lookup_server (self, config)) == NULL)
        return config;
    }
  return NULL;
}
