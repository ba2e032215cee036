/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a server says on standard error: for --verbose, and for the person who
 * must find out why it ended. It is always read, so that the server never waits
 * for us, but only so much of it is kept or logged.
 */
#include "upstream/stdio/mcp-stderr-log.h"

#include "common/mcp-text-clean.h"
#include "common/mcp-timer.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#define MAX_LINE_BYTES  1000
#define MAX_KEPT_LINES  20
#define SPELL_US        G_USEC_PER_SEC
/* Below all that answers somebody. */
#define READ_PRIORITY   (G_PRIORITY_DEFAULT + 20)
#define READ_BYTES      16384
#define MAX_DRAIN_READS 64
/* Whoever writes a line in pieces has written the next one by then. */
#define SILENCE_MS      500

struct _McpStderrLog
{
  char *server;
  guint max_lines_per_second;
  int fd;          /* -1: at its end */
  GSource *source; /* (owned) (nullable) */
  GString *line;   /* begun and not ended yet */
  GQueue lines;    /* (element-type utf8): the last ones */

  gint64 spell_start_us;
  guint n_in_spell;
  guint n_unlogged;
  const McpStderrLogFuncs *funcs;
  gpointer user_data;
  gboolean has_spoken;
  GSource *silence; /* (owned) (nullable): while a line is begun */
  char *told;       /* (nullable): what was reported of a line that has not ended */
};

static void
log_text (McpStderrLog *self, const char *text)
{
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_INFO, "MCP_PROVIDER", self->server, "MESSAGE",
                    "server %s: %s", self->server, text);
}

static void
log_unlogged (McpStderrLog *self)
{
  g_autofree char *note = g_strdup_printf ("(%u more lines)", self->n_unlogged);

  if (self->n_unlogged > 0)
    log_text (self, note);
  self->n_unlogged = 0;
  if (self->source != NULL)
    g_source_set_ready_time (self->source, -1);
}

static void
log_bounded (McpStderrLog *self, const char *text)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->spell_start_us >= SPELL_US)
    {
      log_unlogged (self);
      self->spell_start_us = now_us;
      self->n_in_spell = 0;
    }

  if (self->n_in_spell < self->max_lines_per_second)
    {
      self->n_in_spell++;
      log_text (self, text);
    }
  else if (self->n_unlogged++ == 0 && self->source != NULL)
    g_source_set_ready_time (self->source, self->spell_start_us + SPELL_US);
}

/* Colours and other control sequences go as a whole (ECMA-48, 5.4). */
static char *
clean_text (const char *text, gsize length)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] != 0x1b || i + 1 >= length || text[i + 1] != '[')
        {
          g_string_append_c (plain, text[i] != '\0' ? text[i] : ' ');
          continue;
        }
      for (i += 2; i < length && text[i] >= 0x20 && text[i] < 0x40; i++)
        ;
    }
  return g_strstrip (mcp_text_clean (plain->str));
}

static void
tell_line (McpStderrLog *self, const char *text)
{
  if (g_strcmp0 (self->told, text) != 0)
    self->funcs->line (text, self->user_data);
}

static gboolean
silence_cb (gpointer data)
{
  McpStderrLog *self = data;
  g_autofree char *text = clean_text (self->line->str, self->line->len);

  mcp_timer_clear (&self->silence);
  if (*text != '\0')
    tell_line (self, text);
  g_free (self->told);
  self->told = g_steal_pointer (&text);
  return G_SOURCE_REMOVE;
}

static void
await_end_of_line (McpStderrLog *self)
{
  mcp_timer_clear (&self->silence);
  if (self->line->len > 0)
    self->silence = mcp_timer_new_ms ("server-silence", SILENCE_MS, silence_cb, self);
}

static void
end_line (McpStderrLog *self)
{
  char *text = clean_text (self->line->str, self->line->len);

  g_string_truncate (self->line, 0);
  if (*text == '\0')
    {
      g_free (text);
      return;
    }

  log_bounded (self, text);
  tell_line (self, text);
  g_clear_pointer (&self->told, g_free);
  g_queue_push_tail (&self->lines, text);
  if (g_queue_get_length (&self->lines) > MAX_KEPT_LINES)
    g_free (g_queue_pop_head (&self->lines));
}

static void
take_bytes (McpStderrLog *self, const char *data, gsize length)
{
  while (length > 0)
    {
      const char *end = memchr (data, '\n', length);
      gsize n = end != NULL ? (gsize) (end - data) : length;
      gsize room = MAX_LINE_BYTES - self->line->len;

      g_string_append_len (self->line, data, (gssize) MIN (n, room));
      if (end == NULL)
        return;
      end_line (self);
      data += n + 1;
      length -= n + 1;
    }
}

/* Returns: whether there may be more right now */
static gboolean
read_some (McpStderrLog *self)
{
  char buffer[READ_BYTES];
  gssize n;

  if (self->fd < 0)
    return FALSE;

  n = read (self->fd, buffer, sizeof buffer);
  if (n > 0)
    {
      take_bytes (self, buffer, (gsize) n);
      await_end_of_line (self);
      if (!self->has_spoken)
        {
          self->has_spoken = TRUE;
          self->funcs->spoke (self->user_data);
        }
      return TRUE;
    }
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return FALSE;

  if (self->line->len > 0)
    end_line (self);
  mcp_timer_clear (&self->silence);
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  close (self->fd);
  self->fd = -1;
  return FALSE;
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer data)
{
  McpStderrLog *self = data;

  /* Also called when the spell is over, be there something or not. */
  if (g_get_monotonic_time () - self->spell_start_us >= SPELL_US)
    log_unlogged (self);
  read_some (self);
  return G_SOURCE_CONTINUE;
}

/**
 * mcp_stderr_log_new:
 * @server: its name, for the log
 * @fd: (transfer full): the reading end of its standard error
 * @max_lines_per_second: logged; how many more there were is logged instead
 * @funcs: static: called from the main context
 * @user_data: for @funcs
 *
 * Reads @fd in the thread-default main context.
 *
 * Returns: (transfer full): a new log
 */
McpStderrLog *
mcp_stderr_log_new (const char *server,
                    int fd,
                    guint max_lines_per_second,
                    const McpStderrLogFuncs *funcs,
                    gpointer user_data)
{
  McpStderrLog *self = g_new0 (McpStderrLog, 1);

  self->server = g_strdup (server);
  self->max_lines_per_second = max_lines_per_second;
  self->line = g_string_new (NULL);
  self->fd = fd;
  self->funcs = funcs;
  self->user_data = user_data;
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  g_queue_init (&self->lines);

  self->source = g_unix_fd_source_new (fd, G_IO_IN | G_IO_HUP);
  g_source_set_priority (self->source, READ_PRIORITY);
  g_source_set_callback (self->source, G_SOURCE_FUNC (readable_cb), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

/**
 * mcp_stderr_log_free:
 * @self: (transfer full): a log
 */
void
mcp_stderr_log_free (McpStderrLog *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  mcp_timer_clear (&self->silence);
  if (self->fd >= 0)
    close (self->fd);
  log_unlogged (self);
  g_queue_clear_full (&self->lines, g_free);
  g_string_free (self->line, TRUE);
  g_free (self->told);
  g_free (self->server);
  g_free (self);
}

/**
 * mcp_stderr_log_drain:
 * @self: a log
 *
 * Reads what is there already, without waiting: the server has ended.
 */
void
mcp_stderr_log_drain (McpStderrLog *self)
{
  for (guint i = 0; i < MAX_DRAIN_READS && read_some (self); i++)
    ;
}

static gboolean
names_error (const char *line)
{
  g_autofree char *folded = g_ascii_strdown (line, -1);

  return strstr (folded, "error") != NULL || strstr (folded, "cannot") != NULL;
}

/**
 * mcp_stderr_log_dup_reason:
 * @self: a log
 *
 * The line that most likely says why the server failed: of the last 20 the last one
 * that speaks of an error, or else the very last. (Node's last line is its version.)
 *
 * Returns: (transfer full) (nullable): without control characters; %NULL where nothing was said
 */
char *
mcp_stderr_log_dup_reason (McpStderrLog *self)
{
  for (GList *link = self->lines.tail; link != NULL; link = link->prev)
    {
      if (names_error (link->data))
        return g_strdup (link->data);
    }
  return g_strdup (g_queue_peek_tail (&self->lines));
}
