/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * sd_notify(3) and sd_watchdog_enabled(3): a datagram to the socket that a variable names. It takes
 * no library to send one.
 */
#include "daemon/mcpd-supervisor.h"

#include "common/mcp-timer.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <unistd.h>

struct _McpdSupervisor
{
  GSocket *socket;         /* (owned) (nullable): nobody wants to hear */
  GSocketAddress *address; /* (owned) (nullable): likewise */
  GSource *watchdog;       /* (owned) (nullable) */
};

static gboolean
watchdog_cb (gpointer user_data)
{
  mcpd_supervisor_tell (user_data, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

/* Half of the time after which the supervisor believes that the daemon hangs. */
static void
start_watchdog (McpdSupervisor *self)
{
  const char *pid = g_getenv ("WATCHDOG_PID");
  const char *usec = g_getenv ("WATCHDOG_USEC");
  guint64 number;

  if (usec == NULL || !g_ascii_string_to_unsigned (usec, 10, 1, G_MAXINT64, &number, NULL))
    return;
  if (pid != NULL && g_ascii_strtoull (pid, NULL, 10) != (guint64) getpid ())
    return;
  self->watchdog =
      mcp_timer_new_ms ("watchdog", (guint) CLAMP (number / 2000, 1, G_MAXINT), watchdog_cb, self);
}

/**
 * mcpd_supervisor_new:
 *
 * Reads and removes the variables that name the supervisor: before there are threads.
 *
 * Returns: (transfer full): the supervisor, or one that hears nothing
 */
McpdSupervisor *
mcpd_supervisor_new (void)
{
  McpdSupervisor *self = g_new0 (McpdSupervisor, 1);
  const char *path = g_getenv ("NOTIFY_SOCKET");

  if (path != NULL && (*path == '/' || *path == '@'))
    {
      self->socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM,
                                   G_SOCKET_PROTOCOL_DEFAULT, NULL);
      self->address = g_unix_socket_address_new_with_type (
          *path == '@' ? path + 1 : path, -1,
          *path == '@' ? G_UNIX_SOCKET_ADDRESS_ABSTRACT : G_UNIX_SOCKET_ADDRESS_PATH);
    }
  if (self->socket != NULL)
    {
      g_socket_set_blocking (self->socket, FALSE);
      start_watchdog (self);
    }
  g_unsetenv ("NOTIFY_SOCKET");
  g_unsetenv ("WATCHDOG_PID");
  g_unsetenv ("WATCHDOG_USEC");
  return self;
}

/**
 * mcpd_supervisor_free:
 * @self: (transfer full): the supervisor
 */
void
mcpd_supervisor_free (McpdSupervisor *self)
{
  mcp_timer_clear (&self->watchdog);
  g_clear_object (&self->socket);
  g_clear_object (&self->address);
  g_free (self);
}

/**
 * mcpd_supervisor_tell:
 * @self: the supervisor
 * @state: as sd_notify(3) has it, for instance “READY=1”
 *
 * Never waits; what cannot be sent is not said.
 */
void
mcpd_supervisor_tell (McpdSupervisor *self, const char *state)
{
  g_autoptr (GError) error = NULL;

  if (self->socket != NULL &&
      g_socket_send_to (self->socket, self->address, state, strlen (state), NULL, &error) < 0)
    g_debug ("The supervisor cannot be told “%s”: %s", state, error->message);
}
