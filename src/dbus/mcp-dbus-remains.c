/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-remains.h"

#include "common/mcp-timer.h"

/* Of one turn of the main context. */
#define STEP_US 2000

struct _McpDbusRemains
{
  GDBusObjectManagerServer *manager; /* (owned) */
  GHashTable *watchers;              /* (owned): those that were not stopped yet */
  GList *objects;                    /* (owned) (element-type GDBusObject): still exported */
  GSource *step;                     /* (owned) (nullable): while there is something left */
};

/* Returns: whether there is more */
static gboolean
take_one (McpDbusRemains *self)
{
  g_autoptr (GDBusObject) object = NULL;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->watchers);
  if (g_hash_table_iter_next (&iter, NULL, NULL))
    {
      g_hash_table_iter_remove (&iter);
      return TRUE;
    }
  if (self->objects == NULL)
    return FALSE;

  object = self->objects->data;
  self->objects = g_list_delete_link (self->objects, self->objects);
  g_dbus_object_manager_server_unexport (self->manager, g_dbus_object_get_object_path (object));
  return TRUE;
}

static gboolean
step_cb (gpointer user_data)
{
  McpDbusRemains *self = user_data;
  gint64 until_us = g_get_monotonic_time () + STEP_US;
  gboolean has_more = TRUE;

  while (has_more && g_get_monotonic_time () < until_us)
    has_more = take_one (self);
  if (has_more)
    return G_SOURCE_CONTINUE;
  g_dbus_object_manager_server_set_connection (self->manager, NULL);
  mcp_timer_clear (&self->step);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_dbus_remains_new:
 * @manager: (transfer full): on a connection that is closed, or that nothing is said on any more
 * @watchers: (transfer full): of the sessions
 *
 * Begins to take all of it apart.
 *
 * Returns: (transfer full): what is left
 */
McpDbusRemains *
mcp_dbus_remains_new (GDBusObjectManagerServer *manager, GHashTable *watchers)
{
  McpDbusRemains *self = g_new0 (McpDbusRemains, 1);

  self->manager = manager;
  self->watchers = watchers;
  self->objects = g_dbus_object_manager_get_objects (G_DBUS_OBJECT_MANAGER (manager));
  self->step = mcp_timer_new_idle ("bus-remains", G_PRIORITY_DEFAULT, step_cb, self);
  return self;
}

/**
 * mcp_dbus_remains_free:
 * @self: (transfer full): what is left
 *
 * Takes apart what is left at once.
 */
void
mcp_dbus_remains_free (McpDbusRemains *self)
{
  mcp_timer_clear (&self->step);
  g_list_free_full (self->objects, g_object_unref);
  g_hash_table_unref (self->watchers);
  g_dbus_object_manager_server_set_connection (self->manager, NULL);
  g_object_unref (self->manager);
  g_free (self);
}
