/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-rate-limit.h"

/* What of it is used, once what the time since gave back is taken off. */
static double
get_used (const McpRateLimit *self, guint per_period, gint64 period_us, gint64 now_us)
{
  double regained = (double) (now_us - self->last_us) * per_period / (double) period_us;

  return MAX (self->used - MAX (regained, 0), 0);
}

/**
 * mcp_rate_limit_take:
 * @self: a rate limit
 * @per_period: how often it may happen in a period, and at once; may differ from call to call
 * @period_us: in microseconds
 * @now_us: monotonic, in microseconds
 *
 * Returns: whether it may happen now; then it counts
 */
gboolean
mcp_rate_limit_take (McpRateLimit *self, guint per_period, gint64 period_us, gint64 now_us)
{
  self->used = get_used (self, per_period, period_us, now_us);
  self->last_us = now_us;
  if (self->used + 1 > per_period)
    return FALSE;

  self->used += 1;
  return TRUE;
}

/**
 * mcp_rate_limit_get_wait:
 * @self: a rate limit
 * @per_period: as of mcp_rate_limit_take(); at least 1
 * @period_us: in microseconds
 * @now_us: monotonic, in microseconds
 *
 * Nothing counts by asking.
 *
 * Returns: after how many microseconds it may happen; 0: now
 */
gint64
mcp_rate_limit_get_wait (const McpRateLimit *self,
                         guint per_period,
                         gint64 period_us,
                         gint64 now_us)
{
  double missing = get_used (self, per_period, period_us, now_us) + 1 - per_period;

  g_return_val_if_fail (per_period > 0, 0);

  /* one more, so that what rounding takes off does not make it too short */
  return missing > 0 ? (gint64) (missing * (double) period_us / per_period) + 1 : 0;
}
