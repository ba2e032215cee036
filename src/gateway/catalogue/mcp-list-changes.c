/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-list-changes.h"

/* Several list_changed in a row are one; short enough for a client that waits for the list. */
#define FIRST_DELAY_MS 50

/* A list_changed that comes later than this after a listing is news, not an echo of it. */
#define ECHO_US (5 * G_USEC_PER_SEC)

/* 50 ms, 100 ms, … 3.2 s, … */
#define MAX_REPEATS      7
/* … then 30 s, a few times; then nobody asks of his own accord any more. */
#define SLOW_DELAY_MS    30000
#define MAX_SLOW_REPEATS 3

/* Each of so many listings in a row may find something new before that counts as an echo, too. */
#define MAX_CHANGES 100

/**
 * mcp_list_changes_next:
 * @self: the pace of a server
 * @now_us: monotonic
 * @delay_ms: (out): after which time to list the server
 *
 * Where list_changed is merged: the server says that a list has changed, or has just started.
 *
 * Returns: whether to list the server after the delay; %FALSE: when the next client asks
 */
gboolean
mcp_list_changes_next (McpListChanges *self, gint64 now_us, guint *delay_ms)
{
  if (self->ended_at == 0 || now_us - self->ended_at > ECHO_US)
    self->n_repeats = self->n_changes = 0;
  else if (self->n_repeats < MAX_REPEATS + MAX_SLOW_REPEATS)
    self->n_repeats++;

  *delay_ms = self->n_repeats < MAX_REPEATS ? FIRST_DELAY_MS << self->n_repeats : SLOW_DELAY_MS;
  return self->n_repeats < MAX_REPEATS + MAX_SLOW_REPEATS;
}

/**
 * mcp_list_changes_listed:
 * @self: the pace of a server
 * @now_us: monotonic
 * @is_changed: whether the listing found other items than the one before
 *
 * A listing of the server has ended. One that found something new was worth it.
 */
void
mcp_list_changes_listed (McpListChanges *self, gint64 now_us, gboolean is_changed)
{
  self->ended_at = now_us;
  if (is_changed && ++self->n_changes < MAX_CHANGES)
    self->n_repeats = 0;
}

/**
 * mcp_list_changes_may_ask:
 * @self: the pace of a server whose refresh waits for a client
 * @now_us: monotonic
 *
 * Returns: whether enough time has passed since the last listing
 */
gboolean
mcp_list_changes_may_ask (const McpListChanges *self, gint64 now_us)
{
  return now_us - self->ended_at >= SLOW_DELAY_MS * (gint64) 1000;
}
