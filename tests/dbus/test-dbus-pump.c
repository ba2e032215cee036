/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-pump.h"
#include "test-bus.h"

#define N_THREADS 4
#define N_WAKES   5000

typedef struct
{
  GObject parent_instance;

  int said; /* atomic: what there is to say, by any thread */
  int heard;
} Item;

typedef GObjectClass ItemClass;

static GType item_get_type (void);
G_DEFINE_FINAL_TYPE (Item, item, G_TYPE_OBJECT)

static void
item_class_init (ItemClass *klass)
{
}

static void
item_init (Item *self)
{
}

static gboolean
take_turn_cb (gpointer data)
{
  Item *item = data;

  item->heard = g_atomic_int_get (&item->said);
  return FALSE;
}

static const McpDbusPumpFuncs item_funcs = { .take_turn = take_turn_cb };

typedef struct
{
  McpDbusPump *pump;
  Item *item;
} Waker;

static gpointer
wake_thread (gpointer data)
{
  Waker *waker = data;

  for (guint i = 0; i < N_WAKES; i++)
    {
      g_atomic_int_inc (&waker->item->said);
      mcp_dbus_pump_wake (waker->pump, waker->item);
    }
  return NULL;
}

static void
test_threads (TestBus *bus, gconstpointer data)
{
  McpDbusPump *pump = mcp_dbus_pump_new (bus->server, &item_funcs);
  Item *item = g_object_new (item_get_type (), NULL);
  Waker waker = { pump, item };
  GThread *threads[N_THREADS];

  g_test_summary ("No wake-up from any thread is lost");
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("wake", wake_thread, &waker);
  AWAIT (item->heard == N_THREADS * N_WAKES);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  mcp_dbus_pump_close (pump);
  g_assert_finalize_object (pump);
  g_assert_finalize_object (item);
}

static void
test_close (TestBus *bus, gconstpointer data)
{
  McpDbusPump *pump = mcp_dbus_pump_new (bus->server, &item_funcs);
  Item *before = g_object_new (item_get_type (), NULL);
  Item *after = g_object_new (item_get_type (), NULL);

  g_test_summary ("A closed pump lets go of items, takes none, and says nothing");
  mcp_dbus_pump_wake (pump, before);
  mcp_dbus_pump_close (pump);
  mcp_dbus_pump_wake (pump, after);
  mcp_dbus_pump_emit (pump, "/a", "a.b", "C", g_variant_new ("()"));
  g_assert_false (mcp_dbus_pump_has_room_for_end (pump));
  g_assert_finalize_object (before);
  g_assert_finalize_object (after);
  g_assert_finalize_object (pump);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_add ("/dbus/pump/threads", test_threads);
  test_add ("/dbus/pump/close", test_close);
  return g_test_run ();
}
