/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The lists of server/tools, server/prompts and server/resources. The response to a request has a
 * copy of the list; the copy of a large list is made in a thread.
 */

#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-request-inner.h"
#include "gateway/client/mcp-server-info.h"
#include "gateway/methods/mcp-method.h"
#include "protocol/mcp-translate.h"

/* Below this size a copy takes less time than the way to a thread and back. */
#define LARGE_BYTES (128 * 1024)

/* A request for a list while servers are asked, and while the response is written. */
typedef struct
{
  McpAttachment *attachment; /* (owned) */
  McpRequest *request;       /* (owned): keeps @id and @method; for the main context alone */
  McpItemKind kind;

  McpJsonSlice id;
  const char *method;
  McpRevision revision;
  GBytes *list;      /* (owned) (nullable) */
  char *server_info; /* (owned) (nullable): of the answer */
  GBytes *response;  /* (owned) (nullable): that a thread has written */
} ListRequest;

static void
list_request_free (ListRequest *self)
{
  g_object_unref (self->attachment);
  g_object_unref (self->request);
  g_clear_pointer (&self->list, g_bytes_unref);
  g_free (self->server_info);
  g_clear_pointer (&self->response, g_bytes_unref);
  g_free (self);
}

static GBytes *
write_response (const ListRequest *self)
{
  gsize length;
  const char *text = g_bytes_get_data (self->list, &length);

  return mcp_translate_response (self->id, self->method, (McpJsonSlice){ text, length },
                                 self->revision, self->server_info);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer list_request, GCancellable *cancellable)
{
  g_task_return_pointer (task, write_response (list_request), (GDestroyNotify) g_bytes_unref);
}

static void
pass_written (gpointer item)
{
  ListRequest *self = item;

  mcp_request_respond_written (self->request, self->response, 0);
  list_request_free (self);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ListRequest *self = user_data;

  self->response = g_task_propagate_pointer (G_TASK (result), NULL);
  mcp_turn_queue_push (mcp_attachment_get_services (self->attachment)->written, pass_written, self);
}

static void
start_writing (ListRequest *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, written_cb, self);

  g_task_set_source_tag (task, start_writing);
  /* written_cb() frees the request, in the main context */
  g_task_set_task_data (task, self, NULL);
  g_task_run_in_thread (task, write_in_thread);
}

/* Takes @self. */
static void
respond (ListRequest *self)
{
  g_autoptr (GBytes) response = NULL;

  self->id = mcp_request_get_id (self->request);
  self->method = mcp_request_get_method (self->request);
  self->revision = mcp_request_get_client (self->request)->revision;
  self->server_info =
      mcp_server_info_dup (mcp_attachment_get_services (self->attachment)->catalogue,
                           mcp_request_get_client (self->request));
  if (g_bytes_get_size (self->list) >= LARGE_BYTES)
    {
      start_writing (self);
      return;
    }
  response = write_response (self);
  mcp_request_respond_written (self->request, response, 0);
  list_request_free (self);
}

/* Takes @self. */
static void
take_list (ListRequest *self, GBytes *list)
{
  self->list = list;
  mcp_attachment_note_listed (self->attachment, self->kind);
  respond (self);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ListRequest *self = user_data;
  g_autoptr (GError) error = NULL;
  GBytes *list = mcp_catalogue_list_finish (MCP_CATALOGUE (source), result, &error);

  if (list != NULL)
    {
      take_list (self, list);
      return;
    }
  mcp_request_respond_gerror (self->request, error, NULL);
  list_request_free (self);
}

/* All on one page, since many clients read no further. No cursor was ever handed out, so none is
 * valid. */
static void
answer_list (McpAttachment *attachment, McpRequest *request, McpItemKind kind)
{
  McpCatalogue *catalogue = mcp_attachment_get_services (attachment)->catalogue;
  McpJsonSlice params = mcp_request_get_params (request);
  McpJsonSlice cursor;
  ListRequest *self;
  GBytes *list;

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
  list = mcp_catalogue_list_now (catalogue, kind, mcp_request_get_client (request));
  if (list != NULL)
    take_list (self, list);
  else
    mcp_catalogue_list_async (catalogue, kind, mcp_request_get_client (request),
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
