/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The lists of server/tools, server/prompts and server/resources.
 */

#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-request-inner.h"
#include "gateway/methods/mcp-method.h"

/* A request for a list while servers are asked. */
typedef struct
{
  McpAttachment *attachment; /* (owned) */
  McpRequest *request;       /* (owned) */
  McpItemKind kind;
} ListRequest;

static void
list_request_free (ListRequest *self)
{
  g_object_unref (self->attachment);
  g_object_unref (self->request);
  g_free (self);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ListRequest *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) list = mcp_catalogue_list_finish (MCP_CATALOGUE (source), result, &error);

  if (list != NULL)
    {
      gsize length;
      const char *text = g_bytes_get_data (list, &length);

      mcp_attachment_note_listed (self->attachment, self->kind);
      mcp_request_respond_result (self->request, (McpJsonSlice){ text, length });
    }
  else
    mcp_request_respond_gerror (self->request, error, NULL);

  list_request_free (self);
}

/* All on one page, since many clients read no further. No cursor was ever handed out, so none is
 * valid. */
static void
answer_list (McpAttachment *attachment, McpRequest *request, McpItemKind kind)
{
  McpJsonSlice params = mcp_request_get_params (request);
  McpJsonSlice cursor;
  ListRequest *self;

  if (params.data != NULL && mcp_json_find (params, "cursor", &cursor))
    {
      mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                                 "Unknown “cursor”: the list has one page", MCP_JSON_SLICE_NONE);
      return;
    }

  self = g_new0 (ListRequest, 1);
  self->attachment = g_object_ref (attachment);
  self->request = g_object_ref (request);
  self->kind = kind;
  mcp_catalogue_list_async (mcp_attachment_get_services (attachment)->catalogue, kind,
                            mcp_attachment_get_session (attachment),
                            mcp_request_get_client (request)->revision,
                            mcp_request_get_cancellable (request), listed_cb, self);
}

/**
 * mcp_method_list_tools:
 * @attachment: the attachment that received the request
 * @request: a tools/list
 */
void
mcp_method_list_tools (McpAttachment *attachment, McpRequest *request)
{
  answer_list (attachment, request, MCP_ITEM_TOOL);
}

/**
 * mcp_method_list_prompts:
 * @attachment: the attachment that received the request
 * @request: a prompts/list
 */
void
mcp_method_list_prompts (McpAttachment *attachment, McpRequest *request)
{
  answer_list (attachment, request, MCP_ITEM_PROMPT);
}

/**
 * mcp_method_list_resources:
 * @attachment: the attachment that received the request
 * @request: a resources/list
 */
void
mcp_method_list_resources (McpAttachment *attachment, McpRequest *request)
{
  answer_list (attachment, request, MCP_ITEM_RESOURCE);
}

/**
 * mcp_method_list_templates:
 * @attachment: the attachment that received the request
 * @request: a resources/templates/list
 */
void
mcp_method_list_templates (McpAttachment *attachment, McpRequest *request)
{
  answer_list (attachment, request, MCP_ITEM_TEMPLATE);
}
