/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/mcp/mcp-message-backlog.h"
#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

/**
 * McpMessageStream:
 *
 * One event stream of an MCP client: its messages in order, and the connection
 * that carries them, if there is one. Where its client may come back, messages
 * have ids, and those sent are kept for a while (MCP 2025-11-25, basic/transports,
 * "Resumability and Redelivery"). Main context only.
 */
typedef struct _McpMessageStream McpMessageStream;

/**
 * McpMessageStreamFunc:
 *
 * What a stream reports to its user.
 */
typedef void (*McpMessageStreamFunc) (McpMessageStream *self, gpointer user_data);

McpMessageStream *mcp_message_stream_new (McpMessageStreams *shared);
McpMessageStream *mcp_message_stream_ref (McpMessageStream *self);
void mcp_message_stream_unref (McpMessageStream *self);
void mcp_message_stream_set_gone (McpMessageStream *self,
                                  McpMessageStreamFunc gone,
                                  gpointer user_data,
                                  GDestroyNotify destroy);
void mcp_message_stream_set_drained (McpMessageStream *self, McpMessageStreamFunc drained);
void mcp_message_stream_carry (McpMessageStream *self,
                               McpHttpRequest *request,
                               gboolean is_primed,
                               guint64 after);
void mcp_message_stream_mark_last (McpMessageStream *self);
gboolean mcp_message_stream_append (McpMessageStream *self, GBytes *json);
gboolean mcp_message_stream_append_substitute (McpMessageStream *self, GBytes *json);
gboolean mcp_message_stream_append_event (McpMessageStream *self, const char *name, GBytes *data);
void mcp_message_stream_complete (McpMessageStream *self);
void mcp_message_stream_close (McpMessageStream *self);
void mcp_message_stream_orphan (McpMessageStream *self);

gboolean mcp_message_stream_is_complete (McpMessageStream *self);
gboolean mcp_message_stream_has_carrier (McpMessageStream *self);
gboolean mcp_message_stream_knows (McpMessageStream *self, guint64 id);
gsize mcp_message_stream_get_size (McpMessageStream *self);
gboolean mcp_message_stream_is_behind (McpMessageStream *self);
gboolean mcp_message_stream_drop_oldest (McpMessageStream *self, gboolean unsent_too);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpMessageStream, mcp_message_stream_unref)

G_END_DECLS
