/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <signal.h>

G_BEGIN_DECLS

/* @from_process: whether a process sent it, and not the terminal */
typedef void (*McpCliSignalFunc) (int number, gboolean from_process, gpointer user_data);

typedef struct _McpCliSignals McpCliSignals;

McpCliSignals *mcp_cli_signals_new (const int *numbers, gsize n_numbers);
void mcp_cli_signals_watch (McpCliSignals *self, McpCliSignalFunc func, gpointer user_data);
const sigset_t *mcp_cli_signals_get_old_mask (McpCliSignals *self);
void mcp_cli_signals_free (McpCliSignals *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliSignals, mcp_cli_signals_free)

G_END_DECLS
