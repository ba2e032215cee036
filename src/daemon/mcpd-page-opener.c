/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Opens an address in the owner's browser. A browser that the daemon itself had started would be a
 * process below the daemon, as servers are: it would end with the daemon's service, and the owner's
 * answers in it would be refused. So somebody else is asked to start it: the portal of the desktop,
 * else systemd.
 */
#include "daemon/mcpd-page-opener.h"

#include <glib/gi18n.h>

#define CALL_TIMEOUT_MS 10000

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL)
    g_message (_ ("The browser cannot be started; “mcp-session dashboard” opens the page: %s"),
               error->message);
}

static void
start_by_systemd (GDBusConnection *connection, const char *url)
{
  const char *const argv[] = { "xdg-open", url, NULL };
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *unit = g_strdup_printf ("mcp-sessiond-page-%s.service", uuid);
  GVariantBuilder properties;

  g_variant_builder_init (&properties, G_VARIANT_TYPE ("a(sv)"));
  g_variant_builder_add (&properties, "(sv)", "Type", g_variant_new_string ("oneshot"));
  g_variant_builder_add (&properties, "(sv)", "CollectMode",
                         g_variant_new_string ("inactive-or-failed"));
  g_variant_builder_add (&properties, "(sv)", "ExecStart",
                         g_variant_new_parsed ("[(%s, %^as, false)]", "xdg-open", argv));
  g_dbus_connection_call (
      connection, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
      "org.freedesktop.systemd1.Manager", "StartTransientUnit",
      g_variant_new ("(ssa(sv)@a(sa(sv)))", unit, "fail", &properties,
                     g_variant_new_array (G_VARIANT_TYPE ("(sa(sv))"), NULL, 0)),
      NULL, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, started_cb, NULL);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *url = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    return;
  g_debug ("The portal does not open the page: %s", error->message);
  start_by_systemd (G_DBUS_CONNECTION (source), url);
}

/**
 * mcpd_page_opener_open:
 * @connection: the session bus
 * @url: an address
 *
 * Has the address opened; what cannot be opened is logged.
 */
void
mcpd_page_opener_open (GDBusConnection *connection, const char *url)
{
  g_dbus_connection_call (
      connection, "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
      "org.freedesktop.portal.OpenURI", "OpenURI",
      g_variant_new ("(ss@a{sv})", "", url, g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)),
      NULL, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, asked_cb, g_strdup (url));
}
