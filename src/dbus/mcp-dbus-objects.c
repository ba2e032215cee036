/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * With ten thousand sessions, GDBus needs a quarter of a second of the main context for an answer
 * to GetManagedObjects. Here the objects are collected a few at a time, and the answer is written
 * in a thread. All who ask meanwhile wait for the next answer, which they share.
 */
#include "dbus/mcp-dbus-objects.h"

#include "common/mcp-error.h"
#include "common/mcp-timer.h"

#include <string.h>

#define MANAGER_INTERFACE "org.freedesktop.DBus.ObjectManager"

/* Of one turn of the main context. */
#define STEP_US 2000

/* Who ask at a time, all together: each answer may have megabytes. */
#define MAX_WAITING 256

/* Calls that the thread of GDBus hands over. */
typedef struct
{
  GMutex lock;
  GQueue calls;    /* (element-type GDBusMessage) (owned) */
  GSource *source; /* (owned) (nullable): wakes the main context; NULL when closed */
} Inbox;

struct _McpDbusObjects
{
  GObject parent_instance;

  GDBusConnection *connection;       /* (owned) */
  GDBusObjectManagerServer *manager; /* (owned) */
  guint filter_id;
  Inbox *inbox;          /* (owned) */
  GSource *inbox_source; /* (owned) (nullable): until it is closed */

  GQueue waiting; /* (element-type GDBusMessage) (owned): wait for the next answer */

  /* While an answer is made: */
  GQueue asking;            /* (element-type GDBusMessage) (owned): those who get it */
  GList *rest;              /* (element-type GDBusObject) (owned): not collected yet */
  GVariantBuilder *objects; /* (owned) (nullable): a{oa{sa{sv}}} */
  GSource *step;            /* (owned) (nullable) */
  gboolean is_sending;
  GPtrArray *removed; /* (owned) (element-type utf8): objects that went since it was begun */
};

G_DEFINE_FINAL_TYPE (McpDbusObjects, mcp_dbus_objects, G_TYPE_OBJECT)

/* What the thread that sends is given. */
typedef struct
{
  GDBusConnection *connection; /* (owned) */
  GQueue calls;                /* (element-type GDBusMessage) (owned) */
  GVariant *body;              /* (owned) (nullable): until it is sent */
} Answer;

static void
inbox_clear (gpointer data)
{
  Inbox *inbox = data;

  g_queue_clear_full (&inbox->calls, g_object_unref);
  g_clear_pointer (&inbox->source, g_source_unref);
  g_mutex_clear (&inbox->lock);
}

static void
inbox_unref (gpointer inbox)
{
  g_atomic_rc_box_release_full (inbox, inbox_clear);
}

static gboolean
asks_for_objects (GDBusMessage *message)
{
  return g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL &&
         g_strcmp0 (g_dbus_message_get_member (message), "GetManagedObjects") == 0 &&
         g_strcmp0 (g_dbus_message_get_interface (message), MANAGER_INTERFACE) == 0;
}

/* In the thread of GDBus. */
static GDBusMessage *
filter (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  Inbox *inbox = user_data;

  if (!incoming || !asks_for_objects (message))
    return message;

  g_mutex_lock (&inbox->lock);
  if (inbox->source != NULL)
    {
      g_queue_push_tail (&inbox->calls, g_steal_pointer (&message));
      g_source_set_ready_time (inbox->source, 0);
    }
  g_mutex_unlock (&inbox->lock);
  return message;
}

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_queue_clear_full (&answer->calls, g_object_unref);
  g_clear_pointer (&answer->body, g_variant_unref);
  g_object_unref (answer->connection);
  g_free (answer);
}

static void
send_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Answer *answer = task_data;

  for (GList *l = answer->calls.head; l != NULL; l = l->next)
    {
      g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (l->data);

      g_dbus_message_set_body (reply, answer->body);
      g_dbus_connection_send_message (answer->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                      NULL, NULL);
      /* GDBus keeps a queue of what it has to send; this waits until the bus has it. */
      g_dbus_connection_flush_sync (answer->connection, NULL, NULL);
    }
  /* Here, since a large answer takes as long to free as to make. */
  g_clear_pointer (&answer->body, g_variant_unref);
  g_task_return_boolean (task, TRUE);
}

static void start (McpDbusObjects *self);

/* Whoever got the answer after the signal would believe that they are there. */
static void
repeat_removed (McpDbusObjects *self)
{
  static const char *const none[] = { NULL };

  for (guint i = 0; i < self->removed->len; i++)
    g_dbus_connection_emit_signal (
        self->connection, NULL,
        g_dbus_object_manager_get_object_path (G_DBUS_OBJECT_MANAGER (self->manager)),
        MANAGER_INTERFACE, "InterfacesRemoved",
        g_variant_new ("(o^as)", self->removed->pdata[i], none), NULL);
  g_ptr_array_set_size (self->removed, 0);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpDbusObjects *self = MCP_DBUS_OBJECTS (source);

  self->is_sending = FALSE;
  if (self->inbox_source == NULL)
    return;
  repeat_removed (self);
  start (self);
}

static void
send_answer (McpDbusObjects *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, sent_cb, NULL);
  Answer *answer = g_new0 (Answer, 1);
  GVariant *objects = g_variant_builder_end (self->objects);

  g_clear_pointer (&self->objects, g_variant_builder_unref);
  answer->connection = g_object_ref (self->connection);
  answer->body = g_variant_ref_sink (g_variant_new_tuple (&objects, 1));
  answer->calls = self->asking;
  g_queue_init (&self->asking);
  self->is_sending = TRUE;
  g_task_set_source_tag (task, send_answer);
  g_task_set_task_data (task, answer, answer_free);
  g_task_run_in_thread (task, send_in_thread);
}

static void
add_interface (gpointer data, gpointer user_data)
{
  GDBusInterfaceSkeleton *interface = G_DBUS_INTERFACE_SKELETON (data);
  g_autoptr (GVariant) properties = g_dbus_interface_skeleton_get_properties (interface);

  g_variant_builder_add (user_data, "{s@a{sv}}",
                         g_dbus_interface_skeleton_get_info (interface)->name, properties);
}

static void
add_object (McpDbusObjects *self, GDBusObject *object)
{
  GVariantBuilder interfaces;
  GList *list = g_dbus_object_get_interfaces (object);

  g_variant_builder_init (&interfaces, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_list_foreach (list, add_interface, &interfaces);
  g_variant_builder_add (self->objects, "{oa{sa{sv}}}", g_dbus_object_get_object_path (object),
                         &interfaces);
  g_list_free_full (list, g_object_unref);
}

static gboolean
step_cb (gpointer user_data)
{
  McpDbusObjects *self = user_data;
  gint64 until_us = g_get_monotonic_time () + STEP_US;

  while (self->rest != NULL && g_get_monotonic_time () < until_us)
    {
      g_autoptr (GDBusObject) object = self->rest->data;

      self->rest = g_list_delete_link (self->rest, self->rest);
      add_object (self, object);
    }
  if (self->rest != NULL)
    return G_SOURCE_CONTINUE;

  mcp_timer_clear (&self->step);
  send_answer (self);
  return G_SOURCE_REMOVE;
}

/* Begins an answer for all who wait, unless one is being made. */
static void
start (McpDbusObjects *self)
{
  if (self->step != NULL || self->is_sending || g_queue_is_empty (&self->waiting))
    return;

  self->asking = self->waiting;
  g_queue_init (&self->waiting);
  g_ptr_array_set_size (self->removed, 0);
  self->rest = g_dbus_object_manager_get_objects (G_DBUS_OBJECT_MANAGER (self->manager));
  self->objects = g_variant_builder_new (G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  self->step = mcp_timer_new_idle ("bus-objects", G_PRIORITY_DEFAULT, step_cb, self);
}

static void
refuse (McpDbusObjects *self, GDBusMessage *call)
{
  g_autoptr (GError) error =
      g_error_new (MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "%d programs wait for the objects already; try again", MAX_WAITING);
  g_autofree char *name = g_dbus_error_encode_gerror (error);
  g_autoptr (GDBusMessage) reply =
      g_dbus_message_new_method_error_literal (call, name, error->message);

  g_dbus_connection_send_message (self->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                  NULL);
}

static void
take_call (McpDbusObjects *self, GDBusMessage *call)
{
  if (g_strcmp0 (g_dbus_message_get_path (call), g_dbus_object_manager_get_object_path (
                                                     G_DBUS_OBJECT_MANAGER (self->manager))) != 0)
    {
      g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_error_literal (
          call, "org.freedesktop.DBus.Error.UnknownMethod", "There is no object manager there");

      g_dbus_connection_send_message (self->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                      NULL);
      g_object_unref (call);
    }
  else if (g_queue_get_length (&self->waiting) >= MAX_WAITING)
    {
      refuse (self, call);
      g_object_unref (call);
    }
  else
    g_queue_push_tail (&self->waiting, call);
}

static gboolean
inbox_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  McpDbusObjects *self = user_data;
  GDBusMessage *call;

  g_source_set_ready_time (source, -1);
  g_mutex_lock (&self->inbox->lock);
  while ((call = g_queue_pop_head (&self->inbox->calls)) != NULL)
    take_call (self, call);
  g_mutex_unlock (&self->inbox->lock);
  start (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
never_called (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs inbox_funcs = { .dispatch = inbox_dispatch };

/**
 * mcp_dbus_objects_close:
 * @self: the answers
 *
 * Answers no more; who waits gets no answer from here.
 */
void
mcp_dbus_objects_close (McpDbusObjects *self)
{
  g_return_if_fail (MCP_IS_DBUS_OBJECTS (self));

  if (self->inbox_source == NULL)
    return;
  g_dbus_connection_remove_filter (self->connection, self->filter_id);
  g_mutex_lock (&self->inbox->lock);
  g_clear_pointer (&self->inbox->source, g_source_unref);
  g_mutex_unlock (&self->inbox->lock);
  mcp_timer_clear (&self->inbox_source);
  mcp_timer_clear (&self->step);
  g_list_free_full (g_steal_pointer (&self->rest), g_object_unref);
  g_clear_pointer (&self->objects, g_variant_builder_unref);
  g_queue_clear_full (&self->asking, g_object_unref);
  g_queue_clear_full (&self->waiting, g_object_unref);
  /* An answer that is being sent may live on for a while; the objects must not. */
  g_clear_object (&self->manager);
}

static void
mcp_dbus_objects_finalize (GObject *object)
{
  McpDbusObjects *self = MCP_DBUS_OBJECTS (object);

  mcp_dbus_objects_close (self);
  inbox_unref (self->inbox);
  g_ptr_array_unref (self->removed);
  g_object_unref (self->connection);

  G_OBJECT_CLASS (mcp_dbus_objects_parent_class)->finalize (object);
}

static void
mcp_dbus_objects_class_init (McpDbusObjectsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_dbus_objects_finalize;
}

static void
mcp_dbus_objects_init (McpDbusObjects *self)
{
  g_queue_init (&self->waiting);
  g_queue_init (&self->asking);
  self->removed = g_ptr_array_new_with_free_func (g_free);
  self->inbox = g_atomic_rc_box_new0 (Inbox);
  g_mutex_init (&self->inbox->lock);
  g_queue_init (&self->inbox->calls);
  self->inbox_source = g_source_new (&inbox_funcs, sizeof (GSource));
  self->inbox->source = g_source_ref (self->inbox_source);
  mcp_timer_attach (self->inbox_source, "bus-objects-asked", never_called, self);
}

/**
 * mcp_dbus_objects_new:
 * @connection: where the objects are
 * @manager: the objects; exported on @connection, or about to be
 *
 * Returns: (transfer full): answers until mcp_dbus_objects_close()
 */
McpDbusObjects *
mcp_dbus_objects_new (GDBusConnection *connection, GDBusObjectManagerServer *manager)
{
  McpDbusObjects *self = g_object_new (MCP_TYPE_DBUS_OBJECTS, NULL);

  self->connection = g_object_ref (connection);
  self->manager = g_object_ref (manager);
  self->filter_id = g_dbus_connection_add_filter (
      connection, filter, g_atomic_rc_box_acquire (self->inbox), inbox_unref);
  return self;
}

/**
 * mcp_dbus_objects_note_removed:
 * @self: the answers
 * @path: of an object that has been removed, which its signal has told
 *
 * Where an answer is being made that may still have the object, the signal is repeated after it.
 */
void
mcp_dbus_objects_note_removed (McpDbusObjects *self, const char *path)
{
  g_return_if_fail (MCP_IS_DBUS_OBJECTS (self));

  if (self->step != NULL || self->is_sending)
    g_ptr_array_add (self->removed, g_strdup (path));
}
