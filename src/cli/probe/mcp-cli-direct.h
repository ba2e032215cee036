/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "upstream/config/mcp-server-config.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliDirectFuncs:
 * @progress: the params of a progress notification
 * @said: a line that the server wrote to its standard error
 */
typedef struct
{
  void (*progress) (McpJsonSlice params, gpointer user_data);
  void (*said) (const char *line, gpointer user_data);
} McpCliDirectFuncs;

GBytes *mcp_cli_direct_call (McpServerConfig *config,
                             const char *method,
                             const char *params,
                             const McpCliDirectFuncs *funcs,
                             gpointer user_data,
                             GCancellable *cancellable,
                             GError **error);

G_END_DECLS
