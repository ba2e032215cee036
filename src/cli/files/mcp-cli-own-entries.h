/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/files/mcp-cli-clients.h"

G_BEGIN_DECLS

/**
 * McpCliOwnServers:
 * @wanted: (owned) (array zero-terminated=1): names of servers that a client is to have
 * @others: (owned) (array zero-terminated=1): servers that cannot be used now: what a client has of
 * them stays
 *
 * What mcp.json says, for clients that have an entry for each server.
 */
typedef struct
{
  char **wanted;
  char **others;
} McpCliOwnServers;

gboolean mcp_cli_own_entries_read_servers (McpCliOwnServers *self,
                                           const char *text,
                                           const char *path,
                                           GError **error);
void mcp_cli_own_entries_clear_servers (McpCliOwnServers *self);

gboolean mcp_cli_own_entries_are_used (const McpCliClient *client, const char *text);
char *mcp_cli_own_entries_sync (const McpCliClient *client,
                                const char *text,
                                const char *command,
                                const McpCliOwnServers *servers,
                                GError **error);
char *mcp_cli_own_entries_remove (const McpCliClient *client, const char *text, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpCliOwnServers, mcp_cli_own_entries_clear_servers)

G_END_DECLS
