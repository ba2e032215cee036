/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/watch/mcp-cli-bars.h"

G_BEGIN_DECLS

/* One piece of work that runs; all texts are clean. */
typedef struct
{
  char *key;
  char *session_id; /* (nullable) */
  char *label;      /* (nullable): of its session, where several are shown */
  char *tool;       /* (nullable) */
  char *message;    /* (nullable) */
  double progress;
  double total; /* 0 or less: unknown */
  double start_progress;
  gint64 start_us; /* times as events tell them, real time */
  gint64 last_us;
  guint n_events;
  gboolean seen_start; /* and not joined in the middle */
} McpCliBar;

char *mcp_cli_bar_line_running (const McpCliBar *bar, const McpCliBarsStyle *style, gint64 now_us);
char *
mcp_cli_bar_line_finished (const McpCliBar *bar, const char *outcome, const McpCliBarsStyle *style);
char *mcp_cli_bar_line_plain (const McpCliBar *bar, const char *state);

G_END_DECLS
