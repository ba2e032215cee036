/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * HTTP headers that repeat a part of a message (MCP 2026-07-28,
 * basic/transports/streamable-http, "Standard Request Headers").
 */
#include <glib.h>

G_BEGIN_DECLS

char *mcp_header_value_encode (const char *text);
char *mcp_header_value_decode (const char *value);
const char *mcp_header_value_find_name_param (const char *method);

G_END_DECLS
