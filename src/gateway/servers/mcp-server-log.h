/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpServerLog:
 *
 * The last lines that a server said to people, of all its processes. Main context only.
 */
typedef struct _McpServerLog McpServerLog;

McpServerLog *mcp_server_log_new (void);
void mcp_server_log_free (McpServerLog *self);
void mcp_server_log_add (McpServerLog *self, const char *text, gsize max_bytes);
const char *mcp_server_log_get_last (McpServerLog *self);
void mcp_server_log_append_json (McpServerLog *self, guint max_lines, GString *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpServerLog, mcp_server_log_free)

G_END_DECLS
