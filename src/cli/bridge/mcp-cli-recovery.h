/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/bridge/mcp-cli-bridge-item.h"
#include "cli/bridge/mcp-cli-replay.h"

G_BEGIN_DECLS

/**
 * McpCliRecoveryFuncs:
 * @attaching: another attachment is made, or another daemon has it now: requests of the daemon to
 * the client have gone, and streams
 * @back: messages may be sent again; @is_new tells whether the attachment is another one
 * @failed: the daemon cannot be reached; @text says why
 */
typedef struct
{
  void (*attaching) (gpointer user_data);
  void (*back) (gboolean is_new, gpointer user_data);
  void (*failed) (const char *text, gpointer user_data);
} McpCliRecoveryFuncs;

typedef struct _McpCliRecovery McpCliRecovery;

McpCliRecovery *mcp_cli_recovery_new (McpCliAttachment *attachment,
                                      McpCliReplay *replay,
                                      const McpCliSessionParams *params,
                                      const McpCliRecoveryFuncs *funcs,
                                      gpointer user_data);
void mcp_cli_recovery_free (McpCliRecovery *self);
void mcp_cli_recovery_set_label (McpCliRecovery *self, const char *label);
void mcp_cli_recovery_note_initialize (McpCliRecovery *self, GBytes *text);
void mcp_cli_recovery_note_initialized (McpCliRecovery *self);
gboolean mcp_cli_recovery_is_initialized (McpCliRecovery *self);
void mcp_cli_recovery_start (McpCliRecovery *self);
void mcp_cli_recovery_stop (McpCliRecovery *self);
gboolean mcp_cli_recovery_is_running (McpCliRecovery *self);
void mcp_cli_recovery_park (McpCliRecovery *self, McpCliBridgeItem *item);
gboolean mcp_cli_recovery_remove_parked (McpCliRecovery *self, McpJsonSlice id);
McpCliBridgeItem *mcp_cli_recovery_steal_parked (McpCliRecovery *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliRecovery, mcp_cli_recovery_free)

G_END_DECLS
