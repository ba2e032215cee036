/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpRateLimit:
 *
 * How often something may happen: a bucket that holds what one period allows
 * and fills evenly. All zero is a full one.
 */
typedef struct
{
  double used;
  gint64 last_us;
} McpRateLimit;

gboolean
mcp_rate_limit_take (McpRateLimit *self, guint per_period, gint64 period_us, gint64 now_us);
gint64 mcp_rate_limit_get_wait (const McpRateLimit *self,
                                guint per_period,
                                gint64 period_us,
                                gint64 now_us);

G_END_DECLS
