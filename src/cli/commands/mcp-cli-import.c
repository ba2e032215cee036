/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Moves the servers of a client into mcp.json. A server leaves the client only if all that matters
 * of its entry arrives: the daemon's own parser must take the entry without a remark. Otherwise it
 * stays with the client, and the reason is printed.
 */
#include "cli/commands/mcp-cli-import.h"

#include "cli/commands/mcp-cli-entry-check.h"
#include "cli/files/mcp-cli-entry.h"
#include "cli/files/mcp-cli-file.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "upstream/config/mcp-jsonc-edit.h"

#include <glib/gi18n.h>
#include <string.h>

#define SERVERS "mcpServers"

static void
print_kept (const char *name, const GError *error)
{
  g_autofree char *text =
      g_strdup_printf (_ ("“%s” stays with the client: %s"), name, error->message);
  g_autoptr (GError) cleaned = g_error_new_literal (MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, text);

  mcp_cli_text_print_error (cleaned);
}

static void
print_left_out (const char *name, GPtrArray *left_out)
{
  for (guint i = 0; i < left_out->len; i++)
    mcp_cli_text_print (_ ("“%s”: “%s” has no meaning for the daemon and is left out"), name,
                        (const char *) g_ptr_array_index (left_out, i));
}

/* Rules of Claude Code about single tools name the server; behind the daemon they would not match.
 */
static gboolean
check_permissions (const McpCliClient *client, const char *name, GError **error)
{
  const char *home = g_getenv ("CLAUDE_CONFIG_DIR");
  g_autofree char *path = home != NULL
                              ? g_build_filename (home, "settings.json", NULL)
                              : g_build_filename (g_get_home_dir (), ".claude/settings.json", NULL);
  g_autofree char *rule = g_strdup_printf ("mcp__%s", name);
  g_autofree char *text = NULL;

  if (strcmp (client->id, "claude-code") != 0 || !mcp_cli_file_read (path, &text, NULL) ||
      strstr (text, rule) == NULL)
    return TRUE;
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               _ ("%s has permission rules for “%s”, which would not match any more; the tools "
                  "will be named mcp__sessiond__%s__…"),
               path, rule, name);
  return FALSE;
}

/* Returns: (transfer full) (nullable): the entry for mcp.json */
static char *
convert (const McpCliClient *client, const char *text, const char *name, GError **error)
{
  g_autofree char *entry = mcp_cli_clients_get_server (client, text, name, error);
  g_autoptr (GPtrArray) left_out = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *converted =
      entry != NULL ? mcp_cli_entry_convert (client, entry, left_out, error) : NULL;

  if (converted == NULL || !mcp_cli_entry_check (name, converted, error) ||
      !check_permissions (client, name, error))
    return NULL;
  print_left_out (name, left_out);
  return g_steal_pointer (&converted);
}

/* Returns: (nullable): whether the daemon has such a server already; an error is no answer */
static gboolean
is_known (McpCliFileChange *to, const char *name, GError **error)
{
  const char *path[] = { SERVERS, name, NULL };
  g_autofree char *existing =
      *to->after != '\0' ? mcp_jsonc_edit_get (to->after, path, error) : NULL;

  return existing != NULL;
}

static gboolean
move (const McpCliClient *client,
      McpCliFileChange *from,
      McpCliFileChange *to,
      const char *name,
      GError **error)
{
  const char *path[] = { SERVERS, name, NULL };
  g_autofree char *entry = convert (client, from->after, name, error);
  g_autofree char *added = NULL;
  char *removed;

  if (entry == NULL)
    return FALSE;
  added = mcp_jsonc_edit_set (to->after, path, entry, error);
  removed = added != NULL ? mcp_cli_clients_remove (client, from->after, name, error) : NULL;
  return mcp_cli_file_change_take (from, removed) &&
         mcp_cli_file_change_take (to, g_steal_pointer (&added));
}

static gboolean
import_one (const McpCliClient *client,
            McpCliFileChange *from,
            McpCliFileChange *to,
            const char *name,
            GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (is_known (to, name, &local_error))
    mcp_cli_text_print (_ ("“%s” stays with the client: the daemon has a server of that name"),
                        name);
  else if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  else if (!move (client, from, to, name, &local_error))
    print_kept (name, local_error);
  return TRUE;
}

/* Servers of single projects are in other places. */
static void
print_others (const McpCliClient *client, const char *text)
{
  if (strcmp (client->id, "claude-code") == 0 && strstr (text, "\"projects\"") != NULL)
    mcp_cli_text_print (
        _ ("Servers that Claude Code has for single projects (local scope, .mcp.json) are "
           "not imported"));
}

/**
 * mcp_cli_import_plan:
 * @client: a client
 * @own_name: the name of the daemon's own entry, which is not imported
 * @from: the client's file; gets a new text
 * @to: mcp.json; gets a new text
 * @error: return location; set if one of the files is not understood
 *
 * Plans the move of all servers that can be moved; tells which stay, and why.
 *
 * Returns: whether both files are understood
 */
gboolean
mcp_cli_import_plan (const McpCliClient *client,
                     const char *own_name,
                     McpCliFileChange *from,
                     McpCliFileChange *to,
                     GError **error)
{
  g_auto (GStrv) names = NULL;

  if (*from->after == '\0')
    return TRUE;
  names = mcp_cli_clients_list_servers (client, from->after, error);
  if (names == NULL)
    return FALSE;
  for (gsize i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], own_name) != 0 && !import_one (client, from, to, names[i], error))
      return FALSE;
  print_others (client, from->after);
  return TRUE;
}
