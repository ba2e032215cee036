/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/secrets/mcp-secret-store.h"

#include "mcp-test-await.h"

#include <glib/gstdio.h>
#include <string.h>

#define KEYRING  "gnome-keyring-daemon"
#define SECRETS  "org.freedesktop.secrets"
#define PASSWORD "of the keyring"

typedef struct
{
  char *directory;
  McpSecretStore *store;
  GAsyncResult *result;
  GTestDBus *bus;       /* (nullable) */
  GSubprocess *keyring; /* (nullable) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("secrets-XXXXXX", NULL);
  fixture->store = mcp_secret_store_new (fixture->directory, FALSE);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GSubprocess) rm =
      g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-rf", path, NULL);

  g_assert_true (g_subprocess_wait_check (rm, NULL, NULL));
}

static void
stop_keyring (Fixture *fixture)
{
  if (fixture->keyring == NULL)
    return;
  g_subprocess_force_exit (fixture->keyring);
  g_subprocess_wait (fixture->keyring, NULL, NULL);
  g_clear_object (&fixture->keyring);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  /* A thread may hold the store for a moment longer. */
  AWAIT (G_OBJECT (fixture->store)->ref_count == 1);
  g_assert_finalize_object (fixture->store);
  stop_keyring (fixture);
  if (fixture->bus != NULL)
    {
      g_test_dbus_down (fixture->bus);
      g_assert_finalize_object (fixture->bus);
      g_setenv ("DBUS_SESSION_BUS_ADDRESS", "disabled:", TRUE);
    }
  remove_tree (fixture->directory);
  g_free (fixture->directory);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->result = g_object_ref (result);
}

static GAsyncResult *
await (Fixture *fixture)
{
  AWAIT (fixture->result != NULL);
  return g_steal_pointer (&fixture->result);
}

static gboolean
set (Fixture *fixture, const char *name, const char *value, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  mcp_secret_store_set_async (fixture->store, MCP_SECRET_KIND_SECRET, name, "A secret", value, NULL,
                              done_cb, fixture);
  result = await (fixture);
  return mcp_secret_store_set_finish (fixture->store, result, error);
}

static void
assert_set (Fixture *fixture, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  set (fixture, name, value, &error);
  g_assert_no_error (error);
}

static char *
look_up (Fixture *fixture, McpSecretKind kind, const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  mcp_secret_store_look_up_async (fixture->store, kind, name, NULL, done_cb, fixture);
  result = await (fixture);
  return mcp_secret_store_look_up_finish (fixture->store, result, error);
}

static void
assert_value (Fixture *fixture, const char *name, const char *expected)
{
  g_autoptr (GError) error = NULL;
  char *value = look_up (fixture, MCP_SECRET_KIND_SECRET, name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, expected);
  mcp_secret_free (value);
}

static void
remove_secret (Fixture *fixture, const char *name)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mcp_secret_store_remove_async (fixture->store, MCP_SECRET_KIND_SECRET, name, NULL, done_cb,
                                 fixture);
  result = await (fixture);
  g_assert_true (mcp_secret_store_remove_finish (fixture->store, result, &error));
  g_assert_no_error (error);
}

static char *
list (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  mcp_secret_store_list_async (fixture->store, MCP_SECRET_KIND_SECRET, NULL, done_cb, fixture);
  result = await (fixture);
  names = mcp_secret_store_list_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  return g_strjoinv (",", names);
}

static void
go_through_life (Fixture *fixture)
{
  g_autofree char *both = NULL;
  g_autofree char *none = NULL;

  assert_value (fixture, "key", NULL);
  assert_set (fixture, "key", "first");
  assert_set (fixture, "key", "zweites: ä\n");
  assert_set (fixture, "another", "");
  assert_value (fixture, "key", "zweites: ä\n");
  both = list (fixture);
  g_assert_cmpstr (both, ==, "another,key");
  g_assert_null (look_up (fixture, MCP_SECRET_KIND_GRANT, "key", NULL));
  remove_secret (fixture, "key");
  remove_secret (fixture, "key");
  remove_secret (fixture, "another");
  assert_value (fixture, "key", NULL);
  none = list (fixture);
  g_assert_cmpstr (none, ==, "");
}

static char *
build_file (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->directory, "secrets", name, NULL);
}

static void
test_files (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Without a keyring, secrets live and end in files");
  go_through_life (fixture);
  g_assert_false (mcp_secret_store_has_keyring (fixture->store));
}

static void
test_private (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = build_file (fixture, "secret.key");
  g_autofree char *directory = build_file (fixture, "");
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  g_test_summary ("Nobody else can read a file, and one that others could read is refused");
  g_assert_true (set (fixture, "key", "value", NULL));
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (directory, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  g_assert_null (look_up (fixture, MCP_SECRET_KIND_SECRET, "key", &error));
  g_assert_error (error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "chmod 600"));
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  static const char *const wrong[] = { "", "a b", "../x", "a/b", "a.b", "ä", NULL };
  g_autofree char *longest = g_strnfill (128, 'x');
  g_autofree char *too_long = g_strnfill (129, 'x');
  g_autofree char *too_large = g_strnfill (MCP_SECRET_MAX_VALUE_BYTES + 1, 'x');

  g_test_summary ("What is no name, or too large, is refused");
  for (gsize i = 0; wrong[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (set (fixture, wrong[i], "value", &error));
      g_assert_error (error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_INVALID);
    }
  g_assert_true (mcp_secret_is_name (longest));
  g_assert_false (mcp_secret_is_name (too_long));
  g_assert_false (set (fixture, "key", too_large, NULL));
  too_large[MCP_SECRET_MAX_VALUE_BYTES] = '\0';
  g_assert_true (set (fixture, "key", too_large, NULL));
  assert_value (fixture, "key", too_large);
}

/* The keyring of GNOME on a bus of its own */

static void
appeared_cb (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
await_name (void)
{
  gboolean is_there = FALSE;
  guint watch = g_bus_watch_name (G_BUS_TYPE_SESSION, SECRETS, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                  appeared_cb, NULL, &is_there, NULL);

  AWAIT (is_there);
  g_bus_unwatch_name (watch);
}

static void
start_keyring (Fixture *fixture)
{
  g_autofree char *control = g_strdup_printf ("--control-directory=%s", fixture->directory);
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                 G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;

  /* Warnings of the keyring are its own affair. */
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", fixture->directory, TRUE);
  fixture->keyring = g_subprocess_launcher_spawn (
      launcher, &error, KEYRING, "--foreground", "--unlock", "--components=secrets", control, NULL);
  g_assert_no_error (error);
  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (fixture->keyring),
                                            PASSWORD, strlen (PASSWORD), NULL, NULL, NULL));
  g_assert_true (
      g_output_stream_close (g_subprocess_get_stdin_pipe (fixture->keyring), NULL, NULL));
  await_name ();
}

static gboolean
start_bus (Fixture *fixture)
{
  g_autofree char *program = g_find_program_in_path (KEYRING);

  if (program == NULL)
    {
      g_test_skip (KEYRING " is not installed");
      return FALSE;
    }
  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  return TRUE;
}

static void
lock_keyring (void)
{
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      connection, SECRETS, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service", "Lock",
      g_variant_new_parsed ("([objectpath '/org/freedesktop/secrets/aliases/default'],)"), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
}

static void
test_keyring (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = build_file (fixture, "secret.key");

  g_test_summary ("Where there is a keyring, secrets live and end there");
  if (!start_bus (fixture))
    return;
  start_keyring (fixture);
  go_through_life (fixture);
  g_assert_true (mcp_secret_store_has_keyring (fixture->store));
  g_assert_true (set (fixture, "key", "value", NULL));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_moved (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = build_file (fixture, "secret.key");

  g_test_summary ("A secret of a time without a keyring is found, and moves when it is set again");
  if (!start_bus (fixture))
    return;
  g_assert_true (set (fixture, "key", "of the file", NULL));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  start_keyring (fixture);
  assert_value (fixture, "key", "of the file");
  g_assert_true (set (fixture, "key", "of the keyring", NULL));
  assert_value (fixture, "key", "of the keyring");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) read_error = NULL;
  g_autoptr (GError) write_error = NULL;

  g_test_summary ("A locked keyring is an error of its own, and nobody is asked");
  if (!start_bus (fixture))
    return;
  start_keyring (fixture);
  g_assert_true (set (fixture, "key", "value", NULL));
  lock_keyring ();
  g_assert_null (look_up (fixture, MCP_SECRET_KIND_SECRET, "key", &read_error));
  g_assert_error (read_error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_LOCKED);
  g_assert_false (set (fixture, "key", "value", &write_error));
  g_assert_error (write_error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_LOCKED);
  assert_value (fixture, "unknown", NULL);
}

static void
test_ended (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A keyring that ends and comes back is used again");
  if (!start_bus (fixture))
    return;
  start_keyring (fixture);
  g_assert_true (set (fixture, "key", "value", NULL));
  stop_keyring (fixture);
  start_keyring (fixture);
  assert_value (fixture, "key", "value");
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who gives up is told so");
  g_cancellable_cancel (cancellable);
  mcp_secret_store_look_up_async (fixture->store, MCP_SECRET_KIND_SECRET, "key", cancellable,
                                  done_cb, fixture);
  result = await (fixture);
  g_assert_null (mcp_secret_store_look_up_finish (fixture->store, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, test) \
  g_test_add ("/upstream/secrets/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("files", test_files);
  ADD ("private", test_private);
  ADD ("names", test_names);
  ADD ("cancelled", test_cancelled);
  ADD ("keyring", test_keyring);
  ADD ("moved", test_moved);
  ADD ("locked", test_locked);
  ADD ("ended", test_ended);
#undef ADD

  return g_test_run ();
}
