/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/bridge/mcp-cli-attachment.h"

G_BEGIN_DECLS

/**
 * McpCliListenerFuncs:
 * @heard: the daemon sent a message
 * @lost: the daemon does not know the attachment any more; the listener has stopped
 */
typedef struct
{
  void (*heard) (GBytes *text, gpointer user_data);
  void (*lost) (gpointer user_data);
} McpCliListenerFuncs;

typedef struct _McpCliListener McpCliListener;

McpCliListener *mcp_cli_listener_new (McpCliAttachment *attachment,
                                      const McpCliListenerFuncs *funcs,
                                      gpointer user_data);
void mcp_cli_listener_free (McpCliListener *self);
void mcp_cli_listener_start (McpCliListener *self);
void mcp_cli_listener_stop (McpCliListener *self);
void mcp_cli_listener_forget_position (McpCliListener *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliListener, mcp_cli_listener_free)

G_END_DECLS
