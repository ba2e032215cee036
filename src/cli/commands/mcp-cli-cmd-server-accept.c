/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tools of pinned servers are accepted over D-Bus, which carries the owner's authority.
 */
#include "mcp-cli-cmd-server-private.h"

#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-names.h"
#include "common/mcp-text-clean.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define TOOLS_INTERFACE "org.mcpsessiond.Tools1"
#define CALL_TIMEOUT_MS 60000

static GVariant *
call (GDBusConnection *bus, const char *method, GVariant *arguments, GError **error)
{
  GVariant *answer = g_dbus_connection_call_sync (
      bus, MCP_BUS_NAME, MCP_TOOLS_PATH, TOOLS_INTERFACE, method, arguments, NULL,
      G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, error);

  if (answer == NULL && error != NULL)
    g_dbus_error_strip_remote_error (*error);
  return answer;
}

static void
print_tool (McpJsonSlice tool)
{
  g_autofree char *name = mcp_cli_json_dup_member (tool, "name");
  g_autofree char *description = mcp_cli_json_dup_member (tool, "description");
  g_autofree char *clean_name = mcp_text_clean (name != NULL ? name : "");
  g_autofree char *clean = mcp_text_clean (description != NULL ? description : "");

  g_print ("%s\n    %s\n", clean_name, clean);
}

static gboolean
print_tools (const char *json, const char *server, gboolean is_json, GError **error)
{
  McpJsonSlice tools, tool;
  McpJsonIter iter;
  gboolean is_empty = TRUE;

  if (!mcp_cli_json_parse (json, strlen (json), &tools, error))
    return FALSE;
  if (is_json)
    {
      g_print ("{\"tools\":%s}\n", json);
      return TRUE;
    }

  mcp_json_iter_init (&iter, tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    {
      print_tool (tool);
      is_empty = FALSE;
    }
  if (is_empty)
    mcp_cli_text_print (_ ("No tool of “%s” is held back"), server);
  return TRUE;
}

static int
accept_tools (const char *server, gboolean accept, gboolean is_json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_autoptr (GVariant) held = NULL;
  g_autoptr (GVariant) accepted = NULL;
  const char *json;

  if (bus == NULL)
    {
      g_prefix_error (&error, _ ("Tools are accepted over the session bus: "));
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  held = call (bus, "HeldTools", g_variant_new ("(s)", server), &error);
  if (held != NULL)
    {
      g_variant_get (held, "(&s)", &json);
      if (print_tools (json, server, is_json, &error) && accept)
        accepted = call (bus, "AcceptTools", g_variant_new ("(ss)", server, json), &error);
    }
  if (error != NULL)
    {
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }
  return MCP_CLI_OK;
}

/**
 * mcp_cli_cmd_server_accept:
 * @argc: number of words
 * @argv: the words
 *
 * Shows the tools of a pinned server that are held back, and accepts them.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_accept (int argc, char **argv)
{
  gboolean is_json = FALSE;
  gboolean only_show = FALSE;
  const GOptionEntry entries[] = {
    { "show", 0, 0, G_OPTION_ARG_NONE, &only_show, N_ ("Accept nothing"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, N_ ("Print the tools as JSON"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary =
        _ ("Shows the tools of a server with “pin” that are new or have changed, and accepts\n"
           "them."),
    .min_words = 1,
    .max_words = 1,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  return accept_tools (argv[1], !only_show, is_json);
}
