/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * What other processes do, awaited by the kernel's own events. The main context does not run
 * meanwhile; for what the main context can see there is AWAIT().
 */

/**
 * McpTestFileFunc:
 * @text: (nullable): what is in the file; %NULL: there is no file yet
 *
 * Returns: whether the file is as it is waited for
 */
typedef gboolean (*McpTestFileFunc) (const char *text, gpointer user_data);

gboolean
mcp_test_await_file (const char *path, McpTestFileFunc func, gpointer user_data, guint timeout_ms);
gboolean mcp_test_await_file_has (const char *path, const char *part, guint timeout_ms);
int mcp_test_open_process (pid_t pid);
gboolean mcp_test_await_exit (int process_fd, guint timeout_ms);

G_END_DECLS
