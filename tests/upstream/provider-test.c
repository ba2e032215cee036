/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "provider-test.h"

#include "common/mcp-error.h"

#include <string.h>

/* @options: (nullable): of mcp-test-server, with spaces in between */
void
provider_setup (ProviderFixture *f, gconstpointer options)
{
  const char *text = options != NULL ? options : "";
  McpServerTimes times;

  f->directory = g_dir_make_tmp ("mcp-XXXXXX", NULL);
  f->config = mcp_server_config_new ("fake", g_getenv ("MCP_TEST_SERVER"));
  g_strfreev (f->config->args);
  f->config->args = g_strsplit (text, " ", -1);
  mcp_limits_init_defaults (&f->limits);
  f->limits.upstream_message_bytes = 32 * 1024 * 1024;
  f->provider = mcp_stdio_provider_new (f->config, f->directory, g_getenv ("MCP_TEST_KEEPER"),
                                        &f->limits, MCP_TEST_PATIENCE_SECONDS * 1000);

  times = mcp_server_link_get_setup (MCP_SERVER_LINK (f->provider))->times;
  times.stop_grace_ms = 500;
  times.kill_grace_ms = 50;
  times.backoff_min_ms = 20;
  mcp_server_link_set_times (MCP_SERVER_LINK (f->provider), &times);
}

void
provider_teardown (ProviderFixture *f, gconstpointer options)
{
  if (f->provider != NULL)
    {
      provider_close (f);
      g_assert_finalize_object (G_OBJECT (f->provider));
    }
  mcp_server_config_unref (f->config);
  test_remove_directory (f->directory);
}

static void
progress_cb (McpProvider *provider, McpJsonSlice params, gpointer user_data)
{
  ProviderCall *call = user_data;

  g_assert_true (provider == call->fixture->provider);
  g_assert_null (call->result);
  g_ptr_array_add (call->progress, g_strndup (params.data, params.length));
}

/* Fields of @call must outlive the call. A @tool with a slash is a method. */
void
provider_begin (ProviderFixture *f,
                ProviderCall *call,
                const char *tool,
                const char *arguments,
                guint timeout_ms,
                GCancellable *cancellable)
{
  gboolean is_method = strchr (tool, '/') != NULL;
  g_autofree char *params = g_strdup_printf (
      "{\"name\":\"%s\",\"arguments\":%s,\"_meta\":{\"progressToken\":\"the client's\",\"kept\":1}}",
      tool, arguments != NULL ? arguments : "{}");
  const McpProviderRequest request = {
    .method = is_method ? tool : "tools/call",
    .params = is_method ? arguments : params,
    .timeout_ms = timeout_ms,
    .progress = progress_cb,
    .user_data = call,
  };

  call->fixture = f;
  call->result = NULL;
  call->progress = g_ptr_array_new_with_free_func (g_free);
  mcp_provider_request_async (f->provider, &request, cancellable, test_keep_result, &call->result);
  g_assert_null (call->result);
}

McpJsonrpcMessage *
provider_end (ProviderCall *call, GError **error)
{
  McpJsonrpcMessage *answer;

  test_await (test_is_set, &call->result);
  answer = mcp_provider_request_finish (call->fixture->provider, call->result, error);
  g_clear_object (&call->result);
  g_clear_pointer (&call->progress, g_ptr_array_unref);
  return answer;
}

void
provider_end_failed (ProviderCall *call, int code, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = provider_end (call, &error);

  g_assert_error (error, MCP_ERROR, code);
  g_assert_null (answer);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” is not in “%s”", says, error->message);
}

McpJsonrpcMessage *
provider_call (ProviderFixture *f, const char *tool, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  McpJsonrpcMessage *answer;
  ProviderCall call;

  provider_begin (f, &call, tool, arguments, 0, NULL);
  answer = provider_end (&call, &error);
  g_assert_no_error (error);
  return answer;
}

/* Of the first content block. */
char *
provider_get_text (McpJsonrpcMessage *answer)
{
  McpJsonSlice content;
  McpJsonSlice block;
  McpJsonSlice text;
  McpJsonIter iter;

  g_assert_cmpint (mcp_jsonrpc_message_get_kind (answer), ==, MCP_JSONRPC_RESULT);
  g_assert_true (mcp_json_find_typed (mcp_jsonrpc_message_get_result (answer), "content",
                                      MCP_JSON_ARRAY, &content));
  mcp_json_iter_init (&iter, content);
  g_assert_true (mcp_json_iter_next_element (&iter, &block));
  g_assert_true (mcp_json_find_typed (block, "text", MCP_JSON_STRING, &text));
  return mcp_json_dup_string (text);
}

char *
provider_call_text (ProviderFixture *f, const char *tool, const char *arguments)
{
  g_autoptr (McpJsonrpcMessage) answer = provider_call (f, tool, arguments);

  return provider_get_text (answer);
}

typedef struct
{
  McpProvider *provider;
  McpProviderState state;
} StateWait;

static gboolean
has_state (gpointer data)
{
  StateWait *wait = data;

  return mcp_provider_get_state (wait->provider) == wait->state;
}

void
provider_await_state (ProviderFixture *f, McpProviderState state)
{
  StateWait wait = { f->provider, state };

  test_await (has_state, &wait);
}

void
provider_close (ProviderFixture *f)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mcp_provider_close_async (f->provider, NULL, test_keep_result, &result);
  test_await (test_is_set, &result);
  mcp_provider_close_finish (f->provider, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mcp_provider_get_state (f->provider), ==, MCP_PROVIDER_STOPPED);
}
