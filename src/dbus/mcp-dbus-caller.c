/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-caller.h"

static void
got_pid_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  guint32 pid = 0;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (reply != NULL)
    g_variant_get (reply, "(u)", &pid);
  else
    g_debug ("The bus does not tell a caller's process: %s", error->message);

  g_task_return_int (task, pid <= G_MAXINT ? (gssize) pid : 0);
}

/**
 * mcp_dbus_caller_lookup_async:
 * @invocation: a call
 * @callback: called when the bus has answered
 * @user_data: for @callback
 *
 * Asks the bus which process called. There is no time-out: the bus answers from memory, and behind
 * what else has come from there; the time-outs of thousands of questions would end in one turn.
 * Main context only.
 */
void
mcp_dbus_caller_lookup_async (GDBusMethodInvocation *invocation,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (invocation, NULL, callback, user_data);
  const char *sender = g_dbus_method_invocation_get_sender (invocation);

  g_task_set_source_tag (task, mcp_dbus_caller_lookup_async);
  if (sender == NULL) /* a connection without a bus */
    {
      g_task_return_int (task, 0);
      return;
    }

  g_dbus_connection_call (g_dbus_method_invocation_get_connection (invocation),
                          "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "GetConnectionUnixProcessID", g_variant_new ("(s)", sender),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL,
                          got_pid_cb, g_steal_pointer (&task));
}

/**
 * mcp_dbus_caller_lookup_finish:
 * @invocation: the call
 * @result: what the callback got
 *
 * Returns: the caller's process, or 0 where the bus does not tell
 */
pid_t
mcp_dbus_caller_lookup_finish (GDBusMethodInvocation *invocation, GAsyncResult *result)
{
  gssize pid;

  g_return_val_if_fail (g_task_is_valid (result, invocation), 0);

  pid = g_task_propagate_int (G_TASK (result), NULL);
  return pid > 0 ? (pid_t) pid : 0;
}
