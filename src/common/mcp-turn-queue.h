/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpTurnQueue:
 *
 * Work for the main context that comes in bursts, for instance what several threads have finished:
 * each turn does a little of it, in order, and others are served in between. Of the thread-default
 * main context; not for other threads.
 */
typedef struct _McpTurnQueue McpTurnQueue;

/**
 * McpTurnFunc:
 * @item: (transfer full): as it was pushed
 *
 * Does one piece of work. May push more, and may free the queue once that is empty.
 */
typedef void (*McpTurnFunc) (gpointer item);

McpTurnQueue *mcp_turn_queue_new (const char *name);
void mcp_turn_queue_free (McpTurnQueue *self);
void mcp_turn_queue_push (McpTurnQueue *self, McpTurnFunc func, gpointer item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpTurnQueue, mcp_turn_queue_free)

G_END_DECLS
