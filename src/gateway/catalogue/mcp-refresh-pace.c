/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-refresh-pace.h"

/* Several list_changed in a row are one; short enough for a client that waits for the list. */
#define FIRST_DELAY_MS 50

/* A list_changed that comes later than this after a listing is news, not an echo of it. */
#define ECHO_US (5 * G_USEC_PER_SEC)

/* 50 ms, 100 ms, … 3.2 s: then nobody asks of his own accord any more. */
#define MAX_REPEATS 7

/* How often at most a client's list asks a server that always says that its lists changed. */
#define PAUSE_US (30 * G_USEC_PER_SEC)

/**
 * mcp_refresh_pace_next:
 * @self: the pace of a server
 * @now_us: monotonic
 * @delay_ms: (out): after which time to list the server
 *
 * Where list_changed is merged: the server says that a list has changed, or has just started.
 *
 * Returns: whether to list the server after the delay; %FALSE: when the next client asks
 */
gboolean
mcp_refresh_pace_next (McpRefreshPace *self, gint64 now_us, guint *delay_ms)
{
  if (self->ended_at == 0 || now_us - self->ended_at > ECHO_US)
    self->n_repeats = 0;
  else if (self->n_repeats < MAX_REPEATS)
    self->n_repeats++;

  *delay_ms = FIRST_DELAY_MS << self->n_repeats;
  return self->n_repeats < MAX_REPEATS;
}

/**
 * mcp_refresh_pace_listed:
 * @self: the pace of a server
 * @now_us: monotonic
 *
 * A listing of the server has ended.
 */
void
mcp_refresh_pace_listed (McpRefreshPace *self, gint64 now_us)
{
  self->ended_at = now_us;
}

/**
 * mcp_refresh_pace_may_ask:
 * @self: the pace of a server whose refresh waits for a client
 * @now_us: monotonic
 *
 * Returns: whether enough time has passed since the last listing
 */
gboolean
mcp_refresh_pace_may_ask (const McpRefreshPace *self, gint64 now_us)
{
  return now_us - self->ended_at >= PAUSE_US;
}
