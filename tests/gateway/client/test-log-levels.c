/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which log messages clients want to hear, and what servers are told of it.
 */
#include "gateway/client/mcp-log-levels.h"

#include "gateway/servers/mcp-provider-lease.h"
#include "small-fixture.h"

#include <string.h>

/* Whoever wishes; only the addresses matter. */
static char client_a, client_b;

typedef struct
{
  SmallFixture small;
  McpLogLevels *levels;
  McpProviderLease *lease;
} Levels;

static void
set_up (Levels *l, gconstpointer data)
{
  SmallFixture *f = &l->small;

  small_fixture_setup (f, NULL);
  l->levels = mcp_log_levels_new (f->pool);
  l->lease = mcp_provider_pool_acquire (f->pool, f->config, f->session, NULL);
  g_assert_nonnull (l->lease);
  mcp_fake_provider_set_peer (f->provider, MCP_REVISION_NEWEST_HANDSHAKE, "{\"logging\":{}}");
}

static void
tear_down (Levels *l, gconstpointer data)
{
  mcp_test_settle ();
  mcp_provider_lease_free (l->lease);
  g_assert_finalize_object (l->levels);
  small_fixture_teardown (&l->small, NULL);
}

static void
applied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (mcp_log_levels_apply_finish (MCP_LOG_LEVELS (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static void
start_server (Levels *l)
{
  McpProviderRequest request = { .method = "tools/list", .params = "{}" };

  mcp_provider_request_async (MCP_PROVIDER (l->small.provider), &request, NULL, NULL, NULL);
  mcp_test_settle ();
}

/* What the server is told when the wishes are applied; NULL: nothing. */
static char *
apply (Levels *l)
{
  McpFakeProvider *provider = l->small.provider;
  gboolean applied = FALSE;
  char *params = NULL;

  mcp_log_levels_apply_async (l->levels, l->small.session, NULL, applied_cb, &applied);
  if (mcp_fake_provider_get_n_waiting (provider) > 0)
    {
      g_assert_cmpstr (mcp_fake_provider_get_method (provider, 0), ==, "logging/setLevel");
      params = g_strdup (mcp_fake_provider_get_params (provider, 0));
      mcp_fake_provider_answer (provider, 0, "{}");
    }
  AWAIT (applied);
  return params;
}

static void
test_most_talkative (Levels *l, gconstpointer data)
{
  McpClient *client = l->small.client;
  g_autofree char *nothing = NULL;
  g_autofree char *lowest = NULL;
  g_autofree char *rest = NULL;

  g_test_summary ("A server is asked for the lowest level that a client of it wants, and told "
                  "nothing while nobody has said");
  start_server (l);
  nothing = apply (l);
  g_assert_null (nothing);
  mcp_log_levels_set (l->levels, &client_a, client, "error");
  mcp_log_levels_set (l->levels, &client_b, client, "debug");
  lowest = apply (l);
  g_assert_cmpstr (lowest, ==, "{\"level\":\"debug\"}");
  mcp_log_levels_forget (l->levels, &client_b);
  rest = apply (l);
  g_assert_cmpstr (rest, ==, "{\"level\":\"error\"}");
  mcp_log_levels_forget (l->levels, &client_a);
}

static void
test_without_logging (Levels *l, gconstpointer data)
{
  g_autofree char *told = NULL;

  g_test_summary ("A server that does not log is not told a level");
  mcp_fake_provider_set_peer (l->small.provider, MCP_REVISION_NEWEST_HANDSHAKE, "{}");
  start_server (l);
  mcp_log_levels_set (l->levels, &client_a, l->small.client, "error");
  told = apply (l);
  g_assert_null (told);
  mcp_log_levels_forget (l->levels, &client_a);
}

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static void
test_passes (void)
{
  const char *warning = "{\"level\":\"warning\",\"data\":1}";

  g_test_summary ("A message passes from its client's level on; a client without one hears all");
  g_assert_true (mcp_log_levels_passes (NULL, slice (warning)));
  g_assert_true (mcp_log_levels_passes ("debug", slice (warning)));
  g_assert_true (mcp_log_levels_passes ("warning", slice (warning)));
  g_assert_false (mcp_log_levels_passes ("error", slice (warning)));
  g_assert_false (mcp_log_levels_passes ("debug", slice ("{\"data\":1}")));
  g_assert_true (mcp_log_levels_is_known ("emergency"));
  g_assert_false (mcp_log_levels_is_known ("loud"));
  g_assert_false (mcp_log_levels_is_known (NULL));
}

static void
test_logger (Levels *l, gconstpointer data)
{
  McpServerConfig *config = l->small.config;
  g_autofree char *named = mcp_log_levels_name_logger (slice ("{\"data\":1}"), config);
  g_autofree char *both =
      mcp_log_levels_name_logger (slice ("{\"logger\":\"db\",\"data\":1}"), config);

  g_test_summary ("The logger says which server speaks, since the client sees but one");
  g_assert_cmpstr (named, ==, "{\"data\":1,\"logger\":\"srv\"}");
  g_assert_cmpstr (both, ==, "{\"logger\":\"srv/db\",\"data\":1}");
}

#define ADD(name, function) \
  g_test_add ("/gateway/log-levels/" name, Levels, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("most-talkative", test_most_talkative);
  ADD ("without-logging", test_without_logging);
  ADD ("logger", test_logger);
  g_test_add_func ("/gateway/log-levels/passes", test_passes);
  return g_test_run ();
}
