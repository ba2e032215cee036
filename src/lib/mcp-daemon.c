/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-daemon.h"

#include "mcp-daemon-session-private.h"

#include <string.h>

#define BUS_NAME     "org.mcpsessiond.Daemon"
#define MANAGER_PATH "/org/mcpsessiond"
#define STORE_PATH   "/org/mcpsessiond/SessionStore"
#define STORE        "org.mcpsessiond.SessionStore1"
#define SESSION      "org.mcpsessiond.Session1"

struct _McpDaemon
{
  GObject parent_instance;

  GDBusObjectManager *manager; /* (owned) */
  GPtrArray *sessions;         /* (element-type McpDaemonSession): as they were added */
  GHashTable *by_path;         /* (element-type utf8 McpDaemonSession): unowned */
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpDaemon,
                               mcp_daemon,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

enum
{
  PROP_RUNNING = 1,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

enum
{
  SIGNAL_PROGRESS,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* GListModel */

static GType
get_item_type (GListModel *model)
{
  return MCP_TYPE_DAEMON_SESSION;
}

static guint
get_n_items (GListModel *model)
{
  return MCP_DAEMON (model)->sessions->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *sessions = MCP_DAEMON (model)->sessions;

  return position < sessions->len ? g_object_ref (sessions->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* What the daemon says */

static void
progress_cb (McpDaemonSession *session, McpProgress *progress, McpDaemon *self)
{
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, session, progress);
}

static McpDaemonSession *
add_session (McpDaemon *self, GDBusProxy *proxy)
{
  McpDaemonSession *session = mcp_daemon_session_new (proxy);

  g_signal_connect_object (session, "progress", G_CALLBACK (progress_cb), self, 0);
  g_ptr_array_add (self->sessions, session);
  g_hash_table_replace (self->by_path, g_strdup (g_dbus_proxy_get_object_path (proxy)), session);
  g_list_model_items_changed (G_LIST_MODEL (self), self->sessions->len - 1, 0, 1);
  return session;
}

static void
add_object (McpDaemon *self, GDBusObject *object)
{
  g_autoptr (GDBusInterface) interface = g_dbus_object_get_interface (object, SESSION);

  if (interface != NULL &&
      g_hash_table_lookup (self->by_path, g_dbus_object_get_object_path (object)) == NULL)
    add_session (self, G_DBUS_PROXY (interface));
}

static void
object_added_cb (GDBusObjectManager *manager, GDBusObject *object, McpDaemon *self)
{
  add_object (self, object);
}

static void
object_removed_cb (GDBusObjectManager *manager, GDBusObject *object, McpDaemon *self)
{
  const char *path = g_dbus_object_get_object_path (object);
  McpDaemonSession *session = g_hash_table_lookup (self->by_path, path);
  g_autoptr (McpDaemonSession) kept = NULL;
  guint position;

  if (session == NULL || !g_ptr_array_find (self->sessions, session, &position))
    return;
  kept = g_object_ref (session);
  g_hash_table_remove (self->by_path, path);
  g_ptr_array_remove_index (self->sessions, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  mcp_daemon_session_take_gone (kept);
}

static void
signal_cb (GDBusObjectManagerClient *manager,
           GDBusObjectProxy *object,
           GDBusProxy *proxy,
           const char *sender,
           const char *signal,
           GVariant *parameters,
           McpDaemon *self)
{
  McpDaemonSession *session =
      g_hash_table_lookup (self->by_path, g_dbus_proxy_get_object_path (proxy));

  if (session != NULL && strcmp (g_dbus_proxy_get_interface_name (proxy), SESSION) == 0)
    {
      g_autoptr (McpDaemonSession) kept = g_object_ref (session);

      mcp_daemon_session_take_signal (kept, signal, parameters);
    }
}

static void
owner_changed_cb (GDBusObjectManager *manager, GParamSpec *pspec, McpDaemon *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUNNING]);
}

/* GObject */

static void
mcp_daemon_finalize (GObject *object)
{
  McpDaemon *self = MCP_DAEMON (object);

  g_clear_object (&self->manager);
  g_hash_table_unref (self->by_path);
  g_ptr_array_unref (self->sessions);

  G_OBJECT_CLASS (mcp_daemon_parent_class)->finalize (object);
}

static void
mcp_daemon_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_RUNNING)
    g_value_set_boolean (value, mcp_daemon_is_running (MCP_DAEMON (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mcp_daemon_class_init (McpDaemonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = mcp_daemon_finalize;
  object_class->get_property = mcp_daemon_get_property;
  /**
   * McpDaemon:running:
   *
   * Whether the daemon runs at this moment.
   */
  props[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  /**
   * McpDaemon::progress:
   * @self: the daemon
   * @session: where it happened
   * @progress: what happened
   *
   * Something moved in one of the sessions.
   */
  signals[SIGNAL_PROGRESS] =
      g_signal_new ("progress", MCP_TYPE_DAEMON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, MCP_TYPE_DAEMON_SESSION, MCP_TYPE_PROGRESS);
}

static void
mcp_daemon_init (McpDaemon *self)
{
  self->sessions = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_path = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static McpDaemon *
new_with_manager (GDBusObjectManager *manager)
{
  McpDaemon *self = g_object_new (MCP_TYPE_DAEMON, NULL);
  GList *objects;

  self->manager = g_object_ref (manager);
  g_signal_connect_object (manager, "object-added", G_CALLBACK (object_added_cb), self, 0);
  g_signal_connect_object (manager, "object-removed", G_CALLBACK (object_removed_cb), self, 0);
  g_signal_connect_object (manager, "interface-proxy-signal", G_CALLBACK (signal_cb), self, 0);
  g_signal_connect_object (manager, "notify::name-owner", G_CALLBACK (owner_changed_cb), self, 0);
  objects = g_dbus_object_manager_get_objects (manager);
  for (GList *at = objects; at != NULL; at = at->next)
    add_object (self, at->data);
  g_list_free_full (objects, g_object_unref);
  return self;
}

static void
manager_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GDBusObjectManager) manager = g_dbus_object_manager_client_new_finish (result, &error);

  if (manager == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, new_with_manager (manager), g_object_unref);
}

/* Takes @task. */
static void
make_manager (GTask *task, GDBusConnection *connection)
{
  g_dbus_object_manager_client_new (connection, G_DBUS_OBJECT_MANAGER_CLIENT_FLAGS_NONE, BUS_NAME,
                                    MANAGER_PATH, NULL, NULL, NULL, g_task_get_cancellable (task),
                                    manager_cb, task);
}

static void
bus_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr (GDBusConnection) connection = g_bus_get_finish (result, &error);

  if (connection != NULL)
    {
      make_manager (task, connection);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * mcp_daemon_new_async:
 * @connection: (nullable): to the session bus; %NULL: the shared one
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Finds the daemon, which is started if need be, and its sessions.
 */
void
mcp_daemon_new_async (GDBusConnection *connection,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task;

  g_return_if_fail (connection == NULL || G_IS_DBUS_CONNECTION (connection));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, mcp_daemon_new_async);
  if (connection != NULL)
    make_manager (task, connection);
  else
    g_bus_get (G_BUS_TYPE_SESSION, cancellable, bus_cb, task);
}

/**
 * mcp_daemon_new_finish: (constructor)
 * @result: the result
 * @error: return location
 *
 * Errors: of the bus.
 *
 * Returns: (transfer full) (nullable): the daemon
 */
McpDaemon *
mcp_daemon_new_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mcp_daemon_is_running:
 * @self: the daemon
 *
 * The list is empty while the daemon does not run. The bus starts the daemon when something is
 * asked of it.
 *
 * Returns: whether the daemon runs at this moment
 */
gboolean
mcp_daemon_is_running (McpDaemon *self)
{
  g_autofree char *owner = NULL;

  g_return_val_if_fail (MCP_IS_DAEMON (self), FALSE);

  owner =
      g_dbus_object_manager_client_get_name_owner (G_DBUS_OBJECT_MANAGER_CLIENT (self->manager));
  return owner != NULL;
}

/**
 * mcp_daemon_find_session:
 * @self: the daemon
 * @session_id: a UUID
 *
 * Looks for a session in the list.
 *
 * Returns: (transfer none) (nullable): the session of that id
 */
McpDaemonSession *
mcp_daemon_find_session (McpDaemon *self, const char *session_id)
{
  g_return_val_if_fail (MCP_IS_DAEMON (self), NULL);
  g_return_val_if_fail (session_id != NULL, NULL);

  for (guint i = 0; i < self->sessions->len; i++)
    if (strcmp (mcp_daemon_session_get_id (self->sessions->pdata[i]), session_id) == 0)
      return self->sessions->pdata[i];
  return NULL;
}

/* Making a session: the method answers with the object's path, and a proxy of it is made, since the
   signal of the object manager may come later. */

typedef struct
{
  char *path;
  char *token;
} Creation;

static void
creation_free (gpointer data)
{
  Creation *creation = data;

  g_free (creation->path);
  g_free (creation->token);
  g_free (creation);
}

static void
session_proxy_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpDaemon *self = g_task_get_source_object (task);
  Creation *creation = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GDBusProxy) proxy = g_dbus_proxy_new_finish (result, &error);
  McpDaemonSession *session = g_hash_table_lookup (self->by_path, creation->path);

  if (session == NULL && proxy == NULL)
    g_task_return_error (task, error);
  else
    {
      g_clear_error (&error);
      if (session == NULL)
        session = add_session (self, proxy);
      g_task_return_pointer (task, g_object_ref (session), g_object_unref);
    }
}

static void
created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Creation *creation = g_task_get_task_data (task);
  GDBusConnection *connection = G_DBUS_CONNECTION (source);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (connection, result, &error);

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_variant_get (reply, "(oss)", &creation->path, NULL, &creation->token);
  g_dbus_proxy_new (connection, G_DBUS_PROXY_FLAGS_NONE, NULL, BUS_NAME, creation->path, SESSION,
                    cancellable, session_proxy_cb, g_steal_pointer (&task));
}

static GVariant *
build_creation (const char *cwd, const char *label, const char *const *allowed_tools)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (label != NULL)
    g_variant_dict_insert (&options, "label", "s", label);
  if (allowed_tools != NULL)
    g_variant_dict_insert (&options, "allowed_tools", "^as", allowed_tools);
  return g_variant_new ("(s@a{sv})", cwd != NULL ? cwd : "", g_variant_dict_end (&options));
}

/**
 * mcp_daemon_create_session_async:
 * @self: the daemon
 * @cwd: (nullable): where the session works, absolute; %NULL: the directory of this process
 * @label: (nullable): text for people; %NULL: the name of this process
 * @allowed_tools: (nullable) (array zero-terminated=1): globs over exposed names of tools; %NULL:
 *   all tools
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Makes a session. The session stays until somebody closes it, or until its idle time has passed.
 */
void
mcp_daemon_create_session_async (McpDaemon *self,
                                 const char *cwd,
                                 const char *label,
                                 const char *const *allowed_tools,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task;
  g_autoptr (GDBusConnection) connection = NULL;

  g_return_if_fail (MCP_IS_DAEMON (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mcp_daemon_create_session_async);
  g_task_set_task_data (task, g_new0 (Creation, 1), creation_free);
  g_object_get (self->manager, "connection", &connection, NULL);
  g_dbus_connection_call (connection, BUS_NAME, STORE_PATH, STORE, "CreateSession",
                          build_creation (cwd, label, allowed_tools), G_VARIANT_TYPE ("(oss)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, cancellable, created_cb, task);
}

/**
 * mcp_daemon_create_session_finish:
 * @self: the daemon
 * @result: the result
 * @token: (out) (optional) (transfer full): the secret that opens the session over HTTP
 * @error: return location
 *
 * Errors: of the bus, `org.mcpsessiond.Error.…`.
 *
 * Returns: (transfer full) (nullable): the new session
 */
McpDaemonSession *
mcp_daemon_create_session_finish (McpDaemon *self,
                                  GAsyncResult *result,
                                  char **token,
                                  GError **error)
{
  McpDaemonSession *session;
  Creation *creation;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  creation = g_task_get_task_data (G_TASK (result));
  session = g_task_propagate_pointer (G_TASK (result), error);
  if (session != NULL && token != NULL)
    *token = g_steal_pointer (&creation->token);
  return session;
}
