/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon's mcp.json, as the commands read and change it. The daemon reads the file again by
 * itself.
 */
#include "cli/files/mcp-cli-servers-file.h"

#include "cli/files/mcp-cli-file.h"
#include "cli/terminal/mcp-cli-suggest.h"
#include "common/mcp-error.h"
#include "common/mcp-file.h"
#include "common/mcp-json.h"
#include "common/mcp-names.h"
#include "upstream/config/mcp-jsonc-edit.h"
#include "upstream/config/mcp-jsonc.h"
#include "upstream/config/mcp-servers-edit.h"

#include <glib/gi18n.h>
#include <string.h>

/* The daemon reads both. */
#define SERVERS       "mcpServers"
#define SERVERS_SHORT "servers"

/* More than any file that the daemon accepts has. */
#define MAX_DEPTH  256
#define MAX_VALUES 10000000

/**
 * mcp_cli_servers_file_dup_path:
 *
 * Returns: (transfer full) (type filename): where the daemon's mcp.json is
 */
char *
mcp_cli_servers_file_dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), MCP_DIRECTORY, MCP_SERVERS_FILE, NULL);
}

/* Says what is wrong in the words of the daemon. */
static gboolean
check_text (const char *text, GError **error)
{
  gsize length = strlen (text);
  g_autofree char *json = mcp_jsonc_to_json (text, length);
  McpJsonSlice root;

  return mcp_json_scan (json, length, MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_NAME_LINES, &root,
                        error);
}

/* An empty file is an empty object. */
static gboolean
read_text (const char *path, char **text, GError **error)
{
  if (!mcp_cli_file_read (path, text, error))
    return FALSE;
  if ((*text)[strspn (*text, " \t\r\n")] != '\0')
    return check_text (*text, error);
  g_free (*text);
  *text = g_strdup ("{\n}\n");
  return TRUE;
}

/* Which member of the file has the servers. */
static const char *
find_key (const char *text)
{
  const char *const keys[] = { SERVERS, NULL };
  const char *const short_keys[] = { SERVERS_SHORT, NULL };
  g_autofree char *servers = mcp_jsonc_edit_get (text, keys, NULL);
  g_autofree char *others = servers == NULL ? mcp_jsonc_edit_get (text, short_keys, NULL) : NULL;

  return others != NULL ? SERVERS_SHORT : SERVERS;
}

/* @name: (nullable): of one server */
static char *
get (const char *name, GError **error)
{
  g_autofree char *path = mcp_cli_servers_file_dup_path ();
  g_autofree char *text = NULL;
  g_autoptr (GError) local_error = NULL;
  char *value = NULL;

  if (read_text (path, &text, &local_error))
    {
      const char *const keys[] = { find_key (text), name, NULL };

      value = mcp_jsonc_edit_get (text, keys, &local_error);
    }
  if (local_error != NULL)
    g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "%s: ", path);
  return value;
}

/**
 * mcp_cli_servers_file_get_all:
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the text of the object of servers; “{}” if the file has none
 */
char *
mcp_cli_servers_file_get_all (GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *servers = get (NULL, &local_error);

  if (local_error == NULL)
    return servers != NULL ? servers : g_strdup ("{}");
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static GStrv
list_names (void)
{
  g_autofree char *path = mcp_cli_servers_file_dup_path ();
  g_autofree char *text = NULL;
  const char *keys[] = { NULL, NULL };

  if (!read_text (path, &text, NULL))
    return NULL;
  keys[0] = find_key (text);
  return mcp_jsonc_edit_list (text, keys, NULL);
}

static void
set_unknown (const char *name, GError **error)
{
  g_auto (GStrv) names = list_names ();
  const char *meant =
      names != NULL ? mcp_cli_suggest_find (name, (const char *const *) names) : NULL;

  if (meant != NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("There is no server “%s”; did you mean “%s”?"), name, meant);
  else
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("There is no server “%s”; “mcp-session server list” shows the servers"), name);
}

/**
 * mcp_cli_servers_file_get_entry:
 * @name: of a server
 * @error: return location; %MCP_ERROR_NOT_FOUND if the file does not have that server
 *
 * Returns: (transfer full) (nullable): the text of the server's entry
 */
char *
mcp_cli_servers_file_get_entry (const char *name, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *entry = get (name, &local_error);

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (entry == NULL)
    set_unknown (name, error);
  return entry;
}

/* Returns: (nullable): the new text of the file */
static char *
build_with_entry (const char *text,
                  const char *name,
                  const char *entry,
                  gboolean replace,
                  GError **error)
{
  const char *const keys[] = { find_key (text), name, NULL };
  g_autoptr (GError) local_error = NULL;
  g_autofree char *old = mcp_jsonc_edit_get (text, keys, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (old != NULL && !replace)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   _ ("There is already a server “%s”; --replace replaces it"), name);
      return NULL;
    }
  return mcp_jsonc_edit_set (text, keys, entry, error);
}

/**
 * mcp_cli_servers_file_set_entry:
 * @name: of a server
 * @entry: JSON
 * @replace: whether an entry of that name may be replaced
 * @error: return location
 *
 * Returns: whether the file has the entry now
 */
gboolean
mcp_cli_servers_file_set_entry (const char *name,
                                const char *entry,
                                gboolean replace,
                                GError **error)
{
  g_autofree char *path = mcp_cli_servers_file_dup_path ();
  g_autofree char *text = NULL;
  g_autofree char *changed = NULL;

  if (read_text (path, &text, error))
    changed = build_with_entry (text, name, entry, replace, error);
  if (changed != NULL && mcp_file_replace (path, changed, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

/**
 * mcp_cli_servers_file_set_disabled:
 * @name: of a server
 * @disabled: whether the daemon is to leave the server alone
 * @error: return location; %MCP_ERROR_NOT_FOUND if the file does not have that server
 *
 * Returns: whether the file says so now
 */
gboolean
mcp_cli_servers_file_set_disabled (const char *name, gboolean disabled, GError **error)
{
  g_autofree char *entry = mcp_cli_servers_file_get_entry (name, error);
  g_autofree char *path = mcp_cli_servers_file_dup_path ();
  g_autofree char *text = NULL;
  g_autofree char *changed = NULL;

  if (entry == NULL)
    return FALSE;
  if (read_text (path, &text, error))
    changed = mcp_servers_edit_set_disabled (text, name, disabled, error);
  if (changed != NULL && mcp_file_replace (path, changed, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

/**
 * mcp_cli_servers_file_remove_entry:
 * @name: of a server
 * @error: return location; %MCP_ERROR_NOT_FOUND if the file does not have that server
 *
 * Returns: whether the entry was there and is not any more
 */
gboolean
mcp_cli_servers_file_remove_entry (const char *name, GError **error)
{
  g_autofree char *path = mcp_cli_servers_file_dup_path ();
  g_autofree char *text = NULL;
  g_autofree char *changed = NULL;
  g_autoptr (GError) local_error = NULL;

  if (read_text (path, &text, &local_error))
    {
      const char *const keys[] = { find_key (text), name, NULL };

      changed = mcp_jsonc_edit_remove (text, keys, &local_error);
    }
  if (changed == NULL && local_error == NULL)
    set_unknown (name, &local_error);
  if (changed != NULL && mcp_file_replace (path, changed, &local_error))
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "%s: ", path);
  return FALSE;
}
