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

static void
test_matches (void)
{
  g_test_summary ("A URI is told to be a template's by its form");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = g_strescape (cases[i].uri, NULL);

      g_test_message ("%s %s", cases[i].uri_template, shown);
      g_assert_cmpint (mcp_uri_template_matches (cases[i].uri_template, cases[i].uri), ==,
                       cases[i].matches);
    }
}

static void
test_odd_bytes (void)
{
  g_test_summary ("What is no UTF-8 is nobody's");
  g_assert_false (mcp_uri_template_matches ("a://{x}", "a://\xff"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/uri-template/matches", test_matches);
  g_test_add_func ("/gateway/uri-template/odd-bytes", test_odd_bytes);
  return g_test_run ();
}
