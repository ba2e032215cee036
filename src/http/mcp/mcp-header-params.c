/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a request of 2026-07-28 says in headers as well (basic/transports/streamable-http,
 * "Standard Request Headers", "Custom Headers from Tool Parameters").
 */
#include "http/mcp/mcp-header-params.h"

#include "protocol/mcp-header-value.h"

#include <string.h>

#define PARAM_PREFIX "mcp-param-"

/**
 * mcp_header_params_new:
 *
 * Returns: (transfer full): no params yet: lower-case name without “Mcp-Param-” -> value, decoded
 */
GHashTable *
mcp_header_params_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/**
 * mcp_header_params_add:
 * @params: of mcp_header_params_new()
 * @name: of a header field, in any case
 * @value: of that field
 *
 * Adds a field to the params where it is one. Any thread.
 *
 * Returns: %FALSE when the value cannot be decoded
 */
gboolean
mcp_header_params_add (GHashTable *params, const char *name, const char *value)
{
  char *decoded;

  if (g_ascii_strncasecmp (name, PARAM_PREFIX, strlen (PARAM_PREFIX)) != 0)
    return TRUE;

  decoded = mcp_header_value_decode (value);
  if (decoded == NULL)
    return FALSE;
  g_hash_table_replace (params, g_ascii_strdown (name + strlen (PARAM_PREFIX), -1), decoded);
  return TRUE;
}

static void
collect_param (const char *name, const char *value, gpointer user_data)
{
  GHashTable **params = user_data;

  if (*params != NULL && !mcp_header_params_add (*params, name, value))
    g_clear_pointer (params, g_hash_table_unref);
}

/**
 * mcp_header_params_collect:
 * @http: a request
 *
 * Returns: (transfer full) (nullable): as mcp_header_params_new(); %NULL: one cannot be decoded
 */
GHashTable *
mcp_header_params_collect (McpHttpRequest *http)
{
  GHashTable *params = mcp_header_params_new ();

  mcp_http_request_foreach_header (http, collect_param, &params);
  return params;
}
