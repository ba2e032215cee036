/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-search-source.h"

G_BEGIN_DECLS

/**
 * McpSearchChoice:
 *
 * Which apps the user wants to have searched, as chosen in the settings of the desktop. Immutable;
 * any thread.
 */
typedef struct _McpSearchChoice McpSearchChoice;

McpSearchChoice *mcp_search_choice_new (void);
void mcp_search_choice_free (McpSearchChoice *self);
gboolean mcp_search_choice_has (const McpSearchChoice *self, const McpSearchSource *source);

G_END_DECLS
