/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The pool with fake providers: who shares one, when one ends, and how many there may be.
 */
#include "gateway-fixture.h"

#include "common/mcp-error.h"
#include "gateway/servers/mcp-provider-meter.h"
#include "gateway/servers/mcp-provider-pool.h"

#include <string.h>

typedef struct
{
  McpLimits limits;
  McpSessionStore *store;
  McpProviderPool *pool;
  GPtrArray *providers; /* McpFakeProvider (owned), in order of creation */
  GPtrArray *cwds;      /* char (owned): where each runs */
  guint n_ready;
} PoolFixture;

static McpProvider *
make_provider (McpServerConfig *config,
               const char *cwd,
               const McpLimits *limits,
               guint timeout_ms,
               gpointer user_data)
{
  PoolFixture *f = user_data;
  McpFakeProvider *provider = mcp_fake_provider_new (config->name);

  g_ptr_array_add (f->providers, g_object_ref (provider));
  g_ptr_array_add (f->cwds, g_strdup (cwd));
  return MCP_PROVIDER (provider);
}

static void
ready_cb (McpProviderPool *pool, McpServerConfig *config, McpProvider *provider, PoolFixture *f)
{
  f->n_ready++;
}

static void
set_up (PoolFixture *f, gconstpointer data)
{
  mcp_limits_init_defaults (&f->limits);
  f->limits.upstream_processes = 2;
  f->store = mcp_session_store_new (&f->limits);
  f->providers = g_ptr_array_new_with_free_func (g_object_unref);
  f->cwds = g_ptr_array_new_with_free_func (g_free);
  f->pool = mcp_provider_pool_new (make_provider, f, NULL, &f->limits);
  g_signal_connect (f->pool, "ready", G_CALLBACK (ready_cb), f);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (mcp_provider_pool_close_finish (MCP_PROVIDER_POOL (source), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static void
tear_down (PoolFixture *f, gconstpointer data)
{
  gboolean closed = FALSE;

  mcp_provider_pool_close_async (f->pool, closed_cb, &closed);
  AWAIT (closed);
  g_assert_finalize_object (f->pool);
  mcp_session_store_close_all (f->store, "shutdown");
  g_assert_finalize_object (f->store);
  while (f->providers->len > 0)
    g_assert_finalize_object (g_ptr_array_steal_index (f->providers, 0));
  g_ptr_array_unref (f->providers);
  g_ptr_array_unref (f->cwds);
}

static McpSession *
create_session (PoolFixture *f, const char *cwd)
{
  McpSessionParams params = { .cwd = cwd, .idle_seconds = -1 };
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;
  McpSession *session = mcp_session_store_create (f->store, &params, &token, &error);

  g_assert_no_error (error);
  return session;
}

static McpServerConfig *
new_config (const char *name, McpServerScope scope)
{
  McpServerConfig *config = mcp_server_config_new (name, name);

  config->scope = scope;
  return config;
}

static McpProviderLease *
acquire (PoolFixture *f, McpServerConfig *config, McpSession *session)
{
  g_autoptr (GError) error = NULL;
  McpProviderLease *lease = mcp_provider_pool_acquire (f->pool, config, session, &error);

  g_assert_no_error (error);
  return lease;
}

static void
refuse (PoolFixture *f, McpServerConfig *config, McpSession *session, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mcp_provider_pool_acquire (f->pool, config, session, &error));
  g_assert_error (error, MCP_ERROR, code);
}

static McpFakeProvider *
newest (PoolFixture *f)
{
  g_assert_cmpuint (f->providers->len, >, 0);
  return g_ptr_array_index (f->providers, f->providers->len - 1);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpJsonrpcMessage) answer =
      mcp_provider_request_finish (MCP_PROVIDER (source), result, NULL);

  *(gboolean *) user_data = TRUE;
}

/* A list brings a fake provider to its feet. */
static void
start (McpProviderLease *lease)
{
  const McpProviderRequest request = { .method = "tools/list", .params = "{}" };
  gboolean asked = FALSE;

  mcp_provider_request_async (mcp_provider_lease_get_provider (lease), &request, NULL, asked_cb,
                              &asked);
  AWAIT (asked);
}

static guint
count_processes (PoolFixture *f, const char *name)
{
  McpServerStatus status;

  mcp_provider_pool_get_status (f->pool, name, &status);
  return status.n_processes;
}

static void
test_scopes (PoolFixture *f, gconstpointer data)
{
  const struct
  {
    McpServerScope scope;
    guint n_providers; /* of two sessions in one directory and one in another */
    const char *last_cwd;
  } cases[] = {
    { MCP_SERVER_SCOPE_SESSION, 3, "/usr" },
    { MCP_SERVER_SCOPE_CWD, 2, "/usr" },
    { MCP_SERVER_SCOPE_SHARED, 1, NULL },
  };
  McpSession *sessions[] = { create_session (f, "/"), create_session (f, "/"),
                             create_session (f, "/usr") };

  g_test_summary ("The scope of a server says which sessions share a provider, and where it runs");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (McpServerConfig) config = new_config ("a", cases[i].scope);
      guint n_known = f->providers->len;

      for (gsize k = 0; k < G_N_ELEMENTS (sessions); k++)
        mcp_provider_lease_free (acquire (f, config, sessions[k]));
      g_assert_cmpuint (f->providers->len - n_known, ==, cases[i].n_providers);
      g_assert_cmpstr (g_ptr_array_index (f->cwds, f->cwds->len - 1), ==,
                       cases[i].last_cwd != NULL ? cases[i].last_cwd : g_get_home_dir ());
    }
}

static void
test_session_ends (PoolFixture *f, gconstpointer data)
{
  g_autoptr (McpServerConfig) config = new_config ("a", MCP_SERVER_SCOPE_CWD);
  McpSession *one = create_session (f, "/");
  McpSession *other = create_session (f, "/");
  g_autoptr (McpProviderLease) lease = acquire (f, config, one);

  g_test_summary ("A provider ends with the last session that could use it, leases or not");
  mcp_provider_lease_free (acquire (f, config, other));
  mcp_provider_pool_drop_session (f->pool, mcp_session_get_id (one));
  g_assert_false (mcp_fake_provider_is_closed (newest (f)));
  g_assert_false (
      mcp_provider_pool_is_used_by (f->pool, MCP_PROVIDER (newest (f)), mcp_session_get_id (one)));
  g_assert_true (mcp_provider_pool_is_used_by (f->pool, MCP_PROVIDER (newest (f)),
                                               mcp_session_get_id (other)));
  mcp_provider_pool_drop_session (f->pool, mcp_session_get_id (other));
  g_assert_true (mcp_fake_provider_is_closed (newest (f)));
  g_assert_true (mcp_provider_lease_is_closed (lease));
}

static void
test_closed_session (PoolFixture *f, gconstpointer data)
{
  g_autoptr (McpServerConfig) config = new_config ("a", MCP_SERVER_SCOPE_SHARED);
  g_autoptr (McpSession) session = g_object_ref (create_session (f, "/"));

  g_test_summary ("A session that has ended gets no provider");
  mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL);
  refuse (f, config, session, MCP_ERROR_CLOSED);
  g_assert_cmpuint (f->providers->len, ==, 0);
}

static void
test_limit (PoolFixture *f, gconstpointer data)
{
  g_autoptr (McpServerConfig) config = new_config ("a", MCP_SERVER_SCOPE_SESSION);
  McpSession *sessions[] = { create_session (f, "/"), create_session (f, "/"),
                             create_session (f, "/") };
  g_autoptr (McpProviderLease) one = acquire (f, config, sessions[0]);
  g_autoptr (McpProviderLease) two = acquire (f, config, sessions[1]);
  g_autoptr (McpProviderLease) again = acquire (f, config, sessions[1]);

  g_test_summary ("A lease counts as a process before the process runs; a lease of a provider that "
                  "counts already costs nothing");
  refuse (f, config, sessions[2], MCP_ERROR_LIMIT_EXCEEDED);
  g_clear_pointer (&one, mcp_provider_lease_free);
  one = acquire (f, config, sessions[2]);
}

static void
test_limit_counts_processes (PoolFixture *f, gconstpointer data)
{
  g_autoptr (McpServerConfig) config = new_config ("a", MCP_SERVER_SCOPE_SESSION);
  McpSession *sessions[] = { create_session (f, "/"), create_session (f, "/"),
                             create_session (f, "/") };
  g_autoptr (McpProviderLease) one = acquire (f, config, sessions[0]);
  g_autoptr (McpProviderLease) two = acquire (f, config, sessions[1]);

  g_test_summary ("A process that runs counts until it has ended");
  start (one);
  g_assert_cmpuint (count_processes (f, "a"), ==, 1);
  refuse (f, config, sessions[2], MCP_ERROR_LIMIT_EXCEEDED);
  mcp_fake_provider_crash (g_ptr_array_index (f->providers, 0));
  g_clear_pointer (&one, mcp_provider_lease_free);
  one = acquire (f, config, sessions[2]);
}

static void
test_idle_make_room (PoolFixture *f, gconstpointer data)
{
  g_autoptr (McpServerConfig) config = new_config ("a", MCP_SERVER_SCOPE_SESSION);
  McpSession *sessions[] = { create_session (f, "/"), create_session (f, "/"),
                             create_session (f, "/") };
  g_autoptr (McpProviderLease) one = acquire (f, config, sessions[0]);
  g_autoptr (McpProviderLease) two = acquire (f, config, sessions[1]);
  g_autoptr (McpProviderLease) three = NULL;

  g_test_summary ("A process that nobody uses makes room, the longest idle one first; one at work "
                  "does not");
  start (one);
  start (two);
  g_clear_pointer (&two, mcp_provider_lease_free);
  three = acquire (f, config, sessions[2]);
  g_assert_true (mcp_fake_provider_is_closed (g_ptr_array_index (f->providers, 1)));
  g_assert_false (mcp_fake_provider_is_closed (g_ptr_array_index (f->providers, 0)));
  refuse (f, config, sessions[1], MCP_ERROR_LIMIT_EXCEEDED);
}

static void
test_retired (PoolFixture *f, gconstpointer data)
{
  g_autoptr (McpServerConfig) old = new_config ("a", MCP_SERVER_SCOPE_SHARED);
  g_autoptr (McpServerConfig) new = mcp_server_config_new ("a", "another");
  g_autoptr (GPtrArray) configs = g_ptr_array_new ();
  McpSession *session = create_session (f, "/");
  g_autoptr (McpProviderLease) lease = acquire (f, old, session);
  McpProvider *provider = mcp_provider_lease_get_provider (lease);

  g_test_summary ("A provider of a server that was changed finishes its calls, and gets no new "
                  "ones");
  start (lease);
  new->scope = MCP_SERVER_SCOPE_SHARED;
  g_ptr_array_add (configs, new);
  mcp_provider_pool_set_servers (f->pool, configs);
  g_assert_false (mcp_provider_lease_is_closed (lease));
  g_assert_null (mcp_provider_pool_acquire_running (f->pool, provider));
  mcp_provider_lease_free (acquire (f, new, session));
  g_assert_true (MCP_PROVIDER (newest (f)) != provider);

  g_clear_pointer (&lease, mcp_provider_lease_free);
  g_assert_true (mcp_fake_provider_is_closed (MCP_FAKE_PROVIDER (provider)));
}

static void
test_unchanged (PoolFixture *f, gconstpointer data)
{
  g_autoptr (McpServerConfig) config = new_config ("a", MCP_SERVER_SCOPE_SHARED);
  g_autoptr (McpServerConfig) same = new_config ("a", MCP_SERVER_SCOPE_SHARED);
  g_autoptr (GPtrArray) configs = g_ptr_array_new ();
  McpSession *session = create_session (f, "/");

  g_test_summary ("A configuration that says the same leaves the provider alone");
  mcp_provider_lease_free (acquire (f, config, session));
  g_ptr_array_add (configs, same);
  mcp_provider_pool_set_servers (f->pool, configs);
  mcp_provider_lease_free (acquire (f, same, session));
  g_assert_cmpuint (f->providers->len, ==, 1);
}

static void
test_records (PoolFixture *f, gconstpointer data)
{
  g_autoptr (McpServerConfig) config = new_config ("a", MCP_SERVER_SCOPE_SHARED);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GPtrArray) disabled = g_ptr_array_new ();
  McpSession *session = create_session (f, "/");
  g_autoptr (McpProviderLease) lease = acquire (f, config, session);
  g_autoptr (GError) error = g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "it broke");
  g_autoptr (GError) cancelled = g_error_new (MCP_ERROR, MCP_ERROR_CANCELLED, "withdrawn");
  McpServerStatus status;

  g_test_summary (
      "Restarts and the last failure are the server's, until it is removed; the failure until it is disabled");
  start (lease);
  mcp_fake_provider_crash (newest (f));
  mcp_provider_lease_report (lease, error);
  mcp_provider_lease_report (lease, cancelled);
  start (lease);
  g_assert_cmpuint (f->n_ready, ==, 2);
  mcp_provider_pool_get_status (f->pool, "a", &status);
  g_assert_cmpuint (status.n_restarts, ==, 1);
  g_assert_cmpstr (status.last_error, ==, "it broke");

  mcp_provider_lease_report (lease, NULL);
  mcp_provider_pool_get_status (f->pool, "a", &status);
  g_assert_null (status.last_error);

  mcp_provider_lease_report (lease, error);
  config->disabled = TRUE;
  g_ptr_array_add (disabled, config);
  mcp_provider_pool_set_servers (f->pool, disabled);
  mcp_provider_pool_get_status (f->pool, "a", &status);
  g_assert_null (status.last_error);
  g_assert_cmpuint (status.n_restarts, ==, 1);

  mcp_provider_pool_set_servers (f->pool, none);
  mcp_provider_pool_get_status (f->pool, "a", &status);
  g_assert_cmpuint (status.n_restarts, ==, 0);
  /* the lease of a removed server may still report */
  mcp_provider_lease_report (lease, error);
}

static void
test_lease_outlives_pool (PoolFixture *f, gconstpointer data)
{
  g_autoptr (McpServerConfig) config = new_config ("a", MCP_SERVER_SCOPE_SHARED);
  g_autoptr (McpProviderPool) pool = mcp_provider_pool_new (make_provider, f, NULL, &f->limits);
  McpSession *session = create_session (f, "/");
  McpProviderLease *lease = mcp_provider_pool_acquire (pool, config, session, NULL);

  g_test_summary ("A lease that is given back after the end of the pool does no harm");
  g_assert_finalize_object (g_steal_pointer (&pool));
  g_assert_true (mcp_provider_lease_is_closed (lease));
  mcp_provider_lease_free (lease);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GHashTable) usages =
      mcp_provider_meter_measure_finish (MCP_PROVIDER_METER (source), result, NULL);

  g_assert_nonnull (usages);
  g_assert_cmpuint (g_hash_table_size (usages), ==, 0);
  (*(guint *) user_data)++;
}

static void
test_meter (PoolFixture *f, gconstpointer data)
{
  g_autoptr (McpServerConfig) config = new_config ("a", MCP_SERVER_SCOPE_SHARED);
  gpointer meter = mcp_provider_meter_new (f->pool);
  g_autoptr (McpProviderLease) lease = acquire (f, config, create_session (f, "/"));
  guint n_measured = 0;

  g_test_summary ("All who ask while a measurement runs get its result; a provider "
                  "without a process takes nothing");
  start (lease);
  mcp_provider_meter_measure_async (meter, measured_cb, &n_measured);
  mcp_provider_meter_measure_async (meter, measured_cb, &n_measured);
  AWAIT (n_measured == 2);

  /* The thread that measured may still hold its reference. */
  g_object_add_weak_pointer (meter, &meter);
  g_object_unref (meter);
  AWAIT (meter == NULL);
}

#define ADD(path, function) \
  g_test_add ("/gateway/provider-pool/" path, PoolFixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("scopes", test_scopes);
  ADD ("ends-with-its-sessions", test_session_ends);
  ADD ("closed-session", test_closed_session);
  ADD ("limit", test_limit);
  ADD ("limit-counts-processes", test_limit_counts_processes);
  ADD ("idle-make-room", test_idle_make_room);
  ADD ("retired", test_retired);
  ADD ("unchanged", test_unchanged);
  ADD ("records", test_records);
  ADD ("lease-outlives-pool", test_lease_outlives_pool);
  ADD ("meter", test_meter);
  return g_test_run ();
}
