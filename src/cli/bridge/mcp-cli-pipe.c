/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The lines of MCP's stdio transport, in and out. A thread writes them: a client that does not read
 * holds nothing else up, and descriptors that are shared with other processes stay in blocking
 * mode.
 */
#include "cli/bridge/mcp-cli-pipe.h"

#include "protocol/mcp-line-framer.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_LINE_BYTES (64 * 1024 * 1024)
#define READ_BYTES     (64 * 1024)
/* A client that has not read for this long is not waited for. */
#define UNREAD_US      (1 * G_TIME_SPAN_SECOND)
#define LOOK_NS        (200 * 1000)

typedef struct
{
  GBytes *text; /* (owned): an empty one ends the thread */
  McpCliPlace place;
} Line;

struct _McpCliPipe
{
  McpCliPipeFuncs funcs;
  gpointer user_data;
  GInputStream *in; /* (owned) */
  int out_fd;
  GCancellable *cancellable; /* (owned) */
  McpLineFramer *framer;     /* (owned) */
  GAsyncQueue *queue;        /* (owned) (element-type Line) */
  GThread *writer;
  gboolean reading;
};

static void read_more (McpCliPipe *self);

static Line *
line_new (GBytes *text, McpCliPlace place)
{
  Line *self = g_new (Line, 1);

  self->text = text;
  self->place = place;
  return self;
}

static void
line_free (Line *self)
{
  g_bytes_unref (self->text);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Line, line_free)

/* Whether the reader has not read everything yet: unix(7) for sockets, which Node gives to its
 * children, pipe(7) for pipes. */
static gboolean
is_unread (int fd)
{
  int n = 0;

  return (ioctl (fd, SIOCOUTQ, &n) == 0 || ioctl (fd, FIONREAD, &n) == 0) && n > 0;
}

/* The kernel reports no read, so this looks again and again; poll reports the end of the reader. */
static void
wait_until_read (int fd)
{
  const struct timespec pause = { .tv_nsec = LOOK_NS };
  gint64 deadline = g_get_monotonic_time () + UNREAD_US;
  struct pollfd reader = { .fd = fd };

  while (is_unread (fd) && g_get_monotonic_time () < deadline)
    {
      if (ppoll (&reader, 1, &pause, NULL) > 0)
        return;
    }
}

static gboolean
write_all (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, data, length);

      if (n < 0 && errno != EINTR)
        return FALSE;
      data += MAX (n, 0);
      length -= (gsize) MAX (n, 0);
    }
  return TRUE;
}

static gboolean
broken_cb (gpointer user_data)
{
  McpCliPipe *self = user_data;

  self->funcs.broken (self->user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
write_lines (gpointer user_data)
{
  McpCliPipe *self = user_data;
  gboolean works = TRUE;
  gboolean is_ahead = FALSE;

  for (;;)
    {
      g_autoptr (Line) line = g_async_queue_pop (self->queue);
      gsize length;
      const char *data = g_bytes_get_data (line->text, &length);

      if (length == 0)
        return NULL;
      if (is_ahead && line->place == MCP_CLI_PLACE_APART)
        {
          wait_until_read (self->out_fd);
          is_ahead = FALSE;
        }
      is_ahead = is_ahead || line->place == MCP_CLI_PLACE_AHEAD;
      if (works && !write_all (self->out_fd, data, length))
        {
          works = FALSE;
          g_idle_add (broken_cb, self);
        }
    }
}

/**
 * mcp_cli_pipe_new:
 * @in_fd: where lines come from
 * @out_fd: where lines go
 * @funcs: called on the main context
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a pipe that does not read yet
 */
McpCliPipe *
mcp_cli_pipe_new (int in_fd, int out_fd, const McpCliPipeFuncs *funcs, gpointer user_data)
{
  McpCliPipe *self = g_new0 (McpCliPipe, 1);

  self->funcs = *funcs;
  self->user_data = user_data;
  self->in = g_unix_input_stream_new (in_fd, FALSE);
  self->out_fd = out_fd;
  self->cancellable = g_cancellable_new ();
  self->framer = mcp_line_framer_new (MAX_LINE_BYTES);
  self->queue = g_async_queue_new_full ((GDestroyNotify) line_free);
  self->writer = g_thread_new ("writer", write_lines, self);
  return self;
}

/**
 * mcp_cli_pipe_free:
 * @self: (transfer full): a pipe; what was written goes out first
 */
void
mcp_cli_pipe_free (McpCliPipe *self)
{
  g_async_queue_push (self->queue, line_new (g_bytes_new_static ("", 0), MCP_CLI_PLACE_ANY));
  g_thread_join (self->writer);
  while (g_source_remove_by_user_data (self))
    ;
  g_cancellable_cancel (self->cancellable);
  while (self->reading)
    g_main_context_iteration (NULL, TRUE);
  g_async_queue_unref (self->queue);
  mcp_line_framer_free (self->framer);
  g_object_unref (self->cancellable);
  g_object_unref (self->in);
  g_free (self);
}

/* Returns: whether more can come */
static gboolean
take_lines (McpCliPipe *self)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) line = mcp_line_framer_next (self->framer, &error);

      if (line == NULL)
        return error == NULL;
      if (g_bytes_get_size (line) > 0)
        self->funcs.line (line, self->user_data);
    }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpCliPipe *self = user_data;
  g_autoptr (GBytes) chunk =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  gboolean goes_on = chunk != NULL && g_bytes_get_size (chunk) > 0;

  self->reading = FALSE;
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (goes_on)
    {
      mcp_line_framer_push (self->framer, g_bytes_get_data (chunk, NULL), g_bytes_get_size (chunk));
      goes_on = take_lines (self);
    }
  else
    {
      /* The last line may have no line end. */
      mcp_line_framer_push (self->framer, "\n", 1);
      take_lines (self);
    }
  if (goes_on)
    read_more (self);
  else
    self->funcs.ended (self->user_data);
}

static void
read_more (McpCliPipe *self)
{
  self->reading = TRUE;
  g_input_stream_read_bytes_async (self->in, READ_BYTES, G_PRIORITY_DEFAULT, self->cancellable,
                                   read_cb, self);
}

/**
 * mcp_cli_pipe_start:
 * @self: a pipe
 *
 * Begins to read.
 */
void
mcp_cli_pipe_start (McpCliPipe *self)
{
  read_more (self);
}

/**
 * mcp_cli_pipe_write:
 * @self: a pipe
 * @message: JSON; line ends in it become spaces
 * @place: which lines it may be read together with
 *
 * Writes a line, in the order of the calls.
 */
void
mcp_cli_pipe_write (McpCliPipe *self, GBytes *message, McpCliPlace place)
{
  gsize length;
  const char *data = g_bytes_get_data (message, &length);
  char *line = g_malloc (length + 1);

  memcpy (line, data, length);
  for (gsize i = 0; i < length; i++)
    if (line[i] == '\n' || line[i] == '\r')
      line[i] = ' ';
  line[length] = '\n';
  g_async_queue_push (self->queue, line_new (g_bytes_new_take (line, length + 1), place));
}
