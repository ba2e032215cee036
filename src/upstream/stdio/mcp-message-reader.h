/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-jsonrpc.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define MCP_TYPE_MESSAGE_READER (mcp_message_reader_get_type ())
G_DECLARE_FINAL_TYPE (McpMessageReader, mcp_message_reader, MCP, MESSAGE_READER, GObject)

/**
 * McpMessageReaderFuncs:
 * @message: a message, in the order in which they came
 * @malformed: a line that is no JSON-RPC message; @id where it could be read, as JSON
 * @ended: once and last; @error is %NULL when the writer closed the pipe
 */
typedef struct
{
  void (*message) (McpJsonrpcMessage *message, gpointer user_data);
  void (*malformed) (const char *id, const GError *error, gpointer user_data);
  void (*ended) (const GError *error, gpointer user_data);
} McpMessageReaderFuncs;

McpMessageReader *mcp_message_reader_new (int fd,
                                          gsize max_message_bytes,
                                          const McpMessageReaderFuncs *funcs,
                                          gpointer user_data);
void mcp_message_reader_finish (McpMessageReader *self);
void mcp_message_reader_close (McpMessageReader *self);

G_END_DECLS
