/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Calls of server/tools.
 */

#include "common/mcp-error.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-rpc-error.h"
#include "gateway/methods/mcp-downstream.h"
#include "gateway/methods/mcp-method.h"
#include "protocol/mcp-param-headers.h"

#include <string.h>

/* A tools/call while it is answered. */
typedef struct
{
  McpDownstream *downstream; /* (owned) */
  McpCall *call;             /* (owned) */
} ToolsCall;

static void
tools_call_free (ToolsCall *self)
{
  g_object_unref (self->call);
  g_object_unref (self->downstream);
  g_free (self);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ToolsCall *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  answer = mcp_running_calls_run_finish (MCP_RUNNING_CALLS (source), result, &error);
  if (answer != NULL)
    mcp_downstream_answer (self->downstream, answer);
  else if (g_error_matches (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED))
    mcp_downstream_fail (self->downstream, error, mcp_call_get_server (self->call));
  else
    mcp_downstream_fail (self->downstream, error, NULL);

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

/* Of tools that are known; what a client has not listed it cannot know the headers of. */
static gboolean
check_headers (McpRequest *request, const char *name, GError **error)
{
  McpAttachment *attachment = mcp_request_get_attachment (request);
  McpCatalogueItem found;

  if (!mcp_revision_is_stateless (mcp_attachment_get_revision (attachment)) ||
      !mcp_catalogue_find (mcp_attachment_get_services (attachment)->catalogue, MCP_ITEM_TOOL,
                           mcp_attachment_get_session (attachment), name, &found))
    return TRUE;

  return mcp_param_headers_check (found.json, mcp_request_get_params (request),
                                  mcp_attachment_get_param_headers (attachment), error);
}

static void
start_call (McpRequest *request, const char *name, McpDownstream *downstream)
{
  McpAttachment *attachment = mcp_request_get_attachment (request);
  McpServices *services = mcp_attachment_get_services (attachment);
  ToolsCall *self = g_new0 (ToolsCall, 1);
  McpRelayClient client;
  McpCallFields fields = {
    .name = name,
    .params = mcp_request_get_params (request),
    .token = mcp_downstream_get_token (downstream),
    .client = mcp_attachment_get_client (attachment),
  };
  McpCatalogueItem found;

  mcp_downstream_get_client (downstream, &client);
  fields.capabilities = client.capabilities;
  fields.log_level = client.log_level;
  fields.revision = client.revision;

  if (mcp_catalogue_find (services->catalogue, MCP_ITEM_TOOL,
                          mcp_attachment_get_session (attachment), name, &found))
    mcp_downstream_set_server (downstream, found.config);
  self->downstream = g_object_ref (downstream);
  self->call = mcp_running_calls_new_call (services->running_calls,
                                           mcp_attachment_get_session (attachment), &fields);
  mcp_downstream_follow_call (downstream, self->call);
  mcp_running_calls_run_async (services->running_calls, self->call, called_cb, self);
}

/**
 * mcp_method_call_tool:
 * @request: a tools/call
 *
 * Makes a call: what the server reports and asks goes to the client, and its answer, in the
 * client's revision.
 */
void
mcp_method_call_tool (McpRequest *request)
{
  g_autoptr (McpDownstream) downstream = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *exposed = NULL;
  McpJsonSlice name;

  if (mcp_downstream_resume (request))
    return;
  if (!check_params (mcp_request_get_params (request), &name, &error) ||
      (downstream = mcp_downstream_new (request, &error)) == NULL)
    {
      mcp_request_respond_gerror (request, error, NULL);
      return;
    }

  exposed = mcp_json_dup_string (name);
  if (exposed == NULL) /* a name with U+0000 is nobody's */
    exposed = g_strdup ("");
  if (check_headers (request, exposed, &error))
    start_call (request, exposed, downstream);
  else
    mcp_request_respond_error (request, MCP_ERROR_CODE_HEADER_MISMATCH, error->message,
                               MCP_JSON_SLICE_NONE);
}
