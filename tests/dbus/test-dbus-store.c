/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-process.h"
#include "test-bus.h"

#include <string.h>
#include <unistd.h>

#define NOT_FOUND         "org.mcpsessiond.Error.NotFound"
#define INVALID_ARGUMENTS "org.mcpsessiond.Error.InvalidArguments"

/* (transfer none): floating, as g_variant_new() wants it */
static GVariant *
options (const char *text)
{
  return g_variant_new_parsed (text);
}

static void
create (TestBus *bus, const char *cwd, GVariant *dict, char **path, char **session_id, char **token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = test_bus_call (bus, MCP_STORE_PATH, STORE_INTERFACE, "CreateSession",
                                              g_variant_new ("(s@a{sv})", cwd, dict), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (reply), ==, "(oss)");
  g_variant_get (reply, "(oss)", path, session_id, token);
}

static void
test_create (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *session_id = NULL;
  g_autofree char *token = NULL;
  g_autofree char *expected = NULL;
  McpSession *session;

  g_test_summary ("CreateSession makes a session as told, and answers its path, id and token");
  create (bus, "/usr",
          options ("{'label': <'mine'>, 'allowed_tools': <['a*', 'b']>,"
                   " 'idle_seconds': <uint32 60>}"),
          &path, &session_id, &token);

  session = mcp_session_store_lookup (bus->store, session_id);
  g_assert_nonnull (session);
  expected = g_strconcat ("/org/mcpsessiond/Session/", session_id, NULL);
  g_strdelimit (expected, "-", '_');
  g_assert_cmpstr (path, ==, expected);
  g_assert_cmpuint (strlen (token), ==, 32);
  g_assert_true (mcp_session_token_matches (session, token));
  g_assert_cmpstr (mcp_session_get_cwd (session), ==, "/usr");
  g_assert_cmpstr (mcp_session_get_label (session), ==, "mine");
  g_assert_cmpuint (mcp_session_get_idle_seconds (session), ==, 60);
  g_assert_true (mcp_session_allows_tool (session, "abc"));
  g_assert_false (mcp_session_allows_tool (session, "c"));
}

static void
test_create_defaults (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *session_id = NULL;
  g_autofree char *token = NULL;
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *name = mcp_process_dup_name (getpid ());
  McpSession *session;

  g_test_summary ("What the caller does not say, its process does: where it works, its name");
  create (bus, "", options ("@a{sv} {}"), &path, &session_id, &token);
  session = mcp_session_store_lookup (bus->store, session_id);
  g_assert_cmpstr (mcp_session_get_cwd (session), ==, here);
  g_assert_cmpstr (mcp_session_get_label (session), ==, name);
  g_assert_null (mcp_session_get_allowed_tools (session));
}

static void
test_create_empty_values (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *session_id = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GVariant) label = NULL;
  g_autoptr (GVariant) allowed = NULL;
  McpSession *session;

  g_test_summary ("An empty label is none, an empty list allows nothing, 0 seconds mean no end");
  create (bus, "/",
          options ("{'label': <''>, 'allowed_tools': <@as []>, 'idle_seconds': <uint32 0>}"), &path,
          &session_id, &token);
  session = mcp_session_store_lookup (bus->store, session_id);
  g_assert_null (mcp_session_get_label (session));
  g_assert_false (mcp_session_allows_tool (session, "a"));
  g_assert_cmpuint (mcp_session_get_idle_seconds (session), ==, 0);

  label = test_bus_get_property (bus, path, SESSION_INTERFACE, "Label");
  g_assert_cmpstr (g_variant_get_string (label, NULL), ==, "");
  allowed = test_bus_get_property (bus, path, SESSION_INTERFACE, "AllowedTools");
  g_assert_cmpuint (g_variant_n_children (allowed), ==, 0);
}

typedef struct
{
  const char *cwd;
  const char *options;
  const char *text; /* in the error */
} Refused;

static const Refused refused[] = {
  { "relative", "@a{sv} {}", "relative" },
  { "/", "{'labels': <'x'>}", "“labels” is not known" },
  { "/", "{'label': <1>}", "“label” must be of type s, not i" },
  { "/", "{'allowed_tools': <'x'>}", "“allowed_tools” must be of type as, not s" },
  { "/", "{'idle_seconds': <60>}", "“idle_seconds” must be of type u, not i" },
  { "/", "{'idle_seconds': <'60'>}", "“idle_seconds” must be of type u, not s" },
  { "/", "{'token': <'x'>}", "“token” is not known" },
};

static void
test_create_refused (TestBus *bus, gconstpointer data)
{
  g_autofree char *longer = g_strnfill (1024 * 1024 + 1, '/');
  GVariant *pair[2];
  GVariantDict dict;

  g_test_summary ("CreateSession names the argument that is wrong, and makes nothing");
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    test_bus_assert_fails (
        bus, MCP_STORE_PATH, STORE_INTERFACE, "CreateSession",
        g_variant_new ("(s@a{sv})", refused[i].cwd, options (refused[i].options)),
        INVALID_ARGUMENTS, refused[i].text);

  test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "CreateSession",
                         g_variant_new ("(s@a{sv})", longer, options ("@a{sv} {}")),
                         INVALID_ARGUMENTS, "“cwd” is longer than 1 MiB");

  for (guint i = 0; i < G_N_ELEMENTS (pair); i++)
    pair[i] = g_variant_new_string (longer);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "allowed_tools",
                               g_variant_new_array (NULL, pair, G_N_ELEMENTS (pair)));
  test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "CreateSession",
                         g_variant_new ("(s@a{sv})", "/", g_variant_dict_end (&dict)),
                         INVALID_ARGUMENTS, "“allowed_tools” is longer than 1 MiB");
  g_assert_cmpuint (mcp_session_store_get_n_sessions (bus->store), ==, 0);
}

static void
test_create_limit (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpLimits limits;

  g_test_summary ("One session above the limit is a typed error");
  mcp_limits_init_defaults (&limits);
  limits.sessions = 1;
  mcp_session_store_set_limits (bus->store, &limits);
  test_bus_create (bus, &path);
  test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "CreateSession",
                         g_variant_new ("(s@a{sv})", "/", options ("@a{sv} {}")),
                         "org.mcpsessiond.Error.LimitExceeded", "");
}

static void
test_authenticate (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *session_id = NULL;
  g_autofree char *token = NULL;
  g_autofree char *other = g_strnfill (32, '0');
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  const char *found;

  g_test_summary ("Authenticate tells the right token from a wrong one and from none");
  create (bus, "/", options ("@a{sv} {}"), &path, &session_id, &token);
  reply = test_bus_call (bus, MCP_STORE_PATH, STORE_INTERFACE, "Authenticate",
                         g_variant_new ("(ss)", session_id, token), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&o)", &found);
  g_assert_cmpstr (found, ==, path);

  test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "Authenticate",
                         g_variant_new ("(ss)", session_id, other),
                         "org.mcpsessiond.Error.AuthenticationFailed", "");
  test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "Authenticate",
                         g_variant_new ("(ss)", session_id, ""),
                         "org.mcpsessiond.Error.AuthenticationFailed", "");
}

/* No id of a session, whatever it looks like. */
static const char *const strange_ids[] = {
  "00000000-0000-4000-8000-000000000000",
  "",
  "no-such-id",
  "/org/mcpsessiond/Session/x",
  "../../etc/passwd",
  "ünïcode ☃ \"quoted\"\n\t\x01",
  "%s%n",
};

static void
test_unknown_ids (TestBus *bus, gconstpointer data)
{
  g_autofree char *longer = g_strnfill (2 * 1024 * 1024, 'x');

  g_test_summary ("An id that names no session is NotFound, whatever its form");
  for (gsize i = 0; i <= G_N_ELEMENTS (strange_ids); i++)
    {
      const char *id = i < G_N_ELEMENTS (strange_ids) ? strange_ids[i] : longer;

      test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "GetSession",
                             g_variant_new ("(s)", id), NOT_FOUND, "no session");
      test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "CloseSession",
                             g_variant_new ("(s)", id), NOT_FOUND, "no session");
      test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "Authenticate",
                             g_variant_new ("(ss)", id, "x"), NOT_FOUND, "no session");
      test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "PublishProgress",
                             g_variant_new ("(s@a{sv})", id, options ("{'progress': <1>}")),
                             NOT_FOUND, "no session");
    }
}

static void
test_get_and_close (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  g_autofree char *session_id = g_strdup (mcp_session_get_id (session));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) got = NULL;
  g_autoptr (GVariant) closed = NULL;
  const char *found;

  g_test_summary ("A session is found by its id until it is closed; its object is gone then");
  got = test_bus_call (bus, MCP_STORE_PATH, STORE_INTERFACE, "GetSession",
                       g_variant_new ("(s)", session_id), &error);
  g_assert_no_error (error);
  g_variant_get (got, "(&o)", &found);
  g_assert_cmpstr (found, ==, path);

  closed = test_bus_call (bus, MCP_STORE_PATH, STORE_INTERFACE, "CloseSession",
                          g_variant_new ("(s)", session_id), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (closed), ==, "()");
  test_bus_assert_fails (bus, MCP_STORE_PATH, STORE_INTERFACE, "GetSession",
                         g_variant_new ("(s)", session_id), NOT_FOUND, session_id);
  test_bus_assert_fails (bus, path, SESSION_INTERFACE, "Close", NULL,
                         "org.freedesktop.DBus.Error.UnknownMethod", "");
}

static guint
get_count (TestBus *bus)
{
  g_autoptr (GVariant) count =
      test_bus_get_property (bus, MCP_STORE_PATH, STORE_INTERFACE, "Count");

  return g_variant_get_uint32 (count);
}

static char *
get_string (TestBus *bus, const char *name)
{
  g_autoptr (GVariant) value = test_bus_get_property (bus, MCP_STORE_PATH, STORE_INTERFACE, name);

  return g_variant_dup_string (value, NULL);
}

static void
test_properties (TestBus *bus, gconstpointer data)
{
  g_autofree char *no_url = get_string (bus, "HttpUrl");
  g_autofree char *url = NULL;
  g_autofree char *socket_path = NULL;
  g_autofree char *version = get_string (bus, "Version");
  g_autofree char *path = NULL;
  g_autoptr (GVariant) versions = NULL;
  g_autoptr (GVariant) changed = NULL;

  g_test_summary ("The store's properties follow the model, and tell when they change");
  g_assert_cmpstr (no_url, ==, "");
  g_assert_cmpstr (version, !=, "");
  mcp_dbus_service_set_addresses (bus->service, "http://127.0.0.1:1/mcp", "/run/x/http.sock");
  url = get_string (bus, "HttpUrl");
  socket_path = get_string (bus, "SocketPath");
  g_assert_cmpstr (url, ==, "http://127.0.0.1:1/mcp");
  g_assert_cmpstr (socket_path, ==, "/run/x/http.sock");
  versions = test_bus_get_property (bus, MCP_STORE_PATH, STORE_INTERFACE, "ProtocolVersions");
  g_assert_cmpstr (g_variant_get_type_string (versions), ==, "as");
  g_assert_cmpuint (g_variant_n_children (versions), >, 0);
  test_bus_nth (bus, MCP_STORE_PATH, "PropertiesChanged", 0);

  g_ptr_array_set_size (bus->signals, 0);
  g_assert_cmpuint (get_count (bus), ==, 0);
  test_bus_create (bus, &path);
  g_assert_cmpuint (get_count (bus), ==, 1);
  changed = g_variant_get_child_value (
      test_bus_nth (bus, MCP_STORE_PATH, "PropertiesChanged", 0)->args, 1);
  g_assert_true (g_variant_lookup (changed, "Count", "u", NULL));
}

static void
test_added_and_removed (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  McpSession *session = test_bus_create (bus, &path);
  g_autofree char *session_id = g_strdup (mcp_session_get_id (session));
  g_autoptr (GVariant) interfaces = NULL;
  TestSignal *signal;
  const char *id;
  const char *object;

  g_test_summary ("A session that comes or goes is signalled by the store and the object manager");
  signal = test_bus_nth (bus, MCP_OBJECT_MANAGER_PATH, "InterfacesAdded", 0);
  g_variant_get (signal->args, "(&o@a{sa{sv}})", &object, &interfaces);
  g_assert_cmpstr (object, ==, path);
  g_assert_true (g_variant_lookup (interfaces, SESSION_INTERFACE, "@a{sv}", NULL));
  signal = test_bus_nth (bus, MCP_STORE_PATH, "SessionAdded", 0);
  g_variant_get (signal->args, "(&s&o)", &id, &object);
  g_assert_cmpstr (id, ==, session_id);
  g_assert_cmpstr (object, ==, path);

  g_assert_true (mcp_session_store_close (bus->store, session_id, MCP_REASON_EXPIRED, NULL));
  signal = test_bus_nth (bus, MCP_STORE_PATH, "SessionRemoved", 0);
  g_variant_get (signal->args, "(&s)", &id);
  g_assert_cmpstr (id, ==, session_id);
  signal = test_bus_nth (bus, MCP_OBJECT_MANAGER_PATH, "InterfacesRemoved", 0);
  g_variant_get (signal->args, "(&o@as)", &object, NULL);
  g_assert_cmpstr (object, ==, path);
  signal = test_bus_nth (bus, path, "Closed", 0);
  g_variant_get (signal->args, "(&s)", &id);
  g_assert_cmpstr (id, ==, "expired");
}

static void
test_managed_objects (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GVariant) interfaces = NULL;
  g_autoptr (GVariant) properties = NULL;
  const char *cwd;

  g_test_summary ("GetManagedObjects lists the store, the tools, the questions and each session");
  test_bus_create (bus, &path);
  reply = test_bus_call (bus, MCP_OBJECT_MANAGER_PATH, "org.freedesktop.DBus.ObjectManager",
                         "GetManagedObjects", NULL, &error);
  g_assert_no_error (error);
  objects = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (objects), ==, 4);
  g_assert_true (g_variant_lookup (objects, MCP_STORE_PATH, "@a{sa{sv}}", NULL));
  g_assert_true (g_variant_lookup (objects, MCP_TOOLS_PATH, "@a{sa{sv}}", NULL));
  g_assert_true (g_variant_lookup (objects, MCP_CONSENT_PATH, "@a{sa{sv}}", NULL));
  g_assert_true (g_variant_lookup (objects, path, "@a{sa{sv}}", &interfaces));
  g_assert_true (g_variant_lookup (interfaces, SESSION_INTERFACE, "@a{sv}", &properties));
  g_assert_cmpuint (g_variant_n_children (properties), ==, 8);
  g_assert_true (g_variant_lookup (properties, "Cwd", "&s", &cwd));
  g_assert_cmpstr (cwd, ==, "/");
}

static void
test_existing_sessions (TestBus *bus, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) id = NULL;

  g_test_summary ("Sessions that were there before the export are on the bus after it");
  mcp_dbus_service_unexport (bus->service);
  test_bus_create (bus, &path);
  g_assert_true (mcp_dbus_service_export (bus->service, bus->server, &error));
  g_assert_no_error (error);
  id = test_bus_get_property (bus, path, SESSION_INTERFACE, "Id");
  g_assert_cmpuint (test_bus_count (bus, NULL, "SessionAdded"), ==, 0);
}

static void
test_providers (TestBus *bus, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      test_bus_call (bus, MCP_TOOLS_PATH, TOOLS_INTERFACE, "ListProviders", NULL, &error);
  g_autofree char *text = NULL;

  g_test_summary ("ListProviders answers what the gateway knows");
  g_assert_no_error (error);
  text = g_variant_print (reply, TRUE);
  g_assert_cmpstr (text, ==,
                   "([{'name': <'files'>, 'state': <'ready'>, 'processes': <uint32 1>}],)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_add ("/dbus/store/create", test_create);
  test_add ("/dbus/store/create-defaults", test_create_defaults);
  test_add ("/dbus/store/create-empty-values", test_create_empty_values);
  test_add ("/dbus/store/create-refused", test_create_refused);
  test_add ("/dbus/store/create-limit", test_create_limit);
  test_add ("/dbus/store/authenticate", test_authenticate);
  test_add ("/dbus/store/unknown-ids", test_unknown_ids);
  test_add ("/dbus/store/get-and-close", test_get_and_close);
  test_add ("/dbus/store/properties", test_properties);
  test_add ("/dbus/store/added-and-removed", test_added_and_removed);
  test_add ("/dbus/store/managed-objects", test_managed_objects);
  test_add ("/dbus/store/existing-sessions", test_existing_sessions);
  test_add ("/dbus/store/providers", test_providers);
  return g_test_run ();
}
