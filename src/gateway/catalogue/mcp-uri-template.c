/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-uri-template.h"

#include <string.h>

/* Expressions that a template may have here: more than one would write, few enough to be quick. */
#define MAX_EXPRESSIONS 8

/* The regular expression's counterpart of an expression (RFC 6570 section 3.2): reserved and
 * fragment expansion may hold anything, the others no slash but for the path form's own. */
static const char *
counterpart (char operator)
{
  switch (operator)
    {
    case '+':
    case '#':
      return ".*";
    case '/':
      return "(?:/[^?#]*)?";
    case '?':
    case '&':
      return "(?:[?&][^#]*)?";
    default:
      return "[^/?#]*";
    }
}

static char *
build_pattern (const char *uri_template)
{
  g_autoptr (GString) pattern = g_string_new ("\\A");
  guint n_expressions = 0;
  const char *at = uri_template;

  while (*at != '\0')
    {
      gsize plain = strcspn (at, "{");
      g_autofree char *escaped = g_regex_escape_string (at, (int) plain);
      const char *end;

      g_string_append (pattern, escaped);
      at += plain;
      if (*at == '\0')
        break;
      end = strchr (at, '}');
      if (end == NULL || ++n_expressions > MAX_EXPRESSIONS)
        return NULL;
      g_string_append (pattern, counterpart (at[1]));
      at = end + 1;
    }
  g_string_append (pattern, "\\z");
  return g_string_free (g_steal_pointer (&pattern), FALSE);
}

/**
 * mcp_uri_template_matches:
 * @uri_template: as a server lists it (RFC 6570)
 * @uri: any
 *
 * Whether the URI can be an expansion of the template, as far as its form tells.
 * A template that makes no sense matches nothing. Any thread.
 *
 * Returns: whether it matches
 */
gboolean
mcp_uri_template_matches (const char *uri_template, const char *uri)
{
  g_autofree char *pattern = build_pattern (uri_template);
  g_autoptr (GRegex) regex = NULL;

  if (pattern == NULL || !g_utf8_validate (uri, -1, NULL))
    return FALSE;

  regex = g_regex_new (pattern, G_REGEX_DOTALL, 0, NULL);
  return regex != NULL && g_regex_match (regex, uri, 0, NULL);
}
