/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-header-value.h"

#include <string.h>

#define BASE64_HEAD "=?base64?"
#define BASE64_TAIL "?="

/* Which member of a method's params the header Mcp-Name repeats. */
static const struct
{
  const char *method;
  const char *param;
} named[] = {
  { "tools/call", "name" },  { "prompts/get", "name" },    { "resources/read", "uri" },
  { "tasks/get", "taskId" }, { "tasks/update", "taskId" }, { "tasks/cancel", "taskId" },
};

/* A header cannot hold the text as it is, or its reader would take it for encoded text. */
static gboolean
needs_encoding (const char *text)
{
  gsize length = strlen (text);

  if (length == 0)
    return FALSE;
  if (g_ascii_isspace (text[0]) || g_ascii_isspace (text[length - 1]) ||
      g_str_has_prefix (text, BASE64_HEAD))
    return TRUE;
  for (gsize i = 0; i < length; i++)
    if ((guchar) text[i] < 0x20 || (guchar) text[i] > 0x7e)
      return TRUE;
  return FALSE;
}

/**
 * mcp_header_value_encode:
 * @text: UTF-8
 *
 * Text that is not plain visible ASCII goes as base64 between “=?base64?” and “?=”. Any thread.
 *
 * Returns: (transfer full): the value of the header
 */
char *
mcp_header_value_encode (const char *text)
{
  g_autofree char *base64 = NULL;

  if (!needs_encoding (text))
    return g_strdup (text);
  base64 = g_base64_encode ((const guchar *) text, strlen (text));
  return g_strconcat (BASE64_HEAD, base64, BASE64_TAIL, NULL);
}

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
 * mcp_header_value_decode:
 * @value: of an Mcp-Name or Mcp-Param header
 *
 * Blanks around the value do not count. A value between “=?base64?” and “?=” is decoded, any other
 * value is the text itself. Any thread.
 *
 * Returns: (transfer full) (nullable): UTF-8; %NULL: the base64 is wrong, or the text is not UTF-8
 */
char *
mcp_header_value_decode (const char *value)
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
 * mcp_header_value_find_name_param:
 * @method: of a request
 *
 * Any thread.
 *
 * Returns: (nullable): the name of the member of the request's params that the header Mcp-Name
 *   repeats; %NULL: the request has no such header
 */
const char *
mcp_header_value_find_name_param (const char *method)
{
  for (gsize i = 0; i < G_N_ELEMENTS (named); i++)
    if (strcmp (method, named[i].method) == 0)
      return named[i].param;
  return NULL;
}
