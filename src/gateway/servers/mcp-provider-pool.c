/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-provider-pool.h"

#include "common/mcp-decimal.h"
#include "common/mcp-error.h"
#include "common/mcp-keyed-hash.h"
#include "common/mcp-log.h"
#include "gateway/servers/mcp-pool-sessions.h"
#include "gateway/servers/mcp-server-records.h"

/* Of the parts of a key: the unit separator. */
#define SEPARATOR '\x1f'

struct _McpProviderPool
{
  GObject parent_instance;

  McpProviderFactory factory;
  gpointer factory_data;
  GDestroyNotify factory_destroy;
  McpLimits limits;
  guint timeout_ms;
  McpOauth *oauth; /* (owned) (nullable) */

  GHashTable *entries;       /* (owned): set of McpPoolEntry (owned), those being closed included */
  GHashTable *by_key;        /* (owned): key (unowned) -> McpPoolEntry (unowned), the usable ones */
  GHashTable *by_provider;   /* (owned): McpProvider (unowned) -> McpPoolEntry (unowned) */
  GHashTable *by_session;    /* (owned): id (owned) -> set of McpPoolEntry (unowned) */
  GHashTable *records;       /* (owned): server name (owned) -> McpServerRecord */
  McpAnswerAccount *answers; /* (owned): of all servers */
  guint n_active;            /* entries that have a process, or will have one in a moment */
  guint n_closing;           /* entries whose process is being ended */
  gboolean is_closed;
  GPtrArray *close_tasks; /* (owned): GTask (owned) */
};

/* A provider that is being closed. */
typedef struct
{
  McpProviderPool *pool; /* (owned) */
  McpPoolEntry *entry;   /* (owned) */
} Closing;

enum
{
  SIGNAL_READY,
  SIGNAL_START_SAID,
  SIGNAL_STATUS_CHANGED,
  SIGNAL_NOTIFICATION,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpProviderPool, mcp_provider_pool, G_TYPE_OBJECT)

static void
update_active (McpProviderPool *self, McpPoolEntry *entry)
{
  gboolean active =
      !entry->is_closed && (entry->n_leases > 0 || entry->state != MCP_PROVIDER_STOPPED);

  if (active == entry->active)
    return;

  entry->active = active;
  if (active)
    self->n_active++;
  else
    self->n_active--;
}

static void
state_changed_cb (McpProvider *provider, GParamSpec *pspec, McpProviderPool *self)
{
  McpPoolEntry *entry = g_hash_table_lookup (self->by_provider, provider);
  McpProviderState before;

  if (entry == NULL)
    return;

  before = entry->state;
  entry->state = mcp_provider_get_state (provider);
  if (entry->state == MCP_PROVIDER_READY || entry->state == MCP_PROVIDER_STOPPED)
    entry->record->lifecycle = mcp_provider_get_lifecycle (provider);
  update_active (self, entry);
  if (entry->state == MCP_PROVIDER_READY)
    entry->record->revision = mcp_provider_get_revision (provider);
  g_signal_emit (self, signals[SIGNAL_STATUS_CHANGED], 0);
  if (entry->state != MCP_PROVIDER_READY || before == MCP_PROVIDER_READY)
    return;

  if (entry->has_run)
    entry->record->n_restarts++;
  entry->has_run = TRUE;
  if (!entry->retired)
    {
      g_autoptr (McpServerConfig) config = mcp_server_config_ref (entry->config);

      g_signal_emit (self, signals[SIGNAL_READY], 0, config, provider);
    }
}

static void
notification_cb (McpProvider *provider, McpJsonrpcMessage *message, McpProviderPool *self)
{
  McpPoolEntry *entry = g_hash_table_lookup (self->by_provider, provider);
  g_autoptr (McpServerConfig) config = NULL;

  if (entry == NULL || entry->retired)
    return;

  config = mcp_server_config_ref (entry->config);
  g_signal_emit (self, signals[SIGNAL_NOTIFICATION], 0, config, provider, message);
}

static void
said_cb (McpProvider *provider, const char *text, McpProviderPool *self)
{
  McpPoolEntry *entry = g_hash_table_lookup (self->by_provider, provider);
  g_autoptr (McpServerConfig) config = NULL;

  if (entry == NULL)
    return;

  mcp_server_log_add (entry->record->log, text, self->limits.server_log_bytes);
  if (entry->state != MCP_PROVIDER_STARTING)
    return;

  config = mcp_server_config_ref (entry->config);
  g_signal_emit (self, signals[SIGNAL_START_SAID], 0, config, provider, text);
}

static void
finish_close_tasks (McpProviderPool *self)
{
  g_autoptr (GPtrArray) tasks = NULL;

  if (g_hash_table_size (self->entries) > 0)
    return;

  tasks = g_steal_pointer (&self->close_tasks);
  self->close_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
}

static void
forget_entry (McpProviderPool *self, McpPoolEntry *entry)
{
  g_signal_handlers_disconnect_by_data (entry->provider, self);
  g_hash_table_remove (self->by_provider, entry->provider);
  entry->changed = NULL;
  entry->state = MCP_PROVIDER_STOPPED;
  entry->n_leases = 0;
  update_active (self, entry);
  g_hash_table_remove (self->entries, entry);
  g_signal_emit (self, signals[SIGNAL_STATUS_CHANGED], 0);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Closing *closing = user_data;
  g_autoptr (McpProviderPool) self = closing->pool;
  McpPoolEntry *entry = closing->entry;
  g_autoptr (GError) error = NULL;

  if (!mcp_provider_close_finish (MCP_PROVIDER (source), result, &error))
    mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .provider = entry->config->name },
             "Server “%s”: %s", entry->config->name, error->message);

  self->n_closing--;
  forget_entry (self, entry);
  mcp_pool_entry_unref (entry);
  g_free (closing);
  finish_close_tasks (self);
}

static void
retire_entry (McpProviderPool *self, McpPoolEntry *entry)
{
  if (entry->retired)
    return;

  entry->retired = TRUE;
  g_hash_table_remove (self->by_key, entry->key);
}

/* Ends the provider now, whatever runs in it. */
static void
close_entry (McpProviderPool *self, McpPoolEntry *entry)
{
  Closing *closing;

  if (entry->is_closed)
    return;

  retire_entry (self, entry);
  entry->is_closed = TRUE;
  self->n_closing++;
  update_active (self, entry);
  mcp_pool_sessions_leave_all (self->by_session, entry);

  closing = g_new0 (Closing, 1);
  closing->pool = g_object_ref (self);
  closing->entry = mcp_pool_entry_ref (entry);
  mcp_provider_close_async (entry->provider, NULL, closed_cb, closing);
}

static void
close_entry_when_unused (McpProviderPool *self, McpPoolEntry *entry)
{
  retire_entry (self, entry);
  if (entry->n_leases == 0)
    close_entry (self, entry);
}

static const char *
scope_key (McpServerConfig *config, McpSession *session)
{
  switch (config->scope)
    {
    case MCP_SERVER_SCOPE_SESSION:
      return mcp_session_get_id (session);
    case MCP_SERVER_SCOPE_CWD:
      return mcp_session_get_cwd (session);
    case MCP_SERVER_SCOPE_SHARED:
      break;
    }
  return "";
}

/* Without printf(): each call asks for its server. A unit separator cannot be part of a fingerprint
 * or a scope, and the name comes last. */
static char *
build_key (McpServerConfig *config, McpSession *session)
{
  GString *key = g_string_sized_new (256);

  g_string_append (key, config->fingerprint);
  g_string_append_c (key, SEPARATOR);
  mcp_decimal_append_uint (key, config->scope);
  g_string_append_c (key, SEPARATOR);
  g_string_append (key, config->name);
  g_string_append_c (key, SEPARATOR);
  g_string_append (key, scope_key (config, session));
  return g_string_free (key, FALSE);
}

/* The last request may have failed, or been the first one that did not. */
static void
note_record (McpProviderPool *self, McpPoolEntry *entry)
{
  if (entry->seen_notes == entry->record->n_notes)
    return;

  entry->seen_notes = entry->record->n_notes;
  g_signal_emit (self, signals[SIGNAL_STATUS_CHANGED], 0);
}

/* A lease of the entry was given or came back. */
static void
entry_changed_cb (McpPoolEntry *entry, gpointer user_data)
{
  McpProviderPool *self = user_data;

  update_active (self, entry);
  note_record (self, entry);
  if (entry->retired && entry->n_leases == 0)
    close_entry (self, entry);
}

static McpPoolEntry *
create_entry (McpProviderPool *self, McpServerConfig *config, McpSession *session, char *key)
{
  McpPoolEntry *entry =
      mcp_pool_entry_new (config, mcp_server_records_ensure (self->records, config->name), key);
  const char *cwd =
      config->scope == MCP_SERVER_SCOPE_SHARED ? g_get_home_dir () : mcp_session_get_cwd (session);

  entry->provider =
      self->factory (config, cwd, &self->limits, self->timeout_ms, self->factory_data);
  entry->state = mcp_provider_get_state (entry->provider);
  entry->changed = entry_changed_cb;
  entry->changed_data = self;

  g_hash_table_add (self->entries, entry);
  g_hash_table_insert (self->by_key, entry->key, entry);
  g_hash_table_insert (self->by_provider, entry->provider, entry);
  g_signal_connect (entry->provider, "notify::state", G_CALLBACK (state_changed_cb), self);
  g_signal_connect (entry->provider, "said", G_CALLBACK (said_cb), self);
  g_signal_connect (entry->provider, "notification", G_CALLBACK (notification_cb), self);
  return entry;
}

static gboolean
is_idle (const McpPoolEntry *entry)
{
  return entry->active && entry->n_leases == 0 && entry->state == MCP_PROVIDER_READY;
}

/* The process that nobody has used for the longest time; %NULL: all are at work. */
static McpPoolEntry *
find_idle (McpProviderPool *self)
{
  McpPoolEntry *found = NULL;
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    {
      McpPoolEntry *entry = item;

      if (is_idle (entry) && (found == NULL || entry->used_at < found->used_at))
        found = entry;
    }
  return found;
}

/* Idle processes make room for one that is wanted now; one that ends counts no more, but not too
 * many may be ending. */
static gboolean
has_room (McpProviderPool *self)
{
  McpPoolEntry *idle;

  if (self->n_active < self->limits.upstream_processes)
    return TRUE;
  if (self->n_closing > self->limits.upstream_processes / 4)
    return FALSE;
  idle = find_idle (self);
  if (idle == NULL)
    return FALSE;

  close_entry (self, idle);
  return self->n_active < self->limits.upstream_processes;
}

/**
 * mcp_provider_pool_acquire:
 * @self: the pool
 * @config: one of the configured servers
 * @session: on whose behalf
 * @error: return location
 *
 * Gets the provider of a server for a session. The provider starts at its first request.
 *
 * Where there are as many processes as there may be, the one that was idle for the longest time is
 * ended.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED when all processes are at work,
 * %MCP_ERROR_CLOSED when the session or the pool has ended.
 *
 * Returns: (transfer full): a lease of the provider
 */
McpProviderLease *
mcp_provider_pool_acquire (McpProviderPool *self,
                           McpServerConfig *config,
                           McpSession *session,
                           GError **error)
{
  g_autofree char *key = NULL;
  McpPoolEntry *entry;

  g_return_val_if_fail (MCP_IS_PROVIDER_POOL (self), NULL);
  g_return_val_if_fail (MCP_IS_SESSION (session), NULL);

  if (self->is_closed || mcp_session_is_closed (session))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_CLOSED, "The session is closed");
      return NULL;
    }

  key = build_key (config, session);
  entry = g_hash_table_lookup (self->by_key, key);
  if ((entry == NULL || !entry->active) && !has_room (self))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "Server “%s” cannot be started: %u server processes are running already "
                   "(limit UpstreamProcesses)",
                   config->name, self->n_active);
      return NULL;
    }

  if (entry == NULL)
    entry = create_entry (self, config, session, g_steal_pointer (&key));
  if (config->scope != MCP_SERVER_SCOPE_SHARED)
    mcp_pool_sessions_join (self->by_session, entry, mcp_session_get_id (session));
  if (entry->state == MCP_PROVIDER_STOPPED)
    mcp_provider_set_lifecycle (entry->provider, entry->record->lifecycle);
  return mcp_provider_lease_new (entry);
}

/**
 * mcp_provider_pool_acquire_running:
 * @self: the pool
 * @provider: a provider that a signal of the pool named
 *
 * Gets a provider that runs already.
 *
 * Returns: (transfer full) (nullable): a lease; %NULL when the provider has ended or will end soon
 */
McpProviderLease *
mcp_provider_pool_acquire_running (McpProviderPool *self, McpProvider *provider)
{
  McpPoolEntry *entry = g_hash_table_lookup (self->by_provider, provider);

  if (entry == NULL || entry->retired || entry->state != MCP_PROVIDER_READY)
    return NULL;

  return mcp_provider_lease_new (entry);
}

static gboolean
is_used_by (McpPoolEntry *entry, const char *session_id)
{
  return !entry->is_closed && (entry->config->scope == MCP_SERVER_SCOPE_SHARED ||
                               g_hash_table_contains (entry->sessions, session_id));
}

/**
 * mcp_provider_pool_is_used_by:
 * @self: the pool
 * @provider: a provider
 * @session_id: of a session
 *
 * Returns: whether the provider belongs to the pool and the session uses it
 */
gboolean
mcp_provider_pool_is_used_by (McpProviderPool *self, McpProvider *provider, const char *session_id)
{
  McpPoolEntry *entry = g_hash_table_lookup (self->by_provider, provider);

  return entry != NULL && is_used_by (entry, session_id);
}

/**
 * mcp_provider_pool_is_starting:
 * @self: the pool
 * @server_name: name of a server
 * @session_id: of a session
 *
 * Returns: whether a process of the server starts that the session uses
 */
gboolean
mcp_provider_pool_is_starting (McpProviderPool *self,
                               const char *server_name,
                               const char *session_id)
{
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    {
      McpPoolEntry *entry = item;

      if (entry->state == MCP_PROVIDER_STARTING && is_used_by (entry, session_id) &&
          g_str_equal (entry->config->name, server_name))
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_provider_pool_dup_running:
 * @self: the pool
 * @session_id: of a session
 *
 * Returns: (transfer full) (element-type McpProvider): the session's providers that are ready now
 */
GPtrArray *
mcp_provider_pool_dup_running (McpProviderPool *self, const char *session_id)
{
  GPtrArray *running = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    {
      McpPoolEntry *entry = item;

      if (entry->state == MCP_PROVIDER_READY && is_used_by (entry, session_id))
        g_ptr_array_add (running, g_object_ref (entry->provider));
    }
  return running;
}

/**
 * mcp_provider_pool_dup_providers:
 * @self: the pool
 *
 * Returns: (transfer full) (element-type McpProvider): all providers, also those that are being
 *   closed
 */
GPtrArray *
mcp_provider_pool_dup_providers (McpProviderPool *self)
{
  GPtrArray *providers = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &entry, NULL))
    g_ptr_array_add (providers, g_object_ref (((McpPoolEntry *) entry)->provider));
  return providers;
}

/**
 * mcp_provider_pool_drop_session:
 * @self: the pool
 * @session_id: of a session that has ended
 *
 * Closes the providers that only this session could use. Requests in flight fail.
 */
void
mcp_provider_pool_drop_session (McpProviderPool *self, const char *session_id)
{
  g_autoptr (GPtrArray) unused = mcp_pool_sessions_drop (self->by_session, session_id);

  for (guint i = 0; i < unused->len; i++)
    close_entry (self, g_ptr_array_index (unused, i));
}

static GPtrArray *
dup_entries (McpProviderPool *self)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_pool_entry_unref);
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &entry, NULL))
    g_ptr_array_add (entries, mcp_pool_entry_ref (entry));
  return entries;
}

/**
 * mcp_provider_pool_set_servers:
 * @self: the pool
 * @configs: (element-type McpServerConfig): all configured servers
 *
 * Closes the providers of servers that were removed, disabled or changed. Their calls in
 * flight are finished first.
 */
void
mcp_provider_pool_set_servers (McpProviderPool *self, GPtrArray *configs)
{
  g_autoptr (GPtrArray) entries = dup_entries (self);

  mcp_server_records_keep (self->records, configs);
  for (guint i = 0; i < entries->len; i++)
    {
      McpPoolEntry *entry = g_ptr_array_index (entries, i);

      if (!entry->retired && !mcp_pool_entry_is_configured (entry, configs))
        close_entry_when_unused (self, entry);
    }
}

/**
 * mcp_provider_pool_restart:
 * @self: the pool
 * @server_name: name of a server
 *
 * Ends all processes of a server now, whatever runs in them, and forgets its failures; the next
 * request starts it again, without waiting.
 */
void
mcp_provider_pool_restart (McpProviderPool *self, const char *server_name)
{
  g_autoptr (GPtrArray) entries = dup_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      McpPoolEntry *entry = g_ptr_array_index (entries, i);

      if (g_str_equal (entry->config->name, server_name))
        close_entry (self, entry);
    }
  mcp_server_record_note (mcp_server_records_ensure (self->records, server_name), NULL);
  g_signal_emit (self, signals[SIGNAL_STATUS_CHANGED], 0);
}

/**
 * mcp_provider_pool_get_status:
 * @self: the pool
 * @server_name: name of a server
 * @status: (out caller-allocates): its status; valid until the pool is used again
 *
 * Describes the processes of a server.
 */
void
mcp_provider_pool_get_status (McpProviderPool *self,
                              const char *server_name,
                              McpServerStatus *status)
{
  const McpServerRecord *record = g_hash_table_lookup (self->records, server_name);
  GHashTableIter iter;
  gpointer item;

  *status = (McpServerStatus){ 0 };
  if (record != NULL)
    {
      status->n_restarts = record->n_restarts;
      status->revision = record->revision;
      status->last_error = record->last_error;
      status->last_line = mcp_server_log_get_last (record->log);
    }

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    {
      const McpPoolEntry *entry = item;

      if (!g_str_equal (entry->config->name, server_name))
        continue;
      status->n_processes += entry->state != MCP_PROVIDER_STOPPED;
      status->n_starting += entry->state == MCP_PROVIDER_STARTING;
      if (status->peer == NULL)
        status->peer = mcp_provider_get_peer (entry->provider);
    }
}

/**
 * mcp_provider_pool_get_log:
 * @self: the pool
 * @server_name: name of a server
 *
 * Returns: (transfer none) (nullable): what the server said to people; %NULL: it has not been used
 */
McpServerLog *
mcp_provider_pool_get_log (McpProviderPool *self, const char *server_name)
{
  const McpServerRecord *record = g_hash_table_lookup (self->records, server_name);

  return record != NULL ? record->log : NULL;
}

/**
 * mcp_provider_pool_get_answers:
 * @self: the pool
 *
 * Returns: (transfer none): what large answers of its servers are charged to
 */
McpAnswerAccount *
mcp_provider_pool_get_answers (McpProviderPool *self)
{
  g_return_val_if_fail (MCP_IS_PROVIDER_POOL (self), NULL);
  return self->answers;
}

/**
 * mcp_provider_pool_set_limits:
 * @self: the pool
 * @limits: copied
 *
 * Takes new limits, for processes that are started from now on.
 */
void
mcp_provider_pool_set_limits (McpProviderPool *self, const McpLimits *limits)
{
  GHashTableIter iter;
  gpointer entry;

  self->limits = *limits;
  mcp_answer_account_set_limits (self->answers, limits);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &entry, NULL))
    mcp_provider_set_limits (((McpPoolEntry *) entry)->provider, limits);
}

/**
 * mcp_provider_pool_set_timeout:
 * @self: the pool
 * @timeout_ms: how long a request without a time-out of its own may go without answer or progress
 *
 * Takes a new default, for processes that are started from now on.
 */
void
mcp_provider_pool_set_timeout (McpProviderPool *self, guint timeout_ms)
{
  self->timeout_ms = timeout_ms;
}

/**
 * mcp_provider_pool_set_oauth:
 * @self: the pool
 * @oauth: the logins to its servers
 */
void
mcp_provider_pool_set_oauth (McpProviderPool *self, McpOauth *oauth)
{
  g_set_object (&self->oauth, oauth);
}

/**
 * mcp_provider_pool_find_login:
 * @self: the pool
 * @server_name: name of a server
 *
 * Returns: (transfer none) (nullable): the login to the server; %NULL: it has none to do with
 */
McpOauthServer *
mcp_provider_pool_find_login (McpProviderPool *self, const char *server_name)
{
  return self->oauth != NULL ? mcp_oauth_lookup (self->oauth, server_name) : NULL;
}

/**
 * mcp_provider_pool_close_async:
 * @self: the pool
 * @callback: (scope async): when every provider has ended
 * @user_data: for @callback
 *
 * Closes all providers and gives no more leases. Requests in flight fail.
 */
void
mcp_provider_pool_close_async (McpProviderPool *self,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GPtrArray) entries = dup_entries (self);
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, mcp_provider_pool_close_async);
  self->is_closed = TRUE;
  g_ptr_array_add (self->close_tasks, task);
  for (guint i = 0; i < entries->len; i++)
    close_entry (self, g_ptr_array_index (entries, i));
  finish_close_tasks (self);
}

/**
 * mcp_provider_pool_close_finish:
 * @self: the pool
 * @result: what the callback got
 * @error: return location
 *
 * Returns: %TRUE
 */
gboolean
mcp_provider_pool_close_finish (McpProviderPool *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
mcp_provider_pool_dispose (GObject *object)
{
  McpProviderPool *self = MCP_PROVIDER_POOL (object);
  g_autoptr (GPtrArray) entries = dup_entries (self);

  /* A provider that is being closed holds a reference on the pool: here, none is. A lease may
   * outlive the pool; its provider is closed. */
  for (guint i = 0; i < entries->len; i++)
    {
      McpPoolEntry *entry = g_ptr_array_index (entries, i);

      mcp_pool_sessions_leave_all (self->by_session, entry);
      entry->retired = entry->is_closed = TRUE;
      forget_entry (self, entry);
      mcp_provider_close_async (entry->provider, NULL, NULL, NULL);
    }
  g_hash_table_remove_all (self->by_key);

  G_OBJECT_CLASS (mcp_provider_pool_parent_class)->dispose (object);
}

static void
mcp_provider_pool_finalize (GObject *object)
{
  McpProviderPool *self = MCP_PROVIDER_POOL (object);

  if (self->factory_destroy != NULL)
    self->factory_destroy (self->factory_data);
  g_clear_object (&self->oauth);
  g_hash_table_unref (self->by_key);
  g_hash_table_unref (self->by_provider);
  g_hash_table_unref (self->by_session);
  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->records);
  g_ptr_array_unref (self->close_tasks);

  mcp_answer_account_unref (self->answers);

  G_OBJECT_CLASS (mcp_provider_pool_parent_class)->finalize (object);
}

static void
mcp_provider_pool_class_init (McpProviderPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_provider_pool_dispose;
  object_class->finalize = mcp_provider_pool_finalize;

  signals[SIGNAL_READY] =
      g_signal_new ("ready", MCP_TYPE_PROVIDER_POOL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, MCP_TYPE_SERVER_CONFIG, MCP_TYPE_PROVIDER);
  signals[SIGNAL_STATUS_CHANGED] =
      g_signal_new ("status-changed", MCP_TYPE_PROVIDER_POOL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_START_SAID] = g_signal_new (
      "start-said", MCP_TYPE_PROVIDER_POOL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
      MCP_TYPE_SERVER_CONFIG, MCP_TYPE_PROVIDER, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[SIGNAL_NOTIFICATION] = g_signal_new (
      "notification", MCP_TYPE_PROVIDER_POOL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
      3, MCP_TYPE_SERVER_CONFIG, MCP_TYPE_PROVIDER, MCP_TYPE_JSONRPC_MESSAGE);
}

static void
mcp_provider_pool_init (McpProviderPool *self)
{
  mcp_limits_init_defaults (&self->limits);
  self->answers = mcp_answer_account_new (&self->limits);
  self->entries = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) mcp_pool_entry_unref, NULL);
  self->by_key = g_hash_table_new (mcp_keyed_hash_str, g_str_equal);
  self->by_provider = g_hash_table_new (NULL, NULL);
  self->by_session = mcp_pool_sessions_new ();
  self->records = mcp_server_records_new ();
  self->close_tasks = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * mcp_provider_pool_new:
 * @factory: makes providers
 * @factory_data: for @factory
 * @factory_destroy: (nullable): frees @factory_data
 * @limits: copied
 *
 * Returns: (transfer full): a pool without providers
 */
McpProviderPool *
mcp_provider_pool_new (McpProviderFactory factory,
                       gpointer factory_data,
                       GDestroyNotify factory_destroy,
                       const McpLimits *limits)
{
  McpProviderPool *self = g_object_new (MCP_TYPE_PROVIDER_POOL, NULL);

  self->factory = factory;
  self->factory_data = factory_data;
  self->factory_destroy = factory_destroy;
  self->limits = *limits;
  mcp_answer_account_set_limits (self->answers, limits);
  return self;
}
