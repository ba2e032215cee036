/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Servers that somebody else has described in a file: a server.json of the registry, the
 * configuration of another client, or one entry.
 */
#include "cli/commands/mcp-cli-server-source.h"

#include "cli/commands/mcp-cli-registry.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"
#include "config.h"
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

/* Returns: (transfer full) (nullable): where @name is installed, below one data directory */
static char *
dup_installed_in (const char *data_directory, const char *name)
{
  const char *end = g_str_has_suffix (name, ".json") ? "" : ".json";
  g_autofree char *file = g_strconcat (name, end, NULL);
  g_autofree char *path = g_build_filename (data_directory, "mcp-sessiond", "servers", file, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

/* Returns: (transfer full) (nullable): the ready-made file of this name */
static char *
dup_installed (const char *name)
{
  const char *const *system = g_get_system_data_dirs ();
  char *path = dup_installed_in (g_get_user_data_dir (), name);

  for (gsize i = 0; path == NULL && system[i] != NULL; i++)
    path = dup_installed_in (system[i], name);
  return path != NULL ? path : dup_installed_in (MCP_DATADIR, name);
}

/* A file that is there comes before a ready-made one of the same name. */
static char *
read_file (const char *path, GError **error)
{
  g_autofree char *installed = NULL;
  char *contents = NULL;

  if (strchr (path, '/') == NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    installed = dup_installed (path);
  g_file_get_contents (installed != NULL ? installed : path, &contents, NULL, error);
  return contents;
}

/* “-” is the standard input. */
static char *
read_all (const char *path, GError **error)
{
  g_autoptr (GString) text = NULL;
  char buffer[4096];
  gssize n;

  if (strcmp (path, "-") != 0)
    return read_file (path, error);
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
 * @path: of a file; “-” for the standard input; the name of a ready-made file in
 *   `mcp-sessiond/servers` of a data directory, with or without its ending
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
