/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A server without the daemon, by the daemon's own code: started for one request in the current
 * directory, and stopped after that.
 */
#include "cli/probe/mcp-cli-direct.h"

#include "mcp-cli-direct-private.h"

#include "cli/daemon/mcp-cli-launcher.h"
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "upstream/dbus/mcp-dbus-provider.h"
#include "upstream/dbus/mcp-methods-provider.h"
#include "upstream/http/mcp-http-provider.h"
#include "upstream/secrets/mcp-secret-store.h"
#include "upstream/stdio/mcp-stdio-provider.h"

/* npx may have to download the server first. */
#define START_MS 300000

typedef struct
{
  McpProvider *provider; /* (owned) */
  GMainLoop *loop;       /* (owned) */
  const McpCliDirectFuncs *funcs;
  gpointer user_data;
  McpJsonrpcMessage *answer; /* (owned) (nullable) */
  GError *error;             /* (nullable) */
} Call;

static void
call_clear (Call *call)
{
  g_clear_object (&call->provider);
  g_clear_pointer (&call->loop, g_main_loop_unref);
  g_clear_pointer (&call->answer, mcp_jsonrpc_message_unref);
  g_clear_error (&call->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

/* As the daemon has them, which asks nobody for a password either. */
static void
set_up (McpProvider *provider, guint timeout_ms)
{
  g_autofree char *directory = g_build_filename (g_get_user_state_dir (), MCP_DIRECTORY, NULL);
  g_autoptr (McpSecretStore) secrets = mcp_secret_store_new (directory, FALSE);
  McpServerTimes times = mcp_server_link_get_setup (MCP_SERVER_LINK (provider))->times;

  times.start_ms = timeout_ms;
  mcp_server_link_set_times (MCP_SERVER_LINK (provider), &times);
  mcp_server_link_set_secrets (MCP_SERVER_LINK (provider), secrets);
}

/* Without a session bus, the provider says so at its start. */
static McpProvider *
new_bus_provider (McpServerConfig *config,
                  const char *cwd,
                  const McpLimits *limits,
                  guint timeout_ms)
{
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (McpBus) bus = mcp_bus_new ();

  if (connection != NULL)
    mcp_bus_set_connection (bus, connection);
  return config->transport == MCP_SERVER_TRANSPORT_DBUS
             ? mcp_dbus_provider_new (config, bus, cwd, limits, timeout_ms)
             : mcp_methods_provider_new (config, bus, cwd, limits, timeout_ms);
}

/**
 * mcp_cli_direct_new_provider:
 * @config: a server
 * @cwd: where it is started
 * @timeout_ms: until it must be ready, and for each answer
 *
 * Returns: (transfer full): a connection to the server, as the daemon would make it
 */
McpProvider *
mcp_cli_direct_new_provider (McpServerConfig *config, const char *cwd, guint timeout_ms)
{
  g_autofree char *keeper = mcp_cli_launcher_dup_keeper_path ();
  McpProvider *provider = NULL;
  McpLimits limits;

  mcp_limits_init_defaults (&limits);
  switch (config->transport)
    {
    case MCP_SERVER_TRANSPORT_HTTP:
      provider = mcp_http_provider_new (config, cwd, &limits, timeout_ms);
      break;
    case MCP_SERVER_TRANSPORT_DBUS:
    case MCP_SERVER_TRANSPORT_DBUS_METHODS:
      provider = new_bus_provider (config, cwd, &limits, timeout_ms);
      break;
    case MCP_SERVER_TRANSPORT_STDIO:
      provider = mcp_stdio_provider_new (config, cwd, keeper, &limits, timeout_ms);
      break;
    }
  set_up (provider, timeout_ms);
  return provider;
}

/* What the server says goes to the caller's function, not to the log. */
static GLogWriterOutput
log_cb (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_strcmp0 (fields[i].key, "MCP_PROVIDER") == 0)
      return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, NULL);
}

static void
said_cb (McpProvider *provider, const char *line, gpointer user_data)
{
  Call *call = user_data;

  if (call->funcs->said != NULL)
    call->funcs->said (line, call->user_data);
}

static void
progress_cb (McpProvider *provider, McpJsonSlice params, gpointer user_data)
{
  Call *call = user_data;

  call->funcs->progress (params, call->user_data);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->answer = mcp_provider_request_finish (MCP_PROVIDER (source), result, &call->error);
  g_main_loop_quit (call->loop);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  mcp_provider_close_finish (MCP_PROVIDER (source), result, NULL);
  g_main_loop_quit (call->loop);
}

static void
run (Call *call, const char *method, const char *params, GCancellable *cancellable)
{
  const McpProviderRequest request = {
    .method = method,
    .params = params,
    .progress = call->funcs->progress != NULL ? progress_cb : NULL,
    .user_data = call,
  };

  g_signal_connect (call->provider, "said", G_CALLBACK (said_cb), call);
  mcp_provider_request_async (call->provider, &request, cancellable, answered_cb, call);
  g_main_loop_run (call->loop);
  mcp_provider_close_async (call->provider, NULL, closed_cb, call);
  g_main_loop_run (call->loop);
}

static GBytes *
take_result (Call *call, GError **error)
{
  if (call->answer != NULL)
    return mcp_jsonrpc_message_ref_result (call->answer, error);
  g_propagate_error (error, g_steal_pointer (&call->error));
  return NULL;
}

/**
 * mcp_cli_direct_call:
 * @config: a server
 * @method: of MCP
 * @params: a JSON object
 * @funcs: what is told meanwhile
 * @user_data: for @funcs
 * @cancellable: ends the request; may be cancelled from any thread
 * @error: return location; %MCP_ERROR_PROVIDER_FAILED if the answer is a JSON-RPC error
 *
 * Starts the server in the current directory, sends it one request, and stops it. Runs the default
 * main context until then. To be called from commands alone: it takes over the log.
 *
 * Returns: (transfer full) (nullable): the result, JSON
 */
GBytes *
mcp_cli_direct_call (McpServerConfig *config,
                     const char *method,
                     const char *params,
                     const McpCliDirectFuncs *funcs,
                     gpointer user_data,
                     GCancellable *cancellable,
                     GError **error)
{
  static gsize writer;
  g_autofree char *cwd = g_get_current_dir ();
  g_auto (Call) call = { .funcs = funcs, .user_data = user_data };

  if (g_once_init_enter (&writer))
    {
      g_log_set_writer_func (log_cb, NULL, NULL);
      g_once_init_leave (&writer, 1);
    }
  call.loop = g_main_loop_new (NULL, FALSE);
  call.provider = mcp_cli_direct_new_provider (config, cwd, START_MS);
  run (&call, method, params, cancellable);
  return take_result (&call, error);
}
