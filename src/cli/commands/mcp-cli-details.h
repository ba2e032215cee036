/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

/**
 * McpCliDetail:
 * @key: of a member
 * @title: what people call it, translated
 */
typedef struct
{
  const char *key;
  const char *title;
} McpCliDetail;

void mcp_cli_details_append_value (GString *out, McpJsonSlice value);
void mcp_cli_details_append_row (GString *out, const char *title, const char *text, guint width);
void mcp_cli_details_append_wide (GString *out,
                                  McpJsonSlice object,
                                  const McpCliDetail *details,
                                  guint width);
void mcp_cli_details_append (GString *out, McpJsonSlice object, const McpCliDetail *details);

G_END_DECLS
