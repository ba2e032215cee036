/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpSearchApplication:
 *
 * The app that searches the apps of the desktop: started by the bus for a call, and gone a while
 * after the last one.
 */
#define MCP_TYPE_SEARCH_APPLICATION (mcp_search_application_get_type ())
G_DECLARE_FINAL_TYPE (McpSearchApplication,
                      mcp_search_application,
                      MCP,
                      SEARCH_APPLICATION,
                      GApplication)

GApplication *mcp_search_application_new (void);

G_END_DECLS
