/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpHttpDaemonFuncs:
 * @set_server_disabled_async: switches a server off or on in the owner's file; %MCP_ERROR_NOT_FOUND
 *   where the file has no such server, any other error where it cannot be changed
 * @set_server_disabled_finish: returns whether the file says so and the change is in force
 * @build_settings: (transfer full): the settings in force and what is wrong in the files, as the
 *   members of a JSON object, without braces
 *
 * What routes ask of the daemon that the other rooms do not know. @user_data is the last argument
 * of each.
 */
typedef struct
{
  void (*set_server_disabled_async) (const char *name,
                                     gboolean disabled,
                                     GAsyncReadyCallback callback,
                                     gpointer callback_data,
                                     gpointer user_data);
  gboolean (*set_server_disabled_finish) (GAsyncResult *result, GError **error);
  char *(*build_settings) (gpointer user_data);
} McpHttpDaemonFuncs;

G_END_DECLS
