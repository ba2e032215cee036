/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

void mcp_http_reply_json (McpHttpRequest *request, guint status, GBytes *json);
void mcp_http_reply_string (McpHttpRequest *request, guint status, GString *json);
void mcp_http_reply_text (McpHttpRequest *request,
                          guint status,
                          const char *content_type,
                          GString *text);
void mcp_http_reply_string_when_settled (McpHttpRequest *request, guint status, GString *json);
void mcp_http_reply_empty_when_settled (McpHttpRequest *request, guint status);
void mcp_http_reply_empty (McpHttpRequest *request, guint status);
void mcp_http_reply_error (McpHttpRequest *request, guint status, const char *message);
void mcp_http_reply_not_allowed (McpHttpRequest *request, const char *allow, const char *message);
void mcp_http_reply_gerror (McpHttpRequest *request, const GError *error);
void mcp_http_reply_no_session (McpHttpRequest *request, const GError *error);
void mcp_http_reply_unauthorized (McpHttpRequest *request, const char *message);

G_END_DECLS
