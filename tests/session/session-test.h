/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/* With the default limits. */
McpSessionStore *session_test_new_store (void);
/* A session in /, which cannot fail. */
McpSession *session_test_create (McpSessionStore *store, char **token);
/* A session with other limits or wishes, which cannot fail either. */
McpSession *session_test_create_with (McpSessionStore *store, McpSessionParams params);
/* A stream, which cannot fail; after < 0: only what comes from now on. */
McpEventQueue *session_test_subscribe (McpSession *session, gint64 after);
/* One event, told apart by its progress. */
void session_test_publish (McpSession *session, guint progress);
/* Takes one event with that sequence number, and that gap before it. */
void session_test_assert_pop (McpEventQueue *queue, guint64 sequence, guint64 missed);
/* Nothing to take, and no gap. */
void session_test_assert_empty (McpEventQueue *queue);

G_END_DECLS
