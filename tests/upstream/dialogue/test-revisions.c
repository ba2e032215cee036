/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The two providers against a server that has everything a revision has, over each
 * transport of that revision.
 */
#include "common/mcp-error.h"
#include "provider-test.h"
#include "upstream/http/mcp-http-provider.h"

#include <string.h>

typedef struct
{
  const char *revision;
  const char *transport;
} Server;

typedef struct
{
  ProviderFixture base;
  const Server *server;
  GSubprocess *process; /* (nullable): of a server that is reached over HTTP */
  guint n_changes;
  guint n_updates;
} RevisionFixture;

/* One request while it is made, whose client can be asked. */
typedef struct
{
  RevisionFixture *f;
  const char *text; /* of the question that it leads to */
  GAsyncResult *result;
  McpJsonrpcMessage *asked; /* (nullable) */
  guint n_logs;
} AskedCall;

static gboolean
is_stateless (RevisionFixture *f)
{
  return g_str_equal (f->server->revision, "2026-07-28");
}

static gboolean
is_stdio (RevisionFixture *f)
{
  return g_str_equal (f->server->transport, "stdio");
}

/* Whether all that the server says comes by one way. */
static gboolean
is_one_stream (RevisionFixture *f)
{
  return is_stdio (f) || g_str_equal (f->server->transport, "sse");
}

static char *
start_http (RevisionFixture *f)
{
  g_autofree char *revision = g_strconcat ("--revision=", f->server->revision, NULL);
  g_autofree char *transport = g_strconcat ("--transport=", f->server->transport, NULL);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  McpJsonSlice value;

  f->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                 g_getenv ("MCP_TEST_FIXTURE"), revision, transport, NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (f->process));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (
      mcp_json_find_typed ((McpJsonSlice){ line, strlen (line) }, "url", MCP_JSON_STRING, &value));
  return mcp_json_dup_string (value);
}

static void
notification_cb (McpProvider *provider, McpJsonrpcMessage *message, gpointer data)
{
  RevisionFixture *f = data;
  const char *method = mcp_jsonrpc_message_get_method (message);

  f->n_changes += g_str_equal (method, "notifications/tools/list_changed");
  f->n_updates += g_str_equal (method, "notifications/resources/updated");
}

static void
setup (RevisionFixture *f, gconstpointer data)
{
  ProviderFixture *base = &f->base;
  g_autofree char *url = NULL;

  f->server = data;
  base->directory = g_dir_make_tmp ("mcp-XXXXXX", NULL);
  mcp_limits_init_defaults (&base->limits);
  if (is_stdio (f))
    {
      base->config = mcp_server_config_new ("fixture", g_getenv ("MCP_TEST_FIXTURE"));
      g_strfreev (base->config->args);
      base->config->args = g_new0 (char *, 2);
      base->config->args[0] = g_strconcat ("--revision=", f->server->revision, NULL);
      base->provider =
          mcp_stdio_provider_new (base->config, base->directory, g_getenv ("MCP_TEST_KEEPER"),
                                  &base->limits, MCP_TEST_PATIENCE_SECONDS * 1000);
    }
  else
    {
      url = start_http (f);
      base->config = mcp_server_config_new_http ("fixture", url);
      base->provider = mcp_http_provider_new (base->config, base->directory, &base->limits,
                                              MCP_TEST_PATIENCE_SECONDS * 1000);
    }
  g_signal_connect (base->provider, "notification", G_CALLBACK (notification_cb), f);
}

static void
teardown (RevisionFixture *f, gconstpointer data)
{
  provider_teardown (&f->base, NULL);
  if (f->process != NULL)
    {
      g_subprocess_force_exit (f->process);
      g_subprocess_wait (f->process, NULL, NULL);
      g_object_unref (f->process);
    }
}

static void
log_cb (McpProvider *provider, McpJsonSlice params, gpointer data)
{
  AskedCall *call = data;

  g_assert_null (call->result);
  call->n_logs++;
}

static gboolean
says (McpJsonrpcMessage *message, const char *what)
{
  GBytes *bytes = mcp_jsonrpc_message_get_text (message);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  return strstr (text, what) != NULL;
}

static void
ask_cb (McpProvider *provider, McpJsonrpcMessage *request, gpointer data)
{
  AskedCall *call = data;

  g_assert_null (call->asked);
  call->asked = mcp_jsonrpc_message_ref (request);
}

static void
begin (RevisionFixture *f, AskedCall *call, const char *tool, const char *text, guint timeout_ms)
{
  g_autofree char *params = g_strdup_printf (
      "{\"name\":\"%s\",\"arguments\":{\"prompt\":\"%s\",\"ms\":400}}", tool, text);
  const McpProviderRequest request = {
    .method = "tools/call",
    .params = params,
    .timeout_ms = timeout_ms,
    .log = log_cb,
    .ask = ask_cb,
    .user_data = call,
    .capabilities = "{\"sampling\":{}}",
    .log_level = "debug",
  };

  *call = (AskedCall){ .f = f, .text = text };
  mcp_provider_request_async (f->base.provider, &request, NULL, test_keep_result, &call->result);
}

static McpJsonrpcMessage *
end (AskedCall *call)
{
  g_autoptr (GError) error = NULL;
  McpJsonrpcMessage *answer;

  test_await (test_is_set, &call->result);
  answer = mcp_provider_request_finish (call->f->base.provider, call->result, &error);
  g_assert_no_error (error);
  g_clear_object (&call->result);
  g_clear_pointer (&call->asked, mcp_jsonrpc_message_unref);
  return answer;
}

static void
respond (AskedCall *call)
{
  g_autofree char *result =
      g_strdup_printf ("{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\","
                       "\"text\":\"re: %s\"}}",
                       call->text);
  g_autoptr (GBytes) response = mcp_jsonrpc_build_result (
      mcp_jsonrpc_message_get_id (call->asked), (McpJsonSlice){ result, strlen (result) });

  mcp_provider_respond (call->f->base.provider, response);
}

/* Of a method without a result that matters. */
static void
request (RevisionFixture *f, const char *method, const char *params)
{
  g_autoptr (McpJsonrpcMessage) answer = provider_call (&f->base, method, params);

  g_assert_cmpint (mcp_jsonrpc_message_get_kind (answer), ==, MCP_JSONRPC_RESULT);
}

static void
test_known (RevisionFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;

  g_test_summary ("What the server speaks is found out, kept, and found again");
  g_assert_cmpint (mcp_provider_get_revision (f->base.provider), ==, MCP_REVISION_UNKNOWN);
  g_assert_null (mcp_provider_get_capabilities (f->base.provider));
  text = provider_call_text (&f->base, "echo", "{\"text\":\"Grüße\"}");
  g_assert_cmpstr (text, ==, "Grüße");
  g_assert_cmpstr (mcp_revision_to_string (mcp_provider_get_revision (f->base.provider)), ==,
                   f->server->revision);
  g_assert_nonnull (strstr (mcp_provider_get_capabilities (f->base.provider), "\"tools\":"));

  provider_close (&f->base);
  g_assert_nonnull (mcp_provider_get_capabilities (f->base.provider));
  again = provider_call_text (&f->base, "echo", "{\"text\":\"again\"}");
  g_assert_cmpstr (again, ==, "again");
}

static void
test_changes (RevisionFixture *f, gconstpointer data)
{
  g_test_summary ("That the server's tools have changed is told");
  /* Nothing says when the server's stream is open. */
  while (f->n_changes == 0)
    g_free (provider_call_text (&f->base, "test_trigger_tool_change", "{}"));
}

static void
test_watch (RevisionFixture *f, gconstpointer data)
{
  guint n_updates;

  g_test_summary ("Updates of a watched resource are told, and after a restart again");
  if (!is_stateless (f))
    request (f, "resources/subscribe", "{\"uri\":\"test://watched-resource\"}");
  mcp_provider_watch (f->base.provider, "test://watched-resource");
  while (f->n_updates == 0)
    g_free (provider_call_text (&f->base, "update_watched_resource", "{}"));
  provider_close (&f->base);
  n_updates = f->n_updates;
  while (f->n_updates == n_updates)
    g_free (provider_call_text (&f->base, "update_watched_resource", "{}"));

  if (!is_stateless (f))
    return;
  /* The change of the tools comes by the next subscription. */
  mcp_provider_unwatch (f->base.provider, "test://watched-resource");
  n_updates = f->n_updates;
  f->n_changes = 0;
  while (f->n_changes == 0)
    g_free (provider_call_text (&f->base, "test_trigger_tool_change", "{}"));
}

static void
test_ask (RevisionFixture *f, gconstpointer data)
{
  AskedCall call;
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("What the server asks for the sake of a call gets to whoever made it");
  begin (f, &call, "test_sampling", "one", 0);
  if (is_stateless (f))
    {
      answer = end (&call);
      g_assert_true (says (answer, "\"input_required\""));
      return;
    }
  test_await (test_is_set, &call.asked);
  g_assert_cmpstr (mcp_jsonrpc_message_get_method (call.asked), ==, "sampling/createMessage");
  respond (&call);
  answer = end (&call);
  text = provider_get_text (answer);
  g_assert_cmpstr (text, ==, "LLM response: re: one");
}

static void
test_ask_two (RevisionFixture *f, gconstpointer data)
{
  AskedCall calls[2];

  g_test_summary ("Of two calls at once each is asked its own");
  if (is_stateless (f) || is_one_stream (f))
    {
      g_test_skip ("a server of this revision does not ask, or does not say for which call");
      return;
    }
  g_free (provider_call_text (&f->base, "echo", "{}"));
  begin (f, &calls[0], "test_sampling", "one", 0);
  begin (f, &calls[1], "test_sampling", "two", 0);
  for (guint i = 0; i < 2; i++)
    {
      test_await (test_is_set, &calls[i].asked);
      g_assert_true (says (calls[i].asked, calls[i].text));
    }
  for (guint i = 2; i > 0; i--)
    {
      g_autoptr (McpJsonrpcMessage) answer = NULL;

      respond (&calls[i - 1]);
      answer = end (&calls[i - 1]);
      g_assert_true (says (answer, i == 2 ? "re: two" : "re: one"));
    }
}

static void
test_ask_nobody (RevisionFixture *f, gconstpointer data)
{
  AskedCall waiting;
  AskedCall asking;
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autoptr (McpJsonrpcMessage) late = NULL;

  g_test_summary ("Where nobody can tell which of two calls the server asks for, none is asked");
  if (!is_one_stream (f) || is_stateless (f))
    {
      g_test_skip ("a server of this revision does not ask, or says for which call");
      return;
    }
  begin (f, &waiting, "slow", "", 0);
  begin (f, &asking, "test_sampling", "one", 0);
  answer = end (&asking);
  g_assert_null (waiting.asked);
  g_assert_false (says (answer, "re: "));
  late = end (&waiting);
}

static gboolean
set_flag (gpointer flag)
{
  *(gboolean *) flag = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_ask_time (RevisionFixture *f, gconstpointer data)
{
  gboolean has_passed = FALSE;
  AskedCall call;
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  g_test_summary ("A call's time stands still while its client is asked");
  if (is_stateless (f))
    {
      g_test_skip ("a server of this revision does not ask");
      return;
    }
  g_free (provider_call_text (&f->base, "echo", "{}"));
  begin (f, &call, "test_sampling", "one", 250);
  test_await (test_is_set, &call.asked);
  g_timeout_add (350, set_flag, &has_passed);
  test_await (test_is_true, &has_passed);
  g_assert_null (call.result);
  respond (&call);
  /* What is said twice is not sent again. */
  respond (&call);
  answer = end (&call);
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (answer), ==, MCP_JSONRPC_RESULT);
}

static void
test_logs (RevisionFixture *f, gconstpointer data)
{
  AskedCall call;
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  g_test_summary ("What the server logs for the sake of a call gets to whoever made it");
  if (!is_stateless (f))
    request (f, "logging/setLevel", "{\"level\":\"debug\"}");
  begin (f, &call, "test_tool_with_logging", "", 0);
  answer = end (&call);
  g_assert_cmpuint (call.n_logs, ==, 3);
}

static void
test_cancel (RevisionFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ProviderCall call;
  gboolean is_told = FALSE;

  g_test_summary ("That a call was withdrawn gets to the server");
  g_free (provider_call_text (&f->base, "echo", "{}"));
  provider_begin (&f->base, &call, "wait_cancel", "{}", 0, cancellable);
  while (call.progress->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  provider_end_failed (&call, MCP_ERROR_CANCELLED, "withdrawn");
  while (!is_told)
    {
      g_autofree char *n = provider_call_text (&f->base, "cancelled_count", "{}");

      is_told = g_str_equal (n, "1");
    }
}

static void
test_hold (RevisionFixture *f, gconstpointer data)
{
  g_test_summary ("A server that is held is not left for being idle; once let go, it is");
  if (is_stdio (f))
    {
      McpStdioProvider *provider = MCP_STDIO_PROVIDER (f->base.provider);
      McpServerTimes times = mcp_server_link_get_setup (MCP_SERVER_LINK (provider))->times;

      times.idle_ms = 20;
      mcp_server_link_set_times (MCP_SERVER_LINK (provider), &times);
    }
  else
    {
      McpHttpProvider *provider = MCP_HTTP_PROVIDER (f->base.provider);
      McpServerTimes times = mcp_server_link_get_setup (MCP_SERVER_LINK (provider))->times;

      times.idle_ms = 20;
      mcp_server_link_set_times (MCP_SERVER_LINK (provider), &times);
    }
  mcp_provider_hold (f->base.provider);
  mcp_provider_hold (f->base.provider);
  g_free (provider_call_text (&f->base, "echo", "{}"));
  mcp_provider_release (f->base.provider);
  g_free (provider_call_text (&f->base, "slow", "{\"ms\":60}"));
  g_assert_cmpint (mcp_provider_get_state (f->base.provider), ==, MCP_PROVIDER_READY);
  mcp_provider_release (f->base.provider);
  provider_await_state (&f->base, MCP_PROVIDER_STOPPED);
}

static const Server servers[] = {
  { "2024-11-05", "stdio" }, { "2024-11-05", "sse" },   { "2025-03-26", "http" },
  { "2025-06-18", "http" },  { "2025-11-25", "stdio" }, { "2025-11-25", "http" },
  { "2026-07-28", "stdio" }, { "2026-07-28", "http" },
};

static const struct
{
  const char *name;
  void (*run) (RevisionFixture *f, gconstpointer data);
  gboolean is_slow; /* and the same for all older ones */
} tests[] = {
  { "known", test_known },
  { "changes", test_changes },
  { "watch", test_watch },
  { "ask", test_ask },
  { "ask-two", test_ask_two },
  { "ask-nobody", test_ask_nobody, TRUE },
  { "ask-time", test_ask_time, TRUE },
  { "logs", test_logs },
  { "cancel", test_cancel },
  { "hold", test_hold, TRUE },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (servers); i++)
    {
      gboolean is_old = strcmp (servers[i].revision, "2025-11-25") < 0;

      for (gsize j = 0; j < G_N_ELEMENTS (tests); j++)
        {
          g_autofree char *path =
              g_strdup_printf ("/upstream/revisions/%s/%s/%s", servers[i].revision,
                               servers[i].transport, tests[j].name);

          if (tests[j].is_slow && is_old)
            continue;
          g_test_add (path, RevisionFixture, &servers[i], setup, tests[j].run, teardown);
        }
    }
  return g_test_run ();
}
