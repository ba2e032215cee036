/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-rate-limit.h"

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
  double regained = (double) (now_us - self->last_us) * per_period / (double) period_us;

  self->used = MAX (self->used - MAX (regained, 0), 0);
  self->last_us = now_us;
  if (self->used + 1 > per_period)
    return FALSE;

  self->used += 1;
  return TRUE;
}
