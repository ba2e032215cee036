/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One tool call. Its events are known by a progress token of its own; the first event tells the id
 * by which the call can be cancelled.
 */
#include "mcp-session-call-private.h"

#include <string.h>

#define BUS_NAME   "org.mcpsessiond.Daemon"
#define TOOLS_PATH "/org/mcpsessiond/Tools"
#define TOOLS      "org.mcpsessiond.Tools1"

typedef struct
{
  GDBusProxy *proxy; /* (owned): of the session */
  gulong signal_id;
  char *token; /* the progress token */
  char *id;    /* (nullable): of the call, once it is known */
  McpProgressCallback callback;
  gpointer user_data;
  GDestroyNotify destroy;
  gulong cancelled_id;
  gboolean is_cancelled;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_signal_handler_disconnect (call->proxy, call->signal_id);
  g_object_unref (call->proxy);
  if (call->destroy != NULL)
    call->destroy (call->user_data);
  g_free (call->token);
  g_free (call->id);
  g_free (call);
}

static void
cancel_at_daemon (Call *call)
{
  if (call->is_cancelled && call->id != NULL)
    g_dbus_connection_call (g_dbus_proxy_get_connection (call->proxy), BUS_NAME, TOOLS_PATH, TOOLS,
                            "CancelCall", g_variant_new ("(s)", call->id), NULL,
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

static void
take_event (Call *call, GVariant *dictionary)
{
  g_autoptr (McpProgress) progress = mcp_progress_new_from_variant (dictionary);
  g_autofree char *token = mcp_progress_dup_token (progress);

  if (g_strcmp0 (token, call->token) != 0)
    return;
  if (call->id == NULL)
    {
      call->id = g_strdup (mcp_progress_get_call_id (progress));
      cancel_at_daemon (call);
    }
  if (call->callback != NULL && !call->is_cancelled)
    call->callback (progress, call->user_data);
}

static void
signal_cb (GDBusProxy *proxy,
           const char *sender,
           const char *signal,
           GVariant *parameters,
           gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  g_autoptr (GVariant) event = NULL;

  if (strcmp (signal, "Progress") != 0 ||
      !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(a{sv})")))
    return;
  event = g_variant_get_child_value (parameters, 0);
  take_event (g_task_get_task_data (task), event);
}

static gboolean
cancelled_cb (gpointer user_data)
{
  Call *call = g_task_get_task_data (user_data);

  call->is_cancelled = TRUE;
  cancel_at_daemon (call);
  return G_SOURCE_REMOVE;
}

/* Cancelling may happen in any thread; the call belongs to one. */
static void
cancelled_in_thread_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;

  g_main_context_invoke_full (g_task_get_context (task), G_PRIORITY_DEFAULT, cancelled_cb,
                              g_object_ref (task), g_object_unref);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  const char *json;

  if (call->cancelled_id != 0)
    g_cancellable_disconnect (cancellable, call->cancelled_id);
  if (reply == NULL)
    {
      g_dbus_error_strip_remote_error (error);
      g_task_return_error (task, error);
      return;
    }
  g_variant_get (reply, "(&s)", &json);
  g_task_return_pointer (task, g_strdup (json), g_free);
}

static GVariant *
build_parameters (Call *call, const char *name, const char *arguments_json, guint timeout_seconds)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "progress_token", "s", call->token);
  if (timeout_seconds > 0)
    g_variant_dict_insert (&options, "timeout_seconds", "u", timeout_seconds);
  return g_variant_new ("(ss@a{sv})", name, arguments_json != NULL ? arguments_json : "",
                        g_variant_dict_end (&options));
}

/*
 * mcp_session_call_start:
 * @task: (transfer full): returns the result of the tool, a text
 * @proxy: of the session
 * @name: of the tool
 * @arguments_json: (nullable): a JSON object
 * @timeout_seconds: without an answer or progress; 0: the daemon's
 * @callback: (nullable): called for each event
 * @user_data: for @callback
 * @destroy: (nullable): frees @user_data
 *
 * Calls a tool. When the task's cancellable is cancelled, the daemon is asked to cancel the call.
 */
void
mcp_session_call_start (GTask *task,
                        GDBusProxy *proxy,
                        const char *name,
                        const char *arguments_json,
                        guint timeout_seconds,
                        McpProgressCallback callback,
                        gpointer user_data,
                        GDestroyNotify destroy)
{
  Call *call = g_new0 (Call, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);

  call->proxy = g_object_ref (proxy);
  call->token = g_uuid_string_random ();
  call->callback = callback;
  call->user_data = user_data;
  call->destroy = destroy;
  g_task_set_task_data (task, call, call_free);
  call->signal_id = g_signal_connect (proxy, "g-signal", G_CALLBACK (signal_cb), task);
  /* The daemon decides how long a call may take: D-Bus' own time-out must not. */
  g_dbus_connection_call (
      g_dbus_proxy_get_connection (proxy), g_dbus_proxy_get_name (proxy),
      g_dbus_proxy_get_object_path (proxy), g_dbus_proxy_get_interface_name (proxy), "CallTool",
      build_parameters (call, name, arguments_json, timeout_seconds), G_VARIANT_TYPE ("(s)"),
      G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, answered_cb, task);
  if (cancellable != NULL)
    call->cancelled_id =
        g_cancellable_connect (cancellable, G_CALLBACK (cancelled_in_thread_cb), task, NULL);
}
