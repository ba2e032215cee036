/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The subcommands of server.
 */
#include <glib.h>

G_BEGIN_DECLS

int mcp_cli_cmd_server_accept (int argc, char **argv);
int mcp_cli_cmd_server_add (int argc, char **argv);
int mcp_cli_cmd_server_add_dbus (int argc, char **argv);
gboolean mcp_cli_cmd_server_add_dbus_is_meant (int argc, char **argv);
int mcp_cli_cmd_server_disable (int argc, char **argv);
int mcp_cli_cmd_server_enable (int argc, char **argv);
int mcp_cli_cmd_server_list (int argc, char **argv);
int mcp_cli_cmd_server_login (int argc, char **argv);
int mcp_cli_cmd_server_logout (int argc, char **argv);
void mcp_cli_cmd_server_logout_quietly (const char *name);
int mcp_cli_cmd_server_remove (int argc, char **argv);
int mcp_cli_cmd_server_restart (int argc, char **argv);
int mcp_cli_cmd_server_refresh (int argc, char **argv);
int mcp_cli_cmd_server_show (int argc, char **argv);
int mcp_cli_cmd_server_logs (int argc, char **argv);
int mcp_cli_cmd_server_edit (int argc, char **argv);
int mcp_cli_cmd_server_test (int argc, char **argv);

G_END_DECLS
