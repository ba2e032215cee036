/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server/tools, and the progress of calls (basic/utilities/progress).
 */

#include "mcp-attachment-private.h"
#include "mcp-error.h"
#include "mcp-method.h"
#include "mcp-progress-token.h"
#include "mcp-request-private.h"

#include <string.h>

/* A tools/call while it is answered. */
typedef struct
{
  McpRequest *request; /* (owned) */
  McpCall *call;       /* (owned) */
  char *token;         /* (owned) (nullable): JSON text of the caller's progress token */
  gulong cancelled_id;
  gboolean has_progress;
  double progress; /* as last sent to the caller */
} ToolsCall;

static McpCatalogue *
get_catalogue (McpRequest *request)
{
  return mcp_router_get_catalogue (
      mcp_attachment_get_router (mcp_request_get_attachment (request)));
}

static void
prepared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpRequest) request = user_data;
  McpCatalogue *catalogue = MCP_CATALOGUE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) list = NULL;
  gsize length;
  const char *text;

  if (!mcp_catalogue_prepare_finish (catalogue, result, &error))
    {
      mcp_request_respond_gerror (request, error, NULL);
      return;
    }

  list = mcp_catalogue_build_list (
      catalogue, mcp_attachment_get_session (mcp_request_get_attachment (request)));
  text = g_bytes_get_data (list, &length);
  mcp_request_respond_result (request, (McpJsonSlice){ text, length });
}

/**
 * mcp_method_tools_list:
 * @request: a tools/list
 *
 * Answers with all tools on one page, since many clients read no further. No
 * cursor was ever handed out, so none is valid.
 */
void
mcp_method_tools_list (McpRequest *request)
{
  McpSession *session = mcp_attachment_get_session (mcp_request_get_attachment (request));
  McpJsonSlice params = mcp_request_get_params (request);
  McpJsonSlice cursor;

  if (params.data != NULL && mcp_json_find (params, "cursor", &cursor))
    {
      mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                                 "Unknown “cursor”: the list has one page", MCP_JSON_SLICE_NONE);
      return;
    }

  mcp_catalogue_prepare_async (get_catalogue (request), session, NULL,
                               mcp_request_get_cancellable (request), prepared_cb,
                               g_object_ref (request));
}

static void
tools_call_free (ToolsCall *self)
{
  g_clear_signal_handler (&self->cancelled_id, mcp_request_get_cancellable (self->request));
  g_signal_handlers_disconnect_by_data (self->call, self);
  g_object_unref (self->call);
  g_object_unref (self->request);
  g_free (self->token);
  g_free (self);
}

static void
cancelled_cb (GCancellable *cancellable, ToolsCall *self)
{
  mcp_call_cancel (self->call);
}

/* Passes on what the server reports, under the caller's own token. The caller is
 * promised that it grows (basic/utilities/progress, "Progress Flow"). */
static void
progress_cb (McpCall *call, const McpJsonSlice *params, ToolsCall *self)
{
  g_autofree char *own = NULL;
  g_autoptr (GBytes) message = NULL;
  McpJsonSlice number;
  double progress;

  if (!mcp_json_find (*params, "progress", &number) || !mcp_json_get_double (number, &progress) ||
      (self->has_progress && progress <= self->progress))
    return;

  self->has_progress = TRUE;
  self->progress = progress;
  own = mcp_json_object_replace (*params, "progressToken",
                                 (McpJsonSlice){ self->token, strlen (self->token) });
  message = mcp_jsonrpc_build_notification ("notifications/progress",
                                            (McpJsonSlice){ own, strlen (own) });
  mcp_request_send (self->request, message);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ToolsCall *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  answer = mcp_router_call_finish (MCP_ROUTER (source), result, &error);
  if (answer != NULL)
    mcp_request_respond_message (self->request, answer);
  else if (g_error_matches (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED))
    mcp_request_respond_gerror (self->request, error, mcp_call_get_server (self->call));
  else
    mcp_request_respond_gerror (self->request, error, NULL);

  tools_call_free (self);
}

static gboolean
check_params (McpJsonSlice params, McpJsonSlice *name, GError **error)
{
  McpJsonSlice arguments;

  if (params.data == NULL || !mcp_json_find_typed (params, "name", MCP_JSON_STRING, name))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                           "tools/call needs a string “name”");
      return FALSE;
    }
  if (mcp_json_find (params, "arguments", &arguments) &&
      mcp_json_get_type (arguments) != MCP_JSON_OBJECT)
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                           "“arguments” must be an object");
      return FALSE;
    }
  return TRUE;
}

static ToolsCall *
tools_call_new (McpRequest *request, const char *name, McpJsonSlice token_text, GVariant *token)
{
  McpAttachment *attachment = mcp_request_get_attachment (request);
  McpCallFields fields = {
    .name = name,
    .params = mcp_request_get_params (request),
    .token = token,
    .client = mcp_attachment_get_client (attachment),
  };
  ToolsCall *self = g_new0 (ToolsCall, 1);

  self->request = g_object_ref (request);
  self->call = mcp_router_new_call (mcp_attachment_get_router (attachment),
                                    mcp_attachment_get_session (attachment), &fields);
  if (token != NULL)
    {
      self->token = g_strndup (token_text.data, token_text.length);
      g_signal_connect (self->call, "progress", G_CALLBACK (progress_cb), self);
    }
  self->cancelled_id = g_signal_connect (mcp_request_get_cancellable (request), "cancelled",
                                         G_CALLBACK (cancelled_cb), self);
  return self;
}

/**
 * mcp_method_tools_call:
 * @request: a tools/call
 *
 * Makes a call: its progress goes to the client if it gave a token, the server's
 * answer as its bytes.
 */
void
mcp_method_tools_call (McpRequest *request)
{
  McpJsonSlice params = mcp_request_get_params (request);
  g_autoptr (GVariant) token = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *exposed = NULL;
  McpJsonSlice token_text;
  McpJsonSlice name;
  ToolsCall *self;

  if (!check_params (params, &name, &error) ||
      !mcp_progress_token_find (params, &token_text, &token, &error))
    {
      mcp_request_respond_gerror (request, error, NULL);
      return;
    }

  /* a name with U+0000 is nobody's */
  exposed = mcp_json_dup_string (name);
  self = tools_call_new (request, exposed != NULL ? exposed : "", token_text, token);
  mcp_router_call_async (mcp_attachment_get_router (mcp_request_get_attachment (request)),
                         self->call, called_cb, self);
}
