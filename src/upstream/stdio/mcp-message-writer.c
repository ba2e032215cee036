/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/stdio/mcp-message-writer.h"

#include "common/mcp-timer.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

/* Messages that one system call takes, each with its line end. */
#define MAX_BATCH 16

struct _McpMessageWriter
{
  int fd;          /* -1: the reader has gone */
  gsize max_bytes; /* queued at most */
  gsize n_bytes;   /* queued, line ends too */
  gsize offset;    /* of the first message, already written */
  GQueue messages; /* (element-type GBytes) */
  GSource *source; /* (owned) (nullable): waits for room in the pipe */
};

static void
give_up (McpMessageWriter *self)
{
  mcp_timer_clear (&self->source);
  g_queue_clear_full (&self->messages, (GDestroyNotify) g_bytes_unref);
  self->n_bytes = 0;
  self->offset = 0;
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static int
fill_vector (McpMessageWriter *self, struct iovec *vector)
{
  gsize skip = self->offset;
  int n = 0;

  for (GList *link = self->messages.head; link != NULL && n < 2 * MAX_BATCH; link = link->next)
    {
      gsize length;
      const char *data = g_bytes_get_data (link->data, &length);

      /* What is left of the first one may be its line end alone. */
      if (skip < length)
        vector[n++] = (struct iovec){ (char *) data + skip, length - skip };
      vector[n++] = (struct iovec){ (char *) "\n", 1 };
      skip = 0;
    }
  return n;
}

static void
drop_written (McpMessageWriter *self, gsize n)
{
  self->n_bytes -= n;
  self->offset += n;
  while (!g_queue_is_empty (&self->messages))
    {
      gsize length = g_bytes_get_size (g_queue_peek_head (&self->messages)) + 1;

      if (self->offset < length)
        return;
      self->offset -= length;
      g_bytes_unref (g_queue_pop_head (&self->messages));
    }
}

/* Writes until all is written or the pipe is full. */
static void
flush (McpMessageWriter *self)
{
  while (!g_queue_is_empty (&self->messages))
    {
      struct iovec vector[2 * MAX_BATCH + 1];
      gssize n = writev (self->fd, vector, fill_vector (self, vector));

      if (n > 0)
        drop_written (self, (gsize) n);
      else if (n < 0 && errno == EAGAIN)
        return;
      else if (n < 0 && errno != EINTR)
        {
          /* The process's end, which is soon noticed, says more than this error. */
          g_debug ("cannot write to a server: %s", g_strerror (errno));
          give_up (self);
          return;
        }
    }
}

static gboolean
writable_cb (int fd, GIOCondition condition, gpointer data)
{
  McpMessageWriter *self = data;

  flush (self);
  if (!g_queue_is_empty (&self->messages))
    return G_SOURCE_CONTINUE;
  mcp_timer_clear (&self->source);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_message_writer_new:
 * @fd: (transfer full): the writing end of a server's standard input
 * @max_bytes: what may wait there for a server that does not read
 *
 * Writes in the thread-default main context, and never blocks it.
 *
 * Returns: (transfer full): a new writer
 */
McpMessageWriter *
mcp_message_writer_new (int fd, gsize max_bytes)
{
  McpMessageWriter *self = g_new0 (McpMessageWriter, 1);

  /* A pipe's write has no flag against SIGPIPE as a socket's has. GIO's sockets do the same. */
  signal (SIGPIPE, SIG_IGN);
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  self->fd = fd;
  self->max_bytes = max_bytes;
  g_queue_init (&self->messages);
  return self;
}

/**
 * mcp_message_writer_free:
 * @self: (transfer full): a writer
 *
 * Closes the pipe; what is still queued is dropped.
 */
void
mcp_message_writer_free (McpMessageWriter *self)
{
  give_up (self);
  g_free (self);
}

/**
 * mcp_message_writer_send:
 * @self: a writer
 * @message: a JSON text without a line end in it
 *
 * Queues a message as one line, and writes what the pipe takes at once. Where the
 * reader has gone, it is dropped.
 *
 * Returns: %FALSE when too much is waiting
 */
gboolean
mcp_message_writer_send (McpMessageWriter *self, GBytes *message)
{
  gsize length = g_bytes_get_size (message) + 1;

  if (self->fd < 0)
    return TRUE;
  if (length > self->max_bytes - self->n_bytes)
    return FALSE;

  g_queue_push_tail (&self->messages, g_bytes_ref (message));
  self->n_bytes += length;
  if (self->source != NULL)
    return TRUE;

  flush (self);
  if (g_queue_is_empty (&self->messages))
    return TRUE;

  self->source = g_unix_fd_source_new (self->fd, G_IO_OUT);
  g_source_set_callback (self->source, G_SOURCE_FUNC (writable_cb), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return TRUE;
}
