/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longer than any honest wait, sanitizers and a busy machine included. */
#define MCP_TEST_PATIENCE_SECONDS 20

/**
 * AWAIT:
 * @condition: an expression
 *
 * Runs the default main context until @condition holds; fails the test after
 * %MCP_TEST_PATIENCE_SECONDS. The condition may depend on other threads and processes.
 */
#define AWAIT(condition)                             \
  G_STMT_START                                       \
  {                                                  \
    gint64 await_until = mcp_test_await_begin ();    \
    while (!(condition))                             \
      mcp_test_await_step (await_until, #condition); \
  }                                                  \
  G_STMT_END

gint64 mcp_test_await_begin (void);
void mcp_test_await_step (gint64 deadline_us, const char *what);
void mcp_test_settle (void);
void mcp_test_await_finalized (gpointer object);
guint mcp_test_count_fds (void);

G_END_DECLS
