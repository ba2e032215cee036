/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/request/mcp-http-query.h"

#include "common/mcp-error.h"

#include <string.h>

/* Returns: (transfer full) (nullable): a part of a query, decoded; NULL: it is malformed */
static char *
decode (const char *text, gsize length)
{
  char *decoded = g_uri_unescape_segment (text, text + length, NULL);

  /* Escaped bytes may be anything. */
  if (decoded != NULL && !g_utf8_validate (decoded, -1, NULL))
    g_clear_pointer (&decoded, g_free);
  return decoded;
}

/* Where the parameters go. */
typedef struct
{
  McpHttpQueryFunc set;
  gpointer target;
} Reader;

static gboolean
read_parameter (const Reader *reader, const char *parameter, GHashTable *seen, GError **error)
{
  gsize n_key = strcspn (parameter, "=");
  gboolean has_value = parameter[n_key] == '=';
  const char *raw_value = parameter + n_key + (has_value ? 1 : 0);
  char *key = decode (parameter, n_key);
  g_autofree char *value = decode (raw_value, strlen (raw_value));

  if (key == NULL || value == NULL || !has_value || !g_hash_table_add (seen, key))
    {
      if (key == NULL || value == NULL || !has_value)
        g_free (key);
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                           "The query must be key=value, joined by “&”, each key once");
      return FALSE;
    }

  return reader->set (key, value, reader->target, error);
}

/**
 * mcp_http_query_read:
 * @query: (nullable): what follows the “?”, as it was sent
 * @set: called for each parameter, in order
 * @target: for @set
 * @error: return location
 *
 * Reads the parameters of a request, which have a key and a value each.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, also for a key given twice; those of @set.
 *
 * Returns: whether the query is well-formed and @set took all of it
 */
gboolean
mcp_http_query_read (const char *query, McpHttpQueryFunc set, gpointer target, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const Reader reader = { set, target };
  g_auto (GStrv) parameters = NULL;

  if (query == NULL || *query == '\0')
    return TRUE;

  parameters = g_strsplit (query, "&", -1);
  for (guint i = 0; parameters[i] != NULL; i++)
    if (!read_parameter (&reader, parameters[i], seen, error))
      return FALSE;
  return TRUE;
}
