/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How it is found out what a program speaks, and what is said to one of 2026-07-28.
 */
#include "common/mcp-error.h"
#include "provider-test.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *options; /* of mcp-test-server */
  McpRevision revision;
  guint probe_ms;        /* 0: as it is by default */
  guint probe_spoken_ms; /* the same */
} Probe;

static void
setup_probe (ProviderFixture *f, gconstpointer data)
{
  const Probe *probe = data;
  McpServerTimes times;

  provider_setup (f, probe->options);
  times = mcp_server_link_get_setup (MCP_SERVER_LINK (f->provider))->times;
  times.probe_ms = probe->probe_ms > 0 ? probe->probe_ms : MCP_TEST_PATIENCE_SECONDS * 1000;
  times.probe_spoken_ms = probe->probe_spoken_ms > 0 ? probe->probe_spoken_ms : times.probe_ms;
  mcp_server_link_set_times (MCP_SERVER_LINK (f->provider), &times);
}

static void
test_probe (ProviderFixture *f, gconstpointer data)
{
  const Probe *probe = data;
  g_autofree char *text = provider_call_text (f, "echo", "{}");
  g_autofree char *initialized = NULL;

  g_test_summary ("What the server speaks is found out, whatever it does with server/discover");
  g_assert_cmpstr (text, ==, "{}");
  g_assert_cmpint (mcp_provider_get_revision (f->provider), ==, probe->revision);
  g_assert_cmpuint (mcp_server_link_get_runs (MCP_SERVER_LINK (f->provider))->n_restarts, ==, 0);
  initialized = provider_call_text (f, "received", "{\"method\":\"notifications/initialized\"}");
  g_assert_cmpint (g_str_equal (initialized, "[]"), ==,
                   mcp_revision_is_stateless (probe->revision));
}

static const Probe probes[] = {
  { "unknown", "", MCP_REVISION_2025_11_25, 0, 0 },
  { "older", "--revision=2024-11-05", MCP_REVISION_2024_11_05, 0, 0 },
  { "silent", "--discover=silent", MCP_REVISION_2025_11_25, 20, 0 },
  { "silent-spoken", "--discover=silent --stderr=1", MCP_REVISION_2025_11_25, 0, 20 },
  { "crash", "--discover=crash", MCP_REVISION_2025_11_25, 0, 0 },
  { "null", "--discover=null", MCP_REVISION_2025_11_25, 0, 0 },
  { "modern", "--discover=modern", MCP_REVISION_2026_07_28, 0, 0 },
  { "late", "--discover=late", MCP_REVISION_2026_07_28, 10, 0 },
  { "future", "--discover=future", MCP_REVISION_2025_11_25, 0, 0 },
  { "unsupported", "--discover=unsupported", MCP_REVISION_2026_07_28, 0, 0 },
  { "unsupported-future", "--discover=unsupported-future", MCP_REVISION_2025_11_25, 0, 0 },
};

static void
test_remembered (ProviderFixture *f, gconstpointer data)
{
  McpLifecycle known;
  g_autofree char *first = provider_call_text (f, "received", "{\"method\":\"server/discover\"}");
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  g_test_summary ("A server that does not know server/discover is not asked for it again");
  g_assert_cmpstr (first, !=, "[]");
  provider_close (f);
  second = provider_call_text (f, "received", "{\"method\":\"server/discover\"}");
  g_assert_cmpstr (second, ==, "[]");

  /* Nor is it by another provider, for another session. */
  known = mcp_provider_get_lifecycle (f->provider);
  provider_close (f);
  g_assert_finalize_object (G_OBJECT (f->provider));
  f->provider = mcp_stdio_provider_new (f->config, f->directory, g_getenv ("MCP_TEST_KEEPER"),
                                        &f->limits, MCP_TEST_PATIENCE_SECONDS * 1000);
  mcp_provider_set_lifecycle (f->provider, known);
  third = provider_call_text (f, "received", "{\"method\":\"server/discover\"}");
  g_assert_cmpstr (third, ==, "[]");
}

static void
test_renewed (ProviderFixture *f, gconstpointer data)
{
  g_test_summary ("A server that was an older one and refuses to initialize is asked what it is");
  mcp_provider_set_lifecycle (f->provider, MCP_LIFECYCLE_HANDSHAKE);
  g_free (provider_call_text (f, "echo", "{}"));
  g_assert_cmpint (mcp_provider_get_revision (f->provider), ==, MCP_REVISION_2026_07_28);
  g_assert_cmpint (mcp_provider_get_lifecycle (f->provider), ==, MCP_LIFECYCLE_STATELESS);
}

static void
test_again (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = provider_call_text (f, "echo", "{}");
  g_autofree char *discovered = NULL;
  int pid = mcp_stdio_provider_get_pid (MCP_STDIO_PROVIDER (f->provider));
  ProviderCall call;

  g_test_summary ("A server that refuses its revision from now on is asked again");
  provider_begin (f, &call, "error", "{\"code\":-32022}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED,
                       "does not speak the MCP revision any more that it spoke");
  discovered = provider_call_text (f, "received", "{\"method\":\"server/discover\"}");
  g_assert_nonnull (strstr (strstr (discovered, "\"server/discover\"") + 1, "\"server/discover\""));
  g_assert_cmpint (mcp_stdio_provider_get_pid (MCP_STDIO_PROVIDER (f->provider)), ==, pid);
}

static void
test_metadata (ProviderFixture *f, gconstpointer data)
{
  const McpProviderRequest request = {
    .method = "tools/call",
    .params = "{\"name\":\"received\",\"arguments\":{\"method\":\"tools/call\"},\"_meta\":{"
              "\"kept\":1,\"io.modelcontextprotocol/clientInfo\":{\"name\":\"the client\"}}}",
    .capabilities = "{\"sampling\":{\"tools\":{}}}",
    .log_level = "notice",
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autofree char *text = NULL;
  g_autofree char *plain = NULL;

  g_test_summary ("Each request says all there is to know, and nothing of another hop");
  mcp_provider_request_async (f->provider, &request, NULL, test_keep_result, &result);
  test_await (test_is_set, &result);
  answer = mcp_provider_request_finish (f->provider, result, NULL);
  text = provider_get_text (answer);
  g_assert_nonnull (strstr (text,
                            "\"_meta\":{\"kept\":1,"
                            "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                            "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"mcp-sessiond\","));
  g_assert_nonnull (
      strstr (text, "\"io.modelcontextprotocol/clientCapabilities\":{\"sampling\":{\"tools\":{}}},"
                    "\"io.modelcontextprotocol/logLevel\":\"notice\"}"));
  g_assert_null (strstr (text, "the client"));

  plain = provider_call_text (f, "received", "{\"method\":\"server/discover\"}");
  g_assert_nonnull (strstr (plain, "\"io.modelcontextprotocol/clientCapabilities\":{}}"));
  g_assert_null (strstr (plain, "logLevel"));
}

static void
test_unasked (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = provider_call_text (f, "echo", "{}");
  g_autofree char *changed = NULL;
  g_autofree char *listened = NULL;
  g_autofree char *watched = NULL;
  ProviderCall call;
  guint n = 0;

  g_test_summary (
      "A server of 2026-07-28 gets no notification that its revision does not have, and no answer");
  mcp_provider_notify (f->provider, "notifications/roots/list_changed", NULL);
  changed = provider_call_text (f, "received", "{\"method\":\"notifications/roots/list_changed\"}");
  g_assert_cmpstr (changed, ==, "[]");
  provider_begin (f, &call, "ask", "{\"method\":\"ping\"}", 60, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "neither an answer nor progress");

  /* It refuses to be listened to; when there is something new to listen to it is asked again. */
  listened = provider_call_text (f, "received", "{\"method\":\"subscriptions/listen\"}");
  g_assert_nonnull (strstr (listened, "\"notifications\":{\"toolsListChanged\":true}"));
  mcp_provider_watch (f->provider, "test://a\"b");
  for (;;)
    {
      g_clear_pointer (&watched, g_free);
      watched = provider_call_text (f, "received", "{\"method\":\"subscriptions/listen\"}");
      if (strstr (watched, "\"resourceSubscriptions\":[\"test://a\\\"b\"]") != NULL)
        break;
    }
  for (const char *at = watched; (at = strstr (at, "\"method\":")) != NULL; at++)
    n++;
  g_assert_cmpuint (n, ==, 2);
}

static const Probe modern = { "", "--discover=modern", MCP_REVISION_2026_07_28, 0, 0 };
static const Probe late = { "", "--discover=late", MCP_REVISION_2026_07_28, 0, 0 };
static const Probe legacy = { "", "", MCP_REVISION_2025_11_25, 0, 0 };

#define ADD(name, probe, test)                                                           \
  g_test_add ("/upstream/stdio-modern/" name, ProviderFixture, probe, setup_probe, test, \
              provider_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/upstream/stdio-modern/probe/%s", probes[i].name);

      g_test_add (path, ProviderFixture, &probes[i], setup_probe, test_probe, provider_teardown);
    }
  ADD ("remembered", &legacy, test_remembered);
  ADD ("renewed", &late, test_renewed);
  ADD ("again", &modern, test_again);
  ADD ("metadata", &modern, test_metadata);
  ADD ("unasked", &modern, test_unasked);
  return g_test_run ();
}
