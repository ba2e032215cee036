/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpListChanges:
 * @n_repeats: how many listings in a row found nothing new and were followed by another
 *   list_changed at once
 * @n_changes: how many listings in a row found something new
 * @ended_at: when the last listing ended, monotonic, in microseconds; 0: there was none
 *
 * Merges the list_changed notifications of a server: how soon the server is listed again. Some
 * servers say so whenever they are listed: they are asked less and less often, and in the end only
 * when a client wants their list, so that they can become idle. Embedded; main context only.
 */
typedef struct
{
  guint n_repeats;
  guint n_changes;
  gint64 ended_at;
} McpListChanges;

gboolean mcp_list_changes_next (McpListChanges *self, gint64 now_us, guint *delay_ms);
void mcp_list_changes_listed (McpListChanges *self, gint64 now_us, gboolean is_changed);
gboolean mcp_list_changes_may_ask (const McpListChanges *self, gint64 now_us);

G_END_DECLS
