/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Bytes of a pipe to JSON-RPC messages, in order, without ever keeping the main
 * context for long: a bounded number of messages at a turn, below the priority
 * of those who write to watchers. While the parser is busy with a large message,
 * nothing is read.
 */
#include "upstream/stdio/mcp-message-reader.h"

#include "protocol/mcp-line-framer.h"
#include "upstream/dialogue/mcp-message-parser.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <unistd.h>

#define READ_PRIORITY         (G_PRIORITY_DEFAULT + 10)
/* What a pipe holds by default: pipe(7). */
#define READ_BYTES            65536
#define MAX_MESSAGES_PER_TURN 16
/* What a pipe is made to hold whose server has filled it: a large message needs fewer turns of two
 * processes. Any user may have as much for a few pipes, pipe(7); most servers never fill theirs. */
#define WIDE_BYTES            (1024 * 1024)
/* Of such a pipe, in a turn. */
#define WIDE_READ_BYTES       (512 * 1024)

typedef struct
{
  GSource parent;
  McpMessageReader *reader; /* (unowned): destroys the source before it goes */
} ReaderSource;

struct _McpMessageReader
{
  GObject parent_instance;

  int fd;                /* -1: closed */
  GSource *source;       /* (owned) (nullable) */
  gpointer fd_tag;       /* (nullable): while the pipe is watched */
  McpLineFramer *framer; /* (owned) */
  McpMessageReaderFuncs funcs;
  gpointer user_data;
  McpMessageParser *parser; /* (owned) */
  gboolean is_finishing;    /* nobody writes any more: an empty pipe is the end */
  gboolean is_wide;         /* the pipe was full once, and holds more since */
};

G_DEFINE_FINAL_TYPE (McpMessageReader, mcp_message_reader, G_TYPE_OBJECT)

static void
watch_pipe (McpMessageReader *self, gboolean watch)
{
  if (watch && self->fd_tag == NULL)
    self->fd_tag = g_source_add_unix_fd (self->source, self->fd, G_IO_IN | G_IO_HUP);
  else if (!watch && self->fd_tag != NULL)
    {
      g_source_remove_unix_fd (self->source, self->fd_tag);
      self->fd_tag = NULL;
    }
}

static gboolean
is_parsing (McpMessageReader *self)
{
  return mcp_message_parser_is_busy (self->parser);
}

/* The caller of the parser holds a reference: what is called here may drop the last other one. */

static void
message_cb (McpJsonrpcMessage *message, gpointer user_data)
{
  McpMessageReader *self = user_data;

  self->funcs.message (message, self->user_data);
}

static void
malformed_cb (const char *id, const GError *error, gpointer user_data)
{
  McpMessageReader *self = user_data;

  self->funcs.malformed (id, error, self->user_data);
}

static void
drained_cb (gpointer user_data)
{
  McpMessageReader *self = user_data;

  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
}

static void
end (McpMessageReader *self, const GError *error)
{
  if (self->fd < 0)
    return;
  mcp_message_reader_close (self);
  self->funcs.ended (error, self->user_data);
}

/* Returns: whether there may be more lines */
static gboolean
handle_lines (McpMessageReader *self)
{
  for (guint i = 0; i < MAX_MESSAGES_PER_TURN; i++)
    {
      g_autoptr (GBytes) line = NULL;
      g_autoptr (GError) error = NULL;

      if (self->fd < 0 || is_parsing (self))
        return FALSE;

      line = mcp_line_framer_next (self->framer, &error);
      if (error != NULL)
        {
          g_prefix_error_literal (&error, "Beyond the limit UpstreamMessageBytes: ");
          end (self, error);
        }
      if (line == NULL)
        return FALSE;
      if (g_bytes_get_size (line) > 0)
        mcp_message_parser_push (self->parser, line);
    }
  return TRUE;
}

/* The pipe is empty, or has ended. */
static void
take_nothing (McpMessageReader *self, gssize n, int error_number)
{
  if (n == 0 || (error_number == EAGAIN && self->is_finishing))
    end (self, NULL);
  else if (error_number != EAGAIN && error_number != EINTR)
    {
      g_autoptr (GError) error =
          g_error_new (G_IO_ERROR, (int) g_io_error_from_errno (error_number),
                       "cannot read its output: %s", g_strerror (error_number));

      end (self, error);
    }
}

static void
widen_pipe (McpMessageReader *self)
{
  self->is_wide = TRUE;
  fcntl (self->fd, F_SETPIPE_SZ, WIDE_BYTES);
}

/* Returns: whether something came */
static gboolean
read_pipe (McpMessageReader *self)
{
  gsize room = self->is_wide ? WIDE_READ_BYTES : READ_BYTES;
  gssize n = read (self->fd, mcp_line_framer_reserve (self->framer, room), room);

  if (n <= 0)
    {
      take_nothing (self, n, errno);
      return FALSE;
    }
  mcp_line_framer_commit (self->framer, (gsize) n);
  if ((gsize) n == room && !self->is_wide)
    widen_pipe (self);
  return TRUE;
}

static gboolean
dispatch_cb (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_autoptr (McpMessageReader) self = g_object_ref (((ReaderSource *) source)->reader);
  gboolean has_more = handle_lines (self);

  if (!has_more && self->fd >= 0 && !is_parsing (self))
    has_more = read_pipe (self) && handle_lines (self);

  /* Either we go on at the next turn, or wait for the pipe, or for the other thread. */
  if (self->source != NULL)
    {
      has_more = has_more || (self->is_finishing && !is_parsing (self));
      g_source_set_ready_time (source, has_more ? 0 : -1);
      watch_pipe (self, !has_more && !is_parsing (self));
    }
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { .dispatch = dispatch_cb };

static void
mcp_message_reader_dispose (GObject *object)
{
  mcp_message_reader_close (MCP_MESSAGE_READER (object));

  G_OBJECT_CLASS (mcp_message_reader_parent_class)->dispose (object);
}

static void
mcp_message_reader_finalize (GObject *object)
{
  McpMessageReader *self = MCP_MESSAGE_READER (object);

  mcp_line_framer_free (self->framer);
  g_object_unref (self->parser);

  G_OBJECT_CLASS (mcp_message_reader_parent_class)->finalize (object);
}

static void
mcp_message_reader_class_init (McpMessageReaderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_message_reader_dispose;
  object_class->finalize = mcp_message_reader_finalize;
}

static void
mcp_message_reader_init (McpMessageReader *self)
{
  static const McpMessageParserFuncs funcs = { message_cb, malformed_cb, drained_cb };

  self->fd = -1;
  self->parser = mcp_message_parser_new (&funcs, self);
}

/**
 * mcp_message_reader_new:
 * @fd: (transfer full): the reading end of a server's standard output
 * @max_message_bytes: a longer line ends the reading with an error
 * @funcs: what to call, from the thread-default main context of now
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a new reader
 */
McpMessageReader *
mcp_message_reader_new (int fd,
                        gsize max_message_bytes,
                        const McpMessageReaderFuncs *funcs,
                        gpointer user_data)
{
  McpMessageReader *self = g_object_new (MCP_TYPE_MESSAGE_READER, NULL);

  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  self->fd = fd;
  self->framer = mcp_line_framer_new (max_message_bytes);
  self->funcs = *funcs;
  self->user_data = user_data;

  self->source = g_source_new (&source_funcs, sizeof (ReaderSource));
  ((ReaderSource *) self->source)->reader = self;
  g_source_set_priority (self->source, READ_PRIORITY);
  watch_pipe (self, TRUE);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

/**
 * mcp_message_reader_finish:
 * @self: a reader
 *
 * Says that nobody writes any more: what is in the pipe is still read, then it
 * ends, even if somebody holds the pipe open.
 */
void
mcp_message_reader_finish (McpMessageReader *self)
{
  g_return_if_fail (MCP_IS_MESSAGE_READER (self));

  self->is_finishing = TRUE;
  if (self->source != NULL && !is_parsing (self))
    g_source_set_ready_time (self->source, 0);
}

/**
 * mcp_message_reader_close:
 * @self: a reader
 *
 * Ends the reading at once; nothing is called any more.
 */
void
mcp_message_reader_close (McpMessageReader *self)
{
  g_return_if_fail (MCP_IS_MESSAGE_READER (self));

  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_clear_pointer (&self->source, g_source_unref);
    }
  mcp_message_parser_close (self->parser);
  self->fd_tag = NULL;
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}
