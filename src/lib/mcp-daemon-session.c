/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-daemon-session-private.h"

#include "mcp-session-call-private.h"

#include <string.h>

/* A server that was never listed is started for a list, and waited for. */
#define LIST_TIMEOUT_MS 120000

struct _McpDaemonSession
{
  GObject parent_instance;

  GDBusProxy *proxy; /* (owned) */
  char *id;
  gboolean is_closed;
};

G_DEFINE_FINAL_TYPE (McpDaemonSession, mcp_daemon_session, G_TYPE_OBJECT)

enum
{
  PROP_ID = 1,
  PROP_LABEL,
  PROP_CWD,
  PROP_CALLS_IN_FLIGHT,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

enum
{
  SIGNAL_PROGRESS,
  SIGNAL_LAGGED,
  SIGNAL_CLOSED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static char *
dup_text (McpDaemonSession *self, const char *property)
{
  g_autoptr (GVariant) value = g_dbus_proxy_get_cached_property (self->proxy, property);

  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_strdup ("");
  return g_variant_dup_string (value, NULL);
}

static void
properties_changed_cb (GDBusProxy *proxy,
                       GVariant *changed,
                       const char *const *invalidated,
                       McpDaemonSession *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LABEL]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CALLS_IN_FLIGHT]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
mcp_daemon_session_finalize (GObject *object)
{
  McpDaemonSession *self = MCP_DAEMON_SESSION (object);

  g_clear_object (&self->proxy);
  g_free (self->id);

  G_OBJECT_CLASS (mcp_daemon_session_parent_class)->finalize (object);
}

static void
mcp_daemon_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  McpDaemonSession *self = MCP_DAEMON_SESSION (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_LABEL:
      g_value_take_string (value, mcp_daemon_session_dup_label (self));
      break;
    case PROP_CWD:
      g_value_take_string (value, mcp_daemon_session_dup_cwd (self));
      break;
    case PROP_CALLS_IN_FLIGHT:
      g_value_set_uint (value, mcp_daemon_session_get_calls_in_flight (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * McpDaemonSession:id:
   *
   * The id of the session, a UUID.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * McpDaemonSession:label:
   *
   * Text for people.
   */
  props[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  /**
   * McpDaemonSession:cwd:
   *
   * The directory in which the session works.
   */
  props[PROP_CWD] = g_param_spec_string ("cwd", NULL, NULL, NULL, flags);
  /**
   * McpDaemonSession:calls-in-flight:
   *
   * How many calls run.
   */
  props[PROP_CALLS_IN_FLIGHT] =
      g_param_spec_uint ("calls-in-flight", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
mcp_daemon_session_class_init (McpDaemonSessionClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mcp_daemon_session_finalize;
  G_OBJECT_CLASS (klass)->get_property = mcp_daemon_session_get_property;
  install_properties (G_OBJECT_CLASS (klass));
  /**
   * McpDaemonSession::progress:
   * @self: the session
   * @progress: what happened
   *
   * Something moved. Events come in the order in which they happened.
   */
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, MCP_TYPE_PROGRESS);
  /**
   * McpDaemonSession::lagged:
   * @self: the session
   * @missed: how many events were left out
   *
   * The bus was slower than the events.
   */
  signals[SIGNAL_LAGGED] = g_signal_new ("lagged", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_UINT);
  /**
   * McpDaemonSession::closed:
   * @self: the session
   * @reason: `closed`, `expired` or `shutdown`
   *
   * The session has ended.
   */
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
mcp_daemon_session_init (McpDaemonSession *self)
{
}

/*
 * mcp_daemon_session_new:
 * @proxy: of the session's object
 *
 * Returns: (transfer full): a new session
 */
McpDaemonSession *
mcp_daemon_session_new (GDBusProxy *proxy)
{
  McpDaemonSession *self = g_object_new (MCP_TYPE_DAEMON_SESSION, NULL);

  self->proxy = g_object_ref (proxy);
  self->id = dup_text (self, "Id");
  g_signal_connect_object (proxy, "g-properties-changed", G_CALLBACK (properties_changed_cb), self,
                           0);
  return self;
}

static void
take_closed (McpDaemonSession *self, const char *reason)
{
  if (self->is_closed)
    return;
  self->is_closed = TRUE;
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0, reason);
}

static void
take_progress (McpDaemonSession *self, GVariant *parameters)
{
  g_autoptr (GVariant) event = g_variant_get_child_value (parameters, 0);
  g_autoptr (McpProgress) progress = mcp_progress_new_from_variant (event);

  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, progress);
}

/*
 * mcp_daemon_session_take_signal:
 * @self: a session
 * @signal: name of a D-Bus signal of its object
 * @parameters: of the signal
 */
void
mcp_daemon_session_take_signal (McpDaemonSession *self, const char *signal, GVariant *parameters)
{
  guint missed;
  const char *reason;

  if (strcmp (signal, "Progress") == 0 &&
      g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(a{sv})")))
    take_progress (self, parameters);
  else if (strcmp (signal, "Lagged") == 0 &&
           g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(u)")))
    {
      g_variant_get (parameters, "(u)", &missed);
      g_signal_emit (self, signals[SIGNAL_LAGGED], 0, missed);
    }
  else if (strcmp (signal, "Closed") == 0 &&
           g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(s)")))
    {
      g_variant_get (parameters, "(&s)", &reason);
      take_closed (self, reason);
    }
}

/*
 * mcp_daemon_session_take_gone:
 * @self: a session whose object is gone
 */
void
mcp_daemon_session_take_gone (McpDaemonSession *self)
{
  take_closed (self, "shutdown");
}

/**
 * mcp_daemon_session_get_id:
 * @self: a session
 *
 * Tells the id that HTTP and the command `mcp-session` know the session by, too.
 *
 * Returns: the id, a UUID
 */
const char *
mcp_daemon_session_get_id (McpDaemonSession *self)
{
  g_return_val_if_fail (MCP_IS_DAEMON_SESSION (self), NULL);
  return self->id;
}

/**
 * mcp_daemon_session_dup_label:
 * @self: a session
 *
 * Tells what people call the session: what its client says of itself, or what the client chose.
 *
 * Returns: (transfer full): text for people; empty: none
 */
char *
mcp_daemon_session_dup_label (McpDaemonSession *self)
{
  g_return_val_if_fail (MCP_IS_DAEMON_SESSION (self), NULL);
  return dup_text (self, "Label");
}

/**
 * mcp_daemon_session_dup_cwd:
 * @self: a session
 *
 * Tells where the session works. Servers of the session start in that directory.
 *
 * Returns: (transfer full): the directory in which the session works
 */
char *
mcp_daemon_session_dup_cwd (McpDaemonSession *self)
{
  g_return_val_if_fail (MCP_IS_DAEMON_SESSION (self), NULL);
  return dup_text (self, "Cwd");
}

/**
 * mcp_daemon_session_get_calls_in_flight:
 * @self: a session
 *
 * Counts the tool calls of the session that have no result yet.
 *
 * Returns: how many calls run
 */
guint
mcp_daemon_session_get_calls_in_flight (McpDaemonSession *self)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (MCP_IS_DAEMON_SESSION (self), 0);

  value = g_dbus_proxy_get_cached_property (self->proxy, "CallsInFlight");
  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32)
             ? g_variant_get_uint32 (value)
             : 0;
}

/**
 * mcp_daemon_session_is_closed:
 * @self: a session
 *
 * A session that has ended has left the list, and does not come back.
 *
 * Returns: whether the session has ended
 */
gboolean
mcp_daemon_session_is_closed (McpDaemonSession *self)
{
  g_return_val_if_fail (MCP_IS_DAEMON_SESSION (self), TRUE);
  return self->is_closed;
}

/* Methods without a result */

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, &error);

  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static GTask *
new_task (McpDaemonSession *self,
          gpointer tag,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  return task;
}

/**
 * mcp_daemon_session_publish_async:
 * @self: a session
 * @progress: what to show
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Shows an event to everybody who watches the session.
 */
void
mcp_daemon_session_publish_async (McpDaemonSession *self,
                                  McpProgress *progress,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (MCP_IS_DAEMON_SESSION (self));
  g_return_if_fail (progress != NULL);

  g_dbus_proxy_call (
      self->proxy, "PublishProgress",
      g_variant_new ("(@a{sv})", mcp_progress_to_variant (progress)), G_DBUS_CALL_FLAGS_NONE, -1,
      cancellable, done_cb,
      new_task (self, mcp_daemon_session_publish_async, cancellable, callback, user_data));
}

/**
 * mcp_daemon_session_publish_finish:
 * @self: the session
 * @result: the result
 * @error: return location
 *
 * Errors: of the bus, `org.mcpsessiond.Error.…`.
 *
 * Returns: whether the event was taken
 */
gboolean
mcp_daemon_session_publish_finish (McpDaemonSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mcp_daemon_session_close_async:
 * @self: a session
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Ends the session: its calls are cancelled, its servers end.
 */
void
mcp_daemon_session_close_async (McpDaemonSession *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (MCP_IS_DAEMON_SESSION (self));

  g_dbus_proxy_call (
      self->proxy, "Close", NULL, G_DBUS_CALL_FLAGS_NONE, -1, cancellable, done_cb,
      new_task (self, mcp_daemon_session_close_async, cancellable, callback, user_data));
}

/**
 * mcp_daemon_session_close_finish:
 * @self: the session
 * @result: the result
 * @error: return location
 *
 * Errors: of the bus, `org.mcpsessiond.Error.…`.
 *
 * Returns: whether the session has ended
 */
gboolean
mcp_daemon_session_close_finish (McpDaemonSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Tools */

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, &error);
  const char *json;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_variant_get (reply, "(&s)", &json);
  g_task_return_pointer (task, g_strdup (json), g_free);
}

/**
 * mcp_daemon_session_list_tools_async:
 * @self: a session
 * @cancellable: (nullable): to give up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Lists the tools that the session may use.
 */
void
mcp_daemon_session_list_tools_async (McpDaemonSession *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (MCP_IS_DAEMON_SESSION (self));

  g_dbus_proxy_call (
      self->proxy, "ListTools", NULL, G_DBUS_CALL_FLAGS_NONE, LIST_TIMEOUT_MS, cancellable,
      listed_cb,
      new_task (self, mcp_daemon_session_list_tools_async, cancellable, callback, user_data));
}

/**
 * mcp_daemon_session_list_tools_finish:
 * @self: the session
 * @result: the result
 * @error: return location
 *
 * Errors: of the bus, `org.mcpsessiond.Error.…`.
 *
 * Returns: (transfer full) (nullable): `{"tools": […]}`, as `tools/list` of the Model Context
 *   Protocol has it
 */
char *
mcp_daemon_session_list_tools_finish (McpDaemonSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mcp_daemon_session_call_tool_async:
 * @self: a session
 * @name: exposed name of the tool
 * @arguments_json: (nullable): a JSON object; %NULL: no arguments
 * @timeout_seconds: to wait without an answer or progress; 0: as the daemon is set up
 * @cancellable: (nullable): to cancel the call, also in the tool
 * @progress_callback: (nullable) (scope notified): called for each event of the call, the first and
 *   the last one included
 * @progress_data: for @progress_callback
 * @progress_destroy: (nullable): frees @progress_data
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Calls a tool. Events come before the result.
 */
void
mcp_daemon_session_call_tool_async (McpDaemonSession *self,
                                    const char *name,
                                    const char *arguments_json,
                                    guint timeout_seconds,
                                    GCancellable *cancellable,
                                    McpProgressCallback progress_callback,
                                    gpointer progress_data,
                                    GDestroyNotify progress_destroy,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (MCP_IS_DAEMON_SESSION (self));
  g_return_if_fail (name != NULL);

  mcp_session_call_start (
      new_task (self, mcp_daemon_session_call_tool_async, cancellable, callback, user_data),
      self->proxy, name, arguments_json, timeout_seconds, progress_callback, progress_data,
      progress_destroy);
}

/**
 * mcp_daemon_session_call_tool_finish:
 * @self: the session
 * @result: the result
 * @error: return location
 *
 * Errors: %G_IO_ERROR_CANCELLED; of the bus, `org.mcpsessiond.Error.…`. A tool that ran and failed
 * is no error here: its result says `"isError": true`.
 *
 * Returns: (transfer full) (nullable): the result, JSON as `tools/call` of the Model Context
 * Protocol has it
 */
char *
mcp_daemon_session_call_tool_finish (McpDaemonSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
