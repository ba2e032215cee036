/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-resumable-streams.h"

/* How much waits for a client that has never opened its own stream. */
#define MAX_WAITING_BYTES (256 * 1024)
/* How long a stream can be asked for again after its last message. */
#define KEEP_SECONDS      300
/* How many finished streams are kept: the bytes of small ones do not count enough. */
#define MAX_COMPLETED     256

#define DATA_KEY "mcp-resumable-streams"

typedef struct
{
  McpMessageStream *stream; /* (owned) */
  gint64 completed_us;      /* monotonic; 0: not yet */
} Kept;

struct _McpResumableStreams
{
  McpAttachment *attachment; /* (unowned): owns this */
  McpMessageStreams shared;
  McpMessageStream *standalone; /* (owned) */
  gboolean was_opened;          /* whether the client has opened the standalone stream */
  McpSession *held;             /* (owned) (nullable): in use as long as that one is open */
  GPtrArray *kept;              /* (owned): Kept; those completed in the order in which they were */
  GSource *timer;               /* (owned) (nullable) */
};

static void
kept_free (Kept *kept)
{
  /* A connection that carries the stream outlives this object, and what the streams share. */
  mcp_message_stream_orphan (kept->stream);
  mcp_message_stream_unref (kept->stream);
  g_free (kept);
}

static void
clear_timer (McpResumableStreams *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
let_go (McpResumableStreams *self)
{
  g_autoptr (McpSession) session = g_steal_pointer (&self->held);

  if (session != NULL)
    mcp_session_release (session);
}

static void
standalone_gone_cb (McpMessageStream *stream, gpointer user_data)
{
  let_go (user_data);
}

static void
streams_free (McpResumableStreams *self)
{
  clear_timer (self);
  let_go (self);
  mcp_message_stream_set_gone (self->standalone, NULL, NULL, NULL);
  mcp_message_stream_complete (self->standalone);
  mcp_message_stream_orphan (self->standalone);
  mcp_message_stream_unref (self->standalone);
  g_ptr_array_unref (self->kept);
  g_free (self);
}

/* Drops finished streams first, then what was sent on others. What was never sent stays. */
static gboolean
drop_oldest_event (McpResumableStreams *self)
{
  for (guint i = 0; i < self->kept->len; i++)
    {
      Kept *kept = g_ptr_array_index (self->kept, i);

      if (kept->completed_us > 0 && !mcp_message_stream_has_carrier (kept->stream))
        {
          g_ptr_array_remove_index (self->kept, i);
          return TRUE;
        }
    }
  for (guint i = 0; i < self->kept->len; i++)
    if (mcp_message_stream_drop_oldest (((Kept *) g_ptr_array_index (self->kept, i))->stream,
                                        FALSE))
      return TRUE;
  return mcp_message_stream_drop_oldest (self->standalone, FALSE);
}

/* What was sent is forgotten, the oldest first. */
static void
make_room (McpResumableStreams *self)
{
  guint max_bytes = mcp_attachment_get_limits (self->attachment)->attachment_stream_bytes;

  while (self->shared.n_bytes > max_bytes && drop_oldest_event (self))
    ;
}

/* A stream has one message more. */
static void
note_append (McpResumableStreams *self)
{
  mcp_attachment_note_event (self->attachment, self->shared.last_id);
  make_room (self);
}

static void
message_cb (McpAttachment *attachment, GBytes *json, McpResumableStreams *self)
{
  if (!mcp_message_stream_append (self->standalone, json))
    {
      g_info ("An MCP client does not read its stream; the oldest messages are left out");
      mcp_message_stream_drop_oldest (self->standalone, TRUE);
      mcp_message_stream_append (self->standalone, json);
    }
  while (!self->was_opened && mcp_message_stream_get_size (self->standalone) > MAX_WAITING_BYTES &&
         mcp_message_stream_drop_oldest (self->standalone, TRUE))
    ;
  note_append (self);
}

static void
detached_cb (McpAttachment *attachment, McpResumableStreams *self)
{
  g_signal_handlers_disconnect_by_data (attachment, self);
  g_object_set_data (G_OBJECT (attachment), DATA_KEY, NULL);
}

/**
 * mcp_resumable_streams_get:
 * @attachment: a lasting attachment, which has not ended
 *
 * Returns: (transfer none): its streams, until it ends
 */
McpResumableStreams *
mcp_resumable_streams_get (McpAttachment *attachment)
{
  McpResumableStreams *self = g_object_get_data (G_OBJECT (attachment), DATA_KEY);

  if (self != NULL)
    return self;

  self = g_new0 (McpResumableStreams, 1);
  self->attachment = attachment;
  self->shared.last_id = mcp_attachment_get_earlier_events (attachment);
  self->standalone = mcp_message_stream_new (&self->shared);
  self->kept = g_ptr_array_new_with_free_func ((GDestroyNotify) kept_free);
  g_object_set_data_full (G_OBJECT (attachment), DATA_KEY, self, (GDestroyNotify) streams_free);
  g_signal_connect (attachment, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (attachment, "detached", G_CALLBACK (detached_cb), self);
  return self;
}

/**
 * mcp_resumable_streams_add:
 * @self: the streams
 *
 * Returns: (transfer full): a stream for a request
 */
McpMessageStream *
mcp_resumable_streams_add (McpResumableStreams *self)
{
  Kept *kept = g_new0 (Kept, 1);

  kept->stream = mcp_message_stream_new (&self->shared);
  g_ptr_array_add (self->kept, kept);
  return mcp_message_stream_ref (kept->stream);
}

static gboolean
expire_cb (gpointer user_data)
{
  McpResumableStreams *self = user_data;
  gint64 before_us = g_get_monotonic_time () - (gint64) KEEP_SECONDS * G_USEC_PER_SEC;
  gboolean is_any_left = FALSE;

  for (guint i = self->kept->len; i > 0; i--)
    {
      Kept *kept = g_ptr_array_index (self->kept, i - 1);

      if (kept->completed_us == 0)
        continue;
      if (kept->completed_us <= before_us)
        g_ptr_array_remove_index (self->kept, i - 1);
      else
        is_any_left = TRUE;
    }
  if (is_any_left)
    return G_SOURCE_CONTINUE;

  clear_timer (self);
  return G_SOURCE_REMOVE;
}

static Kept *
find_kept (McpResumableStreams *self, McpMessageStream *stream, guint *index)
{
  for (guint i = 0; i < self->kept->len; i++)
    {
      Kept *kept = g_ptr_array_index (self->kept, i);

      if (kept->stream != stream)
        continue;
      *index = i;
      return kept;
    }
  return NULL;
}

/**
 * mcp_resumable_streams_append:
 * @self: the streams
 * @stream: one of them
 * @json: a message
 *
 * Returns: %FALSE when more waits to be sent than is kept for a client
 */
gboolean
mcp_resumable_streams_append (McpResumableStreams *self, McpMessageStream *stream, GBytes *json)
{
  if (!mcp_message_stream_append (stream, json))
    return FALSE;

  note_append (self);
  return TRUE;
}

/* The newest streams stay, and those that are being read. */
static void
forget_completed (McpResumableStreams *self)
{
  guint n_completed = 0;

  for (guint i = self->kept->len; i > 0; i--)
    {
      Kept *kept = g_ptr_array_index (self->kept, i - 1);

      if (kept->completed_us > 0 && ++n_completed > MAX_COMPLETED &&
          !mcp_message_stream_has_carrier (kept->stream))
        g_ptr_array_remove_index (self->kept, i - 1);
    }
}

/**
 * mcp_resumable_streams_complete:
 * @self: the streams
 * @stream: one of them, which has its last message
 *
 * The stream is kept for some minutes.
 */
void
mcp_resumable_streams_complete (McpResumableStreams *self, McpMessageStream *stream)
{
  guint index;
  Kept *kept = find_kept (self, stream, &index);

  mcp_message_stream_complete (stream);
  if (kept == NULL)
    return;

  kept->completed_us = g_get_monotonic_time ();
  g_ptr_array_add (self->kept, g_ptr_array_steal_index (self->kept, index));
  forget_completed (self);
  if (self->timer == NULL)
    {
      self->timer = g_timeout_source_new_seconds (KEEP_SECONDS / 5);
      g_source_set_callback (self->timer, expire_cb, self, NULL);
      g_source_attach (self->timer, g_main_context_get_thread_default ());
    }
}

/**
 * mcp_resumable_streams_remove:
 * @self: the streams
 * @stream: one of them, which is cut off and forgotten
 */
void
mcp_resumable_streams_remove (McpResumableStreams *self, McpMessageStream *stream)
{
  guint index;

  mcp_message_stream_close (stream);
  if (find_kept (self, stream, &index) != NULL)
    g_ptr_array_remove_index (self->kept, index);
}

/**
 * mcp_resumable_streams_find:
 * @self: the streams
 * @id: of a message that the client has
 *
 * Returns: (transfer none) (nullable): the stream that it was on
 */
McpMessageStream *
mcp_resumable_streams_find (McpResumableStreams *self, guint64 id)
{
  if (mcp_message_stream_knows (self->standalone, id))
    return self->standalone;
  for (guint i = 0; i < self->kept->len; i++)
    {
      Kept *kept = g_ptr_array_index (self->kept, i);

      if (mcp_message_stream_knows (kept->stream, id))
        return kept->stream;
    }
  return NULL;
}

/* A client that listens is there, even if it sends nothing. */
static void
hold_session (McpResumableStreams *self)
{
  self->was_opened = TRUE;
  if (self->held != NULL)
    return;

  self->held = g_object_ref (mcp_attachment_get_session (self->attachment));
  mcp_session_hold (self->held);
  mcp_message_stream_set_gone (self->standalone, standalone_gone_cb, self, NULL);
}

/**
 * mcp_resumable_streams_open:
 * @self: the streams
 * @after: (inout): id of the last message that the client has, 0: none; becomes 0 where nobody
 *   knows it any more
 *
 * As long as the client's own stream is open, its session is in use.
 *
 * Returns: (transfer none): what the client's GET is to carry: the stream that the message was
 *   on, or the one for what belongs to no request
 */
McpMessageStream *
mcp_resumable_streams_open (McpResumableStreams *self, guint64 *after)
{
  McpMessageStream *stream = *after > 0 ? mcp_resumable_streams_find (self, *after) : NULL;

  if (stream == NULL)
    {
      *after = 0;
      stream = self->standalone;
    }
  if (stream == self->standalone)
    hold_session (self);
  return stream;
}
