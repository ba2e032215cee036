/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Servers that somebody else has described in a file: a server.json of the registry, the
 * configuration of another client, or one entry.
 */
#include "cli/commands/mcp-cli-server-source.h"

#include "cli/commands/mcp-cli-registry.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"
#include "upstream/config/mcp-jsonc.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/* More than any description has. */
#define MAX_BYTES (1024 * 1024)

static void
source_free (gpointer data)
{
  McpCliServerSource *source = data;

  g_free (source->name);
  g_free (source->entry);
  g_free (source);
}

static void
add (GPtrArray *sources, const char *name, const char *entry, gsize length)
{
  McpCliServerSource *source = g_new0 (McpCliServerSource, 1);

  source->name = g_strdup (name);
  source->entry = g_strndup (entry, length);
  g_ptr_array_add (sources, source);
}

/* “-” is the standard input. */
static char *
read_all (const char *path, GError **error)
{
  g_autoptr (GString) text = NULL;
  char buffer[4096];
  gssize n;
  char *contents = NULL;

  if (strcmp (path, "-") != 0)
    return g_file_get_contents (path, &contents, NULL, error) ? contents : NULL;
  text = g_string_new (NULL);
  while (text->len < MAX_BYTES && (n = read (STDIN_FILENO, buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, n);
  return g_strdup (text->str);
}

/* Other clients put their servers into one of these. */
static gboolean
find_servers (McpJsonSlice root, McpJsonSlice *servers)
{
  static const char *const keys[] = { "mcpServers", "servers", "context_servers", "mcp" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (mcp_json_find_typed (root, keys[i], MCP_JSON_OBJECT, servers))
      return TRUE;
  return FALSE;
}

/* @name: (nullable): only this one */
static void
add_servers (GPtrArray *sources, McpJsonSlice servers, const char *name)
{
  McpJsonSlice key, entry;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_member (&iter, &key, &entry))
    {
      g_autofree char *own = mcp_json_dup_string (key);

      if (mcp_json_get_type (entry) == MCP_JSON_OBJECT &&
          (name == NULL || g_strcmp0 (name, own) == 0))
        add (sources, own, entry.data, entry.length);
    }
}

static gboolean
is_entry (McpJsonSlice root)
{
  McpJsonSlice value;

  return mcp_json_find (root, "command", &value) || mcp_json_find (root, "url", &value);
}

static gboolean
add_description (GPtrArray *sources, McpJsonSlice root, const char *name, GError **error)
{
  g_autofree char *entry = mcp_cli_registry_build_entry (root, error);
  g_autofree char *own = mcp_cli_registry_dup_name (root);

  if (entry != NULL)
    add (sources, name != NULL ? name : own, entry, strlen (entry));
  return entry != NULL;
}

static gboolean
add_all (GPtrArray *sources, McpJsonSlice root, const char *name, GError **error)
{
  McpJsonSlice servers;

  if (mcp_cli_registry_is_description (root))
    return add_description (sources, root, name, error);
  if (mcp_json_get_type (root) == MCP_JSON_OBJECT && find_servers (root, &servers))
    add_servers (sources, servers, name);
  else if (mcp_json_get_type (root) == MCP_JSON_OBJECT && is_entry (root) && name != NULL)
    add (sources, name, root.data, root.length);
  if (sources->len > 0)
    return TRUE;
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               name != NULL ? _ ("There is no server “%s” in it")
                            : _ ("There are no servers in it%s; one entry alone needs a NAME"),
               name != NULL ? name : "");
  return FALSE;
}

/**
 * mcp_cli_server_source_read:
 * @path: of a file; “-” for the standard input
 * @name: (nullable): the server that is wanted, or the name that it is to have
 * @error: return location
 *
 * Returns: (transfer container) (nullable) (element-type McpCliServerSource): the servers
 */
GPtrArray *
mcp_cli_server_source_read (const char *path, const char *name, GError **error)
{
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (source_free);
  g_autofree char *text = read_all (path, error);
  g_autofree char *json = text != NULL ? mcp_jsonc_to_json (text, strlen (text)) : NULL;
  McpJsonSlice root;

  if (json != NULL && mcp_cli_json_parse (json, strlen (json), &root, error) &&
      add_all (sources, root, name, error))
    return g_steal_pointer (&sources);
  g_prefix_error (error, "%s: ", path);
  return NULL;
}
