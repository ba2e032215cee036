/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>

/* A value for people: a text without quotes, a list with commas. */
static void
append_value (GString *out, McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice item;
  gsize start = out->len;

  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_STRING:
      {
        g_autofree char *text = mcp_json_dup_string (value);
        g_autofree char *clean = mcp_text_clean (text);

        g_string_append (out, clean);
        break;
      }
    case MCP_JSON_ARRAY:
      mcp_json_iter_init (&iter, value);
      while (mcp_json_iter_next_element (&iter, &item))
        {
          if (out->len > start)
            g_string_append (out, ", ");
          append_value (out, item);
        }
      if (out->len == start)
        g_string_append (out, _ ("none"));
      break;
    default:
      mcp_json_append_slice (out, value);
      break;
    }
}

static void
append_time (GString *out, McpJsonSlice value)
{
  g_autofree char *timestamp =
      mcp_json_get_type (value) == MCP_JSON_STRING ? mcp_json_dup_string (value) : NULL;
  g_autofree char *time = mcp_cli_text_local_time (timestamp != NULL ? timestamp : "");

  g_string_append (out, time);
}

static gboolean
print_session (GBytes *answer, GError **error)
{
  const struct
  {
    const char *key;
    const char *title;
  } fields[] = {
    { "session_id", _ ("Session") },
    { "label", _ ("Label") },
    { "cwd", _ ("Directory") },
    { "allowed_tools", _ ("Allowed tools") },
    { "created_at", _ ("Created") },
    { "last_active_at", _ ("Last active") },
    { "calls_in_flight", _ ("Running calls") },
    { "subscribers", _ ("Watchers") },
  };
  McpJsonSlice root, value;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (mcp_json_find (root, fields[i].key, &value))
      {
        g_autoptr (GString) text = g_string_new (NULL);

        if (g_str_has_suffix (fields[i].key, "_at"))
          append_time (text, value);
        else
          append_value (text, value);
        g_print ("%s: %s\n", fields[i].title, text->str);
      }
  return TRUE;
}

static GBytes *
request (McpCliConnection *connection, const char *name, GError **error)
{
  g_autoptr (McpCliSession) session = mcp_cli_session_find (connection, name, error);
  g_autofree char *path = session != NULL ? g_strconcat ("/session/", session->id, NULL) : NULL;

  if (path == NULL)
    return NULL;
  return mcp_cli_connection_request (connection, "GET", path, session, NULL, error);
}

/**
 * mcp_cli_cmd_show:
 * @argc: number of words
 * @argv: the words
 *
 * Shows one session.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_show (int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print the daemon’s answer"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[SESSION]"),
    .summary =
        _ ("Shows one session, named by its id, the beginning of its id, or its label. Without a\n"
           "name, shows the session of the environment."),
    .max_words = 1,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = NULL;
  g_autoptr (GBytes) answer = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;

  connection = mcp_cli_connection_open (&error);
  if (connection != NULL)
    answer = request (connection, argc > 1 ? argv[1] : NULL, &error);
  if (answer != NULL && as_json)
    mcp_cli_json_print (answer);
  else if (answer == NULL || !print_session (answer, &error))
    {
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }
  return MCP_CLI_OK;
}
