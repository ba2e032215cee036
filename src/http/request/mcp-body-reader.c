/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading bodies. A body of megabytes takes tens of milliseconds, in which nobody else would be
 * served: another thread reads a large body. Several threads may finish at the same time, and a
 * route may walk through a large body again: large bodies take turns.
 */
#include "http/request/mcp-body-reader.h"

#include "common/mcp-turn-queue.h"
#include "http/request/mcp-http-context.h"

#include <gio/gio.h>

/* From this size on another thread is worth its cost. */
#define LARGE_BYTES (128 * 1024)

struct _McpBodyReader
{
  McpTurnQueue *finished; /* (owned): Reading (owned) */
};

/* The thread sees the body, the limits and the functions, and nothing else. */
typedef struct
{
  McpBodyReader *reader;   /* (owned) */
  McpHttpRequest *request; /* (owned) */
  GBytes *body;            /* (owned) */
  McpLimits limits;
  const McpBodyFuncs *funcs;
  gpointer content; /* (owned) (nullable): once it is read */
} Reading;

/**
 * mcp_body_reader_new:
 *
 * Returns: (transfer full): a reader of the thread-default main context
 */
McpBodyReader *
mcp_body_reader_new (void)
{
  McpBodyReader *self = g_rc_box_new0 (McpBodyReader);

  self->finished = mcp_turn_queue_new ("body-taken");
  return self;
}

static void
clear (gpointer data)
{
  McpBodyReader *self = data;

  mcp_turn_queue_free (self->finished);
}

/**
 * mcp_body_reader_unref:
 * @self: (transfer full): a reader; it lives on until all large bodies are taken
 */
void
mcp_body_reader_unref (McpBodyReader *self)
{
  g_rc_box_release_full (self, clear);
}

/* Where the client went away in the meantime, the route could not learn of it any more. */
static void
take (gpointer item)
{
  Reading *reading = item;

  if (mcp_http_request_is_open (reading->request))
    reading->funcs->take (reading->request, reading->content);
  reading->funcs->free (reading->content);
  mcp_http_request_unref (reading->request);
  g_bytes_unref (reading->body);
  mcp_body_reader_unref (reading->reader);
  g_free (reading);
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reading *reading = user_data;

  mcp_turn_queue_push (reading->reader->finished, take, reading);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Reading *reading = task_data;

  reading->content = reading->funcs->read (reading->body, &reading->limits);
  g_task_return_boolean (task, TRUE);
}

static void
start_thread (McpBodyReader *self, McpHttpRequest *request, const McpBodyFuncs *funcs)
{
  Reading *reading = g_new0 (Reading, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, finished_cb, reading);

  reading->reader = g_rc_box_acquire (self);
  reading->request = mcp_http_request_ref (request);
  reading->body = g_bytes_ref (request->body);
  reading->limits = request->context->limits;
  reading->funcs = funcs;
  g_task_set_source_tag (task, start_thread);
  /* The callback owns the reading: the main context must free the request. */
  g_task_set_task_data (task, reading, NULL);
  g_task_run_in_thread (task, read_in_thread);
}

/**
 * mcp_body_reader_takes_thread:
 * @body: the body of a request
 *
 * Returns: whether the body is so large that another thread reads it
 */
gboolean
mcp_body_reader_takes_thread (GBytes *body)
{
  return g_bytes_get_size (body) >= LARGE_BYTES;
}

/**
 * mcp_body_reader_read:
 * @self: a reader
 * @request: a request with a body
 * @funcs: static: how to read the body; `take` is called once: before this function returns, or
 *   later where the body is large; not at all when the client goes away in the meantime
 *
 * Reads the body of a request. Main context only.
 */
void
mcp_body_reader_read (McpBodyReader *self, McpHttpRequest *request, const McpBodyFuncs *funcs)
{
  gpointer content;

  if (mcp_body_reader_takes_thread (request->body))
    {
      start_thread (self, request, funcs);
      return;
    }
  content = funcs->read (request->body, &request->context->limits);
  funcs->take (request, content);
  funcs->free (content);
}
