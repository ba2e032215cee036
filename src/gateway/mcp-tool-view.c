/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-tool-view.h"

#include "mcp-jsonrpc.h"
#include "mcp-tool-names.h"

#include <string.h>

typedef struct
{
  guint server;
  char *exposed; /* (owned) */
  char *json;    /* (owned): as listed to clients */
} ExposedTool;

struct _McpToolView
{
  GPtrArray *configs;  /* (owned): McpServerConfig, in the order of the configuration */
  McpToolNames *names; /* (owned) */
  GPtrArray *tools;    /* (owned): ExposedTool, by server, then in its own order */
};

static void
exposed_tool_free (ExposedTool *tool)
{
  g_free (tool->exposed);
  g_free (tool->json);
  g_free (tool);
}

/* The server's own names as far as its configuration lets them through. */
static char **
offered_names (McpServerConfig *config, McpToolList *list)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < mcp_tool_list_get_length (list); i++)
    {
      const McpTool *tool = mcp_tool_list_get (list, i);

      if (mcp_server_config_offers (config, tool->name))
        g_ptr_array_add (names, g_strdup (tool->name));
    }
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static McpToolNames *
build_names (GPtrArray *configs, McpToolList *const *lists)
{
  g_autofree McpToolNamesServer *servers = g_new0 (McpToolNamesServer, configs->len + 1);
  McpToolNames *names;

  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      servers[i].prefix = config->prefix;
      if (lists[i] != NULL)
        servers[i].tools = (const char *const *) offered_names (config, lists[i]);
    }

  names = mcp_tool_names_new (servers, configs->len);
  for (guint i = 0; i < configs->len; i++)
    g_strfreev ((char **) servers[i].tools);
  return names;
}

/* Everything but the name stays as the server wrote it. */
static char *
rename_tool (const McpTool *tool, const char *exposed)
{
  g_autoptr (GString) name = NULL;

  if (strcmp (tool->name, exposed) == 0)
    return g_strdup (tool->json);

  name = g_string_new (NULL);
  mcp_json_append_string (name, exposed);
  return mcp_json_object_replace ((McpJsonSlice){ tool->json, strlen (tool->json) }, "name",
                                  (McpJsonSlice){ name->str, name->len });
}

static void
add_server (McpToolView *self, guint server, McpToolList *list)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < mcp_tool_list_get_length (list); i++)
    {
      const McpTool *tool = mcp_tool_list_get (list, i);
      const char *exposed = mcp_tool_names_get_exposed (self->names, server, tool->name);
      ExposedTool *item;

      /* not offered, or listed twice */
      if (exposed == NULL || !g_hash_table_add (seen, tool->name))
        continue;

      item = g_new0 (ExposedTool, 1);
      item->server = server;
      item->exposed = g_strdup (exposed);
      item->json = rename_tool (tool, exposed);
      g_ptr_array_add (self->tools, item);
    }
}

/**
 * mcp_tool_view_new:
 * @configs: (element-type McpServerConfig): the servers, in the order of the configuration
 * @lists: (array) (element-type McpToolList): what each lists, %NULL where not known
 *
 * Returns: (transfer full): the view
 */
McpToolView *
mcp_tool_view_new (GPtrArray *configs, McpToolList *const *lists)
{
  McpToolView *self = g_new0 (McpToolView, 1);

  self->configs = g_ptr_array_ref (configs);
  self->names = build_names (configs, lists);
  self->tools = g_ptr_array_new_with_free_func ((GDestroyNotify) exposed_tool_free);
  for (guint i = 0; i < configs->len; i++)
    if (lists[i] != NULL)
      add_server (self, i, lists[i]);
  return self;
}

/**
 * mcp_tool_view_free:
 * @self: (transfer full): the view
 */
void
mcp_tool_view_free (McpToolView *self)
{
  g_ptr_array_unref (self->tools);
  mcp_tool_names_free (self->names);
  g_ptr_array_unref (self->configs);
  g_free (self);
}

/**
 * mcp_tool_view_equal:
 * @a: a view
 * @b: another
 *
 * Returns: whether a client sees no difference between the two
 */
gboolean
mcp_tool_view_equal (McpToolView *a, McpToolView *b)
{
  if (a->tools->len != b->tools->len)
    return FALSE;

  for (guint i = 0; i < a->tools->len; i++)
    {
      const ExposedTool *one = g_ptr_array_index (a->tools, i);
      const ExposedTool *other = g_ptr_array_index (b->tools, i);

      if (strcmp (one->json, other->json) != 0)
        return FALSE;
    }
  return TRUE;
}

/**
 * mcp_tool_view_find:
 * @self: the view
 * @exposed: a name as a client sent it
 * @config: (out) (transfer none): the server that has the tool
 * @tool: (out) (transfer none): its own name for it
 *
 * Returns: whether there is such a tool
 */
gboolean
mcp_tool_view_find (McpToolView *self,
                    const char *exposed,
                    McpServerConfig **config,
                    const char **tool)
{
  guint server;

  if (!mcp_tool_names_find (self->names, exposed, &server, tool))
    return FALSE;

  *config = g_ptr_array_index (self->configs, server);
  return TRUE;
}

/**
 * mcp_tool_view_build_list:
 * @self: the view
 * @session: for whom; its allowed tools decide
 *
 * Returns: (transfer full): the result of tools/list
 */
GBytes *
mcp_tool_view_build_list (McpToolView *self, McpSession *session)
{
  GString *out = g_string_new ("{\"tools\":[");
  gboolean first = TRUE;

  for (guint i = 0; i < self->tools->len; i++)
    {
      const ExposedTool *tool = g_ptr_array_index (self->tools, i);

      if (!mcp_session_allows_tool (session, tool->exposed))
        continue;
      if (!first)
        g_string_append_c (out, ',');
      g_string_append (out, tool->json);
      first = FALSE;
    }
  g_string_append (out, "]}");

  return g_string_free_to_bytes (out);
}

/**
 * mcp_tool_view_count:
 * @self: the view
 * @server_name: name of a server
 *
 * Returns: how many of its tools are exposed
 */
guint
mcp_tool_view_count (McpToolView *self, const char *server_name)
{
  guint n_tools = 0;

  for (guint i = 0; i < self->tools->len; i++)
    {
      const ExposedTool *tool = g_ptr_array_index (self->tools, i);
      const McpServerConfig *config = g_ptr_array_index (self->configs, tool->server);

      n_tools += strcmp (config->name, server_name) == 0;
    }
  return n_tools;
}
