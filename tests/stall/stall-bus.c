/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Worst cases that a bus peer can make, each within what a message bus carries.
 */
#include "stall.h"

static void
call_bus (Stall *stall, const char *path, const char *interface, const char *method, GVariant *in)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      stall->attack->e2e->connection, "org.mcpsessiond.Daemon", path, interface, method, in, NULL,
      G_DBUS_CALL_FLAGS_NONE, (int) stall->attack->patience_seconds * 1000, NULL, &error);

  g_test_message ("%s: %.200s", method,
                  reply != NULL ? g_variant_get_type_string (reply) : error->message);
}

static void
call_session (Stall *stall, const char *method, GVariant *in)
{
  g_autofree char *id = g_strdelimit (g_strdup (attack_id (stall->session)), "-", '_');
  g_autofree char *path = g_strconcat ("/org/mcpsessiond/Session/", id, NULL);

  call_bus (stall, path, "org.mcpsessiond.Session1", method, in);
}

/* Wherever a text is taken. */
static void
send_long_string (Stall *stall)
{
  static const char store[] = "/org/mcpsessiond/SessionStore";
  static const char store_interface[] = "org.mcpsessiond.SessionStore1";
  g_autofree char *text = g_strnfill (stall->size * 1000 * 1000, 'x');
  GVariant *label = g_variant_new_parsed ("{'label': <%s>}", text);
  GVariant *event = g_variant_new_parsed ("{'progress': <1>, 'message': <%s>}", text);

  call_session (stall, "CallTool", g_variant_new ("(ssa{sv})", "x__y", text, NULL));
  call_session (stall, "CallTool", g_variant_new ("(ssa{sv})", text, "{}", NULL));
  call_session (stall, "PublishProgress", g_variant_new ("(@a{sv})", event));
  call_bus (stall, store, store_interface, "CreateSession", g_variant_new ("(sa{sv})", text, NULL));
  call_bus (stall, store, store_interface, "CreateSession",
            g_variant_new ("(s@a{sv})", "/", label));
  call_bus (stall, store, store_interface, "Authenticate", g_variant_new ("(ss)", "x", text));
  call_bus (stall, "/org/mcpsessiond/Tools", "org.mcpsessiond.Tools1", "AcceptTools",
            g_variant_new ("(ss)", "x", text));
}

static GVariant *
build_many_keys (guint n_keys)
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
send_many_keys (Stall *stall)
{
  call_bus (stall, "/org/mcpsessiond/SessionStore", "org.mcpsessiond.SessionStore1",
            "CreateSession", g_variant_new ("(s@a{sv})", "/", build_many_keys (stall->size)));
  call_session (stall, "PublishProgress",
                g_variant_new ("(@a{sv})", build_many_keys (stall->size)));
}

/* One of the keys that are known, again and again. */
static void
send_key_again (Stall *stall)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < stall->size; i++)
    g_variant_builder_add (&builder, "{sv}", "label", g_variant_new_string ("x"));
  call_bus (stall, "/org/mcpsessiond/SessionStore", "org.mcpsessiond.SessionStore1",
            "CreateSession", g_variant_new ("(sa{sv})", "/", &builder));
}

static void
call_long_name (Stall *stall)
{
  g_autofree char *name = g_strnfill (stall->size, 'a');

  stall_use_globs (stall, "*a*a*a*a*a*a*a*a*b%u", 1000);
  call_session (stall, "CallTool", g_variant_new ("(ssa{sv})", name, "{}", NULL));
}

/* As many globs as a string array of a message may have. */
static void
send_many_globs (Stall *stall)
{
  GVariantBuilder builder, globs;

  g_variant_builder_init (&globs, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < stall->size; i++)
    g_variant_builder_add (&globs, "s", "*");
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "allowed_tools", g_variant_builder_end (&globs));
  call_bus (stall, "/org/mcpsessiond/SessionStore", "org.mcpsessiond.SessionStore1",
            "CreateSession", g_variant_new ("(sa{sv})", "/", &builder));
}

/* Sends so many calls before it hears of any; @build makes the arguments of each. */
static void
send_many (Stall *stall,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *(*build) (guint number))
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < stall->size; i++)
    {
      g_autoptr (GDBusMessage) call =
          g_dbus_message_new_method_call ("org.mcpsessiond.Daemon", path, interface, method);

      g_dbus_message_set_flags (call, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
      g_dbus_message_set_body (call, build (i));
      g_dbus_connection_send_message (stall->attack->e2e->connection, call,
                                      G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, &error);
      g_assert_no_error (error);
    }
  /* answered behind all of them */
  call_bus (stall, "/org/mcpsessiond/Tools", "org.mcpsessiond.Tools1", "ListProviders", NULL);
}

static GVariant *
build_session (guint number)
{
  return g_variant_new ("(sa{sv})", "/tmp", NULL);
}

static void
send_creates (Stall *stall)
{
  send_many (stall, "/org/mcpsessiond/SessionStore", "org.mcpsessiond.SessionStore1",
             "CreateSession", build_session);
}

static GVariant *
build_interface (guint number)
{
  return g_variant_new ("(s)", "org.mcpsessiond.SessionStore1");
}

static void
send_reads (Stall *stall)
{
  send_many (stall, "/org/mcpsessiond/SessionStore", "org.freedesktop.DBus.Properties", "GetAll",
             build_interface);
}

static GVariant *
build_provider (guint number)
{
  g_autofree char *name = g_strdup_printf ("p%u", number % 32);

  return g_variant_new ("(soa{sv})", name, "/x", NULL);
}

static void
send_registrations (Stall *stall)
{
  send_many (stall, "/org/mcpsessiond/Tools", "org.mcpsessiond.Tools1", "RegisterProvider",
             build_provider);
}

static GVariant *
build_nothing (guint number)
{
  return g_variant_new ("()");
}

static void
ask_for_providers (Stall *stall)
{
  send_many (stall, "/org/mcpsessiond/Tools", "org.mcpsessiond.Tools1", "ListProviders",
             build_nothing);
}

const StallCase stall_bus_cases[] = {
  { "bus-string", "a bus peer", "texts of %u MB, wherever one is taken", 30, 30, E2E_WITH_BUS, NULL,
    send_long_string, NULL },
  { "bus-dictionary", "a bus peer", "a dictionary of %u keys", 200000, 400000, E2E_WITH_BUS, NULL,
    send_many_keys, NULL },
  { "bus-one-key", "a bus peer", "a dictionary of one key %u times", 200000, 400000, E2E_WITH_BUS,
    NULL, send_key_again, NULL },
  { "bus-globs", "a bus peer", "`allowed_tools` of %u globs", 1000000, 4000000, E2E_WITH_BUS, NULL,
    send_many_globs, NULL },
  { "bus-long-name", "a bus peer", "1,000 globs, `CallTool` of a name of %u bytes", 30000, 1000000,
    E2E_WITH_BUS, NULL, call_long_name, NULL },
  { "bus-creates", "a bus peer", "%u calls of `CreateSession` at once", 2000, 3000, E2E_WITH_BUS,
    NULL, send_creates, NULL },
  { "bus-reads", "a bus peer", "%u calls of `Properties.GetAll` at once", 10000, 50000,
    E2E_WITH_BUS, NULL, send_reads, NULL },
  { "bus-registrations", "a bus peer", "%u calls of `RegisterProvider` at once", 3000, 20000,
    E2E_WITH_BUS, NULL, send_registrations, NULL },
  { "bus-providers", "a bus peer", "%u calls of `ListProviders` at once", 3000, 20000, E2E_WITH_BUS,
    NULL, ask_for_providers, NULL },
  { NULL },
};
