/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"

/*
 * Gives each file of a folder to a fuzz target once, so that what was ever
 * found stays found without a fuzzer: fuzz-replay NAME FOLDER.
 */

static void
test_seed (gconstpointer user_data)
{
  const char *path = user_data;
  g_autofree char *contents = NULL;
  g_autofree guint8 *exact = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_file_get_contents (path, &contents, &size, &error);
  g_assert_no_error (error);
  /* A copy without the zero behind it, so that a sanitizer sees one step too far. */
  exact = g_memdup2 (contents, size);
  g_assert_cmpint (LLVMFuzzerTestOneInput (exact, size), ==, 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint n_seeds = 0;

  g_test_init (&argc, &argv, NULL);
  if (argc != 3)
    {
      g_printerr ("Usage: %s NAME FOLDER\n", argv[0]);
      return 2;
    }

  dir = g_dir_open (argv[2], 0, &error);
  if (dir == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *test_path = g_strdup_printf ("/fuzz/%s/%s", argv[1], name);

      g_test_add_data_func_full (test_path, g_build_filename (argv[2], name, NULL), test_seed,
                                 g_free);
      n_seeds++;
    }
  if (n_seeds == 0)
    {
      g_printerr ("%s: no seeds\n", argv[2]);
      return 1;
    }
  return g_test_run ();
}
