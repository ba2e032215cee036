/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "small-fixture.h"

static McpProvider *
make_provider (McpServerConfig *config,
               const char *cwd,
               const McpLimits *limits,
               guint timeout_ms,
               gpointer user_data)
{
  SmallFixture *f = user_data;

  g_assert_null (f->provider);
  f->provider = mcp_fake_provider_new (config->name);
  return MCP_PROVIDER (g_object_ref (f->provider));
}

void
small_fixture_setup (SmallFixture *f, gconstpointer data)
{
  McpSessionParams params = { .cwd = "/", .idle_seconds = -1 };
  g_autofree char *token = NULL;

  mcp_limits_init_defaults (&f->limits);
  f->store = mcp_session_store_new (&f->limits);
  f->session = g_object_ref (mcp_session_store_create (f->store, &params, &token, NULL));
  f->pool = mcp_provider_pool_new (make_provider, f, NULL, &f->limits);
  f->config = mcp_server_config_new ("srv", "srv");
  f->client = mcp_client_new (f->session, MCP_REVISION_NEWEST_HANDSHAKE, "a client");
  f->target = mcp_target_new (f->config, "work");
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (mcp_provider_pool_close_finish (MCP_PROVIDER_POOL (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

void
small_fixture_teardown (SmallFixture *f, gconstpointer data)
{
  gboolean closed = FALSE;

  mcp_provider_pool_close_async (f->pool, closed_cb, &closed);
  AWAIT (closed);
  mcp_test_settle ();
  g_assert_finalize_object (f->pool);
  mcp_target_unref (f->target);
  mcp_client_unref (f->client);
  mcp_server_config_unref (f->config);
  mcp_session_store_close_all (f->store, "shutdown");
  g_assert_finalize_object (f->session);
  g_assert_finalize_object (f->store);
  if (f->provider != NULL)
    g_assert_finalize_object (f->provider);
}
