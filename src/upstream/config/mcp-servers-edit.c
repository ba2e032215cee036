/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Changes of mcp.json that the daemon and the command make for their owner.
 */
#include "upstream/config/mcp-servers-edit.h"

#include "common/mcp-error.h"
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

static guint
count_lines (const char *text, const char *at)
{
  guint line = 1;

  for (; text < at; text++)
    line += *text == '\n';
  return line;
}

static guint
find_entry (const char *text, const char *name)
{
  const char *const path[] = { find_servers_key (text), name, NULL };
  McpJsoncMember member, previous;
  guint n_found;
  const char *object = mcp_jsonc_scan_walk (text, path, &n_found, NULL);

  if (object == NULL || n_found != 1 ||
      !mcp_jsonc_scan_find_member (object, name, &member, &previous, NULL) || member.key == NULL)
    return 0;
  return count_lines (text, member.key);
}

/**
 * mcp_servers_edit_find_line:
 * @text: of a configuration file
 * @file_name: as it was given to mcp_server_config_parse_entries()
 * @problem: what that function said of the file: a problem, or its error
 *
 * Returns: the line, from 1, of the entry that is meant, or where the text is no JSON; 0: the
 *   whole file is meant
 */
guint
mcp_servers_edit_find_line (const char *text, const char *file_name, const char *problem)
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
  return find_entry (text, name);
}
