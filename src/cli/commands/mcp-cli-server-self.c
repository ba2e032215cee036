/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a server says of itself: its name, version, capabilities, instructions and tools. The daemon
 * is asked at /mcp/NAME, where one server stands alone.
 */
#include "cli/commands/mcp-cli-server-self.h"

#include "cli/commands/mcp-cli-details.h"
#include "cli/daemon/mcp-cli-rpc.h"
#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-names.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>

#define HELLO                                                \
  "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}," \
  "\"clientInfo\":{\"name\":\"mcp-session\",\"version\":\"1\"}}"

static char *
dup_text (McpJsonSlice object, const char *key)
{
  g_autofree char *text = mcp_cli_json_dup_member (object, key);

  return text != NULL ? mcp_text_clean (text) : NULL;
}

/* A server that could not be asked yet: the daemon answers in its place, and says who it is. */
static gboolean
is_of_daemon (McpJsonSlice hello)
{
  McpJsonSlice info;
  g_autofree char *name = NULL;

  if (!mcp_json_find_typed (hello, "serverInfo", MCP_JSON_OBJECT, &info))
    return FALSE;
  name = mcp_cli_json_dup_member (info, "name");
  return g_strcmp0 (name, MCP_DIRECTORY) == 0;
}

static void
append_info (GString *out, McpJsonSlice hello, guint width)
{
  McpJsonSlice info;
  g_autofree char *name = NULL;
  g_autofree char *version = NULL;
  g_autofree char *both = NULL;

  if (!mcp_json_find_typed (hello, "serverInfo", MCP_JSON_OBJECT, &info))
    return;
  name = dup_text (info, "name");
  version = dup_text (info, "version");
  both = g_strdup_printf ("%s %s", name != NULL ? name : "?", version != NULL ? version : "");
  mcp_cli_details_append_row (out, _ ("Calls itself"), g_strchomp (both), width);
}

static void
append_capabilities (GString *out, McpJsonSlice hello, guint width)
{
  g_autoptr (GString) names = g_string_new (NULL);
  McpJsonSlice capabilities, key, value;
  McpJsonIter iter;

  if (!mcp_json_find_typed (hello, "capabilities", MCP_JSON_OBJECT, &capabilities))
    return;
  mcp_json_iter_init (&iter, capabilities);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      g_autofree char *clean = mcp_text_clean (name);

      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", clean);
    }
  mcp_cli_details_append_row (out, _ ("Capabilities"), names->str, width);
}

static void
append_tools (GString *out, McpJsonSlice result, guint width)
{
  g_autoptr (GString) names = g_string_new (NULL);
  McpJsonSlice tools, tool;
  McpJsonIter iter;

  if (!mcp_json_find_typed (result, "tools", MCP_JSON_ARRAY, &tools))
    return;
  mcp_json_iter_init (&iter, tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    {
      g_autofree char *name = dup_text (tool, "name");

      if (name != NULL)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
    }
  mcp_cli_details_append_row (out, _ ("Tools"), names->len > 0 ? names->str : _ ("none"), width);
}

static GBytes *
ask (McpCliConnection *connection,
     const McpCliSession *session,
     const char *path,
     const char *method,
     const char *params,
     McpJsonSlice *result)
{
  const McpCliRpcRequest request = {
    .path = path, .session = session, .method = method, .params = params
  };
  GBytes *answer = mcp_cli_rpc_send (connection, &request, NULL, NULL, NULL);

  if (answer != NULL && !mcp_cli_json_parse_bytes (answer, result, NULL))
    g_clear_pointer (&answer, g_bytes_unref);
  return answer;
}

static void
append_answers (GString *out,
                McpCliConnection *connection,
                McpCliSession *session,
                const char *path,
                guint width)
{
  McpJsonSlice hello, list;
  g_autoptr (GBytes) hello_text = ask (connection, session, path, "initialize", HELLO, &hello);
  g_autoptr (GBytes) list_text =
      hello_text != NULL ? ask (connection, session, path, "tools/list", "{}", &list) : NULL;
  g_autofree char *instructions = NULL;

  if (hello_text == NULL)
    return;
  if (!is_of_daemon (hello))
    {
      append_info (out, hello, width);
      append_capabilities (out, hello, width);
    }
  if (list_text != NULL)
    append_tools (out, list, width);
  instructions = dup_text (hello, "instructions");
  if (instructions != NULL)
    mcp_cli_details_append_row (out, _ ("Instructions"), instructions, width);
}

/**
 * mcp_cli_server_self_append:
 * @out: where to
 * @connection: to the daemon
 * @name: of a server
 * @width: of the column of titles
 *
 * Appends what the server says of itself, if the daemon knows that or the server can be asked.
 */
void
mcp_cli_server_self_append (GString *out,
                            McpCliConnection *connection,
                            const char *name,
                            guint width)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/mcp/", escaped, NULL);
  g_autoptr (McpCliSession) session = mcp_cli_session_create_temporary (connection, NULL);

  if (session == NULL)
    return;
  append_answers (out, connection, session, path, width);
  mcp_cli_session_end (connection, session);
}
