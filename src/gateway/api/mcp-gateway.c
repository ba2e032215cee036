/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/api/mcp-gateway.h"

#include "common/mcp-error.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/methods/mcp-method.h"
#include "gateway/servers/mcp-config-changes.h"
#include "mcp-gateway-private.h"
#include "mcp-provider-changes-private.h"
#include "mcp-provider-descriptions-private.h"
#include "upstream/dbus/mcp-dbus-provider.h"
#include "upstream/dbus/mcp-methods-provider.h"
#include "upstream/dialogue/mcp-server-link.h"
#include "upstream/http/mcp-http-provider.h"
#include "upstream/secrets/mcp-secret-store.h"
#include "upstream/stdio/mcp-stdio-provider.h"

/* Until the settings say otherwise. */
#define DEFAULT_CALL_TIMEOUT_MS (300 * 1000)

/* What servers are started with. */
typedef struct
{
  char *keeper_path;
  char *cgroup;            /* (nullable) */
  char *path;              /* (nullable): PATH, in place of the daemon's and the login shell's */
  McpSecretStore *secrets; /* (owned) (nullable) */
  McpBus *bus;             /* (owned): where apps are */
  McpOauth *oauth;         /* (owned) (nullable): the logins, with @secrets */
} Launching;

struct _McpGateway
{
  GObject parent_instance;

  McpSessionStore *store; /* (owned) */
  McpLimits limits;
  McpProviderPool *pool;           /* (owned) */
  McpServices *services;           /* (owned) */
  McpAttachmentTable *attachments; /* (owned) */
  McpServerSources sources;        /* where servers are known from */
  GPtrArray *configs;              /* (owned): McpServerConfig, in order: all of them */
  GPtrArray *left_out;             /* (owned) (nullable): McpServerLeftOut */
  Launching *launching;            /* (unowned) (nullable): the pool's */
  McpProviderChanges *changes;     /* (owned) (nullable): until disposed */
  McpOpenPageFunc open;            /* (nullable): opens a browser */
  gpointer open_data;
  guint n_trials; /* of servers, that go on */
  gboolean is_closed;
};

enum
{
  SIGNAL_TOOLS_CHANGED,
  SIGNAL_PROVIDER_CHANGED,
  SIGNAL_QUESTION_ADDED,
  SIGNAL_QUESTION_REMOVED,
  SIGNAL_CALL_ENDED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpGateway, mcp_gateway, G_TYPE_OBJECT)

static void
tools_changed_cb (McpCatalogue *catalogue,
                  McpServerConfig *config,
                  const McpToolChanges *changes,
                  McpGateway *self)
{
  g_signal_emit (self, signals[SIGNAL_TOOLS_CHANGED], 0, config->name, changes->added,
                 changes->removed, changes->changed);
}

static GVariant *
describe_entries (gpointer user_data)
{
  McpGateway *self = user_data;

  return mcp_provider_descriptions_build (self->configs, self->left_out, self->services, NULL);
}

static void
tell_provider_changed (const char *name, GVariant *what, gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_PROVIDER_CHANGED], 0, name, what);
}

static const McpProviderChangesFuncs changes_funcs = { describe_entries, tell_provider_changed };

/* Of the pool or the catalogue: a server may be described otherwise. */
static void
note_change (McpGateway *self)
{
  if (!self->is_closed && self->changes != NULL)
    mcp_provider_changes_note (self->changes);
}

static void
question_added_cb (McpConsentDesk *desk, McpConsentQuestion *question, McpGateway *self)
{
  g_autoptr (GVariant) described = NULL;

  if (!g_signal_has_handler_pending (self, signals[SIGNAL_QUESTION_ADDED], 0, FALSE))
    return;
  described = g_variant_ref_sink (mcp_consent_question_to_variant (question));
  g_signal_emit (self, signals[SIGNAL_QUESTION_ADDED], 0, described);
}

static void
question_removed_cb (McpConsentDesk *desk, McpConsentQuestion *question, McpGateway *self)
{
  McpConsentAnswer answer = mcp_consent_question_get_answer (question);

  g_signal_emit (self, signals[SIGNAL_QUESTION_REMOVED], 0, mcp_consent_question_get_id (question),
                 mcp_consent_answer_to_string (answer));
}

static void
call_ended_cb (McpRunningCalls *calls, McpCall *call, McpGateway *self)
{
  McpProgressState state = mcp_call_get_state (call);
  McpServerStatus status = { 0 };

  if (!g_signal_has_handler_pending (self, signals[SIGNAL_CALL_ENDED], 0, FALSE))
    return;
  if (state == MCP_PROGRESS_STATE_ERROR)
    mcp_provider_pool_get_status (self->pool, mcp_call_get_server (call), &status);
  g_signal_emit (self, signals[SIGNAL_CALL_ENDED], 0, mcp_call_get_name (call),
                 mcp_call_get_server (call), mcp_progress_state_to_string (state),
                 g_get_monotonic_time () - mcp_call_get_started_at (call),
                 status.last_error != NULL ? status.last_error : "");
}

static void
session_removed_cb (McpSessionStore *store,
                    McpSession *session,
                    const char *reason,
                    McpGateway *self)
{
  const char *session_id = mcp_session_get_id (session);
  g_autoptr (GPtrArray) attachments =
      mcp_attachment_table_drop_session (self->attachments, session_id);

  for (guint i = 0; i < attachments->len; i++)
    mcp_attachment_session_closed (g_ptr_array_index (attachments, i));
  mcp_consent_desk_drop_session (self->services->consent_desk, session_id);
  mcp_task_owners_drop_session (self->services->task_owners, session_id);
  mcp_provider_pool_drop_session (self->pool, session_id);
}

/**
 * mcp_gateway_set_servers:
 * @self: the gateway
 * @configs: (element-type McpServerConfig): all configured servers, in order
 *
 * Takes a new configuration: processes of servers that are gone or written
 * differently end when their calls have, those of others go on.
 */
void
mcp_gateway_set_servers (McpGateway *self, GPtrArray *configs)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));
  g_return_if_fail (configs != NULL);

  if (self->is_closed)
    return;

  mcp_server_sources_set (&self->sources, MCP_SERVER_ORIGIN_OWNER, configs);
  mcp_gateway_take_sources (self);
}

/**
 * mcp_gateway_set_cache:
 * @self: the gateway, without servers yet
 * @directory: where to keep what servers list, so that they need not be started to be listed
 */
void
mcp_gateway_set_cache (McpGateway *self, const char *directory)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));
  g_return_if_fail (directory != NULL);

  mcp_catalogue_set_cache (self->services->catalogue, directory);
}

/**
 * mcp_gateway_load_tool_prints:
 * @self: the gateway, without servers yet
 * @path: where to keep which tools were accepted
 * @error: return location
 *
 * Blocks on the file: before the main loop only. Errors: as for mcp_tool_prints_load().
 *
 * Returns: whether what was kept could be read
 */
gboolean
mcp_gateway_load_tool_prints (McpGateway *self, const char *path, GError **error)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);

  return mcp_catalogue_load_prints (self->services->catalogue, path, error);
}

/**
 * mcp_gateway_set_limits:
 * @self: the gateway
 * @limits: copied
 *
 * Takes new limits; what is beyond them already stays.
 */
void
mcp_gateway_set_limits (McpGateway *self, const McpLimits *limits)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));
  g_return_if_fail (limits != NULL);

  self->limits = *limits;
  mcp_services_set_limits (self->services, limits);
}

/**
 * mcp_gateway_set_call_timeout:
 * @self: the gateway
 * @timeout_ms: how long a call may take without an answer or progress
 *
 * Takes a new default for servers that name none of their own.
 */
void
mcp_gateway_set_call_timeout (McpGateway *self, guint timeout_ms)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));

  mcp_running_calls_set_timeout (self->services->running_calls, timeout_ms);
  mcp_provider_pool_set_timeout (self->pool, timeout_ms);
}

/**
 * mcp_gateway_set_list_patience:
 * @self: the gateway
 * @first_ms: how long a client's list waits for servers that were never listed
 *
 * What comes later is announced by list_changed.
 */
void
mcp_gateway_set_list_patience (McpGateway *self, guint first_ms)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));

  mcp_catalogue_set_first_wait (self->services->catalogue, first_ms);
}

/**
 * mcp_gateway_set_max_name:
 * @self: the gateway
 * @max_name: how many characters an exposed name of a tool or prompt may have
 *
 * Longer names are cut short, and end in a hash.
 */
void
mcp_gateway_set_max_name (McpGateway *self, guint max_name)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));

  mcp_catalogue_set_max_name (self->services->catalogue, max_name);
}

/**
 * mcp_gateway_set_left_out:
 * @self: the gateway
 * @left_out: (nullable) (element-type McpServerLeftOut): entries that cannot be used, and why;
 *   not changed any more
 */
void
mcp_gateway_set_left_out (McpGateway *self, GPtrArray *left_out)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));

  g_clear_pointer (&self->left_out, g_ptr_array_unref);
  self->left_out = left_out != NULL ? g_ptr_array_ref (left_out) : NULL;
  note_change (self);
}

/**
 * mcp_gateway_get_left_out:
 * @self: the gateway
 *
 * Returns: (transfer none) (nullable) (element-type McpServerLeftOut): entries that cannot be used
 */
GPtrArray *
mcp_gateway_get_left_out (McpGateway *self)
{
  return self->left_out;
}

/**
 * mcp_gateway_set_attachment_keep:
 * @self: the gateway
 * @keep: (nullable): gets the clients that initialize, and has those of earlier daemons
 *
 * Before the first request only.
 */
void
mcp_gateway_set_attachment_keep (McpGateway *self, McpAttachmentKeep *keep)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));

  g_set_object (&self->services->attachment_keep, keep);
}

/**
 * mcp_gateway_set_grant_keep:
 * @self: the gateway
 * @keep: gets what the owner allows for sessions, and has what was allowed to earlier daemons
 *
 * Before the first request only.
 */
void
mcp_gateway_set_grant_keep (McpGateway *self, McpGrantKeep *keep)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));

  mcp_consent_desk_set_grant_keep (self->services->consent_desk, keep);
}

/**
 * mcp_gateway_set_history:
 * @self: the gateway
 * @history: (nullable): gets a record of each call
 *
 * Says where calls are kept, and who numbers them. Before the first call only.
 */
void
mcp_gateway_set_history (McpGateway *self, McpCallHistory *history)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));

  mcp_running_calls_set_history (self->services->running_calls, history);
}

/**
 * mcp_gateway_get_history:
 * @self: the gateway
 *
 * Returns: (transfer none) (nullable): where calls are kept
 */
McpCallHistory *
mcp_gateway_get_history (McpGateway *self)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);

  return mcp_running_calls_get_history (self->services->running_calls);
}

/**
 * mcp_gateway_describe_providers:
 * @self: the gateway
 *
 * Each configured server: `name` s, `type` s (stdio or http), `scope` s (session, cwd or
 * shared), `entry` s (used or disabled), `state` s (disabled, stopped, starting, running or
 * failed), `auth` a{sv} (see mcp_login_status_describe()) where the server may want a login,
 * `processes` u, `restarts` u, `tools` u as far as they are known, and `last-error` s if
 * nothing has worked since.
 *
 * Returns: (transfer none): floating, aa{sv}
 */
GVariant *
mcp_gateway_describe_providers (McpGateway *self)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);

  return mcp_provider_descriptions_build (self->configs, NULL, self->services, NULL);
}

static void
pool_closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  GError *error = NULL;

  if (mcp_provider_pool_close_finish (MCP_PROVIDER_POOL (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * mcp_gateway_close_async:
 * @self: the gateway
 * @callback: (scope async): when every process has ended
 * @user_data: for @callback
 *
 * Ends everything: clients' requests are answered by an error, all upstream
 * processes end. The gateway takes nothing after this.
 */
void
mcp_gateway_close_async (McpGateway *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GPtrArray) attachments = NULL;
  GTask *task;

  g_return_if_fail (MCP_IS_GATEWAY (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_gateway_close_async);

  self->is_closed = TRUE;
  attachments = mcp_attachment_table_drop_all (self->attachments);
  for (guint i = 0; i < attachments->len; i++)
    mcp_attachment_session_closed (g_ptr_array_index (attachments, i));
  mcp_parking_clear (self->services->parking);
  mcp_catalogue_close (self->services->catalogue);
  mcp_provider_pool_close_async (self->pool, pool_closed_cb, task);
}

/**
 * mcp_gateway_find_config:
 * @self: the gateway
 * @name: of a server
 *
 * Returns: (transfer none) (nullable): its entry
 */
McpServerConfig *
mcp_gateway_find_config (McpGateway *self, const char *name)
{
  for (guint i = 0; i < self->configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (self->configs, i);

      if (g_str_equal (config->name, name))
        return config;
    }
  return NULL;
}

/**
 * mcp_gateway_close_finish:
 * @self: the gateway
 * @result: what the callback got
 * @error: return location
 *
 * Returns: %TRUE
 */
gboolean
mcp_gateway_close_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* The inside, for the room's other files. */

/* What servers there are, after their sources have changed. */
void
mcp_gateway_take_sources (McpGateway *self)
{
  g_autoptr (GPtrArray) earlier = g_steal_pointer (&self->configs);

  self->configs = mcp_server_sources_merge (&self->sources);
  mcp_config_changes_log (earlier, self->configs);
  mcp_catalogue_set_servers (self->services->catalogue, self->configs);
  if (mcp_gateway_get_oauth (self) != NULL)
    mcp_oauth_set_servers (mcp_gateway_get_oauth (self), self->configs);
  mcp_provider_pool_set_servers (self->pool, self->configs);
  note_change (self);
}

McpServerSources *
mcp_gateway_get_sources (McpGateway *self)
{
  return &self->sources;
}

McpSessionStore *
mcp_gateway_get_store (McpGateway *self)
{
  return self->store;
}

const McpLimits *
mcp_gateway_get_limits (McpGateway *self)
{
  return &self->limits;
}

McpServices *
mcp_gateway_get_services (McpGateway *self)
{
  return self->services;
}

McpAttachmentTable *
mcp_gateway_get_attachments (McpGateway *self)
{
  return self->attachments;
}

GPtrArray *
mcp_gateway_get_configs (McpGateway *self)
{
  return self->configs;
}

gboolean
mcp_gateway_is_closed (McpGateway *self)
{
  return self->is_closed;
}

static void
mcp_gateway_dispose (GObject *object)
{
  McpGateway *self = MCP_GATEWAY (object);
  g_autoptr (GPtrArray) attachments = NULL;

  g_clear_pointer (&self->changes, mcp_provider_changes_free);
  if (!self->is_closed && self->services != NULL)
    {
      self->is_closed = TRUE;
      attachments = mcp_attachment_table_drop_all (self->attachments);
      for (guint i = 0; i < attachments->len; i++)
        mcp_attachment_session_closed (g_ptr_array_index (attachments, i));
      mcp_parking_clear (self->services->parking);
      mcp_catalogue_close (self->services->catalogue);
      mcp_provider_pool_close_async (self->pool, NULL, NULL);
    }

  G_OBJECT_CLASS (mcp_gateway_parent_class)->dispose (object);
}

static void
mcp_gateway_finalize (GObject *object)
{
  McpGateway *self = MCP_GATEWAY (object);

  mcp_attachment_table_free (self->attachments);
  g_clear_pointer (&self->left_out, g_ptr_array_unref);
  g_ptr_array_unref (self->configs);
  mcp_server_sources_clear (&self->sources);
  g_clear_pointer (&self->services, mcp_services_unref);
  g_clear_object (&self->pool);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (mcp_gateway_parent_class)->finalize (object);
}

static void
mcp_gateway_class_init (McpGatewayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_gateway_dispose;
  object_class->finalize = mcp_gateway_finalize;

  signals[SIGNAL_TOOLS_CHANGED] =
      g_signal_new ("tools-changed", MCP_TYPE_GATEWAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_STRV, G_TYPE_STRV, G_TYPE_STRV);
  signals[SIGNAL_PROVIDER_CHANGED] =
      g_signal_new ("provider-changed", MCP_TYPE_GATEWAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
  signals[SIGNAL_QUESTION_ADDED] =
      g_signal_new ("question-added", MCP_TYPE_GATEWAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[SIGNAL_QUESTION_REMOVED] =
      g_signal_new ("question-removed", MCP_TYPE_GATEWAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_CALL_ENDED] = g_signal_new (
      "call-ended", MCP_TYPE_GATEWAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 5,
      G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT64, G_TYPE_STRING);
}

static void
mcp_gateway_init (McpGateway *self)
{
  self->attachments = mcp_attachment_table_new ();
  self->configs = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  mcp_server_sources_init (&self->sources);
}

/**
 * mcp_gateway_new_with_factory:
 * @store: the sessions
 * @limits: copied
 * @factory: makes providers
 * @factory_data: for @factory
 * @factory_destroy: (nullable): frees @factory_data
 *
 * Returns: (transfer full): a gateway without servers
 */
McpGateway *
mcp_gateway_new_with_factory (McpSessionStore *store,
                              const McpLimits *limits,
                              McpProviderFactory factory,
                              gpointer factory_data,
                              GDestroyNotify factory_destroy)
{
  McpGateway *self = g_object_new (MCP_TYPE_GATEWAY, NULL);

  self->store = g_object_ref (store);
  self->limits = *limits;
  self->pool = mcp_provider_pool_new (factory, factory_data, factory_destroy, limits);
  self->services = mcp_services_new (store, self->pool, mcp_method_get_table (), limits);
  mcp_gateway_set_call_timeout (self, DEFAULT_CALL_TIMEOUT_MS);
  g_signal_connect_object (store, "session-removed", G_CALLBACK (session_removed_cb), self, 0);
  g_signal_connect_object (self->services->catalogue, "tools-changed",
                           G_CALLBACK (tools_changed_cb), self, 0);
  self->changes = mcp_provider_changes_new (&changes_funcs, G_OBJECT (self));
  g_signal_connect_object (self->services->catalogue, "changed", G_CALLBACK (note_change), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pool, "status-changed", G_CALLBACK (note_change), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->services->consent_desk, "question-added",
                           G_CALLBACK (question_added_cb), self, 0);
  g_signal_connect_object (self->services->consent_desk, "question-removed",
                           G_CALLBACK (question_removed_cb), self, 0);
  g_signal_connect_object (self->services->running_calls, "call-ended", G_CALLBACK (call_ended_cb),
                           self, 0);
  return self;
}

static void
launching_free (gpointer data)
{
  Launching *launching = data;

  g_free (launching->keeper_path);
  g_free (launching->cgroup);
  g_free (launching->path);
  g_clear_object (&launching->oauth);
  g_clear_object (&launching->secrets);
  g_object_unref (launching->bus);
  g_free (launching);
}

/* @login: (nullable) */
static void
set_warrant (McpProvider *provider, McpOauthServer *login)
{
  if (login != NULL)
    mcp_http_provider_set_warrant (MCP_HTTP_PROVIDER (provider), MCP_HTTP_WARRANT (login));
}

static McpProvider *
make_provider (McpServerConfig *config,
               const char *cwd,
               const McpLimits *limits,
               guint timeout_ms,
               gpointer user_data)
{
  const Launching *launching = user_data;
  McpProvider *provider = NULL;

  switch (config->transport)
    {
    case MCP_SERVER_TRANSPORT_HTTP:
      provider = mcp_http_provider_new (config, cwd, limits, timeout_ms);
      if (launching->oauth != NULL)
        set_warrant (provider, mcp_oauth_ensure_server (launching->oauth, config));
      break;
    case MCP_SERVER_TRANSPORT_DBUS:
      provider = mcp_dbus_provider_new (config, launching->bus, cwd, limits, timeout_ms);
      break;
    case MCP_SERVER_TRANSPORT_DBUS_METHODS:
      provider = mcp_methods_provider_new (config, launching->bus, cwd, limits, timeout_ms);
      break;
    case MCP_SERVER_TRANSPORT_STDIO:
      provider = mcp_stdio_provider_new (config, cwd, launching->keeper_path, limits, timeout_ms);
      mcp_stdio_provider_set_cgroup (MCP_STDIO_PROVIDER (provider), launching->cgroup);
      mcp_stdio_provider_set_path (MCP_STDIO_PROVIDER (provider), launching->path);
      break;
    }
  mcp_server_link_set_secrets (MCP_SERVER_LINK (provider), launching->secrets);
  return provider;
}

/**
 * mcp_gateway_new:
 * @store: the sessions; the gateway follows it
 * @limits: copied
 * @keeper_path: of the program that ends servers with all their children
 *
 * Returns: (transfer full): a gateway without servers
 */
McpGateway *
mcp_gateway_new (McpSessionStore *store, const McpLimits *limits, const char *keeper_path)
{
  Launching *launching;
  McpGateway *self;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (store), NULL);
  g_return_val_if_fail (limits != NULL, NULL);
  g_return_val_if_fail (keeper_path != NULL, NULL);

  launching = g_new0 (Launching, 1);
  launching->keeper_path = g_strdup (keeper_path);
  launching->bus = mcp_bus_new ();
  self = mcp_gateway_new_with_factory (store, limits, make_provider, launching, launching_free);
  self->launching = launching;
  return self;
}

static void
needed_cb (McpOauth *oauth, McpOauthServer *login, McpGateway *self)
{
  note_change (self);
}

static void
granted_cb (McpOauth *oauth, McpOauthServer *login, McpGateway *self)
{
  /* What it listed without the login, if anything, is not all that it has. */
  mcp_catalogue_renew (self->services->catalogue, mcp_oauth_server_get_name (login));
  note_change (self);
}

/**
 * mcp_gateway_set_secrets:
 * @self: a gateway of mcp_gateway_new()
 * @directory: absolute; the state directory of the daemon, to which its secrets belong
 *
 * To be called before there are servers. The logins to servers are kept there as well. The daemon
 * sits in the background: nobody is asked for the password of a keyring.
 */
void
mcp_gateway_set_secrets (McpGateway *self, const char *directory)
{
  g_return_if_fail (MCP_IS_GATEWAY (self) && self->launching != NULL);

  g_clear_object (&self->launching->secrets);
  self->launching->secrets = mcp_secret_store_new (directory, FALSE);
  self->launching->oauth = mcp_oauth_new (directory, self->launching->secrets);
  mcp_provider_pool_set_oauth (self->pool, self->launching->oauth);
  g_signal_connect_object (self->launching->oauth, "granted", G_CALLBACK (granted_cb), self, 0);
  g_signal_connect_object (self->launching->oauth, "needed", G_CALLBACK (needed_cb), self, 0);
  g_signal_connect_object (self->launching->oauth, "changed", G_CALLBACK (note_change), self,
                           G_CONNECT_SWAPPED);
}

/**
 * mcp_gateway_set_path:
 * @self: a gateway of mcp_gateway_new()
 * @path: (nullable): directories with colons in between
 *
 * Upstream processes that start from now on, but for those of a session that has one already, get
 * this PATH; the login shell is not asked for its own.
 */
void
mcp_gateway_set_path (McpGateway *self, const char *path)
{
  g_return_if_fail (MCP_IS_GATEWAY (self) && self->launching != NULL);

  g_free (self->launching->path);
  self->launching->path = g_strdup (path);
}

/**
 * mcp_gateway_set_bus:
 * @self: a gateway of mcp_gateway_new()
 * @connection: (nullable): how the daemon is on the session bus; %NULL: it is on none
 *
 * Where servers are that are apps of the desktop.
 */
void
mcp_gateway_set_bus (McpGateway *self, GDBusConnection *connection)
{
  g_return_if_fail (MCP_IS_GATEWAY (self) && self->launching != NULL);

  mcp_bus_set_connection (self->launching->bus, connection);
}

/**
 * mcp_gateway_set_cgroup:
 * @self: a gateway of mcp_gateway_new()
 * @cgroup: (nullable): directory of a control group that belongs to the daemon
 *
 * Each upstream process that starts from now on gets a control group of its own in there.
 */
void
mcp_gateway_set_cgroup (McpGateway *self, const char *cgroup)
{
  g_return_if_fail (MCP_IS_GATEWAY (self) && self->launching != NULL);

  g_free (self->launching->cgroup);
  self->launching->cgroup = g_strdup (cgroup);
}

/**
 * mcp_gateway_get_oauth:
 * @self: the gateway
 *
 * Returns: (transfer none) (nullable): the logins to servers; %NULL: there is no place to keep them
 */
McpOauth *
mcp_gateway_get_oauth (McpGateway *self)
{
  return self->launching != NULL ? self->launching->oauth : NULL;
}

/**
 * mcp_gateway_set_opener:
 * @self: the gateway
 * @open: (nullable): opens a browser
 * @user_data: for @open
 */
void
mcp_gateway_set_opener (McpGateway *self, McpOpenPageFunc open, gpointer user_data)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));

  self->open = open;
  self->open_data = user_data;
}

/**
 * mcp_gateway_open_page:
 * @self: the gateway
 * @address: https, or this machine
 * @done: called once, perhaps before this returns
 * @done_data: for @done
 *
 * Opens a browser.
 *
 * Errors: %G_IO_ERROR_NOT_SUPPORTED where nobody can, and those of who can.
 */
void
mcp_gateway_open_page (McpGateway *self,
                       const char *address,
                       McpPageOpenedFunc done,
                       gpointer done_data)
{
  g_autoptr (GError) error = NULL;

  if (self->open != NULL)
    {
      self->open (address, done, done_data, self->open_data);
      return;
    }
  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "No browser is opened here");
  done (error, done_data);
}

/**
 * mcp_gateway_new_provider:
 * @self: a gateway of mcp_gateway_new()
 * @config: a server
 * @cwd: where it would run
 * @timeout_ms: until it must be ready, and for each answer
 *
 * Returns: (transfer full): a connection to the server that the pool knows nothing of
 */
McpProvider *
mcp_gateway_new_provider (McpGateway *self,
                          McpServerConfig *config,
                          const char *cwd,
                          guint timeout_ms)
{
  McpProvider *provider = make_provider (config, cwd, &self->limits, timeout_ms, self->launching);
  McpServerTimes times = mcp_server_link_get_setup (MCP_SERVER_LINK (provider))->times;

  times.start_ms = timeout_ms;
  mcp_server_link_set_times (MCP_SERVER_LINK (provider), &times);
  return provider;
}

/**
 * mcp_gateway_count_trials:
 * @self: the gateway
 * @more: trials of servers that begin; negative: that end
 *
 * Returns: how many go on
 */
guint
mcp_gateway_count_trials (McpGateway *self, int more)
{
  self->n_trials += (guint) more;
  return self->n_trials;
}
