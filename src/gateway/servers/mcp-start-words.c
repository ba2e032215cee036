/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-start-words.h"

#include "common/mcp-timer.h"

/* Nobody reads more than a line a second; clients give up after a minute without a word. */
#define TICK_MS   1000
#define REPEAT_US (10 * G_TIME_SPAN_SECOND)

struct _McpStartWords
{
  McpProviderPool *pool; /* (owned) */
  McpSession *session;   /* (owned) */
  char *server;
  McpStartWordsFunc tell;
  gpointer user_data;

  gulong said_id;
  GSource *tick;
  gint64 began_us; /* monotonic */
  gint64 told_us;  /* monotonic; 0: nothing yet */
  char *pending;   /* (nullable): the last line that was said too soon after another one */
};

/* Last in each function that calls it: the words may be gone afterwards. */
static void
say (McpStartWords *self, gint64 now_us, const char *text)
{
  self->told_us = now_us;
  self->tell (text, self->user_data);
}

static void
tell_line (McpStartWords *self, gint64 now_us, const char *line)
{
  g_autofree char *text = g_strdup_printf ("Server “%s”: %s", self->server, line);

  say (self, now_us, text);
}

static void
start_said_cb (McpProviderPool *pool,
               McpServerConfig *config,
               McpProvider *provider,
               const char *line,
               McpStartWords *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (!g_str_equal (config->name, self->server) ||
      !mcp_provider_pool_is_used_by (pool, provider, mcp_session_get_id (self->session)))
    return;

  g_clear_pointer (&self->pending, g_free);
  if (now_us - self->told_us >= TICK_MS * G_TIME_SPAN_MILLISECOND)
    tell_line (self, now_us, line);
  else
    self->pending = g_strdup (line);
}

static void
tell_duration (McpStartWords *self, gint64 now_us)
{
  g_autofree char *text =
      g_strdup_printf ("Server “%s” is starting (%u s)", self->server,
                       (guint) ((now_us - self->began_us) / G_TIME_SPAN_SECOND));

  say (self, now_us, text);
}

static gboolean
tick_cb (gpointer data)
{
  McpStartWords *self = data;
  gint64 now_us = g_get_monotonic_time ();
  g_autofree char *line = g_steal_pointer (&self->pending);

  if (!mcp_provider_pool_is_starting (self->pool, self->server, mcp_session_get_id (self->session)))
    return G_SOURCE_CONTINUE;

  if (line != NULL)
    tell_line (self, now_us, line);
  else if (self->told_us == 0 || now_us - self->told_us >= REPEAT_US)
    tell_duration (self, now_us);
  return G_SOURCE_CONTINUE;
}

/**
 * mcp_start_words_new:
 * @pool: where the server starts
 * @server: its name
 * @session: who waits for it
 * @tell: called with a sentence now and then, while the server starts; not from within
 * @user_data: for @tell
 *
 * Returns: (transfer full): the words
 */
McpStartWords *
mcp_start_words_new (McpProviderPool *pool,
                     const char *server,
                     McpSession *session,
                     McpStartWordsFunc tell,
                     gpointer user_data)
{
  McpStartWords *self = g_new0 (McpStartWords, 1);

  self->pool = g_object_ref (pool);
  self->session = g_object_ref (session);
  self->server = g_strdup (server);
  self->tell = tell;
  self->user_data = user_data;
  self->began_us = g_get_monotonic_time ();
  self->said_id = g_signal_connect (pool, "start-said", G_CALLBACK (start_said_cb), self);
  self->tick = mcp_timer_new_ms ("start-words", TICK_MS, tick_cb, self);
  return self;
}

/**
 * mcp_start_words_free:
 * @self: (transfer full): the words
 *
 * No more sentences follow.
 */
void
mcp_start_words_free (McpStartWords *self)
{
  g_clear_signal_handler (&self->said_id, self->pool);
  mcp_timer_clear (&self->tick);
  g_object_unref (self->session);
  g_object_unref (self->pool);
  g_free (self->server);
  g_free (self->pending);
  g_free (self);
}
