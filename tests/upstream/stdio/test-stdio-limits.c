/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "provider-test.h"

#include <string.h>

static void
test_timeout (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *cancelled = NULL;
  ProviderCall call;

  g_test_summary ("A request without answer or progress fails after its time, naming server and "
                  "time; the server is told");
  provider_begin (f, &call, "hang", "{}", 40, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED,
                       "Server “fake” gave neither an answer nor progress for 0.04 s");
  cancelled = provider_call_text (f, "received", "{\"method\":\"notifications/cancelled\"}");
  g_assert_nonnull (strstr (cancelled, "\"requestId\":2,"));
}

static void
test_progress_moves_deadline (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  ProviderCall call;

  g_test_summary ("Each progress gives the request its whole time again");
  provider_begin (f, &call, "count", "{\"steps\":6,\"delay_ms\":200}", 900, NULL);
  answer = provider_end (&call, &error);
  g_assert_no_error (error);
}

static void
notification_cb (McpProvider *provider, McpJsonrpcMessage *message, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_large_note (ProviderFixture *f, gconstpointer data)
{
  static const gsize sizes[] = { 1000, 2 * 1024 * 1024 };
  guint n_notes = 0;

  g_test_summary (
      "A log message that is larger than anybody wants is dropped, and costs nothing else");
  g_signal_connect (f->provider, "notification", G_CALLBACK (notification_cb), &n_notes);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = g_strnfill (sizes[i], 'x');
      g_autofree char *arguments =
          g_strdup_printf ("{\"method\":\"notifications/message\",\"params\":{\"level\":\"info\","
                           "\"data\":\"%s\"}}",
                           text);
      g_autoptr (McpJsonrpcMessage) answer = provider_call (f, "notify", arguments);

      g_assert_cmpint (mcp_jsonrpc_message_get_kind (answer), ==, MCP_JSONRPC_RESULT);
    }
  g_assert_cmpuint (n_notes, ==, 1);
}

static void
test_timeout_by_configuration (ProviderFixture *f, gconstpointer data)
{
  ProviderCall call;

  g_test_summary ("The configuration's time holds where the request names none");
  f->config->timeout_seconds = 1;
  provider_begin (f, &call, "hang", "{}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "for 1 s");
}

static void
test_oversize (ProviderFixture *f, gconstpointer tool)
{
  g_autofree char *text = NULL;
  McpLimits limits = f->limits;
  ProviderCall call;

  g_test_summary ("A line over the limit ends the server with a clear error; it starts again");
  g_assert_finalize_object (G_OBJECT (f->provider));
  limits.upstream_message_bytes = 65536;
  f->provider = mcp_stdio_provider_new (f->config, f->directory, g_getenv ("MCP_TEST_KEEPER"),
                                        &limits, 10000);

  provider_begin (f, &call, tool, "{\"bytes\":70000}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "longer than 65536 bytes");
  text = provider_call_text (f, "echo", "{}");
  g_assert_cmpstr (text, ==, "{}");
}

static void
test_huge (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autofree char *text = NULL;
  ProviderCall huge;
  ProviderCall small;

  g_test_summary ("A result of 20 MB comes whole, and nothing overtakes it");
  provider_begin (f, &huge, "huge", "{\"bytes\":20000000}", 0, NULL);
  provider_begin (f, &small, "echo", "{}", 0, NULL);
  test_await (test_is_set, &small.result);
  g_assert_nonnull (huge.result);

  answer = provider_end (&huge, &error);
  g_assert_no_error (error);
  text = provider_get_text (answer);
  g_assert_cmpuint (strlen (text), ==, 20000000);
  g_assert_cmpuint (strspn (text, "x"), ==, 20000000);
  mcp_jsonrpc_message_unref (g_steal_pointer (&answer));
  answer = provider_end (&small, &error);
  g_assert_no_error (error);
}

static void
test_deaf_server (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *megabytes = g_strnfill (4 * 1024 * 1024, 'x');
  g_autofree char *arguments = g_strdup_printf ("{\"text\":\"%s\"}", megabytes);
  g_autofree ProviderCall *calls = g_new0 (ProviderCall, 20);
  guint n_refused = 0;

  g_test_summary ("What waits for a server that does not read has a limit");
  for (guint i = 0; i < 20; i++)
    provider_begin (f, &calls[i], "echo", arguments, 0, NULL);
  provider_await_state (f, MCP_PROVIDER_READY);
  for (guint i = 16; i < 20; i++)
    {
      provider_end_failed (&calls[i], MCP_ERROR_PROVIDER_FAILED, "does not read what it is sent");
      n_refused++;
    }
  g_assert_cmpuint (n_refused, ==, 4);
  provider_close (f);
  for (guint i = 0; i < 16; i++)
    provider_end_failed (&calls[i], MCP_ERROR_CLOSED, "closed");
}

static void
test_stderr (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("A server that writes much to standard error is not held up");
  text = provider_call_text (f, "stderr", "{\"lines\":20000,\"text\":\"\x1b[31mred\x1b[0m\"}");
  g_assert_cmpstr (text, ==, "said");
}

#define ADD(path, options, function)                                                              \
  g_test_add ("/upstream/stdio-limits/" path, ProviderFixture, options, provider_setup, function, \
              provider_teardown)

/* For tests whose data is not the server's options. */
static void
setup_plain (ProviderFixture *f, gconstpointer data)
{
  provider_setup (f, NULL);
}

#define ADD_DATA(path, data, function)                                                      \
  g_test_add ("/upstream/stdio-limits/" path, ProviderFixture, data, setup_plain, function, \
              provider_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("timeout/request", NULL, test_timeout);
  ADD ("timeout/progress", NULL, test_progress_moves_deadline);
  ADD ("timeout/configuration", NULL, test_timeout_by_configuration);
  ADD_DATA ("oversize/result", "huge", test_oversize);
  ADD_DATA ("oversize/junk", "long-line", test_oversize);
  ADD ("huge", NULL, test_huge);
  ADD ("large-note", NULL, test_large_note);
  ADD ("deaf-server", "--deaf --ignore-eof", test_deaf_server);
  ADD ("stderr", "--stderr=1000", test_stderr);
  return g_test_run ();
}
