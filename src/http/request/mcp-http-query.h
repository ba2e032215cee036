/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpHttpQueryFunc:
 * @key: of a parameter
 * @value: of the parameter
 * @target: what the query is read into
 *
 * Checks a parameter and takes it into @target.
 */
typedef gboolean (*McpHttpQueryFunc) (const char *key,
                                      const char *value,
                                      gpointer target,
                                      GError **error);

gboolean
mcp_http_query_read (const char *query, McpHttpQueryFunc set, gpointer target, GError **error);

G_END_DECLS
