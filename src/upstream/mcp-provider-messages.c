/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-provider-messages.h"

#include "config.h"
#include "mcp-error.h"
#include "mcp-revision.h"

#include <gio/gio.h>
#include <string.h>

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

/**
 * mcp_provider_messages_build_initialize:
 * @id: of the request
 *
 * What a client says first (MCP 2025-11-25, basic/lifecycle, Initialization).
 *
 * Returns: (transfer full): the message
 */
GBytes *
mcp_provider_messages_build_initialize (gint64 id)
{
  g_autofree char *params = g_strdup_printf (
      "{\"protocolVersion\":\"%s\",\"capabilities\":{\"roots\":{}},"
      "\"clientInfo\":{\"name\":\"mcp-sessiond\",\"version\":\"" MCP_VERSION "\"}}",
      mcp_revision_to_string (MCP_REVISION_NEWEST_LEGACY));

  return mcp_jsonrpc_build_request (id, "initialize", slice (params));
}

/**
 * mcp_provider_messages_check_initialized:
 * @answer: to initialize
 * @error: return location
 *
 * Whether the server can be talked to: it must answer with a revision that we know.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED; its message goes on after “it”.
 *
 * Returns: (transfer full) (nullable): the revision that was agreed on
 */
char *
mcp_provider_messages_check_initialized (McpJsonrpcMessage *answer, GError **error)
{
  g_autofree char *revision = NULL;
  McpJsonSlice value;

  if (mcp_jsonrpc_message_get_kind (answer) != MCP_JSONRPC_RESULT)
    {
      g_autofree char *text = mcp_jsonrpc_message_dup_error_text (answer);

      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "refused to initialize: %s (%d)",
                   text != NULL ? text : "", mcp_jsonrpc_message_get_error_code (answer));
      return NULL;
    }

  if (mcp_json_find_typed (mcp_jsonrpc_message_get_result (answer), "protocolVersion",
                           MCP_JSON_STRING, &value))
    revision = mcp_json_dup_string (value);
  if (revision != NULL && mcp_revision_from_string (revision) != MCP_REVISION_UNKNOWN)
    return g_steal_pointer (&revision);

  if (revision != NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                 "speaks the MCP revision “%s”, which is not known here", revision);
  else
    g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                         "named no MCP revision in its answer to initialize");
  return NULL;
}

/**
 * mcp_provider_messages_build_initialized:
 *
 * Returns: (transfer full): the notification that ends the handshake
 */
GBytes *
mcp_provider_messages_build_initialized (void)
{
  return mcp_jsonrpc_build_notification ("notifications/initialized", MCP_JSON_SLICE_NONE);
}

/**
 * mcp_provider_messages_build_request:
 * @id: minted; also the progress token, where one is asked for
 * @request: what to ask
 *
 * Returns: (transfer full): the message, with nothing in it that belongs to the client's hop
 */
GBytes *
mcp_provider_messages_build_request (gint64 id, const McpProviderRequest *request)
{
  McpJsonSlice params = MCP_JSON_SLICE_NONE;
  McpJsonSlice token = MCP_JSON_SLICE_NONE;
  g_autofree char *token_text = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  g_autofree char *own_params = NULL;

  if (request->params != NULL)
    params = slice (request->params);
  if (request->progress != NULL)
    token = slice (token_text);
  if (params.data != NULL || token.data != NULL)
    {
      own_params = mcp_jsonrpc_params_with_token (params, token);
      params = slice (own_params);
    }
  return mcp_jsonrpc_build_request (id, request->method, params);
}

/**
 * mcp_provider_messages_build_cancelled:
 * @id: of a request that was sent
 * @reason: for the server; plain ASCII, without quotes
 *
 * Returns: (transfer full): the notification
 */
GBytes *
mcp_provider_messages_build_cancelled (gint64 id, const char *reason)
{
  g_autofree char *params =
      g_strdup_printf ("{\"requestId\":%" G_GINT64_FORMAT ",\"reason\":\"%s\"}", id, reason);

  return mcp_jsonrpc_build_notification ("notifications/cancelled", slice (params));
}

/**
 * mcp_provider_messages_get_own_id:
 * @answer: a response
 * @id: (out): its id
 *
 * Returns: whether the id is one that can be ours: a whole number
 */
gboolean
mcp_provider_messages_get_own_id (McpJsonrpcMessage *answer, gint64 *id)
{
  McpJsonSlice value = mcp_jsonrpc_message_get_id (answer);

  return value.data != NULL && mcp_json_get_type (value) == MCP_JSON_NUMBER &&
         mcp_json_get_int64 (value, id);
}

/**
 * mcp_provider_messages_is_progress:
 * @notification: of a server
 *
 * Returns: whether it tells of a request's progress
 */
gboolean
mcp_provider_messages_is_progress (McpJsonrpcMessage *notification)
{
  return strcmp (mcp_jsonrpc_message_get_method (notification), "notifications/progress") == 0;
}

/**
 * mcp_provider_messages_take_progress:
 * @pending: the requests in flight
 * @notification: which is progress
 *
 * Hands the progress to its request. The caller holds the provider.
 *
 * Returns: whether there is such a request: it may be done for, or the token was never given
 */
gboolean
mcp_provider_messages_take_progress (McpPendingRequests *pending, McpJsonrpcMessage *notification)
{
  McpJsonSlice params = mcp_jsonrpc_message_get_params (notification);
  McpJsonSlice token;
  gint64 number;

  return params.data != NULL &&
         mcp_json_find_typed (params, "progressToken", MCP_JSON_NUMBER, &token) &&
         mcp_json_get_int64 (token, &number) &&
         mcp_pending_requests_progress (pending, number, params);
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

/* What needs nobody's decision: ping, and the working directory, which is all that a session lets
   a server see. */
static GBytes *
answer_request (McpJsonrpcMessage *request, const char *cwd)
{
  const char *method = mcp_jsonrpc_message_get_method (request);
  McpJsonSlice id = mcp_jsonrpc_message_get_id (request);

  if (strcmp (method, "ping") == 0)
    return mcp_jsonrpc_build_result (id, slice ("{}"));
  if (strcmp (method, "roots/list") == 0)
    return build_roots (id, cwd);
  return NULL;
}

/**
 * mcp_provider_messages_take_request:
 * @provider: whose server asks; the caller holds it
 * @request: what it asks
 * @cwd: its working directory
 *
 * Answers `ping`, and `roots/list` with the working directory; everything else goes
 * to the handlers of #McpProvider::request, and is refused where there are none.
 *
 * Returns: (transfer full) (nullable): the response to send; %NULL: a handler will see to it
 */
GBytes *
mcp_provider_messages_take_request (McpProvider *provider,
                                    McpJsonrpcMessage *request,
                                    const char *cwd)
{
  guint signal_id = g_signal_lookup ("request", MCP_TYPE_PROVIDER);
  GBytes *response = answer_request (request, cwd);

  if (response != NULL)
    return response;
  if (g_signal_has_handler_pending (provider, signal_id, 0, TRUE))
    {
      g_signal_emit (provider, signal_id, 0, request);
      return NULL;
    }
  return mcp_jsonrpc_build_error (mcp_jsonrpc_message_get_id (request),
                                  MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, "Method not found",
                                  MCP_JSON_SLICE_NONE);
}
