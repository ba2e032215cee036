/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-message-parser.h"
#include "upstream/fetch/mcp-http-fetch.h"

G_BEGIN_DECLS

/**
 * McpHttpInboxFuncs:
 * @message: a message that an answer has brought
 * @malformed: what is no JSON-RPC message; @text_id: the id where one could be read, as JSON
 *
 * @id: the request whose answer it came in; 0: a stream of all requests
 */
typedef struct
{
  void (*message) (gint64 id, McpJsonrpcMessage *message, gpointer user_data);
  void (*malformed) (gint64 id, const char *text_id, const GError *error, gpointer user_data);
} McpHttpInboxFuncs;

/**
 * McpHttpInbox:
 *
 * The texts of one answer to messages. While a large text is read by another thread, nothing more
 * of the answer is read, and its end is not told.
 */
typedef struct _McpHttpInbox McpHttpInbox;

McpHttpInbox *mcp_http_inbox_new (gint64 id, const McpHttpInboxFuncs *funcs, gpointer user_data);
void mcp_http_inbox_free (McpHttpInbox *self);
void mcp_http_inbox_take (McpHttpInbox *self, McpHttpFetch *fetch, GBytes *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHttpInbox, mcp_http_inbox_free)

G_END_DECLS
