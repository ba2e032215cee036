/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of a variable that stands for a secret. */
#define MCP_EXPAND_SECRET_PREFIX "secret:"

char *
mcp_expand (const char *text, const char *cwd, const char *const *environment, GError **error);
gboolean mcp_expand_check (const char *text, GError **error);
gboolean mcp_expand_names_secret (const char *text);
void mcp_expand_add_secrets (const char *text, GPtrArray *names);
gboolean mcp_expand_names_directory (const char *text);

G_END_DECLS
