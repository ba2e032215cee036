/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-provider-messages.h"

#include "common/mcp-decimal.h"
#include "common/mcp-error.h"
#include "common/mcp-json-cut.h"
#include "config.h"
#include "protocol/mcp-revision.h"
#include "protocol/mcp-roots.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_DEPTH 256

/* A revision is a date; of another text an error quotes so much. */
#define MAX_REVISION_BYTES 64

/* All that can be relayed, since a server learns it once and serves many clients; what the client
   of a call cannot do is refused then. */
#define CLIENT_CAPABILITIES \
  "{\"roots\":{\"listChanged\":true},\"sampling\":{},\"elicitation\":{\"form\":{},\"url\":{}}}"

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
      "{\"protocolVersion\":\"%s\",\"capabilities\":" CLIENT_CAPABILITIES ","
      "\"clientInfo\":{\"name\":\"mcp-sessiond\",\"version\":\"" MCP_VERSION "\"}}",
      mcp_revision_to_string (MCP_REVISION_NEWEST_HANDSHAKE));

  return mcp_jsonrpc_build_request (id, "initialize", slice (params));
}

/**
 * mcp_provider_messages_check_initialized:
 * @answer: to initialize
 * @error: return location
 *
 * Whether the server can be talked to: it must answer with a revision that we know, and
 * that has a handshake.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED; its message goes on after “it”.
 *
 * Returns: the revision that was agreed on; %MCP_REVISION_UNKNOWN: none
 */
McpRevision
mcp_provider_messages_check_initialized (McpJsonrpcMessage *answer, GError **error)
{
  g_autofree char *name = NULL;
  McpRevision revision;
  McpJsonSlice value;

  if (mcp_jsonrpc_message_get_kind (answer) != MCP_JSONRPC_RESULT)
    {
      g_autofree char *text = mcp_jsonrpc_message_dup_error_excerpt (answer);

      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "refused to initialize: %s (%d)",
                   text, mcp_jsonrpc_message_get_error_code (answer));
      return MCP_REVISION_UNKNOWN;
    }

  if (mcp_json_find_typed (mcp_jsonrpc_message_get_result (answer), "protocolVersion",
                           MCP_JSON_STRING, &value))
    name = mcp_json_cut_dup_string (value, MAX_REVISION_BYTES);
  revision = mcp_revision_from_string (name);
  if (revision != MCP_REVISION_UNKNOWN && !mcp_revision_is_stateless (revision))
    return revision;

  if (revision != MCP_REVISION_UNKNOWN)
    g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                 "answered initialize with the MCP revision “%s”, which has none", name);
  else if (name != NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                 "speaks the MCP revision “%s”, which is not known here", name);
  else
    g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                         "named no MCP revision in its answer to initialize");
  return MCP_REVISION_UNKNOWN;
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
  g_autoptr (GString) token_text = g_string_new (NULL);
  g_autofree char *own_params = NULL;

  mcp_decimal_append_int (token_text, id);
  if (request->progress != NULL)
    token = slice (token_text->str);
  if (request->relayed != NULL)
    return mcp_params_build_request (request->relayed, id, request->method, token, NULL);
  if (request->params != NULL)
    params = slice (request->params);
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
  return mcp_provider_messages_read_id (mcp_jsonrpc_message_get_id (answer), id);
}

/**
 * mcp_provider_messages_read_id:
 * @value: an id or a progress token as a server gave it back, or %MCP_JSON_SLICE_NONE
 * @id: (out): what the daemon sent
 *
 * Some servers make a text of the number. Any thread.
 *
 * Returns: whether it is a whole number
 */
gboolean
mcp_provider_messages_read_id (McpJsonSlice value, gint64 *id)
{
  g_autofree char *text = NULL;

  if (value.data == NULL)
    return FALSE;
  if (mcp_json_get_type (value) == MCP_JSON_NUMBER)
    return mcp_json_get_int64 (value, id);
  if (mcp_json_get_type (value) != MCP_JSON_STRING || value.length > 32)
    return FALSE;
  text = mcp_json_dup_string (value);
  return text != NULL && g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, id, NULL);
}

static gboolean
take_progress (McpPendingRequests *pending, McpJsonSlice params)
{
  McpJsonSlice token;
  gint64 number;

  return params.data != NULL && mcp_json_find (params, "progressToken", &token) &&
         mcp_provider_messages_read_id (token, &number) &&
         mcp_pending_requests_progress (pending, number, params);
}

/* What the server asked and wants no answer to any more. */
static void
take_cancelled (McpPendingRequests *pending, McpJsonSlice params)
{
  McpJsonSlice ask_id;

  if (params.data != NULL && mcp_json_find (params, "requestId", &ask_id))
    mcp_server_asks_end_ask (mcp_pending_requests_get_asks (pending), ask_id);
}

/**
 * mcp_provider_messages_take_notification:
 * @provider: whose server it is; the caller holds it
 * @pending: the requests in flight
 * @id: of the request whose stream brought it; 0: it came on a stream of all requests
 * @notification: of the server
 *
 * Hands progress and log messages to their request, and everything else, and log messages of no
 * request that is known, to the handlers of #McpProvider::notification.
 *
 * Returns: whether it was of use; progress may be of a request that is done for, or its token was
 * never given
 */
gboolean
mcp_provider_messages_take_notification (McpProvider *provider,
                                         McpPendingRequests *pending,
                                         gint64 id,
                                         McpJsonrpcMessage *notification)
{
  const char *method = mcp_jsonrpc_message_get_method (notification);
  McpJsonSlice params = mcp_jsonrpc_message_get_params (notification);

  if (strcmp (method, "notifications/progress") == 0)
    return take_progress (pending, params);
  if (strcmp (method, "notifications/message") == 0 && params.data != NULL &&
      mcp_server_asks_log (mcp_pending_requests_get_asks (pending), id, params))
    return TRUE;
  if (strcmp (method, "notifications/cancelled") == 0)
    take_cancelled (pending, params);
  g_signal_emit_by_name (provider, "notification", notification);
  return TRUE;
}

static GBytes *
build_roots (McpJsonSlice id, const char *cwd)
{
  g_autofree char *roots = mcp_roots_build (cwd, MCP_JSON_SLICE_NONE);

  return mcp_jsonrpc_build_result (id, slice (roots));
}

/* What may be asked of a client for the sake of one of its requests. */
static gboolean
is_ask (const char *method)
{
  return strcmp (method, "sampling/createMessage") == 0 ||
         strcmp (method, "elicitation/create") == 0 || strcmp (method, "roots/list") == 0;
}

/* Nobody here takes it. */
static GBytes *
refuse (McpJsonrpcMessage *request)
{
  McpJsonSlice id = mcp_jsonrpc_message_get_id (request);

  if (is_ask (mcp_jsonrpc_message_get_method (request)))
    return mcp_jsonrpc_build_error (id, MCP_JSONRPC_ERROR_INTERNAL,
                                    "No single call in flight can be the cause of this request, "
                                    "so there is nobody to ask",
                                    MCP_JSON_SLICE_NONE);
  return mcp_jsonrpc_build_error (id, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, "Method not found",
                                  MCP_JSON_SLICE_NONE);
}

/**
 * mcp_provider_messages_take_request:
 * @provider: whose server asks; the caller holds it
 * @pending: the requests in flight
 * @id: of the request whose stream brought it; 0: it came on a stream of all requests
 * @request: what it asks
 * @cwd: its working directory
 *
 * Answers `ping`. What may be asked of a client goes to the request for whose sake the
 * server asks; `roots/list` of none that is known is answered with the working
 * directory, which is all that a session lets a server see. Everything else goes to
 * the handlers of #McpProvider::request, and is refused where there are none.
 *
 * Returns: (transfer full) (nullable): the response to send; %NULL: somebody will see to it
 */
GBytes *
mcp_provider_messages_take_request (McpProvider *provider,
                                    McpPendingRequests *pending,
                                    gint64 id,
                                    McpJsonrpcMessage *request,
                                    const char *cwd)
{
  const char *method = mcp_jsonrpc_message_get_method (request);
  McpJsonSlice ask_id = mcp_jsonrpc_message_get_id (request);
  guint signal_id = g_signal_lookup ("request", MCP_TYPE_PROVIDER);

  if (strcmp (method, "ping") == 0)
    return mcp_jsonrpc_build_result (ask_id, slice ("{}"));
  if (!mcp_server_asks_may_ask (mcp_pending_requests_get_asks (pending)))
    return mcp_jsonrpc_build_error (ask_id, MCP_JSONRPC_ERROR_INTERNAL,
                                    "Too many requests of the server wait for an answer",
                                    MCP_JSON_SLICE_NONE);
  if (is_ask (method) && mcp_server_asks_ask (mcp_pending_requests_get_asks (pending), id, request))
    return NULL;
  if (strcmp (method, "roots/list") == 0)
    return build_roots (ask_id, cwd);
  if (!g_signal_has_handler_pending (provider, signal_id, 0, TRUE))
    return refuse (request);

  mcp_server_asks_note_asked (mcp_pending_requests_get_asks (pending), ask_id);
  g_signal_emit (provider, signal_id, 0, request);
  return NULL;
}

/**
 * mcp_provider_messages_take_response:
 * @pending: the requests in flight
 * @response: to what a server asked
 *
 * Returns: whether the server still waits for it
 */
gboolean
mcp_provider_messages_take_response (McpPendingRequests *pending, GBytes *response)
{
  static const McpJsonrpcLimits limits = {
    .max_depth = MAX_DEPTH,
    .max_values = G_MAXUINT,
    .flags = MCP_JSON_SCAN_ALLOW_LONE_SURROGATES,
  };
  g_autoptr (McpJsonrpcMessage) message = mcp_jsonrpc_message_parse (response, &limits, NULL, NULL);
  McpJsonSlice id = MCP_JSON_SLICE_NONE;

  if (message != NULL)
    id = mcp_jsonrpc_message_get_id (message);
  return id.data != NULL && mcp_server_asks_end_ask (mcp_pending_requests_get_asks (pending), id);
}
