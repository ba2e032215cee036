/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "gateway/catalogue/mcp-uri-template.h"

#include <string.h>

/*
 * The first line is a template, the rest a URI. A template without expressions fits itself and
 * nothing else.
 */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const guint8 *end = size > 0 ? memchr (data, '\n', size) : NULL;
  g_autofree char *uri_template = NULL;
  g_autofree char *uri = NULL;
  gboolean matches;
  gsize budget = 1000000;

  if (end == NULL)
    return 0;
  uri_template = g_strndup ((const char *) data, (gsize) (end - data));
  uri = g_strndup ((const char *) end + 1, size - (gsize) (end + 1 - data));
  matches = mcp_uri_template_matches (uri_template, uri, &budget);
  /* it comes out of JSON */
  if (g_utf8_validate (uri_template, -1, NULL) && strpbrk (uri_template, "{}") == NULL &&
      budget > 0)
    g_assert_cmpint (matches, ==, strcmp (uri_template, uri) == 0);
  return 0;
}
