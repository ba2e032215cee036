/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The command that shows long output; “cat” or nothing: no pager. */
#define MCP_CLI_PAGER_VARIABLE "MCP_SESSION_PAGER"

void mcp_cli_pager_print (const char *text);

G_END_DECLS
