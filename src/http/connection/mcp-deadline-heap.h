/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpDeadline:
 * @owner: whose deadline this is; set by the user of the heap
 *
 * One deadline, embedded in its owner. Zeroes but for @owner are no deadline.
 */
typedef struct
{
  gpointer owner;
  gint64 due_us;   /* private: monotonic; 0: none */
  gint64 filed_us; /* private: the place in the heap; at or before @due_us */
  guint place;     /* private: 1-based; 0: not in the heap */
} McpDeadline;

typedef struct _McpDeadlineHeap McpDeadlineHeap;

McpDeadlineHeap *mcp_deadline_heap_new (void);
void mcp_deadline_heap_free (McpDeadlineHeap *self);
void mcp_deadline_heap_set (McpDeadlineHeap *self, McpDeadline *deadline, gint64 due_us);
void mcp_deadline_heap_remove (McpDeadlineHeap *self, McpDeadline *deadline);
gint64 mcp_deadline_heap_get_next (McpDeadlineHeap *self);
gpointer mcp_deadline_heap_pop (McpDeadlineHeap *self, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpDeadlineHeap, mcp_deadline_heap_free)

G_END_DECLS
