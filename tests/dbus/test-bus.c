/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-bus.h"

#include <string.h>

static void
test_signal_free (gpointer data)
{
  TestSignal *signal = data;

  g_free (signal->path);
  g_free (signal->interface);
  g_free (signal->name);
  g_variant_unref (signal->args);
  g_free (signal);
}

static void
got_signal_cb (GDBusConnection *connection,
               const char *sender,
               const char *path,
               const char *interface,
               const char *name,
               GVariant *args,
               gpointer user_data)
{
  TestBus *bus = user_data;
  TestSignal *signal = g_new0 (TestSignal, 1);

  signal->path = g_strdup (path);
  signal->interface = g_strdup (interface);
  signal->name = g_strdup (name);
  signal->args = g_variant_ref (args);
  g_ptr_array_add (bus->signals, signal);
}

/* A connection of its own: the process-wide one would outlive the bus. */
GDBusConnection *
test_bus_connect (TestBus *bus)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus->dbus),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

void
test_bus_disconnect (GDBusConnection *connection)
{
  g_dbus_connection_close_sync (connection, NULL, NULL);
  g_object_unref (connection);
}

static void
own_name (TestBus *bus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      bus->server, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "RequestName", g_variant_new ("(su)", MCP_BUS_NAME, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
      NULL, &error);

  g_assert_no_error (error);
}

/* A new connection for the service, which takes the name. */
void
test_bus_reconnect (TestBus *bus)
{
  test_bus_disconnect (bus->server);
  bus->server = test_bus_connect (bus);
  own_name (bus);
}

void
test_bus_set_up (TestBus *bus, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  McpLimits limits;

  mcp_limits_init_defaults (&limits);
  bus->dbus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus->dbus);
  bus->server = test_bus_connect (bus);
  bus->client = test_bus_connect (bus);
  bus->signals = g_ptr_array_new_with_free_func (test_signal_free);
  own_name (bus);

  bus->store = mcp_session_store_new (&limits);
  bus->gateway = mcp_gateway_new (bus->store, &limits, g_getenv ("MCP_TEST_KEEPER"));
  bus->service = mcp_dbus_service_new (bus->store, bus->gateway);
  g_dbus_connection_signal_subscribe (bus->client, MCP_BUS_NAME, NULL, NULL, NULL, NULL,
                                      G_DBUS_SIGNAL_FLAGS_NONE, got_signal_cb, bus, NULL);
  mcp_dbus_service_export (bus->service, bus->server, &error);
  g_assert_no_error (error);
  test_bus_round_trip (bus);
}

static void
gateway_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;

  mcp_gateway_close_finish (MCP_GATEWAY (source), result, NULL);
  *done = TRUE;
}

void
test_bus_tear_down (TestBus *bus, gconstpointer data)
{
  gboolean closed = FALSE;

  mcp_dbus_service_unexport (bus->service);
  mcp_session_store_close_all (bus->store, MCP_REASON_SHUTDOWN);
  mcp_gateway_close_async (bus->gateway, gateway_closed_cb, &closed);
  AWAIT (closed);
  g_assert_finalize_object (bus->service);
  g_assert_finalize_object (bus->gateway);
  g_assert_finalize_object (bus->store);

  test_bus_disconnect (bus->client);
  test_bus_disconnect (bus->server);
  /* what the connections still have for us */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_test_dbus_down (bus->dbus);
  g_object_unref (bus->dbus);
  g_ptr_array_unref (bus->signals);
}

static void
take_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

GVariant *
test_bus_call_from (GDBusConnection *client,
                    const char *path,
                    const char *interface,
                    const char *method,
                    GVariant *args,
                    GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_dbus_connection_call (client, MCP_BUS_NAME, path, interface, method, args, NULL,
                          G_DBUS_CALL_FLAGS_NONE, 20000, NULL, take_result_cb, &result);
  AWAIT (result != NULL);
  return g_dbus_connection_call_finish (client, result, error);
}

GVariant *
test_bus_call (TestBus *bus,
               const char *path,
               const char *interface,
               const char *method,
               GVariant *args,
               GError **error)
{
  return test_bus_call_from (bus->client, path, interface, method, args, error);
}

/* The call is answered by the error of that name, whose text has text in it. */
void
test_bus_assert_fails (TestBus *bus,
                       const char *path,
                       const char *interface,
                       const char *method,
                       GVariant *args,
                       const char *error_name,
                       const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = test_bus_call (bus, path, interface, method, args, &error);
  g_autofree char *name = NULL;

  g_assert_null (reply);
  g_assert_nonnull (error);
  name = g_dbus_error_get_remote_error (error);
  g_assert_cmpstr (name, ==, error_name);
  if (strstr (error->message, text) == NULL)
    g_error ("“%s” is not in: %s", text, error->message);
}

GVariant *
test_bus_get_property (TestBus *bus, const char *path, const char *interface, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = test_bus_call (bus, path, "org.freedesktop.DBus.Properties", "Get",
                                              g_variant_new ("(ss)", interface, name), &error);
  GVariant *value = NULL;

  g_assert_no_error (error);
  g_variant_get (reply, "(v)", &value);
  return value;
}

/* A session made by another way than the bus. */
McpSession *
test_bus_create (TestBus *bus, char **path)
{
  g_autoptr (GError) error = NULL;
  McpSessionParams params = { .cwd = "/", .idle_seconds = -1 };
  McpSession *session = mcp_session_store_create (bus->store, &params, NULL, &error);

  g_assert_no_error (error);
  *path = g_strconcat (MCP_SESSION_PATH_PREFIX, mcp_session_get_id (session), NULL);
  g_strdelimit (*path, "-", '_');
  return session;
}

/*
 * What the service said before this was called has arrived afterwards. Not by Ping: GDBus' own
 * thread answers that, before the main context had its turn.
 */
void
test_bus_round_trip (TestBus *bus)
{
  g_autoptr (GVariant) version =
      test_bus_get_property (bus, MCP_STORE_PATH, STORE_INTERFACE, "Version");
}

static gboolean
matches (TestSignal *signal, const char *path, const char *name)
{
  return (path == NULL || strcmp (signal->path, path) == 0) && strcmp (signal->name, name) == 0;
}

guint
test_bus_count (TestBus *bus, const char *path, const char *name)
{
  guint count = 0;

  for (guint i = 0; i < bus->signals->len; i++)
    if (matches (g_ptr_array_index (bus->signals, i), path, name))
      count++;
  return count;
}

/* The nth signal, from 0, of that name at that path; waited for. */
TestSignal *
test_bus_nth (TestBus *bus, const char *path, const char *name, guint n)
{
  AWAIT (test_bus_count (bus, path, name) > n);

  for (guint i = 0; i < bus->signals->len; i++)
    {
      TestSignal *signal = g_ptr_array_index (bus->signals, i);

      if (matches (signal, path, name) && n-- == 0)
        return signal;
    }
  g_assert_not_reached ();
}
