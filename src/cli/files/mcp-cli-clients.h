/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  MCP_CLI_CLIENT_JSON, /* with comments or without */
  MCP_CLI_CLIENT_TOML,
} McpCliClientFormat;

/**
 * McpCliClient:
 * @id: what it is called on the command line
 * @title: its name
 * @format: of its file
 * @home_variable: (nullable): names the directory of @path where it is set
 * @home: that directory below the home directory otherwise; “%config”: $XDG_CONFIG_HOME
 * @path: of the file, below that
 * @servers: key of the object (or prefix of the tables) of its servers
 * @entry: what goes there, “@” standing for our command as a JSON string
 * @source: where that is documented
 *
 * How one client is told of its servers.
 */
typedef struct
{
  const char *id;
  const char *title;
  McpCliClientFormat format;
  const char *home_variable;
  const char *home;
  const char *path;
  const char *servers;
  const char *entry;
  const char *source;
} McpCliClient;

const McpCliClient *mcp_cli_clients_get (gsize *n_clients);
const McpCliClient *mcp_cli_clients_find (const char *id);
char *mcp_cli_clients_dup_path (const McpCliClient *client);
char *mcp_cli_clients_add (const McpCliClient *client,
                           const char *text,
                           const char *name,
                           const char *command,
                           GError **error);
char *mcp_cli_clients_remove (const McpCliClient *client,
                              const char *text,
                              const char *name,
                              GError **error);
char **mcp_cli_clients_list_servers (const McpCliClient *client, const char *text, GError **error);
char *mcp_cli_clients_get_server (const McpCliClient *client,
                                  const char *text,
                                  const char *name,
                                  GError **error);
char *mcp_cli_clients_convert (const char *entry, GError **error);

G_END_DECLS
