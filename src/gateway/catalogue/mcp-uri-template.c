/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whether a URI can be an expansion of a URI template (RFC 6570), told without going back:
 * literal by literal, with the set of all places in the URI where the part before may end. The
 * time is linear in the URI for each expression and for each literal byte, and the caller says
 * how much of it there is.
 */
#include "gateway/catalogue/mcp-uri-template.h"

#include <string.h>

/* What an expression may stand for (RFC 6570 section 3.2). */
typedef struct
{
  const char *first; /* one of these must begin the text, unless that is empty; "" for any */
  const char *never; /* none of these is in there */
} Expansion;

/* Reserved and fragment expansion may hold anything, the others no slash but for the one that a
 * path form begins with. */
static Expansion
get_expansion (char operator)
{
  switch (operator)
    {
    case '+':
    case '#':
      return (Expansion){ "", "" };
    case '/':
      return (Expansion){ "/", "?#" };
    case '?':
    case '&':
      return (Expansion){ "?&", "#" };
    default:
      return (Expansion){ "", "/?#" };
    }
}

static gboolean
is_one_of (char byte, const char *bytes)
{
  return strchr (bytes, byte) != NULL;
}

/* From each place, all places that the expansion can end at; the set has one entry for each
 * byte of the URI, and one for its end. */
static void
expand (guint8 *places, const char *uri, gsize length, Expansion expansion)
{
  gboolean inside = FALSE;

  for (gsize i = 0; i <= length; i++)
    {
      gboolean begins = places[i] != 0;

      places[i] = begins || inside;
      if (i == length)
        break;
      inside = (inside ||
                (begins && (*expansion.first == '\0' || is_one_of (uri[i], expansion.first)))) &&
               !is_one_of (uri[i], expansion.never);
    }
}

/* Keeps the places where the literal stands, moved to its end. */
static void
pass_literal (guint8 *places, const char *uri, gsize length, const char *literal, gsize n)
{
  if (n == 0)
    return;
  for (gsize i = length + 1; i-- > 0;)
    places[i] = i >= n && places[i - n] != 0 && uri[i - n] == *literal &&
                memcmp (uri + i - n, literal, n) == 0;
}

static gboolean
take_budget (gsize *budget, gsize cost)
{
  if (*budget < cost)
    {
      *budget = 0;
      return FALSE;
    }
  *budget -= cost;
  return TRUE;
}

/* The literal in front and the one at the end are looked at before anything else: nearly every
 * template differs there. */
static gboolean
ends_fit (const char *uri_template, const char *uri, gsize length)
{
  gsize n_first = strcspn (uri_template, "{");
  const char *end = strrchr (uri_template, '}');
  gsize n_last = end != NULL ? strlen (end + 1) : 0;

  return n_first <= length && memcmp (uri, uri_template, n_first) == 0 && n_last <= length &&
         (end == NULL || memcmp (uri + length - n_last, end + 1, n_last) == 0);
}

static gboolean
match_rest (guint8 *places, const char *uri_template, const char *uri, gsize length, gsize *budget)
{
  guint n_expressions = 0;
  const char *at = uri_template;

  for (;;)
    {
      gsize n = strcspn (at, "{");

      if (!take_budget (budget, (length + 1) * (1 + n / 16)))
        return FALSE;
      pass_literal (places, uri, length, at, n);
      at += n;
      if (*at == '\0')
        return places[length] != 0;
      if (strchr (at, '}') == NULL || ++n_expressions > MCP_URI_TEMPLATE_MAX_EXPRESSIONS ||
          !take_budget (budget, length + 1))
        return FALSE;
      expand (places, uri, length, get_expansion (at[1]));
      at = strchr (at, '}') + 1;
    }
}

/**
 * mcp_uri_template_matches:
 * @uri_template: as a server lists it (RFC 6570)
 * @uri: any text
 * @budget: (inout): how many steps may be taken, about a nanosecond each; what is left of them
 *
 * Whether the URI can be an expansion of the template, as far as its form tells. A template that
 * makes no sense matches nothing, and so does one that the budget does not reach for. Any
 * thread.
 *
 * Returns: whether the URI matches
 */
gboolean
mcp_uri_template_matches (const char *uri_template, const char *uri, gsize *budget)
{
  gsize length = strlen (uri);
  g_autofree guint8 *places = NULL;

  if (!take_budget (budget, 16) || !ends_fit (uri_template, uri, length))
    return FALSE;
  if (!take_budget (budget, length) || !g_utf8_validate (uri, -1, NULL))
    return FALSE;

  places = g_new0 (guint8, length + 1);
  places[0] = 1;
  return match_rest (places, uri_template, uri, length, budget);
}

/**
 * mcp_uri_template_has_scheme:
 * @uri_template: as a server lists it
 *
 * Any thread.
 *
 * Returns: whether the template itself says which scheme its URIs have
 */
gboolean
mcp_uri_template_has_scheme (const char *uri_template)
{
  return uri_template[strcspn (uri_template, "{:")] == ':';
}
