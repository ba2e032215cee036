/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpMessageStreams:
 * @last_id: the last message id that was given out
 * @n_bytes: bytes that the streams keep
 *
 * What all resumable streams of one client share.
 */
typedef struct
{
  guint64 last_id;
  gsize n_bytes;
} McpMessageStreams;

/**
 * McpBacklogMessage:
 * @id: 0: none
 * @name: (nullable): static: of the event
 * @data: (nullable): one line; %NULL: the message is only there for its id
 * @is_last: whether it is the last message of a request
 */
typedef struct
{
  guint64 id;
  const char *name;
  GBytes *data;
  gboolean is_last;
} McpBacklogMessage;

/**
 * McpMessageBacklog:
 *
 * The messages of one stream in their order: those that wait to be sent and, where the client may
 * come back, those that were sent. The fields are private.
 */
typedef struct
{
  McpMessageStreams *shared; /* (unowned) (nullable): %NULL: what is sent is not kept, no ids */
  GQueue messages;           /* (element-type McpBacklogMessage) */
  GList *next;               /* (unowned) (nullable): the first that was not sent */
  gsize n_bytes;             /* of messages */
  gsize n_unsent;            /* bytes of those from next on */
  guint64 dropped;           /* id of the last message that is not there any more; 0: none */
} McpMessageBacklog;

void mcp_message_backlog_init (McpMessageBacklog *self, McpMessageStreams *shared);
void mcp_message_backlog_clear (McpMessageBacklog *self);
void mcp_message_backlog_push (McpMessageBacklog *self, const McpBacklogMessage *message);
const McpBacklogMessage *mcp_message_backlog_peek (const McpMessageBacklog *self);
gsize mcp_message_backlog_advance (McpMessageBacklog *self);
void mcp_message_backlog_rewind (McpMessageBacklog *self, guint64 after);
gboolean mcp_message_backlog_drop_oldest (McpMessageBacklog *self, gboolean unsent_too);
void mcp_message_backlog_drop_unsent (McpMessageBacklog *self);
void mcp_message_backlog_orphan (McpMessageBacklog *self);
gboolean mcp_message_backlog_knows (const McpMessageBacklog *self, guint64 id);

G_END_DECLS
