/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-catalogue-server.h"

#include "common/mcp-error.h"
#include "common/mcp-log.h"

/* All pages together. Long, for a package runner may download the server first. */
#define LISTING_SECONDS 300

/* How soon a server that could not be listed is tried again: doubled at each failure. */
#define RETRY_FIRST_SECONDS 5
#define RETRY_LAST_SECONDS  300

/* Of a kind of items in the cache, where the limits are those of when they were listed. */
#define MAX_CACHED_BYTES (256 * 1024 * 1024)

/* Several list_changed in a row are one; short enough for a client that waits for it. */
#define REFRESH_DELAY_MS 50

struct _McpCatalogueServer
{
  GObject parent_instance;

  McpProviderPool *pool;   /* (owned) */
  McpServerConfig *config; /* (owned) */
  McpListingCache *cache;  /* (owned) (nullable): while it may know more than we do */
  gboolean is_loading;     /* from the cache */
  GMainContext *context;   /* (owned) */
  gsize max_bytes;
  guint timeout_ms; /* of one page */

  McpListing *known;         /* (owned) (nullable): as last listed */
  McpProviderLease *lease;   /* (owned) (nullable): set while listing */
  GCancellable *cancellable; /* (owned) (nullable): of the listing */
  GSource *deadline;         /* (owned) (nullable): of the listing */
  gboolean timed_out;
  McpProvider *stale_with; /* (owned) (nullable): runs, and may list something else now */
  McpItemKinds stale;      /* what of it */
  GSource *refresh;        /* (owned) (nullable) */
  guint n_failures;        /* in a row */
  gint64 retry_at_us;      /* monotonic */
  gboolean is_closed;
};

enum
{
  SIGNAL_LISTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpCatalogueServer, mcp_catalogue_server, G_TYPE_OBJECT)

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
attach_timer (McpCatalogueServer *self, GSource **source, guint delay_ms, GSourceFunc callback)
{
  *source = g_timeout_source_new (delay_ms);
  g_source_set_callback (*source, callback, self, NULL);
  g_source_attach (*source, self->context);
}

static void
note_failure (McpCatalogueServer *self, const GError *error)
{
  gint64 pause_s = RETRY_FIRST_SECONDS;

  for (guint i = 0; i < self->n_failures && pause_s < RETRY_LAST_SECONDS; i++)
    pause_s *= 2;
  pause_s = MIN (pause_s, RETRY_LAST_SECONDS);

  self->n_failures++;
  self->retry_at_us = g_get_monotonic_time () + pause_s * G_USEC_PER_SEC;
  mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .provider = self->config->name },
           "server “%s”: cannot be listed: %s", self->config->name, error->message);
}

/* Which kinds of items are others than before. */
static McpItemKinds
merge_listing (McpCatalogueServer *self, McpListing *listing)
{
  McpItemKinds changed = 0;

  self->n_failures = 0;
  self->retry_at_us = 0;
  if (self->known == NULL)
    {
      self->known = g_steal_pointer (&listing);
      return MCP_ITEM_KINDS_ALL;
    }

  for (guint i = 0; i < MCP_N_ITEM_KINDS; i++)
    if (listing->lists[i] != NULL &&
        !mcp_item_list_equal (listing->lists[i], self->known->lists[i]))
      {
        g_clear_pointer (&self->known->lists[i], mcp_item_list_unref);
        self->known->lists[i] = g_steal_pointer (&listing->lists[i]);
        changed |= 1u << i;
      }
  mcp_listing_free (listing);
  return changed;
}

static McpItemKinds
take_listing (McpCatalogueServer *self, McpListing *listing)
{
  McpItemKinds changed = merge_listing (self, listing);

  if (changed != 0 && self->cache != NULL)
    mcp_listing_cache_store (self->cache, self->config->fingerprint, self->known);
  return changed;
}

static gboolean refresh_cb (gpointer user_data);

static gboolean
deadline_cb (gpointer user_data)
{
  McpCatalogueServer *self = user_data;

  clear_source (&self->deadline);
  self->timed_out = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpCatalogueServer) self = user_data;
  g_autoptr (McpProviderLease) lease = g_steal_pointer (&self->lease);
  g_autoptr (GError) error = NULL;
  McpListing *listing = mcp_item_lister_run_finish (result, &error);
  McpItemKinds changed = 0;

  clear_source (&self->deadline);
  g_clear_object (&self->cancellable);

  if (listing == NULL && self->timed_out)
    {
      g_clear_error (&error);
      g_set_error (&error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "The server did not list what it has within %d s", LISTING_SECONDS);
    }

  if (self->is_closed)
    {
      g_clear_pointer (&listing, mcp_listing_free);
      return;
    }

  if (listing != NULL)
    changed = take_listing (self, listing);
  else if (!mcp_provider_lease_is_closed (lease))
    note_failure (self, error);
  mcp_provider_lease_report (lease, error);
  g_clear_pointer (&lease, mcp_provider_lease_free);

  if (self->stale_with != NULL && self->refresh == NULL)
    attach_timer (self, &self->refresh, REFRESH_DELAY_MS, refresh_cb);
  g_signal_emit (self, signals[SIGNAL_LISTED], 0, changed);
}

static void
start_listing (McpCatalogueServer *self, McpProviderLease *lease, McpItemKinds kinds)
{
  self->lease = lease;
  self->cancellable = g_cancellable_new ();
  self->timed_out = FALSE;
  attach_timer (self, &self->deadline, LISTING_SECONDS * 1000, deadline_cb);
  mcp_item_lister_run_async (mcp_provider_lease_get_provider (lease), kinds, self->max_bytes,
                             self->timeout_ms, self->cancellable, listed_cb, g_object_ref (self));
}

/* What was known when the server last ran counts, until it runs again. */
static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpCatalogueServer) self = user_data;
  g_autoptr (GError) error = NULL;
  McpListing *listing = mcp_listing_cache_load_finish (result, &error);
  McpItemKinds changed = 0;

  self->is_loading = FALSE;
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .provider = self->config->name },
             "server “%s”: what it listed cannot be read: %s", self->config->name, error->message);
  if (listing != NULL && self->known == NULL && !self->is_closed)
    changed = merge_listing (self, listing);
  else
    g_clear_pointer (&listing, mcp_listing_free);
  if (!self->is_closed)
    g_signal_emit (self, signals[SIGNAL_LISTED], 0, changed);
}

/**
 * mcp_catalogue_server_list:
 * @self: the server
 * @session: on whose behalf it would be started
 *
 * Starts a listing, if it is not known yet what the server has, none is under way,
 * and no failure is too recent.
 */
void
mcp_catalogue_server_list (McpCatalogueServer *self, McpSession *session)
{
  g_autoptr (GError) error = NULL;
  McpProviderLease *lease;

  if (self->is_closed || self->is_loading || self->known != NULL || self->lease != NULL ||
      g_get_monotonic_time () < self->retry_at_us)
    return;

  lease = mcp_provider_pool_acquire (self->pool, self->config, session, &error);
  if (lease != NULL)
    start_listing (self, lease, MCP_ITEM_KINDS_ALL);
  else if (!g_error_matches (error, MCP_ERROR, MCP_ERROR_CLOSED))
    note_failure (self, error);
}

static gboolean
refresh_cb (gpointer user_data)
{
  McpCatalogueServer *self = user_data;
  g_autoptr (McpProvider) provider = NULL;
  McpItemKinds kinds = self->stale;
  McpProviderLease *lease;

  clear_source (&self->refresh);
  if (self->lease != NULL || self->stale_with == NULL)
    return G_SOURCE_REMOVE;

  provider = g_steal_pointer (&self->stale_with);
  self->stale = 0;
  lease = mcp_provider_pool_acquire_running (self->pool, provider);
  if (lease != NULL)
    start_listing (self, lease, kinds);
  else
    g_signal_emit (self, signals[SIGNAL_LISTED], 0, 0u);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_catalogue_server_refresh:
 * @self: the server
 * @provider: a provider of it that runs
 * @kinds: what may be others now
 *
 * Lists the server again by a provider that runs anyway: now that it has just
 * started, or because it said that its lists changed. What was known stays until then.
 */
void
mcp_catalogue_server_refresh (McpCatalogueServer *self, McpProvider *provider, McpItemKinds kinds)
{
  if (self->is_closed)
    return;

  g_set_object (&self->stale_with, provider);
  self->stale |= self->known != NULL ? kinds : MCP_ITEM_KINDS_ALL;
  if (self->lease == NULL && self->refresh == NULL)
    attach_timer (self, &self->refresh, REFRESH_DELAY_MS, refresh_cb);
}

/**
 * mcp_catalogue_server_is_listing:
 * @self: the server
 *
 * Returns: whether a listing is under way or about to begin
 */
gboolean
mcp_catalogue_server_is_listing (McpCatalogueServer *self)
{
  return self->is_loading || self->lease != NULL || self->refresh != NULL;
}

/**
 * mcp_catalogue_server_get_listing:
 * @self: the server
 *
 * Returns: (transfer none) (nullable): what it lists; %NULL: not known yet
 */
const McpListing *
mcp_catalogue_server_get_listing (McpCatalogueServer *self)
{
  return self->known;
}

/**
 * mcp_catalogue_server_set_bounds:
 * @self: the server
 * @max_bytes: of all its items of a kind together
 * @timeout_ms: of one page
 *
 * Takes new bounds, for the next listing.
 */
void
mcp_catalogue_server_set_bounds (McpCatalogueServer *self, gsize max_bytes, guint timeout_ms)
{
  self->max_bytes = max_bytes;
  self->timeout_ms = timeout_ms;
}

/**
 * mcp_catalogue_server_forget:
 * @self: the server, which is configured no more
 *
 * What it listed is kept no longer.
 */
void
mcp_catalogue_server_forget (McpCatalogueServer *self)
{
  if (self->cache != NULL)
    mcp_listing_cache_remove (self->cache, self->config->fingerprint);
}

/**
 * mcp_catalogue_server_close:
 * @self: the server
 *
 * Ends a listing that is under way; no signal follows.
 */
void
mcp_catalogue_server_close (McpCatalogueServer *self)
{
  self->is_closed = TRUE;
  clear_source (&self->refresh);
  clear_source (&self->deadline);
  g_clear_object (&self->stale_with);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

static void
mcp_catalogue_server_finalize (GObject *object)
{
  McpCatalogueServer *self = MCP_CATALOGUE_SERVER (object);

  /* a listing holds a reference: none is under way */
  clear_source (&self->refresh);
  clear_source (&self->deadline);
  g_clear_object (&self->stale_with);
  g_clear_pointer (&self->known, mcp_listing_free);
  g_clear_pointer (&self->cache, mcp_listing_cache_unref);
  g_main_context_unref (self->context);
  mcp_server_config_unref (self->config);
  g_object_unref (self->pool);

  G_OBJECT_CLASS (mcp_catalogue_server_parent_class)->finalize (object);
}

static void
mcp_catalogue_server_class_init (McpCatalogueServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_catalogue_server_finalize;

  signals[SIGNAL_LISTED] = g_signal_new ("listed", MCP_TYPE_CATALOGUE_SERVER, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
mcp_catalogue_server_init (McpCatalogueServer *self)
{
  self->context = g_main_context_ref_thread_default ();
}

/**
 * mcp_catalogue_server_new:
 * @pool: where its providers are
 * @config: the server
 * @cache: (nullable): what is known from earlier
 *
 * Returns: (transfer full): a server of which is known at most what the cache holds, soon
 */
McpCatalogueServer *
mcp_catalogue_server_new (McpProviderPool *pool, McpServerConfig *config, McpListingCache *cache)
{
  McpCatalogueServer *self = g_object_new (MCP_TYPE_CATALOGUE_SERVER, NULL);

  self->pool = g_object_ref (pool);
  self->config = mcp_server_config_ref (config);
  if (cache != NULL)
    {
      self->cache = mcp_listing_cache_ref (cache);
      self->is_loading = TRUE;
      mcp_listing_cache_load_async (cache, config->fingerprint, MAX_CACHED_BYTES, loaded_cb,
                                    g_object_ref (self));
    }
  return self;
}
