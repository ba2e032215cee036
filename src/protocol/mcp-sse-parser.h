/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _McpSseParser McpSseParser;

/**
 * McpSseEvent:
 * @type: (nullable): its `event` field; %NULL: a “message”
 * @data: its data lines, a "\n" between two
 */
typedef struct
{
  char *type;
  GBytes *data;
} McpSseEvent;

McpSseParser *mcp_sse_parser_new (gsize max_bytes);
void mcp_sse_parser_free (McpSseParser *self);
McpSseEvent *
mcp_sse_parser_next (McpSseParser *self, const char **data, gsize *length, GError **error);
const char *mcp_sse_parser_get_last_id (McpSseParser *self);
gint64 mcp_sse_parser_get_retry_ms (McpSseParser *self);
void mcp_sse_parser_free_event (McpSseEvent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSseParser, mcp_sse_parser_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSseEvent, mcp_sse_parser_free_event)

G_END_DECLS
