/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a request of 2026-07-28 says in headers as well (basic/transports/streamable-http,
 * "Standard Request Headers", "Custom Headers from Tool Parameters").
 */
#include "http/mcp/mcp-header-params.h"

#include <string.h>

#define BASE64_HEAD  "=?base64?"
#define BASE64_TAIL  "?="
#define PARAM_PREFIX "mcp-param-"

/* Strict, as GLib's decoder is not: RFC 4648 section 3.3 and 3.5. */
static gboolean
is_base64 (const char *text, gsize length)
{
  gsize padding = 0;

  if (length % 4 != 0)
    return FALSE;
  while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
    padding++;
  for (gsize i = 0; i < length - padding; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '+' && text[i] != '/')
      return FALSE;
  return TRUE;
}

static char *
decode_base64 (const char *text, gsize length)
{
  g_autofree char *encoded = g_strndup (text, length);
  g_autofree guchar *bytes = NULL;
  gsize n_bytes;

  if (!is_base64 (text, length))
    return NULL;
  bytes = g_base64_decode (encoded, &n_bytes);
  if (!g_utf8_validate ((const char *) bytes, (gssize) n_bytes, NULL))
    return NULL;
  return g_strndup ((const char *) bytes, n_bytes);
}

/**
 * mcp_header_params_decode:
 * @value: of an Mcp-Name or Mcp-Param header
 *
 * A value is taken literally but for blanks around it, unless it is all between “=?base64?” and
 * “?=”. Any thread.
 *
 * Returns: (transfer full) (nullable): UTF-8; %NULL: what is in between is no base64, or no UTF-8
 */
char *
mcp_header_params_decode (const char *value)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (value));
  gsize length = strlen (trimmed);
  gsize head = strlen (BASE64_HEAD);
  gsize tail = strlen (BASE64_TAIL);

  if (length >= head + tail && g_str_has_prefix (trimmed, BASE64_HEAD) &&
      g_str_has_suffix (trimmed, BASE64_TAIL))
    return decode_base64 (trimmed + head, length - head - tail);
  return g_utf8_validate (trimmed, -1, NULL) ? g_steal_pointer (&trimmed) : NULL;
}

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
      decoded = mcp_header_params_decode (value);
      if (decoded == NULL)
        return NULL;
      g_hash_table_replace (params, g_ascii_strdown (name + strlen (PARAM_PREFIX), -1), decoded);
    }
  return g_steal_pointer (&params);
}
