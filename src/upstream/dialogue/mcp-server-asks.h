/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

/**
 * McpServerAsksFuncs:
 * @pause: the time of request @id stands still, since its client is asked something
 * @resume: the time of request @id begins again
 */
typedef struct
{
  void (*pause) (gint64 id, gpointer user_data);
  void (*resume) (gint64 id, gpointer user_data);
} McpServerAsksFuncs;

/**
 * McpServerAsks:
 *
 * The questions of a server (sampling, elicitation, roots), and to which request in flight each
 * belongs. Most transports do not say so: a question then belongs to the only request that can be
 * meant, or to none. Main context only.
 */
typedef struct _McpServerAsks McpServerAsks;

McpServerAsks *
mcp_server_asks_new (McpProvider *provider, const McpServerAsksFuncs *funcs, gpointer user_data);
void mcp_server_asks_free (McpServerAsks *self);
void mcp_server_asks_set_of_one_session (McpServerAsks *self, gboolean is_of_one);
void mcp_server_asks_add (McpServerAsks *self, gint64 id, const McpProviderRequest *request);
void mcp_server_asks_note_sent (McpServerAsks *self, gint64 id);
void mcp_server_asks_remove (McpServerAsks *self, gint64 id);
gboolean mcp_server_asks_log (McpServerAsks *self, gint64 id, McpJsonSlice params);
gboolean mcp_server_asks_may_ask (McpServerAsks *self);
gboolean mcp_server_asks_ask (McpServerAsks *self, gint64 id, McpJsonrpcMessage *question);
void mcp_server_asks_note_asked (McpServerAsks *self, McpJsonSlice ask_id);
gboolean mcp_server_asks_end_ask (McpServerAsks *self, McpJsonSlice ask_id);
void mcp_server_asks_forget (McpServerAsks *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpServerAsks, mcp_server_asks_free)

G_END_DECLS
