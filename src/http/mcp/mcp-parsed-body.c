/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading the JSON of a body. A body of megabytes takes tens of milliseconds, in which nobody else
 * would be served: such a body is read by another thread.
 */
#include "http/mcp/mcp-parsed-body.h"

#include "http/request/mcp-http-body.h"
#include "protocol/mcp-jsonrpc-batch.h"

#include <gio/gio.h>

/* From this size on another thread is worth its cost. */
#define LARGE_BYTES (128 * 1024)

/* What the thread works with. */
typedef struct
{
  GBytes *bytes; /* (owned) */
  McpJsonrpcLimits limits;
} Input;

static void
input_free (gpointer data)
{
  Input *input = data;

  g_bytes_unref (input->bytes);
  g_free (input);
}

static void
parsed_body_free (gpointer data)
{
  McpParsedBody *self = data;

  g_clear_pointer (&self->message, mcp_jsonrpc_message_unref);
  g_clear_pointer (&self->batch, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_free (self->id);
  g_free (self);
}

static McpParsedBody *
parse (GBytes *bytes, const McpJsonrpcLimits *limits)
{
  McpParsedBody *self = g_new0 (McpParsedBody, 1);

  if (mcp_jsonrpc_batch_is_batch (bytes))
    self->batch = mcp_jsonrpc_batch_parse (bytes, limits, &self->error);
  else
    self->message = mcp_jsonrpc_message_parse (bytes, limits, &self->id, &self->error);
  return self;
}

static void
parse_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Input *input = task_data;

  g_task_return_pointer (task, parse (input->bytes, &input->limits), parsed_body_free);
}

/* What a task carries besides its data: the request stays in the main context. */
typedef struct
{
  McpHttpRequest *http; /* (owned) */
  McpParsedBodyFunc func;
} Reading;

static void
parsed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reading *reading = user_data;
  McpParsedBody *body = g_task_propagate_pointer (G_TASK (result), NULL);

  /* Where the client went away in the meantime, the route could not learn of it any more. */
  if (mcp_http_request_is_open (reading->http))
    reading->func (reading->http, body);
  parsed_body_free (body);
  mcp_http_request_unref (reading->http);
  g_free (reading);
}

static void
read_in_thread (McpHttpRequest *http, McpParsedBodyFunc func)
{
  Reading *reading = g_new0 (Reading, 1);
  Input *input = g_new0 (Input, 1);
  g_autoptr (GTask) task = NULL;

  reading->http = mcp_http_request_ref (http);
  reading->func = func;
  input->bytes = g_bytes_ref (http->body);
  input->limits = mcp_http_body_get_jsonrpc_limits (http);
  task = g_task_new (NULL, NULL, parsed_cb, reading);
  g_task_set_source_tag (task, read_in_thread);
  g_task_set_task_data (task, input, input_free);
  g_task_run_in_thread (task, parse_in_thread);
}

/**
 * mcp_parsed_body_read:
 * @http: a POST to /mcp
 * @func: called once with what the body says: before this function returns, or later where the
 *   body is large; not at all when the client goes away in the meantime
 *
 * Reads the body of a request. Main context only.
 */
void
mcp_parsed_body_read (McpHttpRequest *http, McpParsedBodyFunc func)
{
  const McpJsonrpcLimits limits = mcp_http_body_get_jsonrpc_limits (http);
  McpParsedBody *body;

  if (g_bytes_get_size (http->body) >= LARGE_BYTES)
    {
      read_in_thread (http, func);
      return;
    }
  body = parse (http->body, &limits);
  func (http, body);
  parsed_body_free (body);
}
