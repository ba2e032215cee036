/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-keyed-hash.h"

#include <string.h>

static void
test_same (void)
{
  g_autofree char *copy = g_strdup ("a name of more than eight bytes");

  g_test_summary ("Equal texts have equal hashes, wherever they lie");
  g_assert_cmpuint (mcp_keyed_hash_str (copy), ==,
                    mcp_keyed_hash_str ("a name of more than eight bytes"));
  g_assert_cmpuint (mcp_keyed_hash_str (""), ==, mcp_keyed_hash_str (copy + strlen (copy)));
}

static void
test_spread (void)
{
  g_autoptr (GHashTable) hashes = g_hash_table_new (NULL, NULL);
  char name[25];

  g_test_summary ("Texts that g_str_hash() cannot tell apart have hashes of their own");
  /* “ab” and “bA” are one to g_str_hash(), and so is every row of them */
  for (guint i = 0; i < 4096; i++)
    {
      for (guint bit = 0; bit < 12; bit++)
        memcpy (name + 2 * bit, (i >> bit & 1) != 0 ? "ab" : "bA", 2);
      name[24] = '\0';
      g_assert_cmpuint (g_str_hash (name), ==, g_str_hash ("bAbAbAbAbAbAbAbAbAbAbAbA"));
      g_hash_table_add (hashes, GUINT_TO_POINTER (mcp_keyed_hash_str (name)));
    }
  g_assert_cmpuint (g_hash_table_size (hashes), >, 4090);
}

static void
test_lengths (void)
{
  g_autoptr (GHashTable) hashes = g_hash_table_new (NULL, NULL);
  const char zeros[64] = { 0 };

  g_test_summary ("The length counts: bytes of zero are bytes");
  for (guint i = 0; i <= sizeof zeros; i++)
    g_hash_table_add (hashes, GUINT_TO_POINTER ((guint) mcp_keyed_hash (zeros, i)));
  g_assert_cmpuint (g_hash_table_size (hashes), ==, sizeof zeros + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/common/keyed-hash/same", test_same);
  g_test_add_func ("/common/keyed-hash/spread", test_spread);
  g_test_add_func ("/common/keyed-hash/lengths", test_lengths);
  return g_test_run ();
}
