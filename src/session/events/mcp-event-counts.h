/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpEventCounts:
 *
 * What the readers of some queues have taken and missed since the daemon's start; those whose
 * queues are gone included. Reference-counted; any thread.
 */
typedef struct _McpEventCounts McpEventCounts;

McpEventCounts *mcp_event_counts_new (void);
McpEventCounts *mcp_event_counts_ref (McpEventCounts *self);
void mcp_event_counts_unref (McpEventCounts *self);
void mcp_event_counts_add (McpEventCounts *self, guint n_taken, guint64 n_missed);
guint64 mcp_event_counts_get_taken (McpEventCounts *self);
guint64 mcp_event_counts_get_missed (McpEventCounts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpEventCounts, mcp_event_counts_unref)

G_END_DECLS
