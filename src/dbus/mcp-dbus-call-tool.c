/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-call-tool.h"

#include "common/mcp-error.h"
#include "common/mcp-process.h"
#include "dbus/mcp-dbus-args.h"
#include "dbus/mcp-dbus-caller.h"
#include "dbus/mcp-dbus-reply.h"

/* Above this the milliseconds do not fit: about 49 days. */
#define MAX_TIMEOUT_SECONDS (G_MAXUINT / 1000)

/* One CallTool while it is under way; freed when the gateway has answered. */
typedef struct
{
  McpGateway *gateway;               /* (owned) */
  McpSession *session;               /* (owned) */
  McpDbusWatcher *watcher;           /* (owned): of the session */
  GDBusMethodInvocation *invocation; /* (owned): until it is answered */
  GCancellable *cancellable;         /* (owned): cancelled when the caller leaves the bus */
  guint watch_id;                    /* of the caller's bus name; 0: none */

  char *name;           /* (owned) */
  char *arguments_json; /* (owned) */
  guint timeout_ms;
  GVariant *progress_token; /* (owned) (nullable) */

  GBytes *result; /* (owned) (nullable): until it is sent; else there is an error */
  GError *error;  /* (owned) (nullable) */
} Call;

static void
call_free (Call *call)
{
  if (call->watch_id != 0)
    g_bus_unwatch_name (call->watch_id);
  g_clear_object (&call->gateway);
  g_clear_object (&call->session);
  g_clear_object (&call->watcher);
  g_clear_object (&call->invocation);
  g_clear_object (&call->cancellable);
  g_free (call->name);
  g_free (call->arguments_json);
  g_clear_pointer (&call->progress_token, g_variant_unref);
  g_clear_pointer (&call->result, g_bytes_unref);
  g_clear_error (&call->error);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static gboolean
read_timeout (const char *key, GVariant *value, gpointer target, GError **error)
{
  Call *call = target;
  guint32 seconds;

  if (!mcp_dbus_args_check_type (key, value, G_VARIANT_TYPE_UINT32, error))
    return FALSE;

  seconds = g_variant_get_uint32 (value);
  if (seconds > MAX_TIMEOUT_SECONDS)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“%s” must be at most %u", key,
                   MAX_TIMEOUT_SECONDS);
      return FALSE;
    }
  call->timeout_ms = seconds * 1000;
  return TRUE;
}

static gboolean
read_progress_token (const char *key, GVariant *value, gpointer target, GError **error)
{
  Call *call = target;
  g_autoptr (GVariant) inner = NULL;

  /* "progress_token v" may be read as a variant inside of the dictionary's own */
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    value = inner = g_variant_get_variant (value);

  return mcp_dbus_args_read_token (key, value, &call->progress_token, error);
}

static const McpDbusKey option_keys[] = {
  { "timeout_seconds", read_timeout },
  { "progress_token", read_progress_token },
};

/* Its last event went before. */
static void
events_emitted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;

  mcp_dbus_watcher_emit_all_finish (MCP_DBUS_WATCHER (source), result);
  if (call->result != NULL)
    mcp_dbus_reply_json (g_steal_pointer (&call->invocation), call->result);
  else
    mcp_dbus_reply_error (g_steal_pointer (&call->invocation), call->error);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->result = mcp_gateway_call_tool_finish (MCP_GATEWAY (source), result, &call->error);
  mcp_dbus_watcher_emit_all_async (call->watcher, events_emitted_cb, call);
}

static void
got_caller_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autofree char *client = NULL;
  McpCallOptions options = { 0 };
  pid_t pid = mcp_dbus_caller_lookup_finish (call->invocation, result);

  client = mcp_process_dup_name (pid);
  options.timeout_ms = call->timeout_ms;
  options.progress_token = call->progress_token;
  options.client = client;
  options.pid = pid;
  mcp_gateway_call_tool_async (call->gateway, call->session, call->name, call->arguments_json,
                               &options, call->cancellable, called_cb, call);
}

static void
caller_left_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Call *call = user_data;

  g_debug ("%s left the bus; its call is cancelled", name);
  g_cancellable_cancel (call->cancellable);
}

static gboolean
check_arguments (const char *name,
                 const char *arguments_json,
                 GVariant *options,
                 Call *call,
                 GError **error)
{
  return mcp_dbus_args_check_string ("name", name, error) &&
         mcp_dbus_args_check_string ("arguments_json", arguments_json, error) &&
         mcp_dbus_args_parse (options, option_keys, G_N_ELEMENTS (option_keys), call, error);
}

/**
 * mcp_dbus_call_tool_start:
 * @gateway: the gateway
 * @session: the session to call in
 * @watcher: who signals its events
 * @invocation: (transfer full): the CallTool to answer
 * @name: its first argument: the tool's exposed name
 * @arguments_json: its second: a JSON object, or ""
 * @options: its third, an a{sv}
 *
 * Calls a tool for a program on the bus and answers it. The call is cancelled when
 * the caller's name leaves the bus.
 */
void
mcp_dbus_call_tool_start (McpGateway *gateway,
                          McpSession *session,
                          McpDbusWatcher *watcher,
                          GDBusMethodInvocation *invocation,
                          const char *name,
                          const char *arguments_json,
                          GVariant *options)
{
  g_autoptr (Call) call = g_new0 (Call, 1);
  g_autoptr (GError) error = NULL;
  const char *sender = g_dbus_method_invocation_get_sender (invocation);

  if (!check_arguments (name, arguments_json, options, call, &error))
    {
      mcp_dbus_reply_error (invocation, error);
      return;
    }

  call->gateway = g_object_ref (gateway);
  call->session = g_object_ref (session);
  call->watcher = g_object_ref (watcher);
  call->invocation = invocation;
  call->cancellable = g_cancellable_new ();
  call->name = g_strdup (name);
  call->arguments_json = g_strdup (*arguments_json != '\0' ? arguments_json : "{}");
  if (sender != NULL)
    call->watch_id = g_bus_watch_name_on_connection (
        g_dbus_method_invocation_get_connection (invocation), sender, G_BUS_NAME_WATCHER_FLAGS_NONE,
        NULL, caller_left_cb, call, NULL);

  mcp_dbus_caller_lookup_async (invocation, got_caller_cb, call);
  g_steal_pointer (&call);
}
