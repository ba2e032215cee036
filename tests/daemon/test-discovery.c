/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-json.h"
#include "daemon/mcpd-discovery.h"
#include "daemon/mcpd-owner-key.h"
#include "test-dir.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define KEY "0123456789abcdef0123456789abcdef"

static guint
mode_of (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_lstat (path, &info), ==, 0);
  return info.st_mode & 07777;
}

static void
test_json (void)
{
  McpdDiscovery discovery = { "http://127.0.0.1:1/mcp", 42, "2026-11-22T10:20:33.000000Z",
                              "/run/a \"b\"/http.sock", KEY };
  McpdDiscovery bare = { NULL, 42, NULL, "/s", NULL };
  g_autofree char *json = mcpd_discovery_to_json (&discovery);
  g_autofree char *bare_json = mcpd_discovery_to_json (&bare);

  g_test_summary ("The file is one JSON object; what there is not is left out");
  g_assert_cmpstr (json, ==,
                   "{\"url\":\"http://127.0.0.1:1/mcp\",\"pid\":42,"
                   "\"started_at\":\"2026-11-22T10:20:33.000000Z\","
                   "\"socket\":\"/run/a \\\"b\\\"/http.sock\",\"owner_key\":\"" KEY "\"}\n");
  g_assert_cmpstr (bare_json, ==, "{\"pid\":42,\"socket\":\"/s\"}\n");
}

static void
test_write (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_write (dir, "mcp.json", "old", 0644);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  McpdDiscovery discovery = { "u", 1, "t", "s", KEY };
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  char byte[3];

  g_test_summary ("The file is replaced as a whole, and readable by its owner alone");
  g_assert_true (mcpd_discovery_write (&discovery, path, &error));
  g_assert_no_error (error);
  g_assert_cmphex (mode_of (path), ==, 0600);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "{\"url\":\"u\""));

  /* Who opened it before reads the old text to its end. */
  g_assert_cmpint (read (fd, byte, sizeof byte), ==, 3);
  g_assert_cmpmem (byte, 3, "old", 3);
  close (fd);
}

static void
test_key_kept (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *path = test_dir_build (dir, MCPD_OWNER_KEY_FILE);
  g_autoptr (GError) error = NULL;
  g_autofree char *first = mcpd_owner_key_load (path, &error);
  g_autofree char *second = mcpd_owner_key_load (path, &error);

  g_test_summary ("The owner key is made once, private, and survives a restart");
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (first), ==, 32);
  g_assert_cmpuint (strspn (first, "0123456789abcdef"), ==, 32);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmphex (mode_of (path), ==, 0600);
}

static void
test_key_doubtful (void)
{
  static const struct
  {
    const char *text;
    int mode;
  } cases[] = {
    { KEY "\n", 0644 },           { KEY "\n", 0660 }, { "", 0600 },
    { "0123456789abcdef", 0600 }, { KEY "0", 0600 },  { "0123456789ABCDEF0123456789ABCDEF", 0600 },
  };

  g_test_summary ("A key that others could read, or that is none, is replaced");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TestDir) dir = test_dir_new ();
      g_autofree char *path = test_dir_write (dir, "owner-key", cases[i].text, cases[i].mode);
      g_autoptr (GError) error = NULL;
      g_autofree char *key = mcpd_owner_key_load (path, &error);
      g_autofree char *again = mcpd_owner_key_load (path, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (strlen (key), ==, 32);
      g_assert_cmpstr (key, !=, KEY);
      g_assert_cmpstr (key, ==, again);
      g_assert_cmphex (mode_of (path), ==, 0600);
    }
}

static void
test_key_symlink (void)
{
  g_autoptr (TestDir) dir = test_dir_new ();
  g_autofree char *target = test_dir_write (dir, "target", KEY "\n", 0600);
  g_autofree char *path = test_dir_build (dir, MCPD_OWNER_KEY_FILE);
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;

  g_test_summary ("A link is no key file; it is replaced, its target left alone");
  g_assert_cmpint (symlink (target, path), ==, 0);
  key = mcpd_owner_key_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (key, !=, KEY);
  g_assert_false (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_test (target, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/discovery/json", test_json);
  g_test_add_func ("/daemon/discovery/write", test_write);
  g_test_add_func ("/daemon/owner-key/kept", test_key_kept);
  g_test_add_func ("/daemon/owner-key/doubtful", test_key_doubtful);
  g_test_add_func ("/daemon/owner-key/symlink", test_key_symlink);
  return g_test_run ();
}
