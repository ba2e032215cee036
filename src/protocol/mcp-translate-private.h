/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-json-edit.h"
#include "protocol/mcp-revision.h"

G_BEGIN_DECLS

/* What results of servers and what they ask of clients have in common. */
gboolean mcp_translate_is_of_type (McpJsonSlice item, const char *type);
char *mcp_translate_content_item (McpJsonSlice item, McpRevision to);
void mcp_translate_content (McpJsonEdit *edit, McpJsonSlice content, McpRevision to);

gboolean mcp_translate_meta (McpJsonEdit *edit,
                             McpJsonSlice meta,
                             const char *kept,
                             const char *server_info);

void mcp_translate_prompt (McpJsonEdit *edit, McpJsonSlice messages, McpRevision to);

/* Forms as 2025-06-18 has them. */
gboolean mcp_translate_form (McpJsonEdit *edit, McpJsonSlice schema);
/* Messages to be sampled as before 2025-11-25. */
gboolean mcp_translate_messages (McpJsonEdit *edit, McpJsonSlice messages, McpRevision to);

G_END_DECLS
