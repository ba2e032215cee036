/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A character, or one of these. */
typedef enum
{
  MCP_CLI_KEY_UP = 0x110000, /* above all characters */
  MCP_CLI_KEY_DOWN,
  MCP_CLI_KEY_ENTER,
  MCP_CLI_KEY_ESCAPE,
} McpCliKeyName;

typedef gunichar McpCliKey;
typedef void (*McpCliKeyFunc) (McpCliKey key, gpointer user_data);

typedef struct _McpCliKeys McpCliKeys;

McpCliKeys *mcp_cli_keys_new (McpCliKeyFunc func, gpointer user_data);
void mcp_cli_keys_pause (McpCliKeys *self);
void mcp_cli_keys_continued (McpCliKeys *self);
void mcp_cli_keys_free (McpCliKeys *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliKeys, mcp_cli_keys_free)

G_END_DECLS
