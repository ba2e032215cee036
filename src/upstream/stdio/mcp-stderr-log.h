/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _McpStderrLog McpStderrLog;

/**
 * McpStderrLogFuncs:
 * @spoke: once: the first byte has come
 * @line: a line has come, or the server waits behind a line that has no end, as after a question;
 *   without control characters
 *
 * Neither may free the log.
 */
typedef struct
{
  void (*spoke) (gpointer user_data);
  void (*line) (const char *text, gpointer user_data);
} McpStderrLogFuncs;

McpStderrLog *mcp_stderr_log_new (const char *server,
                                  int fd,
                                  guint max_lines_per_second,
                                  const McpStderrLogFuncs *funcs,
                                  gpointer user_data);
void mcp_stderr_log_free (McpStderrLog *self);
void mcp_stderr_log_drain (McpStderrLog *self);
char *mcp_stderr_log_dup_reason (McpStderrLog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpStderrLog, mcp_stderr_log_free)

G_END_DECLS
