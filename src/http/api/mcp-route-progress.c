/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Publishing events for a session's watchers. An array is published in pieces,
 * and the watchers' streams are written in between: else one request would
 * overrun every watcher's queue.
 */
#include "common/mcp-decimal.h"
#include "http/api/mcp-api-routes.h"
#include "http/api/mcp-progress-input.h"
#include "http/request/mcp-body-reader.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"
#include "http/sse/mcp-event-hub.h"
#include "http/wire/mcp-http-error.h"

/* Events between two rounds of writing; half of what a watcher's queue holds. */
#define PIECE 32

/* Events times watchers in one piece. */
#define MAX_PUSHES 16384

/* What a turn of the main loop may cost; a piece ends there, with one event at least. */
#define PIECE_US (1 * G_TIME_SPAN_MILLISECOND)

/* How long a request waits for watchers whose queues are full: at a time, and in all. Then these
 * watchers lag, and nobody waits for a watcher that lags. */
#define STALL_US       (20 * G_TIME_SPAN_MILLISECOND)
#define ALL_STALLS_US  (200 * G_TIME_SPAN_MILLISECOND)
#define STALL_CHECK_MS 1

typedef struct
{
  McpSseFlusher *flusher; /* (owned) */
  McpEventHub *hub;       /* (owned) */
  McpSession *session;    /* (owned) */
  GArray *inputs;         /* (owned) (element-type McpProgressInput) */
  guint n_published;
  gint64 stalled_since_us; /* monotonic; 0: not */
  gint64 stalls_left_us;
  gboolean has_waited; /* for a round of writing */

  McpHttpRequest *request; /* (owned) */
} Publication;

static void publish_later (Publication *self);

static Publication *
publication_ref (Publication *self)
{
  return g_rc_box_acquire (self);
}

static void
publication_clear (gpointer data)
{
  Publication *self = data;

  mcp_sse_flusher_unref (self->flusher);
  mcp_event_hub_unref (self->hub);
  g_object_unref (self->session);
  g_array_unref (self->inputs);
  mcp_http_request_unref (self->request);
}

static void
publication_unref (gpointer data)
{
  g_rc_box_release_full (data, publication_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Publication, publication_unref)

/* The events were accepted as a whole: they are published even if the client goes away. */
static void
answer (Publication *self, gboolean published)
{
  if (published)
    {
      GString *json = g_string_new (NULL);

      g_string_append (json, "{\"accepted\":");
      mcp_decimal_append_uint (json, self->inputs->len);
      g_string_append_c (json, '}');
      mcp_http_reply_string (self->request, 202, json);
    }
  else if (self->request->credential == MCP_HTTP_CREDENTIAL_OWNER)
    mcp_http_reply_error (self->request, 404, "The session has ended");
  else
    mcp_http_reply_unauthorized (self->request, NULL);
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

/* Whether the next piece would make a watcher lag, and there is still time to wait for it. */
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

static gboolean
publish_next (Publication *self)
{
  McpProgressInput *input = &g_array_index (self->inputs, McpProgressInput, self->n_published);

  if (!mcp_session_publish (self->session, &input->fields))
    return FALSE;
  self->n_published++;
  return TRUE;
}

/* Returns: whether the session took them, all or as many as there was time for. */
static gboolean
publish_piece (Publication *self, guint n_events)
{
  gint64 until_us = g_get_monotonic_time () + PIECE_US;

  for (guint i = 0; i < n_events && (i == 0 || g_get_monotonic_time () < until_us); i++)
    if (!publish_next (self))
      return FALSE;
  return TRUE;
}

/* How many events the next piece has: fewer where many watch. */
static guint
get_piece (Publication *self)
{
  guint n_watchers =
      mcp_session_get_n_subscribers (self->session) + mcp_event_hub_get_n_subscribers (self->hub);

  return CLAMP (MAX_PUSHES / MAX (n_watchers, 1), 1, PIECE);
}

/* A single event waits for nobody, but that many publishers may come in one turn, or during a round
 * with many watchers: then for a round, and for the watchers if the others have left no room. */
static gboolean
is_single_behind (Publication *self)
{
  if (!mcp_sse_flusher_is_behind (self->flusher) || (self->has_waited && !is_stalled (self, 1)))
    return FALSE;
  self->has_waited = TRUE;
  return TRUE;
}

static void
publish (gpointer user_data)
{
  Publication *self = user_data;
  guint n_events = MIN (get_piece (self), self->inputs->len - self->n_published);

  if (self->inputs->len == 1 && is_single_behind (self))
    {
      publish_later (self);
      return;
    }
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
  Publication *self = g_rc_box_new0 (Publication);

  self->flusher = mcp_sse_flusher_ref (request->context->flusher);
  self->hub = mcp_event_hub_ref (request->context->hub);
  self->session = g_object_ref (request->session);
  self->inputs = g_array_ref (inputs);
  self->stalls_left_us = ALL_STALLS_US;
  self->request = mcp_http_request_ref (request);

  return self;
}

/* What a body says. */
typedef struct
{
  GArray *inputs; /* (owned) (nullable) (element-type McpProgressInput) */
  GError *error;  /* (owned) (nullable): instead of the inputs */
  guint status;   /* that belongs to the error */
} Content;

/* Any thread. */
static gpointer
read_content (GBytes *body, const McpLimits *limits)
{
  Content *content = g_new0 (Content, 1);
  McpJsonSlice root;

  if (!mcp_body_scan_text (body, limits, &root, &content->error))
    content->status = 400;
  else if ((content->inputs = mcp_progress_input_read (root, &content->error)) == NULL)
    content->status = mcp_http_error_get_status (content->error);
  return content;
}

static void
content_free (gpointer data)
{
  Content *content = data;

  g_clear_pointer (&content->inputs, g_array_unref);
  g_clear_error (&content->error);
  g_free (content);
}

static void
take_content (McpHttpRequest *request, gpointer data)
{
  const Content *content = data;
  g_autoptr (Publication) self = NULL;

  if (content->error != NULL)
    {
      mcp_http_reply_error (request, content->status, content->error->message);
      return;
    }
  self = publication_new (request, content->inputs);
  publish (self);
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
  static const McpBodyFuncs body_funcs = {
    .read = read_content,
    .take = take_content,
    .free = content_free,
  };

  if (mcp_http_body_is_json (request))
    mcp_body_reader_read (request->context->bodies, request, &body_funcs);
}
