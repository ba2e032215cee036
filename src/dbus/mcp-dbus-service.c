/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-service.h"

#include "common/mcp-names.h"
#include "common/mcp-timer.h"
#include "dbus/mcp-dbus-consent.h"
#include "dbus/mcp-dbus-guard.h"
#include "dbus/mcp-dbus-objects.h"
#include "dbus/mcp-dbus-pump.h"
#include "dbus/mcp-dbus-remains.h"
#include "dbus/mcp-dbus-senders.h"
#include "dbus/mcp-dbus-session.h"
#include "dbus/mcp-dbus-store.h"
#include "dbus/mcp-dbus-tools.h"
#include "dbus/mcp-dbus-watcher.h"

/* Of one turn of the main context. */
#define STEP_US 2000

struct _McpDbusService
{
  GObject parent_instance;

  McpSessionStore *store;     /* (owned) */
  McpGateway *gateway;        /* (owned) */
  McpDbusStore *store_object; /* (owned): kept over exports, its properties with it */
  guint max_calls;            /* of one sender, not answered yet */

  /* From export to unexport, else NULL: */
  GDBusConnection *connection; /* (owned) */
  guint guard_id;
  GDBusObjectManagerServer *manager; /* (owned) */
  McpDbusObjects *objects;           /* (owned): of the manager */
  McpDbusPump *pump;                 /* (owned) */
  GHashTable *watchers;              /* (owned) char *id -> (owned) McpDbusWatcher */

  /* While mcp_dbus_service_export_by_steps() works, else NULL: */
  GPtrArray *rest; /* (owned): of the sessions, those whose turn has not come */
  GSource *step;   /* (owned) */
  McpDbusExportedFunc exported;
  gpointer exported_data;

  McpDbusRemains *remains; /* (owned) (nullable): of a connection that was closed */
};

G_DEFINE_FINAL_TYPE (McpDbusService, mcp_dbus_service, G_TYPE_OBJECT)

static void
add_object (McpDbusService *self, const char *path, gpointer interface)
{
  g_autoptr (GDBusObjectSkeleton) object = g_dbus_object_skeleton_new (path);

  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (interface));
  g_dbus_object_manager_server_export (self->manager, object);
}

static void
add_session (McpDbusService *self, McpSession *session)
{
  const char *session_id = mcp_session_get_id (session);
  g_autofree char *path = mcp_dbus_session_build_path (session_id);
  McpDbusWatcher *watcher = mcp_dbus_watcher_new (self->pump, session, path);
  g_autoptr (McpDbusSession) object =
      mcp_dbus_session_new (self->store, self->gateway, session, watcher);

  add_object (self, path, object);
  g_hash_table_insert (self->watchers, g_strdup (session_id), watcher);
}

static void
session_added_cb (McpSessionStore *store, McpSession *session, gpointer user_data)
{
  McpDbusService *self = MCP_DBUS_SERVICE (user_data);
  const char *session_id = mcp_session_get_id (session);
  g_autofree char *path = mcp_dbus_session_build_path (session_id);

  if (g_hash_table_contains (self->watchers, session_id))
    return;

  add_session (self, session);
  mcp_gen_session_store1_emit_session_added (MCP_GEN_SESSION_STORE1 (self->store_object),
                                             session_id, path);
}

static void
session_removed_cb (McpSessionStore *store,
                    McpSession *session,
                    const char *reason,
                    gpointer user_data)
{
  McpDbusService *self = MCP_DBUS_SERVICE (user_data);
  const char *session_id = mcp_session_get_id (session);
  g_autofree char *path = mcp_dbus_session_build_path (session_id);
  McpDbusWatcher *watcher = g_hash_table_lookup (self->watchers, session_id);

  if (watcher == NULL)
    return;

  mcp_dbus_watcher_emit_closed (watcher);
  g_hash_table_remove (self->watchers, session_id);
  g_dbus_object_manager_server_unexport (self->manager, path);
  mcp_dbus_objects_note_removed (self->objects, path);
  mcp_gen_session_store1_emit_session_removed (MCP_GEN_SESSION_STORE1 (self->store_object),
                                               session_id);
}

static void
n_sessions_cb (McpSessionStore *store, GParamSpec *pspec, gpointer user_data)
{
  mcp_dbus_store_update_count (MCP_DBUS_SERVICE (user_data)->store_object);
}

static void
connection_closed_cb (GDBusConnection *connection,
                      gboolean remote_peer_vanished,
                      GError *error,
                      gpointer user_data)
{
  g_debug ("The bus connection is closed; sessions go on without it");
  mcp_dbus_service_unexport (MCP_DBUS_SERVICE (user_data));
}

static void
watcher_free (gpointer watcher)
{
  mcp_dbus_watcher_stop (watcher);
  g_object_unref (watcher);
}

static void
mcp_dbus_service_dispose (GObject *object)
{
  McpDbusService *self = MCP_DBUS_SERVICE (object);

  mcp_dbus_service_unexport (self);
  g_clear_pointer (&self->remains, mcp_dbus_remains_free);
  g_clear_object (&self->store_object);
  g_clear_object (&self->gateway);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (mcp_dbus_service_parent_class)->dispose (object);
}

static void
mcp_dbus_service_class_init (McpDbusServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcp_dbus_service_dispose;
}

static void
mcp_dbus_service_init (McpDbusService *self)
{
  self->max_calls = G_MAXUINT;
}

/**
 * mcp_dbus_service_new:
 * @store: the sessions to publish
 * @gateway: what calls their tools
 *
 * Returns: (transfer full): a service that is not exported yet
 */
McpDbusService *
mcp_dbus_service_new (McpSessionStore *store, McpGateway *gateway)
{
  McpDbusService *self = g_object_new (MCP_TYPE_DBUS_SERVICE, NULL);

  self->store = g_object_ref (store);
  self->gateway = g_object_ref (gateway);
  self->store_object = mcp_dbus_store_new (store);
  return self;
}

/**
 * mcp_dbus_service_set_limits:
 * @self: the service
 * @limits: what holds from now on; at first there are none
 */
void
mcp_dbus_service_set_limits (McpDbusService *self, const McpLimits *limits)
{
  g_return_if_fail (MCP_IS_DBUS_SERVICE (self));
  g_return_if_fail (limits != NULL);

  self->max_calls = limits->bus_calls_per_sender;
  if (self->connection != NULL)
    mcp_dbus_senders_set_max (self->connection, self->max_calls);
}

/**
 * mcp_dbus_service_set_addresses:
 * @self: the service
 * @http_url: (nullable): where MCP clients reach the daemon over TCP
 * @socket_path: (nullable): the Unix socket that speaks the same HTTP
 *
 * Tells the bus where else the daemon is; before or after the export.
 */
void
mcp_dbus_service_set_addresses (McpDbusService *self, const char *http_url, const char *socket_path)
{
  McpGenSessionStore1 *skeleton;

  g_return_if_fail (MCP_IS_DBUS_SERVICE (self));

  skeleton = MCP_GEN_SESSION_STORE1 (self->store_object);
  mcp_gen_session_store1_set_http_url (skeleton, http_url != NULL ? http_url : "");
  mcp_gen_session_store1_set_socket_path (skeleton, socket_path != NULL ? socket_path : "");
}

static void
add_own_objects (McpDbusService *self)
{
  g_autoptr (McpDbusTools) tools = mcp_dbus_tools_new (self->gateway);
  g_autoptr (McpDbusConsent) consent = mcp_dbus_consent_new (self->gateway);

  add_object (self, MCP_CONSENT_PATH, consent);
  add_object (self, MCP_STORE_PATH, self->store_object);
  add_object (self, MCP_TOOLS_PATH, tools);
}

static void
add_all_sessions (McpDbusService *self)
{
  g_autoptr (GPtrArray) sessions = mcp_session_store_list (self->store);

  for (guint i = 0; i < sessions->len; i++)
    add_session (self, g_ptr_array_index (sessions, i));
}

/* Everything but the sessions, and nothing on the connection yet. */
static gboolean
begin_export (McpDbusService *self, GDBusConnection *connection, GError **error)
{
  if (g_dbus_connection_is_closed (connection))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The bus connection is closed");
      return FALSE;
    }

  self->connection = g_object_ref (connection);
  mcp_dbus_senders_set_max (connection, self->max_calls);
  self->manager = g_dbus_object_manager_server_new (MCP_OBJECT_MANAGER_PATH);
  self->guard_id = mcp_dbus_guard_add (connection);
  self->objects = mcp_dbus_objects_new (connection, self->manager);
  self->pump = mcp_dbus_pump_new (connection, &mcp_dbus_watcher_pump_funcs);
  self->watchers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, watcher_free);

  mcp_dbus_store_update_count (self->store_object);
  add_own_objects (self);
  return TRUE;
}

static void
follow (McpDbusService *self)
{
  g_dbus_object_manager_server_set_connection (self->manager, self->connection);
  g_signal_connect_object (self->connection, "closed", G_CALLBACK (connection_closed_cb), self, 0);
  g_signal_connect (self->store, "session-added", G_CALLBACK (session_added_cb), self);
  g_signal_connect (self->store, "session-removed", G_CALLBACK (session_removed_cb), self);
  g_signal_connect (self->store, "notify::n-sessions", G_CALLBACK (n_sessions_cb), self);
}

/**
 * mcp_dbus_service_export:
 * @self: the service, not exported
 * @connection: a bus connection, whose signals come in the calling thread's default context
 * @error: return location
 *
 * Publishes the store, its sessions, and those that come, until the connection
 * closes or mcp_dbus_service_unexport(). Then it may be exported again. The
 * name is asked for by the caller, afterwards. Takes longer the more sessions there are.
 *
 * Errors: %G_IO_ERROR_CLOSED.
 *
 * Returns: whether the objects are there
 */
gboolean
mcp_dbus_service_export (McpDbusService *self, GDBusConnection *connection, GError **error)
{
  g_return_val_if_fail (MCP_IS_DBUS_SERVICE (self), FALSE);
  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), FALSE);
  g_return_val_if_fail (self->connection == NULL, FALSE);

  if (!begin_export (self, connection, error))
    return FALSE;
  add_all_sessions (self);
  /* only now: objects that are there at first are no news */
  follow (self);
  return TRUE;
}

/* Tells the caller of mcp_dbus_service_export_by_steps(), if the steps have not ended yet. */
static void
end_steps (McpDbusService *self, gboolean is_exported)
{
  McpDbusExportedFunc exported = g_steal_pointer (&self->exported);

  mcp_timer_clear (&self->step);
  g_clear_pointer (&self->rest, g_ptr_array_unref);
  if (exported != NULL)
    exported (is_exported, self->exported_data);
}

static void
add_next_session (McpDbusService *self)
{
  g_autoptr (McpSession) session = g_ptr_array_steal_index_fast (self->rest, self->rest->len - 1);

  if (!mcp_session_is_closed (session) &&
      !g_hash_table_contains (self->watchers, mcp_session_get_id (session)))
    add_session (self, session);
}

static gboolean
step_cb (gpointer user_data)
{
  McpDbusService *self = user_data;
  gint64 until_us = g_get_monotonic_time () + STEP_US;

  while (self->rest->len > 0 && g_get_monotonic_time () < until_us)
    add_next_session (self);
  if (self->rest->len > 0)
    return G_SOURCE_CONTINUE;
  end_steps (self, TRUE);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_dbus_service_export_by_steps:
 * @self: the service, not exported
 * @connection: a bus connection, as for mcp_dbus_service_export()
 * @exported: is called when all sessions are there, or when mcp_dbus_service_unexport() comes first
 * @user_data: for @exported
 * @error: return location
 *
 * As mcp_dbus_service_export(), but others have turns of the main context while there are
 * sessions to add.
 *
 * Errors: %G_IO_ERROR_CLOSED.
 *
 * Returns: whether it has begun, and @exported will be called
 */
gboolean
mcp_dbus_service_export_by_steps (McpDbusService *self,
                                  GDBusConnection *connection,
                                  McpDbusExportedFunc exported,
                                  gpointer user_data,
                                  GError **error)
{
  g_return_val_if_fail (MCP_IS_DBUS_SERVICE (self), FALSE);
  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), FALSE);
  g_return_val_if_fail (self->connection == NULL, FALSE);

  if (!begin_export (self, connection, error))
    return FALSE;
  follow (self);
  self->exported = exported;
  self->exported_data = user_data;
  self->rest = mcp_session_store_list (self->store);
  self->step = mcp_timer_new_idle ("bus-export", G_PRIORITY_DEFAULT, step_cb, self);
  return TRUE;
}

/**
 * mcp_dbus_service_is_exported_on:
 * @self: the service
 * @connection: a bus connection
 *
 * Returns: whether the objects are on that connection
 */
gboolean
mcp_dbus_service_is_exported_on (McpDbusService *self, GDBusConnection *connection)
{
  g_return_val_if_fail (MCP_IS_DBUS_SERVICE (self), FALSE);
  return self->connection == connection;
}

/* The objects of the sessions are many. Where nobody can see them any more, there is no hurry. */
static void
leave_remains (McpDbusService *self)
{
  g_clear_pointer (&self->remains, mcp_dbus_remains_free);
  g_dbus_object_manager_server_unexport (self->manager, MCP_CONSENT_PATH);
  g_dbus_object_manager_server_unexport (self->manager, MCP_STORE_PATH);
  g_dbus_object_manager_server_unexport (self->manager, MCP_TOOLS_PATH);
  self->remains =
      mcp_dbus_remains_new (g_steal_pointer (&self->manager), g_steal_pointer (&self->watchers));
}

static void
take_down (McpDbusService *self)
{
  g_clear_pointer (&self->watchers, g_hash_table_unref);
  g_dbus_object_manager_server_set_connection (self->manager, NULL);
  g_clear_object (&self->manager);
}

/**
 * mcp_dbus_service_unexport:
 * @self: the service
 *
 * Takes everything off the bus; nothing is signalled any more. Does nothing when
 * not exported.
 */
void
mcp_dbus_service_unexport (McpDbusService *self)
{
  g_return_if_fail (MCP_IS_DBUS_SERVICE (self));

  if (self->connection == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->store, self);
  g_signal_handlers_disconnect_by_data (self->connection, self);

  g_dbus_connection_remove_filter (self->connection, self->guard_id);
  mcp_dbus_objects_close (self->objects);
  g_clear_object (&self->objects);
  mcp_dbus_pump_close (self->pump);
  g_clear_object (&self->pump);
  if (g_dbus_connection_is_closed (self->connection))
    leave_remains (self);
  else
    take_down (self);
  g_clear_object (&self->connection);
  end_steps (self, FALSE);
}
