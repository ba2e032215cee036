/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _McpStderrLog McpStderrLog;

/**
 * McpStderrSpokeFunc:
 *
 * The first byte has come.
 */
typedef void (*McpStderrSpokeFunc) (gpointer user_data);

McpStderrLog *mcp_stderr_log_new (const char *server,
                                  int fd,
                                  guint max_lines_per_second,
                                  McpStderrSpokeFunc spoke,
                                  gpointer user_data);
void mcp_stderr_log_free (McpStderrLog *self);
void mcp_stderr_log_drain (McpStderrLog *self);
char *mcp_stderr_log_dup_reason (McpStderrLog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpStderrLog, mcp_stderr_log_free)

G_END_DECLS
