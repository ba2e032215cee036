/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpCliCommand:
 * @name: what it is called by
 * @summary: one line for people, untranslated
 * @run: given the words from its name on; returns the exit status
 */
typedef struct
{
  const char *name;
  const char *summary;
  int (*run) (int argc, char **argv);
} McpCliCommand;

int mcp_cli_cmd_call (int argc, char **argv);
int mcp_cli_cmd_close (int argc, char **argv);
int mcp_cli_cmd_connect (int argc, char **argv);
int mcp_cli_cmd_create (int argc, char **argv);
int mcp_cli_cmd_dashboard (int argc, char **argv);
int mcp_cli_cmd_doctor (int argc, char **argv);
int mcp_cli_cmd_history (int argc, char **argv);
int mcp_cli_cmd_list (int argc, char **argv);
int mcp_cli_cmd_publish (int argc, char **argv);
int mcp_cli_cmd_run (int argc, char **argv);
int mcp_cli_cmd_secret (int argc, char **argv);
int mcp_cli_cmd_server (int argc, char **argv);
int mcp_cli_cmd_show (int argc, char **argv);
int mcp_cli_cmd_status (int argc, char **argv);
int mcp_cli_cmd_stdio (int argc, char **argv);
int mcp_cli_cmd_tools (int argc, char **argv);
int mcp_cli_cmd_cancel (int argc, char **argv);
int mcp_cli_cmd_daemon_start (int argc, char **argv);
int mcp_cli_cmd_daemon_stop (int argc, char **argv);
int mcp_cli_cmd_daemon_restart (int argc, char **argv);
int mcp_cli_cmd_prompts (int argc, char **argv);
int mcp_cli_cmd_resources (int argc, char **argv);
int mcp_cli_cmd_read (int argc, char **argv);
int mcp_cli_cmd_complete (int argc, char **argv);
int mcp_cli_cmd_consent (int argc, char **argv);
int mcp_cli_cmd_stop_all (int argc, char **argv);
int mcp_cli_cmd_watch (int argc, char **argv);

G_END_DECLS
