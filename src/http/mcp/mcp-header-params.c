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
 * mcp_header_params_collect_params:
 * @headers: of a request
 *
 * Returns: (transfer full) (nullable): lower-case name without “Mcp-Param-” -> value, decoded;
 * %NULL: one cannot be decoded
 */
GHashTable *
mcp_header_params_collect_params (SoupMessageHeaders *headers)
{
  g_autoptr (GHashTable) params = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      char *decoded;

      if (g_ascii_strncasecmp (name, PARAM_PREFIX, strlen (PARAM_PREFIX)) != 0)
        continue;
      decoded = mcp_header_value_decode (value);
      if (decoded == NULL)
        return NULL;
      g_hash_table_replace (params, g_ascii_strdown (name + strlen (PARAM_PREFIX), -1), decoded);
    }
  return g_steal_pointer (&params);
}
