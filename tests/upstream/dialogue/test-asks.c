/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which request a message of the server belongs to, where all come by one way.
 */
#include "common/mcp-error.h"
#include "provider-test.h"

#include <string.h>

#define N_ASKS 256

/* A request while it is made, which may be asked and told. */
typedef struct
{
  GAsyncResult *result;
  McpJsonrpcMessage *asked; /* (nullable) */
  guint n_logs;
} Call;

static void
ask_cb (McpProvider *provider, McpJsonrpcMessage *request, gpointer data)
{
  Call *call = data;

  g_assert_null (call->asked);
  call->asked = mcp_jsonrpc_message_ref (request);
}

static void
log_cb (McpProvider *provider, McpJsonSlice params, gpointer data)
{
  ((Call *) data)->n_logs++;
}

static void
begin (ProviderFixture *f,
       Call *call,
       const char *method,
       const char *params,
       guint timeout_ms,
       GCancellable *cancellable)
{
  const McpProviderRequest request = {
    .method = method,
    .params = params,
    .timeout_ms = timeout_ms,
    .log = log_cb,
    .ask = ask_cb,
    .user_data = call,
  };

  *call = (Call){ 0 };
  mcp_provider_request_async (f->provider, &request, cancellable, test_keep_result, &call->result);
}

static void
end_failed (ProviderFixture *f, Call *call, int code)
{
  g_autoptr (GError) error = NULL;

  test_await (test_is_set, &call->result);
  g_assert_null (mcp_provider_request_finish (f->provider, call->result, &error));
  g_assert_error (error, MCP_ERROR, code);
  g_clear_object (&call->result);
  g_clear_pointer (&call->asked, mcp_jsonrpc_message_unref);
}

static void
respond (ProviderFixture *f, Call *call, const char *result)
{
  g_autoptr (GBytes) response = mcp_jsonrpc_build_result (
      mcp_jsonrpc_message_get_id (call->asked), (McpJsonSlice){ result, strlen (result) });

  mcp_provider_respond (f->provider, response);
}

static void
test_task (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autofree char *text = NULL;
  ProviderCall asking;
  Call first;
  Call second;

  g_test_summary ("What names a task belongs to whoever waits for that task's result");
  begin (f, &first, "tasks/result", "{\"taskId\":\"one\"}", 0, cancellable);
  begin (f, &second, "tasks/result", "{\"taskId\":\"two\"}", 0, cancellable);
  provider_begin (f, &asking, "ask",
                  "{\"method\":\"elicitation/create\",\"params\":{\"_meta\":{"
                  "\"io.modelcontextprotocol/related-task\":{\"taskId\":\"two\"}}}}",
                  0, NULL);
  test_await (test_is_set, &second.asked);
  g_assert_null (first.asked);
  respond (f, &second, "{\"action\":\"cancel\"}");
  answer = provider_end (&asking, NULL);
  text = provider_get_text (answer);
  g_assert_cmpstr (text, ==, "{\"action\":\"cancel\"}");
  g_cancellable_cancel (cancellable);
  end_failed (f, &first, MCP_ERROR_CANCELLED);
  end_failed (f, &second, MCP_ERROR_CANCELLED);
}

static void
keep_cb (McpProvider *provider, McpJsonrpcMessage *message, gpointer data)
{
  g_assert_null (*(McpJsonrpcMessage **) data);
  *(McpJsonrpcMessage **) data = mcp_jsonrpc_message_ref (message);
}

static void
test_withdrawn (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (McpJsonrpcMessage) notified = NULL;
  Call call;

  g_test_summary ("When the server wants no answer any more, the call's time goes on");
  g_signal_connect (f->provider, "notification", G_CALLBACK (keep_cb), &notified);
  g_free (provider_call_text (f, "echo", "{}"));
  begin (f, &call, "tools/call",
         "{\"name\":\"ask\",\"arguments\":{\"method\":\"sampling/createMessage\"}}", 60, NULL);
  test_await (test_is_set, &call.asked);
  g_free (provider_call_text (
      f, "notify",
      "{\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"ask-1\"}}"));
  g_assert_nonnull (notified);
  g_assert_null (call.result);
  end_failed (f, &call, MCP_ERROR_PROVIDER_FAILED);
}

static void
test_late (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (McpJsonrpcMessage) asked = NULL;
  g_autofree char *received = NULL;
  Call call;

  g_test_summary ("What was asked for the sake of a call that has ended is not answered any more");
  begin (f, &call, "tools/call",
         "{\"name\":\"ask\",\"arguments\":{\"method\":\"elicitation/create\"}}", 0, cancellable);
  test_await (test_is_set, &call.asked);
  asked = mcp_jsonrpc_message_ref (call.asked);
  g_cancellable_cancel (cancellable);
  end_failed (f, &call, MCP_ERROR_CANCELLED);

  call.asked = asked;
  respond (f, &call, "{}");
  received = provider_call_text (f, "received", "{\"method\":\"\"}");
  g_assert_cmpstr (received, ==, "[]");
}

static void
test_roots (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autofree char *text = NULL;
  Call call;

  g_test_summary ("Who can be asked is asked for its roots, too");
  begin (f, &call, "tools/call", "{\"name\":\"ask\"}", 0, NULL);
  test_await (test_is_set, &call.asked);
  respond (f, &call, "{\"roots\":[]}");
  test_await (test_is_set, &call.result);
  answer = mcp_provider_request_finish (f->provider, call.result, NULL);
  text = provider_get_text (answer);
  g_assert_cmpstr (text, ==, "{\"roots\":[]}");
  g_clear_object (&call.result);
  g_clear_pointer (&call.asked, mcp_jsonrpc_message_unref);
}

static void
count_cb (McpProvider *provider, McpJsonrpcMessage *message, gpointer data)
{
  ++*(guint *) data;
}

static void
test_logs (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint n_unknown = 0;
  Call first;
  Call second;

  g_test_summary ("A log message of nobody knows which call is told to nobody's caller");
  g_signal_connect (f->provider, "notification", G_CALLBACK (count_cb), &n_unknown);
  begin (f, &first, "tools/call", "{\"name\":\"hang\"}", 0, cancellable);
  g_free (provider_call_text (f, "log", "{\"n\":2}"));
  g_assert_cmpuint (first.n_logs, ==, 2);
  begin (f, &second, "tools/call", "{\"name\":\"hang\"}", 0, cancellable);
  g_free (provider_call_text (f, "log", "{\"n\":3}"));
  g_assert_cmpuint (first.n_logs + second.n_logs, ==, 2);
  g_assert_cmpuint (n_unknown, ==, 3);
  g_cancellable_cancel (cancellable);
  end_failed (f, &first, MCP_ERROR_CANCELLED);
  end_failed (f, &second, MCP_ERROR_CANCELLED);
}

static void
test_many (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ProviderCall calls[N_ASKS];
  g_autofree char *refused = NULL;
  guint n_asked = 0;

  g_test_summary ("A server that asks without end is refused");
  g_signal_connect (f->provider, "request", G_CALLBACK (count_cb), &n_asked);
  for (guint i = 0; i < N_ASKS; i++)
    provider_begin (f, &calls[i], "ask", "{\"method\":\"x/y\"}", 0, cancellable);
  refused = provider_call_text (f, "ask", "{\"method\":\"x/y\"}");
  g_assert_nonnull (strstr (refused, "Too many requests of the server"));
  g_assert_cmpuint (n_asked, ==, N_ASKS);
  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < N_ASKS; i++)
    provider_end_failed (&calls[i], MCP_ERROR_CANCELLED, "withdrawn");
}

#define ADD(name, test)                                                            \
  g_test_add ("/upstream/asks/" name, ProviderFixture, NULL, provider_setup, test, \
              provider_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("task", test_task);
  ADD ("withdrawn", test_withdrawn);
  ADD ("late", test_late);
  ADD ("roots", test_roots);
  ADD ("logs", test_logs);
  ADD ("many", test_many);
  return g_test_run ();
}
