/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Publishing events for a session's watchers. An array is published in pieces,
 * and the watchers' streams are written in between: else one request would
 * overrun every watcher's queue.
 */
#include "http/api/mcp-api-routes.h"
#include "http/api/mcp-progress-input.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-reply.h"
#include "http/sse/mcp-event-hub.h"

/* Events between two rounds of writing; half of what a watcher's queue holds. */
#define PIECE 32

/* How long a watcher whose queue is full is waited for, at a time and for one request. After
 * that it lags, and a watcher that lags is not waited for. */
#define STALL_US       (20 * G_TIME_SPAN_MILLISECOND)
#define ALL_STALLS_US  (200 * G_TIME_SPAN_MILLISECOND)
#define STALL_CHECK_MS 1

typedef struct
{
  gatomicrefcount ref_count;
  McpSseFlusher *flusher; /* (owned) */
  McpEventHub *hub;       /* (owned) */
  McpSession *session;    /* (owned) */
  GArray *inputs;         /* (owned) (element-type McpProgressInput) */
  guint n_published;
  gint64 stalled_since_us; /* monotonic; 0: not */
  gint64 stalls_left_us;

  SoupServerMessage *msg;        /* (owned) (nullable) until it is answered or over */
  McpHttpConnection *connection; /* (owned) (nullable) as long as @msg */
  gboolean paused;
  McpHttpCredential credential;
} Publication;

static void publish_later (Publication *self);

static Publication *
publication_ref (Publication *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
publication_unref (gpointer data)
{
  Publication *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  mcp_sse_flusher_unref (self->flusher);
  mcp_event_hub_unref (self->hub);
  g_object_unref (self->session);
  g_array_unref (self->inputs);
  g_free (self);
}

static void
release (gpointer data, GClosure *closure)
{
  publication_unref (data);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Publication, publication_unref)

static void
forget_message (Publication *self)
{
  g_autoptr (SoupServerMessage) msg = g_steal_pointer (&self->msg);
  g_autoptr (McpHttpConnection) connection = g_steal_pointer (&self->connection);

  if (msg == NULL)
    return;

  g_signal_handlers_disconnect_by_data (connection, self);
  g_signal_handlers_disconnect_by_data (msg, self);
}

static void
message_over_cb (SoupServerMessage *msg, gpointer user_data)
{
  forget_message (user_data);
}

/* The events were accepted as a whole: they are published, whoever is left to hear of it. */
static void
peer_gone_cb (McpHttpConnection *connection, gpointer user_data)
{
  Publication *self = user_data;
  g_autoptr (SoupServerMessage) msg = g_object_ref (self->msg);

  forget_message (self);
  mcp_http_reply_error (msg, 503, "The client has gone");
  soup_server_message_unpause (msg);
}

static void
answer (Publication *self, gboolean published)
{
  g_autoptr (SoupServerMessage) msg = NULL;

  if (self->msg == NULL)
    return;

  msg = g_object_ref (self->msg);
  forget_message (self);
  if (published)
    {
      GString *json = g_string_new (NULL);

      g_string_printf (json, "{\"accepted\":%u}", self->inputs->len);
      mcp_http_reply_string (msg, 202, json);
    }
  else if (self->credential == MCP_HTTP_CREDENTIAL_OWNER)
    mcp_http_reply_error (msg, 404, "The session has ended");
  else
    mcp_http_reply_unauthorized (msg);

  if (self->paused)
    soup_server_message_unpause (msg);
}

static gboolean
check_stall_cb (gpointer user_data)
{
  publish_later (user_data);
  return G_SOURCE_REMOVE;
}

static void
wait_for_watcher (Publication *self)
{
  g_autoptr (GSource) source = g_timeout_source_new (STALL_CHECK_MS);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  g_source_set_callback (source, check_stall_cb, publication_ref (self), publication_unref);
  g_source_attach (source, context);
}

/* Whether the next piece would make a watcher lag that may still be waited for. */
static gboolean
is_stalled (Publication *self, guint n_events)
{
  gint64 now_us;

  if (mcp_session_has_room (self->session, n_events) &&
      mcp_event_hub_has_room (self->hub, n_events))
    {
      self->stalled_since_us = 0;
      return FALSE;
    }

  now_us = g_get_monotonic_time ();
  if (self->stalled_since_us == 0)
    self->stalled_since_us = now_us;
  if (now_us - self->stalled_since_us < MIN (STALL_US, self->stalls_left_us))
    return TRUE;

  self->stalls_left_us -= now_us - self->stalled_since_us;
  self->stalled_since_us = 0;
  return FALSE;
}

/* Returns: whether the session took them. */
static gboolean
publish_piece (Publication *self, guint n_events)
{
  for (guint i = 0; i < n_events; i++)
    {
      McpProgressInput *input = &g_array_index (self->inputs, McpProgressInput, self->n_published);

      if (!mcp_session_publish (self->session, &input->fields))
        return FALSE;
      self->n_published++;
    }

  return TRUE;
}

static void
publish (gpointer user_data)
{
  Publication *self = user_data;
  guint n_events = MIN (PIECE, self->inputs->len - self->n_published);

  /* A lone event is not worth a wait. */
  if (self->inputs->len > 1 && !mcp_session_is_closed (self->session) &&
      is_stalled (self, n_events))
    {
      wait_for_watcher (self);
      return;
    }

  if (!publish_piece (self, n_events))
    answer (self, FALSE);
  else if (self->n_published == self->inputs->len)
    answer (self, TRUE);
  else
    publish_later (self);
}

static void
publish_later (Publication *self)
{
  mcp_sse_flusher_call_after_flush (self->flusher, publish, publication_ref (self),
                                    publication_unref);
}

static Publication *
publication_new (McpHttpRequest *request, GArray *inputs)
{
  Publication *self = g_new0 (Publication, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->flusher = mcp_sse_flusher_ref (request->context->flusher);
  self->hub = mcp_event_hub_ref (request->context->hub);
  self->session = g_object_ref (request->session);
  self->inputs = g_array_ref (inputs);
  self->stalls_left_us = ALL_STALLS_US;
  self->credential = request->credential;
  self->msg = g_object_ref (request->msg);
  self->connection = g_object_ref (request->connection);

  return self;
}

static GArray *
read_inputs (McpHttpRequest *request)
{
  g_autoptr (GBytes) body = mcp_http_body_get (request);
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;
  GArray *inputs;

  if (!mcp_http_body_is_json (request) || !mcp_http_body_scan (request, body, &root))
    return NULL;

  inputs = mcp_progress_input_read (root, &error);
  if (inputs == NULL)
    mcp_http_reply_gerror (request->msg, error);

  return inputs;
}

/**
 * mcp_route_progress_post:
 * @request: POST /session/{id}/progress
 *
 * Publishes one event or many.
 */
void
mcp_route_progress_post (McpHttpRequest *request)
{
  g_autoptr (GArray) inputs = read_inputs (request);
  g_autoptr (Publication) self = NULL;

  if (inputs == NULL)
    return;

  self = publication_new (request, inputs);
  publish (self);
  if (self->msg == NULL)
    return;

  /* Whatever ends the message also breaks its hold on this. */
  self->paused = TRUE;
  g_signal_connect_data (self->msg, "finished", G_CALLBACK (message_over_cb),
                         publication_ref (self), release, 0);
  g_signal_connect_data (self->msg, "disconnected", G_CALLBACK (message_over_cb),
                         publication_ref (self), release, 0);
  g_signal_connect_data (self->connection, "peer-gone", G_CALLBACK (peer_gone_cb),
                         publication_ref (self), release, 0);
  soup_server_message_pause (self->msg);
}
