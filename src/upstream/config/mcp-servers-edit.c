/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Changes of mcp.json that the daemon and the command make for their owner.
 */
#include "upstream/config/mcp-servers-edit.h"

#include "common/mcp-error.h"
#include "common/mcp-json.h"
#include "upstream/config/mcp-jsonc-edit.h"
#include "upstream/config/mcp-jsonc-scan.h"

#include <string.h>

/* A member of an entry. */
typedef struct
{
  const char *path[4]; /* the servers, the entry, the member */
} Member;

/* Visual Studio Code has “servers”. */
static const char *
find_servers_key (const char *text)
{
  const char *const path[] = { "mcpServers", NULL };
  g_autofree char *servers = mcp_jsonc_edit_get (text, path, NULL);

  return servers != NULL ? path[0] : "servers";
}

static gboolean
has (const char *text, const Member *member)
{
  g_autofree char *value = mcp_jsonc_edit_get (text, member->path, NULL);

  return value != NULL;
}

static gboolean
check_entry (const char *text, const char *servers, const char *name, GError **error)
{
  const char *const path[] = { servers, name, NULL };
  g_autoptr (GError) local_error = NULL;
  g_autofree char *entry = mcp_jsonc_edit_get (text, path, &local_error);

  if (entry != NULL)
    return TRUE;
  if (local_error == NULL)
    g_set_error (&local_error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There is no server “%s”", name);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static char *
disable (const char *text, const Member *disabled, const Member *enabled, GError **error)
{
  if (!has (text, disabled) && has (text, enabled))
    return mcp_jsonc_edit_set (text, enabled->path, "false", error);
  return mcp_jsonc_edit_set (text, disabled->path, "true", error);
}

/* Both members must let the server be on. */
static char *
enable (const char *text, const Member *disabled, const Member *enabled, GError **error)
{
  g_autofree char *without =
      has (text, disabled) ? mcp_jsonc_edit_remove (text, disabled->path, error) : g_strdup (text);

  if (without == NULL || !has (without, enabled))
    return g_steal_pointer (&without);
  return mcp_jsonc_edit_set (without, enabled->path, "true", error);
}

/**
 * mcp_servers_edit_set_disabled:
 * @text: of a configuration file with servers; comments and layout stay
 * @name: of a server
 * @disabled: whether the server is to be off
 * @error: return location
 *
 * Switches a server off or on, by `disabled`, or by `enabled` where the entry has that as other
 * clients do.
 *
 * Errors: %MCP_ERROR_NOT_FOUND where the file has no such server; %MCP_ERROR_INVALID_ARGUMENTS
 * where the file is not understood.
 *
 * Returns: (transfer full) (nullable): the new text
 */
char *
mcp_servers_edit_set_disabled (const char *text,
                               const char *name,
                               gboolean disabled,
                               GError **error)
{
  const char *servers = find_servers_key (text);
  const Member disabled_member = { { servers, name, "disabled", NULL } };
  const Member enabled_member = { { servers, name, "enabled", NULL } };

  if (!check_entry (text, servers, name, error))
    return NULL;
  return disabled ? disable (text, &disabled_member, &enabled_member, error)
                  : enable (text, &disabled_member, &enabled_member, error);
}

static char *
dup_key (const McpJsoncMember *member)
{
  const char *end = mcp_jsonc_scan_skip_string (member->key);
  McpJsonSlice slice;

  return mcp_jsonc_scan_parse (member->key, (gsize) (end - member->key), &slice, NULL)
             ? mcp_json_dup_string (slice)
             : NULL;
}

static guint
count_lines (const char *from, const char *to)
{
  guint n_lines = 0;

  for (; from < to; from++)
    n_lines += *from == '\n';
  return n_lines;
}

/**
 * mcp_servers_edit_build_lines:
 * @text: of a configuration file
 *
 * Returns: (transfer full) (element-type utf8 guint): the line, from 1, in which each server's
 * entry begins; nothing where the text is not understood
 */
GHashTable *
mcp_servers_edit_build_lines (const char *text)
{
  const char *const path[] = { find_servers_key (text), "", NULL };
  GHashTable *lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n_found;
  const char *object = mcp_jsonc_scan_walk (text, path, &n_found, NULL);
  const char *at = object != NULL && n_found == 1 ? object + 1 : NULL;
  const char *counted = text;
  guint line = 1;
  McpJsoncMember member;

  while (at != NULL && mcp_jsonc_scan_read_member (mcp_jsonc_scan_skip_space (at), &member) &&
         member.key != NULL)
    {
      char *name = dup_key (&member);

      line += count_lines (counted, member.key);
      counted = member.key;
      if (name != NULL)
        g_hash_table_replace (lines, name, GUINT_TO_POINTER (line));
      at = member.next;
    }
  return lines;
}

/**
 * mcp_servers_edit_find_line:
 * @lines: of mcp_servers_edit_build_lines()
 * @file_name: as it was given to mcp_server_config_parse_entries()
 * @problem: what that function said of the file: a problem, or its error
 *
 * Returns: the line, from 1, of the entry that is meant, or where the text is no JSON; 0: the
 *   whole file is meant
 */
guint
mcp_servers_edit_find_line (GHashTable *lines, const char *file_name, const char *problem)
{
  g_autofree char *server = g_strdup_printf ("%s: server “", file_name);
  g_autofree char *line = g_strdup_printf ("%s: Line ", file_name);
  g_autofree char *name = NULL;
  const char *end;

  if (g_str_has_prefix (problem, line))
    return (guint) g_ascii_strtoull (problem + strlen (line), NULL, 10);
  end = g_str_has_prefix (problem, server) ? strstr (problem, "”: ") : NULL;
  if (end == NULL)
    return 0;
  name = g_strndup (problem + strlen (server), (gsize) (end - problem) - strlen (server));
  return GPOINTER_TO_UINT (g_hash_table_lookup (lines, name));
}
