/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-backoff.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpServerRuns:
 * @backoff: after failed starts
 * @has_failed: since the last start
 * @is_locked: the last start needed what lies in a keyring that was locked: no pause after it
 * @n_restarts: how often the server was started again after it had failed
 * @n_strays: messages that fit nothing, since the last start
 * @started_at: real time of the last start in microseconds; 0: never
 * @last_error: (nullable): why the server last failed, for people; stays after a restart
 *
 * How the runs of a server went. Embedded in its link; zeroed memory has had no run.
 */
typedef struct
{
  McpBackoff backoff;
  gboolean has_failed;
  gboolean is_locked;
  guint n_restarts;
  guint n_strays;
  gint64 started_at;
  char *last_error;
} McpServerRuns;

void mcp_server_runs_clear (McpServerRuns *self);
gboolean mcp_server_runs_may_start (const McpServerRuns *self, GError **error);
void mcp_server_runs_note_start (McpServerRuns *self);
void mcp_server_runs_note_error (McpServerRuns *self, const char *text);
void mcp_server_runs_note_failure (McpServerRuns *self, const char *text, gboolean is_start);
gboolean mcp_server_runs_count_stray (McpServerRuns *self);

G_END_DECLS
