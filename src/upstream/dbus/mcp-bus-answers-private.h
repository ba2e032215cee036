/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpBusAnswers:
 *
 * Texts of an app on the bus to JSON-RPC answers, in order. Nothing is called after
 * mcp_bus_answers_free(). Main context only.
 */
typedef struct _McpBusAnswers McpBusAnswers;

/**
 * McpBusAnswersFuncs:
 * @message: the answer to the request @id
 * @malformed: the text for the request @id is none; @how goes on after the server's name
 */
typedef struct
{
  void (*message) (gint64 id, McpJsonrpcMessage *message, gpointer user_data);
  void (*malformed) (gint64 id, const char *how, gpointer user_data);
} McpBusAnswersFuncs;

McpBusAnswers *mcp_bus_answers_new (const McpBusAnswersFuncs *funcs, gpointer user_data);
void mcp_bus_answers_free (McpBusAnswers *self);
void mcp_bus_answers_push (McpBusAnswers *self,
                           gint64 id,
                           gboolean is_list,
                           const char *json,
                           gsize length);

G_END_DECLS
