/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What servers listed, over restarts of the daemon.
 */
#include "gateway-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define ONE "[{\"name\":\"a\",\"inputSchema\":{\"x\":1.0}}]"
#define TWO "[{\"name\":\"b\",\"inputSchema\":{}}]"

static char *directory;

/* Whether it is gone: what is being written may come into it meanwhile. */
static gboolean
remove_directory (void)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_unlink (path);
    }
  return g_rmdir (directory) == 0 || !g_file_test (directory, G_FILE_TEST_EXISTS);
}

static void
setup (Fixture *f, gconstpointer data)
{
  g_autofree char *base = g_dir_make_tmp ("mcp-cache-XXXXXX", NULL);

  g_assert_nonnull (base);
  directory = g_steal_pointer (&base);
  fixture_setup (f, data);
  mcp_gateway_set_cache (f->gateway, directory);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  fixture_teardown (f, data);
  AWAIT (remove_directory ());
  g_clear_pointer (&directory, g_free);
}

static guint
count_files (void)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  guint count = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    count += g_str_has_suffix (name, ".json");
  return count;
}

static char *
find_file (void)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);

  return g_build_filename (directory, g_dir_read_name (dir), NULL);
}

/* A new file is there before it is whole. */
static gboolean
is_kept_with (const char *part)
{
  g_autofree char *path = count_files () == 1 ? find_file () : NULL;
  g_autofree char *text = NULL;

  return path != NULL && g_file_get_contents (path, &text, NULL, NULL) &&
         g_str_has_suffix (text, "}\n") && strstr (text, part) != NULL;
}

static gboolean
is_kept (void)
{
  return is_kept_with ("");
}

/* How often a name is in the list of the moment. */
static guint
count_tool (Fixture *f, const char *name)
{
  g_autofree char *names = fixture_list (f, f->session);

  return strstr (names, name) != NULL;
}

/* The same servers behind another daemon; what it starts is in f->providers. */
static void
restart (Fixture *f)
{
  g_autofree char *kept = g_steal_pointer (&directory);

  fixture_teardown (f, NULL);
  directory = g_steal_pointer (&kept);
  fixture_setup (f, NULL);
  mcp_gateway_set_cache (f->gateway, directory);
}

static void
test_list_is_there_at_once (Fixture *f, gconstpointer data)
{
  g_autofree char *names = NULL;
  g_autofree char *again = NULL;
  g_autofree char *renewed = NULL;

  g_test_summary (
      "After a restart the list is the one that is kept, without waiting for the server; "
      "that is asked again in the background");
  fixture_add_server (f, "z", ONE);
  fixture_apply (f);
  names = fixture_list (f, f->session);
  g_assert_cmpstr (names, ==, "z__a");
  AWAIT (is_kept ());

  restart (f);
  fixture_add_server (f, "z", TWO);
  g_hash_table_add (f->silent, (gpointer) "z");
  fixture_apply (f);
  again = fixture_list (f, f->session);
  g_assert_cmpstr (again, ==, "z__a");
  g_assert_cmpuint (f->providers->len, ==, 1);
  mcp_fake_provider_set_silent (fixture_provider (f, "z"), FALSE);
  AWAIT (count_tool (f, "z__b") == 1);
  renewed = fixture_list (f, f->session);
  g_assert_cmpstr (renewed, ==, "z__b");
}

static void
test_running_server_counts (Fixture *f, gconstpointer data)
{
  g_autofree char *names = NULL;

  g_test_summary ("When the server runs, what it lists then counts, and is kept");
  fixture_add_server (f, "z", ONE);
  fixture_apply (f);
  names = fixture_list (f, f->session);
  AWAIT (is_kept ());

  restart (f);
  fixture_add_server (f, "z", TWO);
  fixture_apply (f);
  AWAIT (count_tool (f, "z__b") == 1);
  AWAIT (is_kept_with ("\"b\""));
}

static void
test_spoilt_file_is_passed_over (Fixture *f, gconstpointer data)
{
  g_autofree char *names = NULL;
  g_autofree char *path = NULL;

  g_test_summary ("A file that makes no sense is as good as none");
  fixture_add_server (f, "z", ONE);
  fixture_apply (f);
  names = fixture_list (f, f->session);
  AWAIT (is_kept ());
  path = find_file ();
  g_assert_true (g_file_set_contents (path, "{\"tools\":[", -1, NULL));

  restart (f);
  fixture_add_server (f, "z", TWO);
  fixture_apply (f);
  g_free (names);
  names = fixture_list (f, f->session);
  g_assert_cmpstr (names, ==, "z__b");
}

static void
test_forgotten_with_its_server (Fixture *f, gconstpointer data)
{
  g_autofree char *names = NULL;

  g_test_summary ("Nothing is kept of a server that is not configured any more");
  fixture_add_server (f, "z", ONE);
  fixture_apply (f);
  names = fixture_list (f, f->session);
  AWAIT (is_kept ());
  g_ptr_array_set_size (f->configs, 0);
  fixture_apply (f);
  AWAIT (count_files () == 0);
}

#define ADD(name, func) \
  g_test_add ("/gateway/listing-cache/" name, Fixture, NULL, setup, func, teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("list-is-there-at-once", test_list_is_there_at_once);
  ADD ("running-server-counts", test_running_server_counts);
  ADD ("spoilt-file-is-passed-over", test_spoilt_file_is_passed_over);
  ADD ("forgotten-with-its-server", test_forgotten_with_its_server);
  return g_test_run ();
}
