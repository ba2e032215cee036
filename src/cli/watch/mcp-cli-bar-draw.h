/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/watch/mcp-cli-bar-style.h"

G_BEGIN_DECLS

/* A call that runs, or other work with progress; all texts are clean. */
typedef struct
{
  char *key;
  char *session_id; /* (nullable) */
  char *label;      /* (nullable): of its session, if several sessions are shown */
  char *tool;       /* (nullable) */
  char *message;    /* (nullable) */
  double progress;
  double total; /* 0 or less: unknown */
  double start_progress;
  gint64 start_us; /* times of events, real time */
  gint64 last_us;
  guint n_events;
  gboolean seen_start; /* the first event was that of the start */
} McpCliBar;

char *mcp_cli_bar_draw_running (const McpCliBar *bar, const McpCliBarStyle *style, gint64 now_us);
char *
mcp_cli_bar_draw_finished (const McpCliBar *bar, const char *outcome, const McpCliBarStyle *style);
void mcp_cli_bar_draw_details (const McpCliBar *bar, const McpCliBarStyle *style, GPtrArray *lines);
char *mcp_cli_bar_draw_plain (const McpCliBar *bar, const char *state);

G_END_DECLS
