/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-message-stream.h"

#include "common/mcp-timer.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-request.h"

#include <string.h>

/* How much is kept for a client that does not read, or is away; and one message more. */
#define MAX_UNSENT_BYTES (32 * 1024 * 1024)
/* Where more than this waits to be sent, work that can wait should. */
#define BEHIND_BYTES     (1024 * 1024)
/* How soon a client may come back (WHATWG HTML section 9.2.6, "retry"). */
#define RETRY_MS         1000

/* Released clients (the TypeScript SDK up to 2.4) lose a progress notification that they read
 * together with the result: they are done with the request by the time they look at it. */
#define HOLD_MS 5

struct _McpMessageStream
{
  McpMessageBacklog backlog;
  gsize n_handed; /* bytes that the carrier was handed last, and may not have sent */
  gboolean is_complete;
  gboolean is_next_last;
  gint64 written_us; /* monotonic: when a message was written that is not a last one; 0: never */
  GSource *hold;     /* (owned) (nullable): while a last message waits */
  gboolean is_cut;   /* messages were lost, as nobody read them */
  McpSseStream *carrier; /* (owned) (nullable) */
  guint n_carriers;      /* so far */

  McpUnreadAnswer unread; /* charged to the session since somebody carries the stream */

  McpMessageStreamFunc gone;    /* (nullable) */
  McpMessageStreamFunc drained; /* (nullable) */
  gpointer user_data;
  GDestroyNotify destroy;
};

/* One connection that carries the stream; a later one takes over. */
typedef struct
{
  McpMessageStream *stream; /* (owned) */
  guint number;
} Carrying;

/**
 * mcp_message_stream_new:
 * @shared: (nullable): what the streams of the client share; outlives the stream, or
 *   mcp_message_stream_orphan() is called first. %NULL: the client cannot come back, and messages
 *   have no ids
 *
 * Returns: (transfer full): a stream that nobody carries
 */
McpMessageStream *
mcp_message_stream_new (McpMessageStreams *shared)
{
  McpMessageStream *self = g_rc_box_new0 (McpMessageStream);

  mcp_message_backlog_init (&self->backlog, shared);
  return self;
}

/**
 * mcp_message_stream_ref:
 * @self: the stream
 *
 * Returns: (transfer full): @self
 */
McpMessageStream *
mcp_message_stream_ref (McpMessageStream *self)
{
  return g_rc_box_acquire (self);
}

static void
stream_clear (gpointer data)
{
  McpMessageStream *self = data;

  /* A carrier holds a reference: there is none. */
  mcp_timer_clear (&self->hold);
  mcp_unread_answers_remove (&self->unread);
  mcp_message_backlog_clear (&self->backlog);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
}

/**
 * mcp_message_stream_unref:
 * @self: (transfer full): the stream
 */
void
mcp_message_stream_unref (McpMessageStream *self)
{
  g_rc_box_release_full (self, stream_clear);
}

/**
 * mcp_message_stream_set_gone:
 * @self: the stream
 * @gone: (nullable): called when the connection that carries the stream has gone, for whatever
 *   reason, and no other took its place
 * @user_data: for @gone
 * @destroy: (nullable): frees @user_data
 */
void
mcp_message_stream_set_gone (McpMessageStream *self,
                             McpMessageStreamFunc gone,
                             gpointer user_data,
                             GDestroyNotify destroy)
{
  GDestroyNotify old_destroy = self->destroy;
  gpointer old_data = self->user_data;

  self->gone = gone;
  self->drained = NULL;
  self->user_data = user_data;
  self->destroy = destroy;
  if (old_destroy != NULL)
    old_destroy (old_data);
}

/**
 * mcp_message_stream_set_drained:
 * @self: the stream
 * @drained: called when the stream is not behind any more, with the data of
 *   mcp_message_stream_set_gone(), which must have been called; the call may not append
 */
void
mcp_message_stream_set_drained (McpMessageStream *self, McpMessageStreamFunc drained)
{
  self->drained = drained;
}

/**
 * mcp_message_stream_is_behind:
 * @self: the stream
 *
 * Returns: whether so much waits to be sent that whoever can wait with more should
 */
gboolean
mcp_message_stream_is_behind (McpMessageStream *self)
{
  return self->backlog.n_unsent > BEHIND_BYTES;
}

static void
update_charge (McpMessageStream *self)
{
  mcp_unread_answers_update (&self->unread, self->backlog.n_unsent + self->n_handed);
}

/* MCP 2025-11-25, basic/transports, "Sending Messages to the Server", point 6 */
static void
write_primer (McpSseBatch *batch, guint64 id)
{
  g_autofree char *text =
      g_strdup_printf ("id: %" G_GUINT64_FORMAT "\nretry: %d\ndata: \n\n", id, RETRY_MS);
  g_autoptr (GBytes) frame = g_bytes_new (text, strlen (text));

  mcp_sse_batch_append_frame (batch, frame);
}

/* The session has too much that is not read: what waits is dropped, and the connection ends. */
static void
cut (gpointer data)
{
  McpMessageStream *self = data;

  self->is_cut = TRUE;
  mcp_message_backlog_drop_unsent (&self->backlog);
  if (self->carrier != NULL)
    mcp_sse_stream_close (self->carrier);
}

static void
charge (McpMessageStream *self, McpHttpRequest *request)
{
  if (self->unread.account != NULL)
    return;

  self->unread.cut = cut;
  self->unread.data = self;
  mcp_unread_answers_add (request->context->unread, &self->unread, request->session,
                          self->backlog.n_unsent + self->n_handed);
}

static gboolean
hold_cb (gpointer user_data)
{
  McpMessageStream *self = user_data;

  mcp_timer_clear (&self->hold);
  self->written_us = 0;
  if (self->carrier != NULL)
    mcp_sse_stream_wake (self->carrier);
  return G_SOURCE_REMOVE;
}

/* Lets the client read what came before the last message of a request. */
static gboolean
must_hold (McpMessageStream *self, const McpBacklogMessage *message)
{
  if (!message->is_last || self->written_us == 0 ||
      g_get_monotonic_time () - self->written_us >= HOLD_MS * G_TIME_SPAN_MILLISECOND)
    return FALSE;

  if (self->hold == NULL)
    self->hold = mcp_timer_new_ms ("message-stream-hold", HOLD_MS, hold_cb, self);
  return TRUE;
}

static gboolean
fill (McpSseBatch *batch, gpointer user_data)
{
  Carrying *carrying = user_data;
  McpMessageStream *self = carrying->stream;
  gboolean was_behind = mcp_message_stream_is_behind (self);
  const McpBacklogMessage *message;

  if (carrying->number != self->n_carriers)
    return FALSE;

  self->n_handed = 0;
  while (!mcp_sse_batch_is_full (batch) &&
         (message = mcp_message_backlog_peek (&self->backlog)) != NULL &&
         !must_hold (self, message))
    {
      self->written_us = message->is_last ? 0 : g_get_monotonic_time ();
      if (message->data != NULL)
        mcp_sse_batch_append_event (batch, message->id, message->name, message->data);
      else
        write_primer (batch, message->id);
      self->n_handed += mcp_message_backlog_advance (&self->backlog);
    }
  update_charge (self);
  if (was_behind && !mcp_message_stream_is_behind (self) && self->drained != NULL)
    self->drained (self, self->user_data);
  return !self->is_complete || mcp_message_backlog_peek (&self->backlog) != NULL;
}

static void
carrier_closed (gpointer user_data)
{
  Carrying *carrying = user_data;
  g_autoptr (McpMessageStream) self = carrying->stream;
  gboolean is_current = carrying->number == self->n_carriers;

  g_free (carrying);
  if (!is_current)
    return;

  g_clear_pointer (&self->carrier, mcp_sse_stream_unref);
  self->n_handed = 0;
  update_charge (self);
  if (self->gone != NULL)
    self->gone (self, self->user_data);
}

static void
push (McpMessageStream *self, const char *name, GBytes *data)
{
  const McpBacklogMessage message = { .name = name, .data = data, .is_last = self->is_next_last };

  self->is_next_last = FALSE;
  mcp_message_backlog_push (&self->backlog, &message);
  update_charge (self);
}

/**
 * mcp_message_stream_carry:
 * @self: the stream
 * @request: a request that is answered with the stream; the connection that carried the stream
 *   until now is closed
 * @is_primed: whether the stream begins with an event without a message, so that the client has an
 *   id to come back with
 * @after: id of the last message that the client has; 0: send what has not been sent yet
 */
void
mcp_message_stream_carry (McpMessageStream *self,
                          McpHttpRequest *request,
                          gboolean is_primed,
                          guint64 after)
{
  g_autoptr (McpSseStream) old = g_steal_pointer (&self->carrier);
  Carrying *carrying = g_new0 (Carrying, 1);

  carrying->stream = mcp_message_stream_ref (self);
  carrying->number = ++self->n_carriers;
  self->is_cut = FALSE;
  if (old != NULL)
    mcp_sse_stream_close (old);

  if (after > 0)
    mcp_message_backlog_rewind (&self->backlog, after);
  else if (is_primed && self->backlog.shared != NULL && self->backlog.messages.length == 0)
    push (self, NULL, NULL);
  self->carrier = mcp_http_request_stream (request, fill, carrying, carrier_closed);
  mcp_sse_stream_wake (self->carrier);
  charge (self, request);
  update_charge (self);
}

/**
 * mcp_message_stream_mark_last:
 * @self: a stream that is not complete
 *
 * The next message is the last one of a request: it is written some milliseconds after the one
 * before it, if that was not the last one of another request.
 */
void
mcp_message_stream_mark_last (McpMessageStream *self)
{
  self->is_next_last = TRUE;
}

/**
 * mcp_message_stream_append:
 * @self: a stream that is not complete
 * @json: a message
 *
 * Returns: %FALSE when more waits to be sent than is kept for a client
 */
gboolean
mcp_message_stream_append (McpMessageStream *self, GBytes *json)
{
  return mcp_message_stream_append_event (self, NULL, json);
}

/**
 * mcp_message_stream_append_substitute:
 * @self: a stream that is not complete
 * @json: a short message in the place of one that mcp_message_stream_append() refused
 *
 * Appends the message although the stream has no room for more. The caller appends few of these.
 *
 * Returns: %FALSE when the stream was cut off: nothing more reaches the client
 */
gboolean
mcp_message_stream_append_substitute (McpMessageStream *self, GBytes *json)
{
  if (self->is_cut)
    return FALSE;

  push (self, NULL, json);
  if (self->carrier != NULL)
    mcp_sse_stream_wake (self->carrier);
  return !self->is_cut;
}

/**
 * mcp_message_stream_append_event:
 * @self: a stream that is not complete
 * @name: (nullable): static: of the event
 * @data: one line
 *
 * Returns: %FALSE when more waits to be sent than is kept for a client
 */
gboolean
mcp_message_stream_append_event (McpMessageStream *self, const char *name, GBytes *data)
{
  if (self->backlog.n_unsent >= MAX_UNSENT_BYTES || self->is_cut)
    return FALSE;

  push (self, name, data);
  if (self->carrier != NULL)
    mcp_sse_stream_wake (self->carrier);
  return TRUE;
}

/**
 * mcp_message_stream_complete:
 * @self: the stream
 *
 * Nothing follows what it has.
 */
void
mcp_message_stream_complete (McpMessageStream *self)
{
  self->is_complete = TRUE;
  if (self->carrier != NULL)
    mcp_sse_stream_wake (self->carrier);
}

/**
 * mcp_message_stream_close:
 * @self: the stream
 *
 * Cuts off the connection that carries it. No function of the user is called.
 */
void
mcp_message_stream_close (McpMessageStream *self)
{
  g_autoptr (McpSseStream) carrier = g_steal_pointer (&self->carrier);

  self->n_carriers++;
  if (carrier != NULL)
    mcp_sse_stream_close (carrier);
}

/**
 * mcp_message_stream_orphan:
 * @self: the stream
 *
 * Its client cannot come back any more: what is sent from now on is not kept.
 */
void
mcp_message_stream_orphan (McpMessageStream *self)
{
  mcp_message_backlog_orphan (&self->backlog);
}

/**
 * mcp_message_stream_is_complete:
 * @self: the stream
 *
 * Returns: whether nothing follows
 */
gboolean
mcp_message_stream_is_complete (McpMessageStream *self)
{
  return self->is_complete;
}

/**
 * mcp_message_stream_has_carrier:
 * @self: the stream
 *
 * Returns: whether a connection carries it
 */
gboolean
mcp_message_stream_has_carrier (McpMessageStream *self)
{
  return self->carrier != NULL;
}

/**
 * mcp_message_stream_knows:
 * @self: the stream
 * @id: of a message that a client says it has
 *
 * Returns: whether it is of this stream
 */
gboolean
mcp_message_stream_knows (McpMessageStream *self, guint64 id)
{
  return mcp_message_backlog_knows (&self->backlog, id);
}

/**
 * mcp_message_stream_get_size:
 * @self: the stream
 *
 * Returns: bytes that it keeps
 */
gsize
mcp_message_stream_get_size (McpMessageStream *self)
{
  return self->backlog.n_bytes;
}

/**
 * mcp_message_stream_drop_oldest:
 * @self: the stream
 * @unsent_too: also what was never sent
 *
 * Returns: whether there was anything to forget
 */
gboolean
mcp_message_stream_drop_oldest (McpMessageStream *self, gboolean unsent_too)
{
  gboolean has_dropped = mcp_message_backlog_drop_oldest (&self->backlog, unsent_too);

  update_charge (self);
  return has_dropped;
}
