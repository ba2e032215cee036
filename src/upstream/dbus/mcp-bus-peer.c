/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who is behind a connection of the bus. The bus has asked the kernel when the program connected;
 * the rest is read below /proc, by a thread: the root of a process may lie on any file system.
 */
#include "upstream/dbus/mcp-bus-peer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of .flatpak-info, which has a few hundred bytes. */
#define MAX_INFO_BYTES (64 * 1024)

static char *
read_exe (guint pid)
{
  g_autofree char *link = g_strdup_printf ("/proc/%u/exe", pid);

  return g_file_read_link (link, NULL);
}

/* Returns: (nullable): the contents, if it is a plain file of a sensible size */
static char *
read_file (const char *path, gsize *length)
{
  g_autofree char *text = g_malloc (MAX_INFO_BYTES);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  struct stat info;
  ssize_t n_read = -1;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    n_read = read (fd, text, MAX_INFO_BYTES);
  close (fd);
  if (n_read < 0)
    return NULL;
  *length = (gsize) n_read;
  return g_steal_pointer (&text);
}

/* flatpak-metadata(5): every Flatpak has this file at its root. A file that cannot be read as one
   still says that there is a sandbox. */
static char *
read_sandbox (guint pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/root/.flatpak-info", pid);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  char *id = NULL;
  gsize length = 0;

  text = read_file (path, &length);
  if (text == NULL)
    return NULL;
  if (g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, NULL))
    id = g_key_file_get_string (file, "Application", "name", NULL);
  return id != NULL ? id : g_strdup ("unknown");
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  McpServerPeer *peer = mcp_server_peer_copy (task_data);

  if (peer->pid != 0)
    {
      peer->exe = read_exe (peer->pid);
      peer->sandbox = read_sandbox (peer->pid);
    }
  g_task_return_pointer (task, peer, (GDestroyNotify) mcp_server_peer_free);
}

static void
told_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) facts = NULL;
  McpServerPeer *peer;

  if (reply == NULL)
    {
      g_dbus_error_strip_remote_error (error);
      g_task_return_error (task, error);
      return;
    }
  peer = g_new0 (McpServerPeer, 1);
  facts = g_variant_get_child_value (reply, 0);
  g_variant_lookup (facts, "ProcessID", "u", &peer->pid);
  g_variant_lookup (facts, "UnixUserID", "u", &peer->uid);
  g_task_set_task_data (task, peer, (GDestroyNotify) mcp_server_peer_free);
  g_task_run_in_thread (task, read_in_thread);
}

/**
 * mcp_bus_peer_ask_async:
 * @connection: a connection to the bus
 * @name: of another connection
 * @cancellable: (nullable): withdraws the question
 * @callback: (scope async): when it is known
 * @user_data: for @callback
 *
 * Asks which process is behind a connection. There is no time-out: the bus answers from memory.
 */
void
mcp_bus_peer_ask_async (GDBusConnection *connection,
                        const char *name,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, mcp_bus_peer_ask_async);
  g_dbus_connection_call (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "GetConnectionCredentials", g_variant_new ("(s)", name), G_VARIANT_TYPE ("(a{sv})"),
      G_DBUS_CALL_FLAGS_NONE, G_MAXINT, cancellable, told_cb, g_steal_pointer (&task));
}

/**
 * mcp_bus_peer_ask_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: of the bus, where the connection has gone; %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full) (nullable): the process
 */
McpServerPeer *
mcp_bus_peer_ask_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mcp_bus_peer_ask_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
