/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 128 bits as lower-case hexadecimal digits. */
#define MCP_TOKEN_LENGTH      32
/* SHA-256, FIPS 180-4. */
#define MCP_TOKEN_HASH_LENGTH 32

typedef struct
{
  guint8 bytes[MCP_TOKEN_HASH_LENGTH];
} McpTokenHash;

char *mcp_token_generate (GError **error);
char *mcp_token_generate_uuid (GError **error);
void mcp_token_hash (const char *token, McpTokenHash *hash);
gboolean mcp_token_hash_equal (const McpTokenHash *a, const McpTokenHash *b);
gboolean mcp_token_matches (const McpTokenHash *hash, const char *token);

G_END_DECLS
