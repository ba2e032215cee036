/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-backoff.h"

/**
 * mcp_backoff_fail:
 * @self: the state
 * @now_us: monotonic time
 *
 * Notes a failure: the next attempt is for later.
 */
void
mcp_backoff_fail (McpBackoff *self, gint64 now_us)
{
  if (self->delay_ms == 0)
    self->delay_ms = self->min_ms;
  else
    self->delay_ms = self->delay_ms > self->max_ms / 2 ? self->max_ms : self->delay_ms * 2;
  self->until_us = now_us + self->delay_ms * (gint64) 1000;
}

/**
 * mcp_backoff_reset:
 * @self: the state
 *
 * Notes a success.
 */
void
mcp_backoff_reset (McpBackoff *self)
{
  self->delay_ms = 0;
  self->until_us = 0;
}

/**
 * mcp_backoff_get_wait_us:
 * @self: the state
 * @now_us: monotonic time
 *
 * Returns: how long until the next attempt, in microseconds; 0: now
 */
gint64
mcp_backoff_get_wait_us (const McpBackoff *self, gint64 now_us)
{
  return self->until_us > now_us ? self->until_us - now_us : 0;
}
