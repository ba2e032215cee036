/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mcp_cli_server_change_dup_state (const char *name);
void mcp_cli_server_change_await_other (const char *name, const char *before);
void mcp_cli_server_change_await (const char *name, gboolean there);

G_END_DECLS
