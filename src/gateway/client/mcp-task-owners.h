/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpTaskOwners:
 *
 * The tasks of servers (2026-07-28, the extension io.modelcontextprotocol/tasks), and the session
 * that each belongs to: on a server that several sessions share, a session can ask for its own
 * tasks alone. Main context only.
 */
typedef struct _McpTaskOwners McpTaskOwners;

McpTaskOwners *mcp_task_owners_new (void);
void mcp_task_owners_free (McpTaskOwners *self);
void mcp_task_owners_add (McpTaskOwners *self, const char *session_id, const char *task);
gboolean mcp_task_owners_has (McpTaskOwners *self, const char *session_id, const char *task);
void mcp_task_owners_drop_session (McpTaskOwners *self, const char *session_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpTaskOwners, mcp_task_owners_free)

G_END_DECLS
