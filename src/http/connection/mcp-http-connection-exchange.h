/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection-type.h"

G_BEGIN_DECLS

GIOStream *mcp_http_connection_exchange_open (McpHttpConnection *self, GBytes *head, GBytes *body);

void mcp_http_connection_exchange_reply (McpHttpConnection *self,
                                         GString *head,
                                         GBytes *body,
                                         McpHttpSentFunc sent,
                                         gpointer user_data);
void mcp_http_connection_exchange_forget (McpHttpConnection *self);
void mcp_http_connection_exchange_stream (McpHttpConnection *self,
                                          GString *head,
                                          McpHttpSentFunc sent,
                                          gpointer user_data);

G_END_DECLS
