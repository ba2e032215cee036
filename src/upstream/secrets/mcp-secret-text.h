/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Secrets that are kept for long: each in memory of its own that is in no core file. */
char *mcp_secret_text_new (const char *value);
void mcp_secret_text_free (char *text);

/* A text of secrets that is written and soon over. */
typedef GString McpSecretString;
McpSecretString *mcp_secret_text_new_string (const char *begin);
void mcp_secret_text_free_string (McpSecretString *self);

/* A secret on its way, in ordinary memory. */
typedef char McpSecretCopy;
void mcp_secret_text_free_copy (McpSecretCopy *copy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSecretString, mcp_secret_text_free_string)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSecretCopy, mcp_secret_text_free_copy)

G_END_DECLS
