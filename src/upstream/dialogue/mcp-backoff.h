/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpBackoff:
 *
 * How long to leave alone what has just failed: twice as long after each failure.
 */
typedef struct
{
  guint min_ms;
  guint max_ms;
  guint delay_ms;  /* after the last failure; 0: none */
  gint64 until_us; /* monotonic */
} McpBackoff;

void mcp_backoff_fail (McpBackoff *self, gint64 now_us);
void mcp_backoff_reset (McpBackoff *self);
gint64 mcp_backoff_get_wait_us (const McpBackoff *self, gint64 now_us);

G_END_DECLS
