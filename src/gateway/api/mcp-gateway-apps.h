/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Apps of the desktop that offer tools, beside the servers of the owner's file.
 */
#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

/**
 * McpGatewayApp:
 * @name: of the server that the app becomes
 * @sender: unique name of its connection
 * @object_path: of the object that exports `org.mcpsessiond.ToolProvider1`
 * @timeout_seconds: how long a call may take without an answer or progress; 0: the daemon's default
 * @pid: of the process behind the connection
 * @uid: whose process it is
 * @exe: (nullable): its program
 * @sandbox: (nullable): id of the Flatpak that it runs in
 *
 * An app that registers. Borrowed.
 */
typedef struct
{
  const char *name;
  const char *sender;
  const char *object_path;
  guint timeout_seconds;
  guint pid;
  guint uid;
  const char *exe;
  const char *sandbox;
} McpGatewayApp;

gboolean mcp_gateway_apps_check (McpGateway *self,
                                 const char *name,
                                 const char *sender,
                                 const char **kept_for,
                                 GError **error);
gboolean mcp_gateway_apps_add (McpGateway *self, const McpGatewayApp *app, GError **error);
gboolean
mcp_gateway_apps_remove (McpGateway *self, const char *name, const char *sender, GError **error);
void mcp_gateway_apps_remove_all (McpGateway *self, const char *sender);
void mcp_gateway_apps_set_installed (McpGateway *self, GPtrArray *configs);

G_END_DECLS
