/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>
#include <mcpsession.h>

/* One call of a tool: the tool's name, a bar, and what the tool says. Goes a while after the end.
 */
#define BARS_TYPE_CALL (bars_call_get_type ())
G_DECLARE_FINAL_TYPE (BarsCall, bars_call, BARS, CALL, GtkBox)

GtkWidget *bars_call_new (McpProgress *progress);
const char *bars_call_get_id (BarsCall *self);
void bars_call_update (BarsCall *self, McpProgress *progress);
