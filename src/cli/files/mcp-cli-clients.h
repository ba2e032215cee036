/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/files/mcp-cli-variables.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  MCP_CLI_CLIENT_JSON, /* with comments or without */
  MCP_CLI_CLIENT_TOML,
} McpCliClientFormat;

/**
 * McpCliClient:
 * @id: its name on the command line
 * @title: its name
 * @format: of its file
 * @variables: how its entries name variables
 * @home_variable: (nullable): the environment variable that moves the file
 * @variable_path: the file, below the directory that the variable names
 * @home: without that variable: a directory below the home directory; “%config”: $XDG_CONFIG_HOME
 * @path: the file, below @home
 * @other_path: (nullable): a file that the client reads as well, below @home; used if only that one
 * exists
 * @servers: the key of the object (or prefix of the tables) of its servers
 * @entry: the daemon's entry, “@” standing for the command as a JSON string
 * @extra: (nullable): further members of an entry that is new
 * @source: where this is documented
 *
 * How a client is configured.
 */
typedef struct
{
  const char *id;
  const char *title;
  McpCliClientFormat format;
  McpCliVariables variables;
  const char *home_variable;
  const char *variable_path;
  const char *home;
  const char *path;
  const char *other_path;
  const char *servers;
  const char *entry;
  const char *extra;
  const char *source;
} McpCliClient;

const McpCliClient *mcp_cli_clients_get (gsize *n_clients);
const McpCliClient *mcp_cli_clients_find (const char *id);
const char *mcp_cli_clients_suggest (const char *id);
char *mcp_cli_clients_dup_path (const McpCliClient *client);
char *mcp_cli_clients_add (const McpCliClient *client,
                           const char *text,
                           const char *name,
                           const char *command,
                           const char *server,
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

G_END_DECLS
