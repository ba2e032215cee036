/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a program on the bus can ask for at most, and what comes back.
 */
#include "common/mcp-dispatch-meter.h"
#include "dbus/mcp-dbus-guard.h"
#include "test-bus.h"

#include <string.h>

#define MANAGER_INTERFACE "org.freedesktop.DBus.ObjectManager"
#define N_SESSIONS        400

static void
test_large_message (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *text = g_strnfill (MCP_DBUS_GUARD_MAX_BYTES, 'x');

  g_test_summary ("A message that is too large is refused before anything copies it");
  test_bus_create (bus, &path);
  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "CallTool",
                         g_variant_new ("(ssa{sv})", "a__b", text, NULL),
                         "org.mcpsessiond.Error.InvalidArguments", "at most 4194304 bytes");
  /* no object is needed for that */
  test_bus_assert_fails (bus, "/nowhere", "no.such.Interface", "Method",
                         g_variant_new ("(s)", text), "org.mcpsessiond.Error.InvalidArguments",
                         "at most 4194304 bytes");
}

static void
test_long_name_in_error (TestBus *bus, gconstpointer data)
{
  g_autofree char *name = g_strnfill (1000 * 1000, 'x');
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  g_test_summary ("A name that the caller has chosen does not come back at full length");
  reply = test_bus_call (bus, MCP_STORE_PATH, STORE_INTERFACE, "CreateSession",
                         g_variant_new ("(sa{sv})", name, NULL), &error);
  g_assert_null (reply);
  g_assert_cmpuint (strlen (error->message), <, 5000);
}

static GVariant *
build_dictionary (guint n_keys)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < n_keys; i++)
    {
      g_autofree char *key = g_strdup_printf ("k%u", i);

      g_variant_builder_add (&builder, "{sv}", key, g_variant_new_int32 (0));
    }
  return g_variant_builder_end (&builder);
}

static void
test_many_values (TestBus *bus, gconstpointer data)
{
  g_test_summary ("So is one of too many values; one of a few is judged by its key");
  test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "CreateSession",
                         g_variant_new ("(s@a{sv})", "/", build_dictionary (20000)),
                         "org.mcpsessiond.Error.InvalidArguments", "10000 values");
  test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "CreateSession",
                         g_variant_new ("(s@a{sv})", "/", build_dictionary (100)),
                         "org.mcpsessiond.Error.InvalidArguments", "is not known here");
}

static void
test_long_answer (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *text = g_strnfill (1000 * 1000, 'x');
  g_autofree char *json = g_strdup_printf ("{\"t\":\"%s\"}", text);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  const char *answer;

  g_test_summary ("An answer that a thread writes comes whole");
  test_bus_create (bus, &path);
  reply = test_bus_call (bus, path, SESSION_INTERFACE, "CallTool",
                         g_variant_new ("(ssa{sv})", "echo", json, NULL), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &answer);
  g_assert_nonnull (strstr (answer, text));
}

typedef struct
{
  guint n_answers;
  guint n_objects;
} Answers;

static void
got_objects_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answers *answers = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) objects = NULL;

  g_assert_no_error (error);
  objects = g_variant_get_child_value (reply, 0);
  answers->n_objects = (guint) g_variant_n_children (objects);
  answers->n_answers++;
}

static void
ask_for_objects (TestBus *bus, Answers *answers)
{
  g_dbus_connection_call (bus->client, MCP_BUS_NAME, MCP_OBJECT_MANAGER_PATH, MANAGER_INTERFACE,
                          "GetManagedObjects", NULL, G_VARIANT_TYPE ("(a{oa{sa{sv}}})"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, got_objects_cb, answers);
}

static void
create_sessions (TestBus *bus)
{
  for (guint i = 0; i < N_SESSIONS; i++)
    {
      g_autofree char *path = NULL;

      test_bus_create (bus, &path);
    }
}

static void
test_objects_in_steps (TestBus *bus, gconstpointer data)
{
  g_autoptr (McpDispatchMeter) meter = NULL;
  Answers answers = { 0 };

  g_test_summary ("All who ask for the objects at once get them all, in short turns");
  create_sessions (bus);
  test_bus_round_trip (bus);
  meter = mcp_dispatch_meter_new (g_main_context_default ());
  for (guint i = 0; i < 5; i++)
    ask_for_objects (bus, &answers);
  AWAIT (answers.n_answers == 5);
  g_assert_cmpuint (answers.n_objects, ==, N_SESSIONS + 3);
  g_test_message ("longest turn, five clients included: %.3f s",
                  mcp_dispatch_meter_get_longest (meter));
}

static void
test_removed_meanwhile (TestBus *bus, gconstpointer data)
{
  g_autoptr (GPtrArray) sessions = NULL;
  Answers answers = { 0 };
  guint n_told;

  g_test_summary (
      "An object that goes while an answer is made is not believed to be there after it");
  create_sessions (bus);
  test_bus_round_trip (bus);
  ask_for_objects (bus, &answers);
  /* the answer has been begun, and needs more than one turn */
  for (guint i = 0; i < 20 && answers.n_answers == 0; i++)
    g_main_context_iteration (NULL, TRUE);
  sessions = mcp_session_store_list (bus->store);
  mcp_session_store_close (bus->store, mcp_session_get_id (sessions->pdata[0]), MCP_REASON_CLOSED,
                           NULL);
  AWAIT (answers.n_answers == 1);
  test_bus_round_trip (bus);
  n_told = test_bus_count (bus, MCP_OBJECT_MANAGER_PATH, "InterfacesRemoved");
  g_test_message ("%u objects, removal told %u times", answers.n_objects, n_told);
  g_assert_cmpuint (n_told, >=, 1);
}

static void
test_other_path (TestBus *bus, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      test_bus_call (bus, MCP_STORE_PATH, MANAGER_INTERFACE, "GetManagedObjects", NULL, &error);

  g_test_summary ("There is one object manager");
  g_assert_null (reply);
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_add ("/dbus/load/large-message", test_large_message);
  test_add ("/dbus/load/many-values", test_many_values);
  test_add ("/dbus/load/long-name-in-error", test_long_name_in_error);
  test_add ("/dbus/load/long-answer", test_long_answer);
  test_add ("/dbus/load/objects-in-steps", test_objects_in_steps);
  test_add ("/dbus/load/removed-meanwhile", test_removed_meanwhile);
  test_add ("/dbus/load/other-path", test_other_path);
  return g_test_run ();
}
