/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/watch/mcp-cli-bar-style.h"
#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _McpCliBars McpCliBars;

McpCliBars *mcp_cli_bars_new (gboolean is_all);
void mcp_cli_bars_free (McpCliBars *self);
void mcp_cli_bars_set_label (McpCliBars *self, const char *session_id, const char *label);
char *mcp_cli_bars_take_event (McpCliBars *self, McpJsonSlice event, const McpCliBarStyle *style);
char *mcp_cli_bars_describe_event (McpCliBars *self, McpJsonSlice event);
GPtrArray *mcp_cli_bars_layout (McpCliBars *self, const McpCliBarStyle *style, gint64 now_us);
void mcp_cli_bars_choose (McpCliBars *self, int step);
void mcp_cli_bars_toggle_details (McpCliBars *self);
char *mcp_cli_bars_dup_chosen_call (McpCliBars *self);
guint mcp_cli_bars_get_n_running (McpCliBars *self);
void mcp_cli_bars_drop_session (McpCliBars *self, const char *session_id);
void mcp_cli_bars_clear (McpCliBars *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliBars, mcp_cli_bars_free)

G_END_DECLS
