/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliBarsStyle:
 * @columns: how wide a line may be
 * @rows: how many lines there may be
 * @colour: whether colours may be used
 * @unicode: whether characters beyond ASCII may be drawn
 */
typedef struct
{
  guint columns;
  guint rows;
  gboolean colour;
  gboolean unicode;
} McpCliBarsStyle;

typedef struct _McpCliBars McpCliBars;

McpCliBars *mcp_cli_bars_new (gboolean is_all);
void mcp_cli_bars_free (McpCliBars *self);
void mcp_cli_bars_set_label (McpCliBars *self, const char *session_id, const char *label);
char *mcp_cli_bars_take_event (McpCliBars *self, McpJsonSlice event, const McpCliBarsStyle *style);
char *mcp_cli_bars_describe_event (McpCliBars *self, McpJsonSlice event);
GPtrArray *mcp_cli_bars_layout (McpCliBars *self, const McpCliBarsStyle *style, gint64 now_us);
guint mcp_cli_bars_get_n_running (McpCliBars *self);
void mcp_cli_bars_drop_session (McpCliBars *self, const char *session_id);
void mcp_cli_bars_clear (McpCliBars *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliBars, mcp_cli_bars_free)

G_END_DECLS
