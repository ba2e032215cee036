/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpMessageParserFuncs:
 * @message: a message, in the order in which the texts came
 * @malformed: a text that is no JSON-RPC message; @id where one could be read, as JSON
 * @drained: (nullable): all texts have been reported, after mcp_message_parser_is_busy() was true
 */
typedef struct
{
  void (*message) (McpJsonrpcMessage *message, gpointer user_data);
  void (*malformed) (const char *id, const GError *error, gpointer user_data);
  void (*drained) (gpointer user_data);
} McpMessageParserFuncs;

/**
 * McpMessageParser:
 *
 * Texts of a server to JSON-RPC messages, in order. A large text is read by a worker thread, so
 * that the main context never waits for it. Main context only.
 */
#define MCP_TYPE_MESSAGE_PARSER (mcp_message_parser_get_type ())
G_DECLARE_FINAL_TYPE (McpMessageParser, mcp_message_parser, MCP, MESSAGE_PARSER, GObject)

McpMessageParser *mcp_message_parser_new (const McpMessageParserFuncs *funcs, gpointer user_data);
void mcp_message_parser_push (McpMessageParser *self, GBytes *text);
gboolean mcp_message_parser_is_busy (McpMessageParser *self);
void mcp_message_parser_close (McpMessageParser *self);

McpJsonrpcMessage *mcp_message_parser_parse (GBytes *text, char **id, GError **error);

G_END_DECLS
