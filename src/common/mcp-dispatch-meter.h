/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpDispatchMeter:
 *
 * Measures how long the main context of a thread works between two calls of poll(): a turn. Counts
 * the processor time of the thread, so that a busy machine does not show. One meter a thread.
 */
typedef struct _McpDispatchMeter McpDispatchMeter;

/**
 * McpDispatchMeterFunc:
 * @source: name of a source of the main context
 * @seconds: processor time of the longest turn that @source is charged for
 * @user_data: as given
 */
typedef void (*McpDispatchMeterFunc) (const char *source, double seconds, gpointer user_data);

McpDispatchMeter *mcp_dispatch_meter_new (GMainContext *context);
void mcp_dispatch_meter_free (McpDispatchMeter *self);
McpDispatchMeter *mcp_dispatch_meter_get_current (void);
double mcp_dispatch_meter_get_longest (McpDispatchMeter *self);
void
mcp_dispatch_meter_foreach (McpDispatchMeter *self, McpDispatchMeterFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpDispatchMeter, mcp_dispatch_meter_free)

G_END_DECLS
