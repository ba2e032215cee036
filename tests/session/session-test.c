/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-test.h"

McpSessionStore *
session_test_new_store (void)
{
  McpLimits limits;

  mcp_limits_init_defaults (&limits);
  return mcp_session_store_new (&limits);
}

McpSession *
session_test_create_with (McpSessionStore *store, McpSessionParams params)
{
  g_autoptr (GError) error = NULL;
  McpSession *session = mcp_session_store_create (store, &params, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (session);
  return session;
}

McpSession *
session_test_create (McpSessionStore *store, char **token)
{
  const McpSessionParams params = { .cwd = "/", .idle_seconds = -1 };
  g_autoptr (GError) error = NULL;
  McpSession *session = mcp_session_store_create (store, &params, token, &error);

  g_assert_no_error (error);
  g_assert_nonnull (session);
  return session;
}

McpEventQueue *
session_test_subscribe (McpSession *session, gint64 after)
{
  g_autoptr (GError) error = NULL;
  guint64 number = (guint64) MAX (after, 0);
  McpEventQueue *queue =
      mcp_session_subscribe (session, MCP_SUBSCRIBER_STREAM, after < 0 ? NULL : &number, &error);

  g_assert_no_error (error);
  g_assert_nonnull (queue);
  return queue;
}

void
session_test_publish (McpSession *session, guint progress)
{
  const McpProgressFields fields = { .progress = progress };

  g_assert_true (mcp_session_publish (session, &fields));
}

void
session_test_assert_pop (McpEventQueue *queue, guint64 sequence, guint64 missed)
{
  guint64 told = 0;
  g_autoptr (McpProgressEvent) event = mcp_event_queue_pop (queue, &told);

  g_assert_nonnull (event);
  g_assert_cmpuint (mcp_progress_event_get_sequence (event), ==, sequence);
  g_assert_cmpuint (told, ==, missed);
}

void
session_test_assert_empty (McpEventQueue *queue)
{
  guint64 told = 0;

  g_assert_null (mcp_event_queue_pop (queue, &told));
  g_assert_cmpuint (told, ==, 0);
}
