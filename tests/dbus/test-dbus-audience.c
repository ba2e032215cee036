/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Signals that nobody receives are left out, and those that somebody may receive are not.
 */
#include "dbus/mcp-dbus-audience.h"
#include "dbus/mcp-dbus-pump.h"
#include "test-bus.h"

/* Numbers that are said one by one, as a watcher says events. */
typedef struct
{
  GObject parent_instance;
  McpDbusPump *pump; /* (unowned) */
  guint said;        /* how many there are to be said */
  guint held_until;  /* numbers before this one were moved to what is held back */
  guint told;        /* numbers before this one were signalled or dropped */
  guint n_dropped;
} Speaker;

typedef GObjectClass SpeakerClass;

GType speaker_get_type (void);
G_DEFINE_TYPE (Speaker, speaker, G_TYPE_OBJECT)

static void
speaker_class_init (SpeakerClass *klass)
{
}

static void
speaker_init (Speaker *self)
{
}

static gboolean
take_turn (gpointer item)
{
  Speaker *self = item;

  if (self->told == self->said)
    return FALSE;
  mcp_dbus_pump_emit (self->pump, MCP_STORE_PATH, STORE_INTERFACE, "Progress",
                      g_variant_new ("(u)", self->told++));
  self->held_until = MAX (self->held_until, self->told);
  return TRUE;
}

static gboolean
hold (gpointer item)
{
  Speaker *self = item;

  self->held_until = self->said;
  return self->held_until > self->told;
}

static guint
drop (gpointer item, guint n_events)
{
  Speaker *self = item;

  self->told += n_events;
  self->n_dropped += n_events;
  return self->held_until - self->told;
}

static guint
count (gpointer item)
{
  Speaker *self = item;

  return self->held_until - self->told;
}

static const McpDbusPumpFuncs funcs = { take_turn, hold, drop, count };

static void
say (Speaker *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      self->said++;
      mcp_dbus_pump_wake (self->pump, self);
    }
  g_main_context_iteration (NULL, FALSE);
}

/* The client of the fixture listens; this one does not. */
static void
replace_client (TestBus *bus)
{
  test_bus_disconnect (bus->client);
  bus->client = test_bus_connect (bus);
}

static Speaker *
start_in_silence (TestBus *bus)
{
  Speaker *self = g_object_new (speaker_get_type (), NULL);

  replace_client (bus);
  self->pump = mcp_dbus_pump_new (bus->server, &funcs);
  while (self->n_dropped == 0)
    say (self, 16);
  return self;
}

static void
finish (Speaker *self)
{
  McpDbusPump *pump = self->pump;

  mcp_dbus_pump_close (pump);
  g_assert_finalize_object (pump);
  g_assert_finalize_object (self);
}

/* What a listener has got. */
typedef struct
{
  guint first; /* the number that must be there */
  guint next;
  gboolean has_some;
} Heard;

static void
hear (Heard *heard, GVariant *args)
{
  guint number;

  g_variant_get (args, "(u)", &number);
  if (!heard->has_some)
    g_assert_cmpuint (number, <=, heard->first);
  else
    g_assert_cmpuint (number, ==, heard->next);
  heard->has_some = TRUE;
  heard->next = number + 1;
}

static void
heard_cb (GDBusConnection *connection,
          const char *sender,
          const char *path,
          const char *interface_name,
          const char *name,
          GVariant *args,
          gpointer user_data)
{
  hear (user_data, args);
}

static void
test_nobody (TestBus *bus, gconstpointer data)
{
  Speaker *self = start_in_silence (bus);

  g_test_summary ("While nobody listens, what is said is dropped");
  say (self, 1000);
  AWAIT (self->told == self->said);
  g_assert_cmpuint (self->n_dropped, >, 900);
  finish (self);
}

static void
ask_bus (GDBusConnection *connection, const char *method)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
      NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
}

static void
test_newcomer (TestBus *bus, gconstpointer data)
{
  Speaker *self = start_in_silence (bus);

  g_test_summary ("Amid a flood, a newcomer gets everything said after its AddMatch has returned");
  for (guint round = 0; round < 20; round++)
    {
      GDBusConnection *client = test_bus_connect (bus);
      Heard heard = { 0 };
      guint until, id;

      say (self, 300);
      id =
          g_dbus_connection_signal_subscribe (client, NULL, STORE_INTERFACE, "Progress", NULL, NULL,
                                              G_DBUS_SIGNAL_FLAGS_NONE, heard_cb, &heard, NULL);
      /* GDBus has sent AddMatch; an answer to a later question means that it has returned. */
      ask_bus (client, "GetId");
      heard.first = self->said;
      say (self, 300);
      until = self->said;
      AWAIT (heard.has_some && heard.next == until);
      g_dbus_connection_signal_unsubscribe (client, id);
      test_bus_disconnect (client);
    }
  finish (self);
}

/* A monitor that answers what it sees is thrown out: nothing reaches GDBus but answers. */
static GDBusMessage *
filter_cb (GDBusConnection *connection,
           GDBusMessage *message,
           gboolean incoming,
           gpointer user_data)
{
  guint *until = user_data;
  GDBusMessageType type = g_dbus_message_get_message_type (message);
  guint number;

  if (!incoming || (type != G_DBUS_MESSAGE_TYPE_SIGNAL && type != G_DBUS_MESSAGE_TYPE_METHOD_CALL))
    return message;
  if (g_strcmp0 (g_dbus_message_get_member (message), "Progress") == 0)
    {
      g_variant_get (g_dbus_message_get_body (message), "(u)", &number);
      g_atomic_int_set (until, number + 1);
    }
  g_object_unref (message);
  return NULL;
}

static void
test_monitor (TestBus *bus, gconstpointer data)
{
  Speaker *self = start_in_silence (bus);
  GDBusConnection *monitor = test_bus_connect (bus);
  const char *const no_rules[] = { NULL };
  guint until = 0;

  g_test_summary ("A monitor has no match rule, and gets everything as well");
  g_dbus_connection_add_filter (monitor, filter_cb, &until, NULL);
  g_variant_unref (g_dbus_connection_call_sync (
      monitor, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.Monitoring",
      "BecomeMonitor", g_variant_new ("(^asu)", no_rules, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
      NULL, NULL));
  say (self, 500);
  AWAIT ((guint) g_atomic_int_get (&until) == self->said);
  test_bus_disconnect (monitor);
  finish (self);
}

static void
test_rules (void)
{
  static const struct
  {
    const char *rule;
    gboolean fits;
  } rules[] = {
    { "", TRUE },
    { "type='signal'", TRUE },
    { "eavesdrop='true'", TRUE },
    { "type='method_call'", FALSE },
    { "type='signal',sender='org.mcpsessiond.Daemon'", TRUE },
    { "type='signal',sender=':1.7'", TRUE },
    { "type='signal',sender=':1.8'", FALSE },
    { "sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.mcpsessiond.Daemon'",
      FALSE },
    { "interface='org.mcpsessiond.Session1'", TRUE },
    { "interface='org.mcpsessiond.SessionStore1',member='Progress',arg0='x'", TRUE },
    { "interface='org.mcpsessiond.Tools1'", FALSE },
    { "interface='org.freedesktop.DBus.Properties'", FALSE },
    { "path='/org/mcpsessiond/SessionStore'", TRUE },
    { "path='/org/freedesktop/Notifications'", FALSE },
    { "path_namespace='/org'", TRUE },
    { "path_namespace='/org/mcpsessiond/Session'", TRUE },
    { "path_namespace='/org/gnome'", FALSE },
    { "member='SessionAdded'", FALSE },
  };

  g_test_summary ("Rules that cannot match a progress signal do not count");
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (mcp_dbus_audience_rule_fits (rules[i].rule, ":1.7") != rules[i].fits)
      g_error ("%s", rules[i].rule);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/audience/rules", test_rules);
  test_add ("/dbus/audience/nobody", test_nobody);
  test_add ("/dbus/audience/newcomer", test_newcomer);
  test_add ("/dbus/audience/monitor", test_monitor);
  return g_test_run ();
}
