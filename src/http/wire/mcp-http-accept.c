/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/wire/mcp-http-accept.h"

#include <libsoup/soup.h>
#include <string.h>

/* Whether a media range, such as “text/”, a star or a full name, covers a type. */
static gboolean
covers (const char *range, const char *type)
{
  gsize length = strcspn (range, ",; \t");
  gsize group = strcspn (type, "/") + 1;

  if (length == 3 && strncmp (range, "*/*", 3) == 0)
    return TRUE;
  if (length == group + 1 && range[group] == '*')
    return g_ascii_strncasecmp (range, type, group) == 0;
  return length == strlen (type) && g_ascii_strncasecmp (range, type, length) == 0;
}

/* A list without parameters, as nearly all are. */
static gboolean
is_plain (const char *accept)
{
  return strpbrk (accept, ";\"\\") == NULL;
}

static gboolean
plain_allows (const char *accept, const char *type)
{
  const char *range = accept + strspn (accept, ", \t");

  while (*range != '\0')
    {
      if (covers (range, type))
        return TRUE;
      range += strcspn (range, ",");
      range += strspn (range, ", \t");
    }
  return FALSE;
}

/**
 * mcp_http_accept_allows:
 * @accept: (nullable): what a request's Accept says; %NULL: there is none, and all types are
 * allowed
 * @type: a media type
 *
 * Reads an Accept field (RFC 9110 section 12.5.1). Types with the weight 0 are not allowed. Any
 * thread.
 *
 * Returns: whether the client takes @type
 */
gboolean
mcp_http_accept_allows (const char *accept, const char *type)
{
  GSList *ranges;
  gboolean allowed = FALSE;

  if (accept == NULL)
    return TRUE;
  if (is_plain (accept))
    return plain_allows (accept, type);

  ranges = soup_header_parse_quality_list (accept, NULL);
  for (GSList *l = ranges; l != NULL && !allowed; l = l->next)
    allowed = covers (l->data, type);
  soup_header_free_list (ranges);
  return allowed;
}
