/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean mcp_cli_prompt_is_possible (void);
char *mcp_cli_prompt_read (const char *prompt, GCancellable *cancellable);

G_END_DECLS
