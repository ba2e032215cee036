/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-uri-template.h"

static const struct
{
  const char *uri_template;
  const char *uri;
  gboolean matches;
} cases[] = {
  { "test://template/{id}/data", "test://template/123/data", TRUE },
  { "test://template/{id}/data", "test://template/1/2/data", FALSE },
  { "test://template/{id}/data", "test://template/123/data/more", FALSE },
  { "test://template/{id}/data", "xtest://template/123/data", FALSE },
  { "file:///{+path}", "file:///a/b/c.txt", TRUE },
  { "file:///{path}", "file:///a/b", FALSE },
  { "db://x{?table,limit}", "db://x?table=t&limit=3", TRUE },
  { "db://x{?table}", "db://x", TRUE },
  { "db://x{/rest}", "db://x/y/z", TRUE },
  { "db://x{#part}", "db://xanything", TRUE },
  { "plain://a.b", "plain://a.b", TRUE },
  { "plain://a.b", "plain://axb", FALSE }, /* a dot is a dot */
  { "plain://a", "plain://a\n", FALSE },
  { "broken://{id", "broken://1", FALSE },
  { "many://{a}{b}{c}{d}{e}{f}{g}{h}{i}", "many://x", FALSE },
};

static gboolean
matches (const char *uri_template, const char *uri)
{
  gsize budget = 1000000;

  return mcp_uri_template_matches (uri_template, uri, &budget);
}

static void
test_matches (void)
{
  g_test_summary ("A URI is told to be a template's by its form");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = g_strescape (cases[i].uri, NULL);

      g_test_message ("%s %s", cases[i].uri_template, shown);
      g_assert_cmpint (matches (cases[i].uri_template, cases[i].uri), ==, cases[i].matches);
    }
}

static void
test_odd_bytes (void)
{
  g_test_summary ("What is no UTF-8 is nobody's");
  g_assert_false (matches ("a://{x}", "a://\xff"));
}

static void
test_any_choice (void)
{
  g_test_summary ("A literal that stands several times is tried at each place");
  g_assert_true (matches ("{+a}-{b}", "x-y/x-z"));
  g_assert_true (matches ("{a}--{+b}--c", "x--y--z--c"));
  g_assert_true (matches ("{+a}ab{b}ab", "abababab"));
  g_assert_false (matches ("{a}-{b}", "x/y-z/w"));
}

static void
test_bounded (void)
{
  g_autofree char *uri = g_strnfill (8000, 'a');
  gsize budget = 1000000;
  guint n_tried = 0;
  gint64 begin = g_get_monotonic_time ();

  g_test_summary ("Many wild cards take linear time, and no more than the budget");
  while (budget > 0)
    {
      g_assert_false (mcp_uri_template_matches ("{+a}{+b}{+c}{+d}{+e}{+f}{+g}{+h}", uri, &budget) &&
                      n_tried > 1000);
      g_assert_false (mcp_uri_template_matches ("{+a}a{+c}a{+e}b{+g}", uri, &budget));
      n_tried++;
    }
  g_assert_cmpuint (n_tried, >=, 4);
  g_assert_cmpuint (n_tried, <, 100);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 1000000);
}

static void
test_has_scheme (void)
{
  g_test_summary ("Which templates say themselves which scheme their URIs have");
  g_assert_true (mcp_uri_template_has_scheme ("notes://{id}"));
  g_assert_false (mcp_uri_template_has_scheme ("{+any}"));
  g_assert_false (mcp_uri_template_has_scheme ("{scheme}://x"));
  g_assert_false (mcp_uri_template_has_scheme ("x"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/uri-template/matches", test_matches);
  g_test_add_func ("/gateway/uri-template/odd-bytes", test_odd_bytes);
  g_test_add_func ("/gateway/uri-template/any-choice", test_any_choice);
  g_test_add_func ("/gateway/uri-template/bounded", test_bounded);
  g_test_add_func ("/gateway/uri-template/has-scheme", test_has_scheme);
  return g_test_run ();
}
