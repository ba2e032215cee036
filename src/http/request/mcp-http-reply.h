/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-session-store.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

void mcp_http_reply_json (SoupServerMessage *msg, guint status, GBytes *json);
void mcp_http_reply_string (SoupServerMessage *msg, guint status, GString *json);
void mcp_http_reply_empty (SoupServerMessage *msg, guint status);
void mcp_http_reply_error (SoupServerMessage *msg, guint status, const char *message);
void mcp_http_reply_not_allowed (SoupServerMessage *msg, const char *allow, const char *message);
void mcp_http_reply_gerror (SoupServerMessage *msg, const GError *error);
void
mcp_http_reply_no_session (SoupServerMessage *msg, McpSessionStore *store, const GError *error);
void mcp_http_reply_unauthorized (SoupServerMessage *msg);

G_END_DECLS
