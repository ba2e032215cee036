/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake-gateway.h"

#include "common/mcp-error.h"
#include "gateway/api/mcp-gateway-apps.h"
#include "gateway/api/mcp-gateway-calls.h"
#include "gateway/api/mcp-gateway-consent.h"
#include "gateway/api/mcp-gateway-dump.h"

#include <string.h>

struct _McpGateway
{
  GObject parent_instance;

  guint n_calls;
  guint n_cancelled;
  McpCallHistory *history; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (McpGateway, mcp_gateway, G_TYPE_OBJECT)

static void
mcp_gateway_finalize (GObject *object)
{
  g_clear_object (&MCP_GATEWAY (object)->history);

  G_OBJECT_CLASS (mcp_gateway_parent_class)->finalize (object);
}

static void
mcp_gateway_class_init (McpGatewayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_gateway_finalize;
  g_signal_new ("tools-changed", MCP_TYPE_GATEWAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_STRV, G_TYPE_STRV, G_TYPE_STRV);
  g_signal_new ("provider-changed", MCP_TYPE_GATEWAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
  g_signal_new ("question-added", MCP_TYPE_GATEWAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_VARIANT);
  g_signal_new ("question-removed", MCP_TYPE_GATEWAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
mcp_gateway_init (McpGateway *self)
{
}

McpGateway *
mcp_gateway_new (McpSessionStore *store, const McpLimits *limits, const char *keeper_path)
{
  return g_object_new (MCP_TYPE_GATEWAY, NULL);
}

char *
mcp_gateway_build_held_tools (McpGateway *self, const char *provider, GError **error)
{
  if (mcp_gateway_accept_tools (self, provider, "[]", error))
    return g_strdup ("[]");
  return NULL;
}

gboolean
mcp_gateway_accept_tools (McpGateway *self, const char *provider, const char *held, GError **error)
{
  if (strcmp (provider, "fake") == 0)
    return TRUE;
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "unknown");
  return FALSE;
}

guint
fake_gateway_get_n_calls (McpGateway *self)
{
  return self->n_calls;
}

guint
fake_gateway_get_n_cancelled (McpGateway *self)
{
  return self->n_cancelled;
}

void
mcp_gateway_list_tools_async (McpGateway *self,
                              McpSession *session,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_pointer (task, g_bytes_new_static ("{\"tools\":[]}", 12),
                         (GDestroyNotify) g_bytes_unref);
}

GBytes *
mcp_gateway_list_tools_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  McpGateway *self = g_task_get_source_object (task);

  self->n_cancelled++;
  g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_CANCELLED, "withdrawn");
}

static void
echo (GTask *task, const char *arguments_json, const McpCallOptions *options)
{
  g_autofree char *token = options->progress_token != NULL
                               ? g_variant_print (options->progress_token, TRUE)
                               : g_strdup ("none");
  char *text = g_strdup_printf ("%s %u %s %s", arguments_json, options->timeout_ms, token,
                                options->client != NULL ? options->client : "nobody");

  g_task_return_pointer (task, g_bytes_new_take (text, strlen (text)),
                         (GDestroyNotify) g_bytes_unref);
}

static void
answer (GTask *task, gsize length, guint8 byte)
{
  guint8 *data = g_malloc (length);

  memset (data, byte, length);
  g_task_return_pointer (task, g_bytes_new_take (data, length), (GDestroyNotify) g_bytes_unref);
}

void
mcp_gateway_call_tool_async (McpGateway *self,
                             McpSession *session,
                             const char *name,
                             const char *arguments_json,
                             const McpCallOptions *options,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  self->n_calls++;
  if (strcmp (name, "echo") == 0)
    echo (task, arguments_json, options);
  else if (strcmp (name, "wait") == 0)
    g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_steal_pointer (&task),
                           g_object_unref);
  else if (strcmp (name, "huge") == 0)
    answer (task, 64 * 1024 * 1024 + 1, 'x');
  else if (strcmp (name, "binary") == 0)
    answer (task, 3, 0xff);
  else if (strcmp (name, "broken") == 0)
    {
      g_autoptr (GError) error = NULL;

      g_set_error_literal (&error, G_FILE_ERROR, G_FILE_ERROR_IO, "it broke");
      error->message[2] = (char) 0xff;
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else if (strcmp (name, "timed-out") == 0)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "too late");
  else
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_NOT_FOUND, "Unknown tool: %s", name);
}

GBytes *
mcp_gateway_call_tool_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
mcp_gateway_set_history (McpGateway *self, McpCallHistory *history)
{
  g_set_object (&self->history, history);
}

McpCallHistory *
mcp_gateway_get_history (McpGateway *self)
{
  return self->history;
}

void
mcp_gateway_measure_providers_async (McpGateway *self,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GVariant *providers =
      g_variant_new_parsed ("[{'name': <'files'>, 'state': <'ready'>, 'processes': <uint32 1>}]");

  g_task_return_pointer (task, g_variant_ref_sink (providers), (GDestroyNotify) g_variant_unref);
}

GVariant *
mcp_gateway_measure_providers_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
mcp_gateway_dump_async (McpGateway *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_return_pointer (task, g_bytes_new_static ("{}", 2), (GDestroyNotify) g_bytes_unref);
}

GBytes *
mcp_gateway_dump_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
mcp_gateway_close_async (McpGateway *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

gboolean
mcp_gateway_close_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
mcp_gateway_calls_cancel (McpGateway *self, const char *call_id, GError **error)
{
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "No call of that id is running");
  return FALSE;
}

void
mcp_gateway_calls_stop (McpGateway *self)
{
}

void
mcp_gateway_calls_release (McpGateway *self)
{
}

GVariant *
mcp_gateway_consent_list (McpGateway *self)
{
  return g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0);
}

gboolean
mcp_gateway_consent_check_owner (pid_t pid, GError **error)
{
  return TRUE;
}

gboolean
mcp_gateway_consent_answer (McpGateway *self,
                            const char *id,
                            const char *word,
                            const char *answered_by,
                            pid_t pid,
                            GError **error)
{
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There is no such question");
  return FALSE;
}

void
mcp_gateway_login_async (McpGateway *self,
                         const char *name,
                         McpLoginWay way,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_assert_not_reached ();
}

char *
mcp_gateway_login_finish (McpGateway *self,
                          GAsyncResult *result,
                          guint *seconds_left,
                          char **user_code,
                          gboolean *is_opened,
                          GError **error)
{
  g_assert_not_reached ();
}

void
mcp_gateway_complete_login_async (McpGateway *self,
                                  const char *name,
                                  const char *answer,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_assert_not_reached ();
}

char *
mcp_gateway_complete_login_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_assert_not_reached ();
}

void
mcp_gateway_logout_async (McpGateway *self,
                          const char *name,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_assert_not_reached ();
}

gboolean
mcp_gateway_logout_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_assert_not_reached ();
}

/* Apps register with the whole daemon: tests/apps. */
gboolean
mcp_gateway_apps_check (McpGateway *self,
                        const char *name,
                        const char *sender,
                        const char **kept_for,
                        GError **error)
{
  *kept_for = NULL;
  return TRUE;
}

gboolean
mcp_gateway_apps_add (McpGateway *self, const McpGatewayApp *app, GError **error)
{
  return TRUE;
}

gboolean
mcp_gateway_apps_remove (McpGateway *self, const char *name, const char *sender, GError **error)
{
  return TRUE;
}

void
mcp_gateway_apps_remove_all (McpGateway *self, const char *sender)
{
}
