/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-stdio-handshake.h"

#include "config.h"
#include "mcp-error.h"
#include "mcp-revision.h"

#include <gio/gio.h>
#include <string.h>

/* Revisions of before those that we speak to clients; lifecycle, tools and progress are the same.
 */
static const char *const older_revisions[] = { "2024-11-05", "2025-03-26", NULL };

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

/**
 * mcp_stdio_handshake_build_initialize:
 * @id: of the request
 *
 * What a client says first (MCP 2025-11-25, basic/lifecycle, Initialization).
 *
 * Returns: (transfer full): the message
 */
GBytes *
mcp_stdio_handshake_build_initialize (gint64 id)
{
  g_autofree char *params = g_strdup_printf (
      "{\"protocolVersion\":\"%s\",\"capabilities\":{\"roots\":{}},"
      "\"clientInfo\":{\"name\":\"mcp-sessiond\",\"version\":\"" MCP_VERSION "\"}}",
      mcp_revision_to_string (MCP_REVISION_NEWEST));

  return mcp_jsonrpc_build_request (id, "initialize", slice (params));
}

/**
 * mcp_stdio_handshake_check_answer:
 * @answer: to initialize
 * @error: return location
 *
 * Whether the server can be talked to: it must answer with a revision that we know.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED; its message goes on after “it”.
 *
 * Returns: whether it can
 */
gboolean
mcp_stdio_handshake_check_answer (McpJsonrpcMessage *answer, GError **error)
{
  g_autofree char *revision = NULL;
  McpJsonSlice value;

  if (mcp_jsonrpc_message_get_kind (answer) != MCP_JSONRPC_RESULT)
    {
      g_autofree char *text = mcp_jsonrpc_message_dup_error_text (answer);

      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "refused to initialize: %s (%d)",
                   text != NULL ? text : "", mcp_jsonrpc_message_get_error_code (answer));
      return FALSE;
    }

  if (mcp_json_find_typed (mcp_jsonrpc_message_get_result (answer), "protocolVersion",
                           MCP_JSON_STRING, &value))
    revision = mcp_json_dup_string (value);
  if (revision != NULL && (mcp_revision_from_string (revision) != MCP_REVISION_UNKNOWN ||
                           g_strv_contains (older_revisions, revision)))
    return TRUE;

  if (revision != NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                 "speaks the MCP revision “%s”, which is not known here", revision);
  else
    g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                         "named no MCP revision in its answer to initialize");
  return FALSE;
}

/**
 * mcp_stdio_handshake_build_initialized:
 *
 * Returns: (transfer full): the notification that ends the handshake
 */
GBytes *
mcp_stdio_handshake_build_initialized (void)
{
  return mcp_jsonrpc_build_notification ("notifications/initialized", MCP_JSON_SLICE_NONE);
}

static GBytes *
build_roots (McpJsonSlice id, const char *cwd)
{
  g_autofree char *uri = g_filename_to_uri (cwd, NULL, NULL);
  g_autofree char *name = g_filename_display_basename (cwd);
  g_autoptr (GString) result = g_string_new ("{\"roots\":[");

  if (uri != NULL)
    {
      g_string_append (result, "{\"uri\":");
      mcp_json_append_string (result, uri);
      g_string_append (result, ",\"name\":");
      mcp_json_append_string (result, name);
      g_string_append_c (result, '}');
    }
  g_string_append (result, "]}");
  return mcp_jsonrpc_build_result (id, (McpJsonSlice){ result->str, result->len });
}

/**
 * mcp_stdio_handshake_answer_request:
 * @request: what a server asks
 * @cwd: its working directory
 *
 * Answers what needs nobody's decision: `ping`, and `roots/list` with the working
 * directory, which is all that a session lets a server see.
 *
 * Returns: (transfer full) (nullable): the response, or %NULL for other methods
 */
GBytes *
mcp_stdio_handshake_answer_request (McpJsonrpcMessage *request, const char *cwd)
{
  const char *method = mcp_jsonrpc_message_get_method (request);
  McpJsonSlice id = mcp_jsonrpc_message_get_id (request);

  if (strcmp (method, "ping") == 0)
    return mcp_jsonrpc_build_result (id, slice ("{}"));
  if (strcmp (method, "roots/list") == 0)
    return build_roots (id, cwd);
  return NULL;
}
