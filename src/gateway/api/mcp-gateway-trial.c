/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A trial of one server, by a connection that is made for it: what “mcp-session server test” does
 * by itself for servers without a login. The tokens of a login do not leave the daemon, and nobody
 * else renews them.
 */
#include "mcp-gateway-private.h"

#include "common/mcp-error.h"
#include "common/mcp-json.h"
#include "gateway/api/mcp-gateway-servers.h"

#include <string.h>

/* Owners try servers one after the other. */
#define MAX_TRIALS 8
#define MAX_PAGES  100

typedef struct
{
  McpProvider *provider; /* (owned) */
  GString *tools;        /* (owned): their names as JSON strings, with commas in between */
  guint n_pages;
  gint64 start_us; /* monotonic */
  gint64 ready_us; /* the same; 0: not yet */
  GError *error;   /* (owned) (nullable): why the server does not work */
} Trial;

static void ask_for_tools (GTask *task, const char *cursor);

static void
trial_free (gpointer data)
{
  Trial *self = data;

  g_clear_object (&self->provider);
  g_string_free (self->tools, TRUE);
  g_clear_error (&self->error);
  g_free (self);
}

static void
note_state (McpProvider *provider, GParamSpec *pspec, Trial *self)
{
  if (self->ready_us == 0 && mcp_provider_get_state (provider) == MCP_PROVIDER_READY)
    self->ready_us = g_get_monotonic_time ();
}

static char *
build_result (Trial *self)
{
  const char *revision = mcp_revision_to_string (mcp_provider_get_revision (self->provider));

  return g_strdup_printf ("{\"revision\":\"%s\",\"ready_ms\":%" G_GINT64_FORMAT ",\"tools\":[%s]}",
                          revision, (self->ready_us - self->start_us) / 1000, self->tools->str);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Trial *self = g_task_get_task_data (task);
  McpGateway *gateway = g_task_get_source_object (task);

  mcp_provider_close_finish (MCP_PROVIDER (source), result, NULL);
  mcp_gateway_count_trials (gateway, -1);
  if (self->error != NULL)
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "Server “%s” %s",
                             mcp_provider_get_name (self->provider), self->error->message);
  else
    g_task_return_pointer (task, build_result (self), g_free);
}

/* Returns: (transfer full) (nullable): the cursor of the next page */
static char *
take_page (Trial *self, McpJsonSlice result)
{
  McpJsonSlice tools;
  McpJsonSlice tool;
  McpJsonSlice text;
  McpJsonIter iter;

  if (!mcp_json_find_typed (result, "tools", MCP_JSON_ARRAY, &tools))
    return NULL;
  mcp_json_iter_init (&iter, tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    if (mcp_json_get_type (tool) == MCP_JSON_OBJECT &&
        mcp_json_find_typed (tool, "name", MCP_JSON_STRING, &text))
      g_string_append_printf (self->tools, "%s%.*s", self->tools->len > 0 ? "," : "",
                              (int) text.length, text.data);
  return mcp_json_find_typed (result, "nextCursor", MCP_JSON_STRING, &text)
             ? mcp_json_dup_string (text)
             : NULL;
}

/* Returns: (transfer full) (nullable): the cursor of the next page */
static char *
take_answer (Trial *self, McpJsonrpcMessage *answer)
{
  g_autofree char *text = NULL;

  if (mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_RESULT)
    return take_page (self, mcp_jsonrpc_message_get_result (answer));
  text = mcp_jsonrpc_message_dup_error_excerpt (answer);
  self->error = g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                             "answers tools/list with an error: %s", text);
  return NULL;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Trial *self = g_task_get_task_data (task);
  g_autoptr (McpJsonrpcMessage) answer =
      mcp_provider_request_finish (MCP_PROVIDER (source), result, &self->error);
  g_autofree char *cursor = answer != NULL ? take_answer (self, answer) : NULL;

  if (cursor != NULL && *cursor != '\0' && ++self->n_pages < MAX_PAGES)
    ask_for_tools (task, cursor);
  else
    mcp_provider_close_async (self->provider, NULL, closed_cb, task);
}

/* @task: (transfer full) */
static void
ask_for_tools (GTask *task, const char *cursor)
{
  Trial *self = g_task_get_task_data (task);
  g_autoptr (GString) params = g_string_new ("{");
  McpProviderRequest request = { .method = "tools/list" };

  if (cursor != NULL)
    {
      g_string_append (params, "\"cursor\":");
      mcp_json_append_string (params, cursor);
    }
  g_string_append_c (params, '}');
  request.params = params->str;
  mcp_provider_request_async (self->provider, &request, NULL, answered_cb, task);
}

static void
start (GTask *task, McpServerConfig *config, guint timeout_ms)
{
  McpGateway *gateway = g_task_get_source_object (task);
  Trial *self = g_new0 (Trial, 1);

  self->provider = mcp_gateway_new_provider (gateway, config, g_get_home_dir (), timeout_ms);
  self->tools = g_string_new (NULL);
  self->start_us = g_get_monotonic_time ();
  g_signal_connect (self->provider, "notify::state", G_CALLBACK (note_state), self);
  g_task_set_task_data (task, self, trial_free);
  mcp_gateway_count_trials (gateway, 1);
  ask_for_tools (task, NULL);
}

/**
 * mcp_gateway_trial_run_async:
 * @self: the gateway
 * @name: name of a server that is reached over HTTP
 * @timeout_ms: how long the server may take to be ready, and for each answer
 * @callback: (scope async): when it is known
 * @user_data: for @callback
 *
 * Connects to a server anew, with its login, and asks it for its tools.
 */
void
mcp_gateway_trial_run_async (McpGateway *self,
                             const char *name,
                             guint timeout_ms,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  McpServerConfig *config;
  GError *error = NULL;

  g_task_set_source_tag (task, mcp_gateway_trial_run_async);
  if (!mcp_gateway_servers_check_usable (self, name, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  config = mcp_gateway_find_config (self, name);
  if (config->transport != MCP_SERVER_TRANSPORT_HTTP)
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                             "Server “%s” is not reached over HTTP, and has no login to be tried "
                             "with: “mcp-session server test” starts it",
                             name);
  else if (mcp_gateway_count_trials (self, 0) >= MAX_TRIALS)
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                             "%u servers are being tried already", MAX_TRIALS);
  else
    start (g_steal_pointer (&task), config, timeout_ms);
}

/**
 * mcp_gateway_trial_run_finish:
 * @self: the gateway
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND; %MCP_ERROR_INVALID_ARGUMENTS where the server is disabled, its
 * entry cannot be used, or it is not reached over HTTP; %MCP_ERROR_PROVIDER_FAILED where it does
 * not work; %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: (transfer full) (nullable): a JSON object: `revision`, `ready_ms`, and `tools`, the
 *   server's own names
 */
char *
mcp_gateway_trial_run_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
