/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-message-stream.h"

#include "common/mcp-timer.h"
#include "http/request/mcp-http-context.h"

#include <string.h>

/* What a client that does not read, or is away, may make us keep, but for one message more. */
#define MAX_UNSENT_BYTES (32 * 1024 * 1024)
/* More than this waits to be sent: whoever can wait should. */
#define BEHIND_BYTES     (1024 * 1024)
/* How soon a client may come back (WHATWG HTML section 9.2.6, "retry"). */
#define RETRY_MS         1000

/* Released clients (the TypeScript SDK up to 2.4) lose a progress notification that they read
 * together with the result: they are done with the request by the time they look at it. */
#define HOLD_MS 5

typedef struct
{
  guint64 id;       /* 0: none */
  const char *name; /* (nullable): static: of the event */
  GBytes *data;     /* (nullable): %NULL: only there for its id */
  gboolean is_last; /* of a request */
} Entry;

struct _McpMessageStream
{
  McpMessageStreams *shared; /* (unowned) (nullable): %NULL: nothing is kept, without ids */
  GQueue entries;            /* (element-type Entry) */
  GList *next;               /* (unowned) (nullable): first that was not handed to the carrier */
  gsize n_bytes;             /* of entries */
  gsize n_unsent;            /* of those from next on */
  gsize n_handed;            /* of those that the carrier was handed last, and may not have sent */
  guint64 dropped;           /* id of the last entry that is not there any more; 0: none */
  gboolean is_complete;
  gboolean is_next_last;
  gint64 written_us;     /* monotonic: when a message that was no last one was written; 0: never */
  GSource *hold;         /* (owned) (nullable): while a last message waits */
  gboolean is_cut;       /* messages were lost, as nobody read them */
  McpSseStream *carrier; /* (owned) (nullable) */
  guint n_carriers;      /* so far */

  McpUnreadAnswer unread; /* charged to the session since somebody carries the stream */

  McpMessageStreamFunc gone;    /* (nullable) */
  McpMessageStreamFunc drained; /* (nullable) */
  gpointer user_data;
  GDestroyNotify destroy;
};

/* What one connection was given to do; a later one takes over. */
typedef struct
{
  McpMessageStream *stream; /* (owned) */
  guint number;
} Carrying;

static void
entry_free (Entry *entry)
{
  g_clear_pointer (&entry->data, g_bytes_unref);
  g_free (entry);
}

/* Notes that the stream keeps more, or less. */
static void
add_bytes (McpMessageStream *self, gssize n_bytes)
{
  self->n_bytes += (gsize) n_bytes;
  if (self->shared != NULL)
    self->shared->n_bytes += (gsize) n_bytes;
}

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

  self->shared = shared;
  g_queue_init (&self->entries);
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
  add_bytes (self, -(gssize) self->n_bytes);
  g_queue_clear_full (&self->entries, (GDestroyNotify) entry_free);
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
  return self->n_unsent > BEHIND_BYTES;
}

static gsize
entry_size (const Entry *entry)
{
  return sizeof *entry + (entry->data != NULL ? g_bytes_get_size (entry->data) : 0);
}

static void
update_charge (McpMessageStream *self)
{
  mcp_unread_answers_update (&self->unread, self->n_unsent + self->n_handed);
}

static void
drop (McpMessageStream *self, GList *link)
{
  Entry *entry = link->data;

  add_bytes (self, -(gssize) entry_size (entry));
  self->dropped = entry->id;
  if (self->next == link)
    {
      self->next = link->next;
      self->n_unsent -= entry_size (entry);
      update_charge (self);
    }
  g_queue_delete_link (&self->entries, link);
  entry_free (entry);
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
  while (self->next != NULL)
    drop (self, self->next);
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
                          self->n_unsent + self->n_handed);
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
must_hold (McpMessageStream *self, const Entry *entry)
{
  if (!entry->is_last || self->written_us == 0 ||
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

  if (carrying->number != self->n_carriers)
    return FALSE;

  self->n_handed = 0;
  while (!mcp_sse_batch_is_full (batch) && self->next != NULL)
    {
      GList *link = self->next;
      Entry *entry = link->data;

      if (must_hold (self, entry))
        break;
      self->next = link->next;
      self->n_unsent -= entry_size (entry);
      self->written_us = entry->is_last ? 0 : g_get_monotonic_time ();
      self->n_handed += entry_size (entry);
      if (entry->data != NULL)
        mcp_sse_batch_append_event (batch, entry->id, entry->name, entry->data);
      else
        write_primer (batch, entry->id);
      if (self->shared == NULL)
        drop (self, link);
    }
  update_charge (self);
  if (was_behind && !mcp_message_stream_is_behind (self) && self->drained != NULL)
    self->drained (self, self->user_data);
  return !self->is_complete || self->next != NULL;
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
  Entry *entry = g_new0 (Entry, 1);

  entry->id = self->shared != NULL ? ++self->shared->last_id : 0;
  entry->name = name;
  entry->data = data != NULL ? g_bytes_ref (data) : NULL;
  entry->is_last = self->is_next_last;
  self->is_next_last = FALSE;
  add_bytes (self, (gssize) entry_size (entry));
  self->n_unsent += entry_size (entry);
  g_queue_push_tail (&self->entries, entry);
  if (self->next == NULL)
    self->next = self->entries.tail;
}

/* From where a client that comes back wants the rest. */
static void
rewind_to (McpMessageStream *self, guint64 after)
{
  self->next = self->entries.head;
  self->n_unsent = self->n_bytes;
  while (self->next != NULL && ((Entry *) self->next->data)->id <= after)
    {
      self->n_unsent -= entry_size (self->next->data);
      self->next = self->next->next;
    }
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
    rewind_to (self, after);
  else if (is_primed && self->shared != NULL && self->entries.length == 0)
    push (self, NULL, NULL);
  self->carrier = mcp_http_request_stream (request, fill, carrying, carrier_closed);
  mcp_sse_stream_wake (self->carrier);
  charge (self, request);
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
 * Returns: %FALSE when more waits to be sent than a client may make us keep
 */
gboolean
mcp_message_stream_append (McpMessageStream *self, GBytes *json)
{
  return mcp_message_stream_append_event (self, NULL, json);
}

/**
 * mcp_message_stream_append_event:
 * @self: a stream that is not complete
 * @name: (nullable): static: of the event
 * @data: one line
 *
 * Returns: %FALSE when more waits to be sent than a client may make us keep
 */
gboolean
mcp_message_stream_append_event (McpMessageStream *self, const char *name, GBytes *data)
{
  if (self->n_unsent >= MAX_UNSENT_BYTES || self->is_cut)
    return FALSE;

  push (self, name, data);
  update_charge (self);
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
 * Cuts off the connection that carries it; nobody is told.
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
  if (self->shared != NULL)
    self->shared->n_bytes -= self->n_bytes;
  self->shared = NULL;
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
  if (self->dropped == id && id > 0)
    return TRUE;
  for (GList *link = self->entries.head; link != NULL; link = link->next)
    if (((Entry *) link->data)->id == id)
      return TRUE;
  return FALSE;
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
  return self->n_bytes;
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
  GList *oldest = self->entries.head;

  if (oldest == NULL || (oldest == self->next && !unsent_too))
    return FALSE;

  drop (self, oldest);
  return TRUE;
}
