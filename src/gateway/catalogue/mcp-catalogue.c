/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-catalogue-waiter.h"
#include "gateway/catalogue/mcp-exposed-names.h"
#include "mcp-catalogue-private.h"

#include <string.h>

/* How long a list waits for servers never seen before, which may have to be
 * downloaded, and for those that are being listed again. */
#define FIRST_MS   30000
#define REFRESH_MS 1000

enum
{
  SIGNAL_CHANGED,
  SIGNAL_TOOLS_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpCatalogue, mcp_catalogue, G_TYPE_OBJECT)

McpCatalogueServer *
mcp_catalogue_lookup_server (McpCatalogue *self, McpServerConfig *config)
{
  return g_hash_table_lookup (self->servers, config->fingerprint);
}

/* Asks every server that matters to the waiter and is not known; says whether
 * one of them is worth waiting for. */
static gboolean
must_wait (McpCatalogue *self, McpCatalogueWaiter *waiter)
{
  gboolean wait = FALSE;

  for (guint i = 0; i < self->configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (self->configs, i);
      McpCatalogueServer *server = mcp_catalogue_lookup_server (self, config);

      if (waiter->exposed != NULL && !mcp_exposed_names_may_own (config->prefix, waiter->exposed))
        continue;

      mcp_catalogue_server_list (server, waiter->session);
      if (mcp_catalogue_server_is_listing (server) &&
          (mcp_catalogue_server_get_listing (server) == NULL || !waiter->past_refresh))
        wait = TRUE;
    }
  return wait;
}

static gboolean
is_done (McpCatalogue *self, McpCatalogueWaiter *waiter)
{
  return waiter->is_over || mcp_session_is_closed (waiter->session) ||
         g_cancellable_is_cancelled (g_task_get_cancellable (waiter->task)) ||
         !must_wait (self, waiter);
}

static void
wake_cb (McpCatalogueWaiter *waiter, gpointer user_data)
{
  McpCatalogue *self = user_data;

  /* not there: wake_all() is about to return it */
  if (is_done (self, waiter) && g_ptr_array_remove (self->waiters, waiter))
    mcp_catalogue_waiter_return (waiter);
}

static void
wake_all (McpCatalogue *self)
{
  g_autoptr (McpCatalogue) guard = g_object_ref (self);
  g_autoptr (GPtrArray) done = g_ptr_array_new ();

  for (guint i = 0; i < self->waiters->len; i++)
    if (is_done (self, g_ptr_array_index (self->waiters, i)))
      g_ptr_array_add (done, g_ptr_array_index (self->waiters, i));

  for (guint i = 0; i < done->len; i++)
    g_ptr_array_remove (self->waiters, g_ptr_array_index (done, i));

  /* callbacks of the tasks run in here */
  for (guint i = 0; i < done->len; i++)
    mcp_catalogue_waiter_return (g_ptr_array_index (done, i));
}

McpItemView *
mcp_catalogue_build_view (McpCatalogue *self, McpItemKind kind, McpToolPrints *prints)
{
  g_autofree McpItemList **lists = g_new0 (McpItemList *, self->configs->len + 1);

  for (guint i = 0; i < self->configs->len; i++)
    {
      const McpListing *listing = mcp_catalogue_server_get_listing (
          mcp_catalogue_lookup_server (self, g_ptr_array_index (self->configs, i)));

      if (listing != NULL)
        lists[i] = listing->lists[kind];
    }
  return mcp_item_view_new (kind, self->configs, lists, prints);
}

void
mcp_catalogue_rebuild (McpCatalogue *self, McpItemKinds kinds)
{
  McpItemKinds changed = 0;

  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    {
      g_autoptr (McpItemView) before = NULL;

      if ((kinds & 1u << kind) == 0)
        continue;
      before = g_steal_pointer (&self->views[kind]);
      self->views[kind] = mcp_catalogue_build_view (self, kind, self->prints);
      if (!mcp_item_view_equal (before, self->views[kind]))
        changed |= 1u << kind;
    }
  if (changed != 0)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0, changed);
}

static void
listed_cb (McpCatalogueServer *server, guint changed, McpCatalogue *self)
{
  g_autoptr (GPtrArray) configs = g_ptr_array_ref (self->configs);

  for (guint i = 0; i < configs->len && (changed & 1u << MCP_ITEM_TOOL) != 0; i++)
    if (mcp_catalogue_lookup_server (self, g_ptr_array_index (configs, i)) == server)
      mcp_catalogue_check_tools (self, g_ptr_array_index (configs, i));
  if (changed != 0)
    mcp_catalogue_rebuild (self, changed);
  wake_all (self);
}

static void
refresh_server (McpCatalogue *self,
                McpServerConfig *config,
                McpProvider *provider,
                McpItemKinds kinds)
{
  McpCatalogueServer *server = mcp_catalogue_lookup_server (self, config);

  if (server != NULL)
    mcp_catalogue_server_refresh (server, provider, kinds);
}

static void
ready_cb (McpProviderPool *pool, McpServerConfig *config, McpProvider *provider, McpCatalogue *self)
{
  McpCatalogueServer *server = mcp_catalogue_lookup_server (self, config);

  /* a listing that is under way started it, or tells as much */
  if (server != NULL && !mcp_catalogue_server_is_listing (server))
    refresh_server (self, config, provider, MCP_ITEM_KINDS_ALL);
}

static void
notification_cb (McpProviderPool *pool,
                 McpServerConfig *config,
                 McpProvider *provider,
                 McpJsonrpcMessage *message,
                 McpCatalogue *self)
{
  const char *method = mcp_jsonrpc_message_get_method (message);

  McpItemKinds kinds = 0;

  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    if (strcmp (method, mcp_item_kind_get_facts (kind)->changed) == 0)
      kinds |= 1u << kind;
  if (kinds != 0)
    refresh_server (self, config, provider, kinds);
}

static void
set_server_bounds (McpCatalogue *self, McpServerConfig *config)
{
  guint timeout_ms = MIN (config->timeout_seconds, G_MAXUINT / 1000) * 1000;

  mcp_catalogue_server_set_bounds (mcp_catalogue_lookup_server (self, config),
                                   self->limits.upstream_message_bytes, timeout_ms);
}

static void
server_free (McpCatalogueServer *server)
{
  mcp_catalogue_server_close (server);
  g_object_unref (server);
}

static GHashTable *
new_server_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) server_free);
}

static gboolean
is_configured (GPtrArray *configs, const char *fingerprint)
{
  for (guint i = 0; i < configs->len; i++)
    if (strcmp (((McpServerConfig *) g_ptr_array_index (configs, i))->fingerprint, fingerprint) ==
        0)
      return TRUE;
  return FALSE;
}

/* Of servers that are gone for good nothing is kept; those that are disabled may come back. */
static void
forget_servers (McpCatalogue *self, GPtrArray *configs)
{
  GHashTableIter iter;
  gpointer fingerprint;
  gpointer server;

  g_hash_table_iter_init (&iter, self->servers);
  while (g_hash_table_iter_next (&iter, &fingerprint, &server))
    if (!is_configured (configs, fingerprint))
      mcp_catalogue_server_forget (server);
}

/* What is known of servers that are still there stays; the rest is forgotten. */
static void
replace_servers (McpCatalogue *self)
{
  GHashTable *servers = new_server_table ();

  for (guint i = 0; i < self->configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (self->configs, i);
      gpointer fingerprint = NULL;
      gpointer server = NULL;

      /* two entries that say the same share one */
      if (g_hash_table_contains (servers, config->fingerprint))
        continue;

      if (!g_hash_table_steal_extended (self->servers, config->fingerprint, &fingerprint, &server))
        {
          fingerprint = g_strdup (config->fingerprint);
          server = mcp_catalogue_server_new (self->pool, config, self->cache);
          g_signal_connect_object (server, "listed", G_CALLBACK (listed_cb), self, 0);
        }
      g_hash_table_insert (servers, fingerprint, server);
    }

  g_hash_table_unref (self->servers);
  self->servers = servers;
}

static void
take_servers (McpCatalogue *self, GPtrArray *configs)
{
  g_ptr_array_unref (self->configs);
  self->configs = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      if (!config->disabled)
        g_ptr_array_add (self->configs, mcp_server_config_ref (config));
    }

  replace_servers (self);
  for (guint i = 0; i < self->configs->len; i++)
    mcp_catalogue_check_tools (self, g_ptr_array_index (self->configs, i));
  for (guint i = 0; i < self->configs->len; i++)
    set_server_bounds (self, g_ptr_array_index (self->configs, i));
  mcp_catalogue_rebuild (self, MCP_ITEM_KINDS_ALL);
  wake_all (self);
}

/**
 * mcp_catalogue_set_servers:
 * @self: the catalogue
 * @configs: (element-type McpServerConfig): all configured servers, in order
 *
 * Takes a new configuration; what servers that are written the same have stays known.
 */
void
mcp_catalogue_set_servers (McpCatalogue *self, GPtrArray *configs)
{
  forget_servers (self, configs);
  mcp_tool_prints_retain (self->prints, configs);
  take_servers (self, configs);
}

/**
 * mcp_catalogue_set_cache:
 * @self: the catalogue, without servers yet
 * @directory: where to keep what servers list, for the next time
 */
void
mcp_catalogue_set_cache (McpCatalogue *self, const char *directory)
{
  g_clear_pointer (&self->cache, mcp_listing_cache_unref);
  self->cache = mcp_listing_cache_new (directory);
}

/**
 * mcp_catalogue_set_limits:
 * @self: the catalogue
 * @limits: copied
 *
 * Takes new limits, for the next listings.
 */
void
mcp_catalogue_set_limits (McpCatalogue *self, const McpLimits *limits)
{
  self->limits = *limits;
  for (guint i = 0; i < self->configs->len; i++)
    set_server_bounds (self, g_ptr_array_index (self->configs, i));
}

/**
 * mcp_catalogue_set_patience:
 * @self: the catalogue
 * @first_ms: how long a list waits for servers that are not known yet
 * @refresh_ms: how long for servers that are being listed again
 *
 * Changes how long mcp_catalogue_prepare_async() takes at most.
 */
void
mcp_catalogue_set_patience (McpCatalogue *self, guint first_ms, guint refresh_ms)
{
  self->first_ms = first_ms;
  self->refresh_ms = refresh_ms;
}

/**
 * mcp_catalogue_prepare_async:
 * @self: the catalogue
 * @session: on whose behalf servers are started
 * @exposed: (nullable): the one name that matters; %NULL: all
 * @cancellable: (nullable): ends the waiting
 * @callback: (scope async): when the catalogue is as good as it gets
 * @user_data: for @callback
 *
 * Makes the servers known that are not: asks them side by side, and waits for
 * them 30 s at most. Those that are broken, or failed lately, are passed over.
 */
void
mcp_catalogue_prepare_async (McpCatalogue *self,
                             McpSession *session,
                             const char *exposed,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  McpCatalogueWaiter *waiter = mcp_catalogue_waiter_new (task, session, exposed);

  g_task_set_source_tag (task, mcp_catalogue_prepare_async);
  g_task_set_check_cancellable (task, FALSE); /* the waiter tells better why it ended */
  if (is_done (self, waiter))
    {
      mcp_catalogue_waiter_return (waiter);
      return;
    }

  g_ptr_array_add (self->waiters, waiter);
  mcp_catalogue_waiter_arm (waiter, self->first_ms, self->refresh_ms, wake_cb, self);
}

/**
 * mcp_catalogue_prepare_finish:
 * @self: the catalogue
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_CANCELLED; %MCP_ERROR_CLOSED when the session ended.
 *
 * Returns: whether the catalogue may be read
 */
gboolean
mcp_catalogue_prepare_finish (McpCatalogue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mcp_catalogue_build_list:
 * @self: the catalogue
 * @kind: what to list
 * @session: for whom
 * @revision: of the client
 *
 * Returns: (transfer full): the result of the list's method, as far as is known now
 */
GBytes *
mcp_catalogue_build_list (McpCatalogue *self,
                          McpItemKind kind,
                          McpSession *session,
                          McpRevision revision)
{
  GString *out = g_string_new ("{");

  mcp_json_append_string (out, mcp_item_kind_get_facts (kind)->member);
  g_string_append (out, ":[");
  mcp_item_view_append (self->views[kind], out, session, revision);
  g_string_append (out, "]}");
  return g_string_free_to_bytes (out);
}

/**
 * mcp_catalogue_find:
 * @self: the catalogue
 * @kind: tool or prompt
 * @session: who asks
 * @exposed: its name as a client sent it
 * @found: (out): what it is; valid until the catalogue changes
 *
 * Finds an item, as far as is known now. What the session may not use does not exist.
 *
 * Returns: whether there is such an item
 */
gboolean
mcp_catalogue_find (McpCatalogue *self,
                    McpItemKind kind,
                    McpSession *session,
                    const char *exposed,
                    McpCatalogueItem *found)
{
  return (kind != MCP_ITEM_TOOL || mcp_session_allows_tool (session, exposed)) &&
         mcp_item_view_find (self->views[kind], exposed, &found->config, &found->name,
                             &found->json);
}

static McpServerConfig *
find_by_scheme (McpCatalogue *self, const char *uri)
{
  gboolean several = FALSE;
  McpServerConfig *one = mcp_item_view_find_scheme (self->views[MCP_ITEM_RESOURCE], uri, &several);
  McpServerConfig *other =
      mcp_item_view_find_scheme (self->views[MCP_ITEM_TEMPLATE], uri, &several);

  if (several || (one != NULL && other != NULL && one != other))
    return NULL;
  return one != NULL ? one : other;
}

/* The only server that can have a resource which nobody lists. */
static McpServerConfig *
find_sole_server (McpCatalogue *self)
{
  return self->configs->len == 1 ? g_ptr_array_index (self->configs, 0) : NULL;
}

/**
 * mcp_catalogue_find_resource:
 * @self: the catalogue
 * @uri: of a resource, or a template as it is listed
 *
 * Finds whose a resource is, as far as is known now: the first server of the configuration that
 * lists it, or a template that fits; else the one whose resources have that scheme, if it is one
 * only; else the only server there is.
 *
 * Returns: (transfer none) (nullable): the server; valid until the catalogue changes
 */
McpServerConfig *
mcp_catalogue_find_resource (McpCatalogue *self, const char *uri)
{
  McpServerConfig *config;
  const char *name;

  if (mcp_item_view_find (self->views[MCP_ITEM_RESOURCE], uri, &config, &name, NULL) ||
      mcp_item_view_find (self->views[MCP_ITEM_TEMPLATE], uri, &config, &name, NULL))
    return config;

  config = mcp_item_view_find_template (self->views[MCP_ITEM_TEMPLATE], uri);
  if (config == NULL)
    config = find_by_scheme (self, uri);
  return config != NULL ? config : find_sole_server (self);
}

/**
 * mcp_catalogue_get_configs:
 * @self: the catalogue
 *
 * Returns: (transfer none) (element-type McpServerConfig): the enabled servers, in order
 */
GPtrArray *
mcp_catalogue_get_configs (McpCatalogue *self)
{
  return self->configs;
}

/**
 * mcp_catalogue_count_tools:
 * @self: the catalogue
 * @server_name: name of a server
 *
 * Returns: how many of its tools are exposed
 */
guint
mcp_catalogue_count_tools (McpCatalogue *self, const char *server_name)
{
  return mcp_item_view_count (self->views[MCP_ITEM_TOOL], server_name);
}

/**
 * mcp_catalogue_close:
 * @self: the catalogue
 *
 * Forgets all servers and ends what is under way; whoever waits is told that it is over.
 */
void
mcp_catalogue_close (McpCatalogue *self)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  take_servers (self, none);
}

static void
mcp_catalogue_finalize (GObject *object)
{
  McpCatalogue *self = MCP_CATALOGUE (object);

  /* a waiter's task holds a reference: nobody waits */
  g_ptr_array_unref (self->waiters);
  g_clear_pointer (&self->cache, mcp_listing_cache_unref);
  g_hash_table_unref (self->servers);
  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    mcp_item_view_free (self->views[kind]);
  g_ptr_array_unref (self->configs);
  g_object_unref (self->prints);
  g_object_unref (self->pool);

  G_OBJECT_CLASS (mcp_catalogue_parent_class)->finalize (object);
}

static void
mcp_catalogue_class_init (McpCatalogueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_catalogue_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", MCP_TYPE_CATALOGUE, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_TOOLS_CHANGED] =
      g_signal_new ("tools-changed", MCP_TYPE_CATALOGUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, mcp_server_config_get_type (), G_TYPE_POINTER);
}

static void
mcp_catalogue_init (McpCatalogue *self)
{
  self->first_ms = FIRST_MS;
  self->refresh_ms = REFRESH_MS;
  self->configs = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  self->servers = new_server_table ();
  self->waiters = g_ptr_array_new ();
  self->prints = mcp_tool_prints_new ();
  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    self->views[kind] = mcp_catalogue_build_view (self, kind, self->prints);
}

/**
 * mcp_catalogue_new:
 * @pool: where the providers are
 * @limits: copied
 *
 * Returns: (transfer full): an empty catalogue
 */
McpCatalogue *
mcp_catalogue_new (McpProviderPool *pool, const McpLimits *limits)
{
  McpCatalogue *self = g_object_new (MCP_TYPE_CATALOGUE, NULL);

  self->pool = g_object_ref (pool);
  self->limits = *limits;
  g_signal_connect_object (pool, "ready", G_CALLBACK (ready_cb), self, 0);
  g_signal_connect_object (pool, "notification", G_CALLBACK (notification_cb), self, 0);
  return self;
}
