/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-catalogue-server.h"

#include "common/mcp-error.h"
#include "common/mcp-log.h"
#include "common/mcp-timer.h"
#include "gateway/catalogue/mcp-list-changes.h"
#include "gateway/catalogue/mcp-program-stamp.h"

#include <string.h>

/* A whole listing, with the start of the server: a package runner may download it first. */
#define LISTING_SECONDS 360

/* An app that runs and has registered answers at once; one that does not is not waited for. */
#define REGISTERED_MS 500

/* How soon a server that could not be listed is tried again: doubled at each failure. */
#define RETRY_FIRST_SECONDS 5
#define RETRY_LAST_SECONDS  300
/* Who waits now does not ask again; a person who unlocks the keyring takes longer. */
#define LOCKED_US           (G_USEC_PER_SEC / 2)
/* After so many failures nobody but a client tries again: a quarter of an hour. */
#define MAX_RETRIES         9

/* Of a kind of items in the cache, where the limits are those of when they were listed. */
#define MAX_CACHED_BYTES (256 * 1024 * 1024)
#define MAX_CACHED_ITEMS 1000000

/* What was listed longer ago is listed again. */
#define MAX_AGE_US (24 * 60 * 60 * (gint64) G_USEC_PER_SEC)

/*
 * The states of a server in the catalogue:
 *
 *     loading --read, or not there--> unknown | known
 *     unknown --a client asks--> listing --tools there--> known
 *        ^__________ failed: a pause, then again ___|
 *     known --list_changed, started, outdated--> known and listing --> known
 *
 * What is known stays known while the server is listed again, and when that fails.
 */
struct _McpCatalogueServer
{
  GObject parent_instance;

  McpProviderPool *pool;   /* (owned) */
  McpServerConfig *config; /* (owned) */
  McpListingCache *cache;  /* (owned) (nullable) */
  gboolean is_loading;     /* from the cache */
  gboolean is_wanted;      /* somebody asked meanwhile */
  GMainContext *context;   /* (owned) */
  gsize max_bytes;
  guint max_items;
  guint timeout_ms; /* of one page */

  McpListing *known;      /* (owned) (nullable): as last listed */
  gboolean is_outdated;   /* what is known is from another run of the daemon, or not wanted */
  gint64 listed_at;       /* monotonic, microseconds: when @known was last complete */
  GPtrArray *notes;       /* (owned): char (owned): what was wrong, as last logged */
  McpProgramStamp *stamp; /* (owned): of the program on disk */
  gboolean in_vain; /* somebody waited too long; nobody waits again until it is known, or ended
                     * with its session */

  McpProviderLease *lease;   /* (owned) (nullable): set while listing */
  GCancellable *cancellable; /* (owned) (nullable): of the listing */
  GSource *deadline;         /* (owned) (nullable): of the listing */
  GSource *impatience;       /* (owned) (nullable): of those who wait for an app */
  gboolean timed_out;
  McpItemKinds changed; /* by the listing so far */
  gboolean is_renewal;  /* the listing: nobody waits for it */
  GWeakRef session;     /* on whose behalf the server was last started */

  McpProvider *stale_with; /* (owned) (nullable): runs, and may list something else now */
  McpItemKinds stale;      /* what of it */
  GSource *refresh;        /* (owned) (nullable) */
  McpListChanges pace;
  GSource *retry;     /* (owned) (nullable) */
  guint n_failures;   /* in a row */
  gint64 retry_at_us; /* monotonic */
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
attach_timer (McpCatalogueServer *self, GSource **source, guint delay_ms, GSourceFunc callback)
{
  *source = g_timeout_source_new (delay_ms);
  g_source_set_callback (*source, callback, self, NULL);
  g_source_attach (*source, self->context);
}

static gboolean
retry_cb (gpointer user_data)
{
  McpCatalogueServer *self = user_data;
  g_autoptr (McpSession) session = g_weak_ref_get (&self->session);

  mcp_timer_clear (&self->retry);
  if (session != NULL && !mcp_session_is_closed (session))
    mcp_catalogue_server_list (self, session);
  return G_SOURCE_REMOVE;
}

/* @is_locked: whoever asks next may find the keyring open */
static void
note_failure (McpCatalogueServer *self, const GError *error, gboolean is_locked)
{
  gint64 pause_s = RETRY_FIRST_SECONDS;

  for (guint i = 0; i < self->n_failures && pause_s < RETRY_LAST_SECONDS; i++)
    pause_s *= 2;
  pause_s = MIN (pause_s, RETRY_LAST_SECONDS);

  self->n_failures++;
  self->retry_at_us = g_get_monotonic_time () + (is_locked ? LOCKED_US : pause_s * G_USEC_PER_SEC);
  mcp_timer_clear (&self->retry);
  if (self->n_failures <= MAX_RETRIES)
    attach_timer (self, &self->retry, (guint) pause_s * 1000 + 1, retry_cb);
  mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .provider = self->config->name },
           "Server “%s”: cannot be listed: %s", self->config->name, error->message);
}

/* What was mended or left out is logged once, until it is another thing. */
static void
log_notes (McpCatalogueServer *self)
{
  g_autoptr (GPtrArray) earlier = g_steal_pointer (&self->notes);

  self->notes = mcp_listing_build_notes (self->known);
  for (guint i = 0; i < self->notes->len; i++)
    if (!g_ptr_array_find_with_equal_func (earlier, g_ptr_array_index (self->notes, i), g_str_equal,
                                           NULL))
      mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = self->config->name },
               "Server “%s”: %s", self->config->name,
               (const char *) g_ptr_array_index (self->notes, i));
}

/* Which kinds of items are not what they were. */
static McpItemKinds
merge_part (McpCatalogueServer *self, McpListing *part)
{
  McpItemKinds changed;

  if (self->known == NULL)
    self->known = g_new0 (McpListing, 1);
  changed = mcp_listing_merge (self->known, part);
  self->in_vain = FALSE;
  log_notes (self);
  return changed;
}

/* The lister has one more kind. */
static void
listed_part_cb (McpListing *part, gpointer user_data)
{
  McpCatalogueServer *self = user_data;
  McpItemKinds changed;

  if (self->is_closed)
    {
      mcp_listing_free (part);
      return;
    }
  changed = merge_part (self, part);
  self->changed |= changed;
  g_signal_emit (self, signals[SIGNAL_LISTED], 0, changed);
}

static gboolean refresh_cb (gpointer user_data);

static gboolean
deadline_cb (gpointer user_data)
{
  McpCatalogueServer *self = user_data;

  mcp_timer_clear (&self->deadline);
  self->timed_out = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
take_success (McpCatalogueServer *self)
{
  self->n_failures = 0;
  self->retry_at_us = 0;
  self->is_outdated = FALSE;
  self->listed_at = g_get_monotonic_time ();
  mcp_timer_clear (&self->retry);
  if (self->changed != 0 && self->cache != NULL && self->known != NULL)
    mcp_listing_cache_store (self->cache, self->config->fingerprint, self->known);
}

/* The server said that its lists changed, or has started, since the listing began. */
static void
plan_refresh (McpCatalogueServer *self)
{
  guint delay_ms;

  if (self->stale_with == NULL || self->refresh != NULL || self->lease != NULL)
    return;
  if (mcp_list_changes_next (&self->pace, g_get_monotonic_time (), &delay_ms))
    attach_timer (self, &self->refresh, delay_ms, refresh_cb);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpCatalogueServer) self = user_data;
  g_autoptr (McpProviderLease) lease = g_steal_pointer (&self->lease);
  g_autoptr (GError) error = NULL;
  gboolean is_listed = mcp_item_lister_run_finish (result, &error);

  mcp_timer_clear (&self->deadline);
  mcp_timer_clear (&self->impatience);
  g_clear_object (&self->cancellable);
  mcp_list_changes_listed (&self->pace, g_get_monotonic_time (), self->changed != 0);

  if (!is_listed && self->timed_out)
    {
      g_clear_error (&error);
      g_set_error (&error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "The server did not list what it has within %d s", LISTING_SECONDS);
    }
  if (self->is_closed)
    return;

  if (is_listed)
    take_success (self);
  else if (mcp_provider_lease_is_closed (lease))
    self->in_vain = FALSE; /* The session ended the server; the next session starts another. */
  else
    note_failure (self, error, mcp_provider_is_locked (mcp_provider_lease_get_provider (lease)));
  mcp_provider_lease_report (lease, error);
  g_clear_pointer (&lease, mcp_provider_lease_free);

  plan_refresh (self);
  g_signal_emit (self, signals[SIGNAL_LISTED], 0, 0u);
}

static gboolean
impatience_cb (gpointer user_data)
{
  g_autoptr (McpCatalogueServer) self = g_object_ref (user_data);

  mcp_timer_clear (&self->impatience);
  self->in_vain = self->lease != NULL && self->known == NULL;
  g_signal_emit (self, signals[SIGNAL_LISTED], 0, 0u);
  return G_SOURCE_REMOVE;
}

static void
start_listing (McpCatalogueServer *self,
               McpProviderLease *lease,
               McpItemKinds kinds,
               gboolean is_renewal)
{
  const McpItemListerOrder order = {
    .kinds = kinds,
    .known = self->known,
    .max_bytes = self->max_bytes,
    .max_items = self->max_items,
    .timeout_ms = self->timeout_ms,
    .listed = listed_part_cb,
    .listed_data = self,
  };

  self->lease = lease;
  self->cancellable = g_cancellable_new ();
  self->timed_out = FALSE;
  self->changed = 0;
  self->is_renewal = is_renewal;
  attach_timer (self, &self->deadline, LISTING_SECONDS * 1000, deadline_cb);
  mcp_timer_clear (&self->impatience);
  if (self->config->origin == MCP_SERVER_ORIGIN_REGISTERED)
    attach_timer (self, &self->impatience, REGISTERED_MS, impatience_cb);
  mcp_item_lister_run_async (mcp_provider_lease_get_provider (lease), &order, self->cancellable,
                             listed_cb, g_object_ref (self));
}

/* An app is not started to be listed once more: when it runs, it is listed anyway. */
static gboolean
is_app (McpCatalogueServer *self)
{
  return self->config->transport == MCP_SERVER_TRANSPORT_DBUS;
}

/* Somebody has asked for what the cache did not know. */
static void
list_if_wanted (McpCatalogueServer *self)
{
  g_autoptr (McpSession) session = g_weak_ref_get (&self->session);
  gboolean is_wanted = self->is_wanted;

  self->is_wanted = FALSE;
  if (is_wanted && self->known == NULL && session != NULL && !mcp_session_is_closed (session))
    mcp_catalogue_server_list (self, session);
}

/* What was known when the daemon last ran counts until the server is listed again. */
static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpCatalogueServer) self = user_data;
  g_autoptr (GError) error = NULL;
  McpListing *listing = mcp_listing_cache_load_finish (result, &error);
  McpItemKinds changed = 0;

  self->is_loading = FALSE;
  if (error != NULL && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .provider = self->config->name },
             "Server “%s”: what it listed cannot be read: %s", self->config->name, error->message);
  if (listing != NULL && self->known == NULL && !self->is_closed)
    {
      changed = merge_part (self, listing);
      self->is_outdated = !is_app (self);
    }
  else
    g_clear_pointer (&listing, mcp_listing_free);
  if (!self->is_closed)
    g_signal_emit (self, signals[SIGNAL_LISTED], 0, changed);
  list_if_wanted (self);
}

/* Somebody's session starts the server, or uses it. */
static void
begin (McpCatalogueServer *self, McpSession *session, gboolean is_renewal)
{
  g_autoptr (GError) error = NULL;
  McpProviderLease *lease = mcp_provider_pool_acquire (self->pool, self->config, session, &error);

  g_weak_ref_set (&self->session, session);
  if (lease != NULL)
    start_listing (self, lease, MCP_ITEM_KINDS_ALL, is_renewal);
  else if (!g_error_matches (error, MCP_ERROR, MCP_ERROR_CLOSED))
    note_failure (self, error, FALSE);
}

static void
program_changed_cb (gpointer user_data)
{
  McpCatalogueServer *self = user_data;

  mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .provider = self->config->name },
           "Server “%s”: its program has changed on disk", self->config->name);
  mcp_catalogue_server_renew (self);
}

static gboolean
is_old (McpCatalogueServer *self)
{
  return self->is_outdated ||
         (!is_app (self) && g_get_monotonic_time () - self->listed_at > MAX_AGE_US);
}

/**
 * mcp_catalogue_server_list:
 * @self: the server
 * @session: on whose behalf the server would be started
 *
 * A client wants the lists. Starts a listing if it is not known what the server has, or if that
 * may have changed; not while one is under way, and not too soon after a failure.
 */
void
mcp_catalogue_server_list (McpCatalogueServer *self, McpSession *session)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->is_closed || self->lease != NULL)
    return;

  g_weak_ref_set (&self->session, session);
  self->is_wanted = self->is_loading;
  if (self->is_loading)
    return;

  mcp_program_stamp_look (self->stamp);
  if (self->known != NULL && self->stale_with != NULL && self->refresh == NULL &&
      mcp_list_changes_may_ask (&self->pace, now_us))
    refresh_cb (self);
  else if ((self->known == NULL || is_old (self)) && now_us >= self->retry_at_us)
    begin (self, session, self->known != NULL);
}

static gboolean
refresh_cb (gpointer user_data)
{
  McpCatalogueServer *self = user_data;
  g_autoptr (McpProvider) provider = NULL;
  McpItemKinds kinds = self->stale;
  McpProviderLease *lease;

  mcp_timer_clear (&self->refresh);
  if (self->lease != NULL || self->stale_with == NULL)
    return G_SOURCE_REMOVE;

  provider = g_steal_pointer (&self->stale_with);
  self->stale = 0;
  lease = mcp_provider_pool_acquire_running (self->pool, provider);
  if (lease != NULL)
    start_listing (self, lease, kinds, FALSE);
  else
    g_signal_emit (self, signals[SIGNAL_LISTED], 0, 0u);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_catalogue_server_refresh:
 * @self: the server
 * @provider: a provider of it that runs
 * @kinds: what may have changed
 *
 * Lists the server again by a provider that runs already, since it has just started, or since
 * it said that its lists changed. What was known stays until then.
 */
void
mcp_catalogue_server_refresh (McpCatalogueServer *self, McpProvider *provider, McpItemKinds kinds)
{
  if (self->is_closed)
    return;

  g_set_object (&self->stale_with, provider);
  self->stale |= self->known != NULL ? kinds : MCP_ITEM_KINDS_ALL;
  plan_refresh (self);
}

/**
 * mcp_catalogue_server_renew:
 * @self: the server
 *
 * Somebody wants the server to be asked for its lists: now, if a session is there for which it
 * can be started, else as soon as a client asks.
 */
void
mcp_catalogue_server_renew (McpCatalogueServer *self)
{
  g_autoptr (McpSession) session = g_weak_ref_get (&self->session);

  self->is_outdated = TRUE;
  self->retry_at_us = 0;
  if (session != NULL && !mcp_session_is_closed (session))
    mcp_catalogue_server_list (self, session);
}

/**
 * mcp_catalogue_server_is_listing:
 * @self: the server
 *
 * Returns: whether a listing is under way, or will begin in a moment
 */
gboolean
mcp_catalogue_server_is_listing (McpCatalogueServer *self)
{
  return self->is_loading || self->lease != NULL || self->refresh != NULL;
}

static gboolean
knows (McpCatalogueServer *self, McpItemKinds kinds)
{
  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    if ((kinds & 1u << kind) != 0 && (self->known == NULL || self->known->lists[kind] == NULL))
      return FALSE;
  return TRUE;
}

/**
 * mcp_catalogue_server_is_awaited:
 * @self: the server
 * @kinds: what a client wants to see
 * @past_refresh: whether the client has waited long enough for lists that are known
 *
 * Returns: whether the client's list has to wait for the server
 */
gboolean
mcp_catalogue_server_is_awaited (McpCatalogueServer *self,
                                 McpItemKinds kinds,
                                 gboolean past_refresh)
{
  if (!mcp_catalogue_server_is_listing (self))
    return FALSE;
  if (!knows (self, kinds))
    return !self->in_vain;
  return !past_refresh && !(self->lease != NULL && self->is_renewal);
}

/**
 * mcp_catalogue_server_give_up:
 * @self: the server
 * @kinds: what a client has waited for, too long
 *
 * Nobody waits for the server again before it was known once, or ended with its session.
 */
void
mcp_catalogue_server_give_up (McpCatalogueServer *self, McpItemKinds kinds)
{
  if (mcp_catalogue_server_is_listing (self) && !knows (self, kinds))
    self->in_vain = TRUE;
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
 * mcp_catalogue_server_get_notes:
 * @self: the server
 *
 * Returns: (transfer none) (element-type utf8): what was mended in its lists, or left out
 */
GPtrArray *
mcp_catalogue_server_get_notes (McpCatalogueServer *self)
{
  return self->notes;
}

/**
 * mcp_catalogue_server_set_bounds:
 * @self: the server
 * @max_bytes: of all its items of a kind together
 * @max_items: of a kind
 * @timeout_ms: of one page
 *
 * Takes new bounds, for the next listing.
 */
void
mcp_catalogue_server_set_bounds (McpCatalogueServer *self,
                                 gsize max_bytes,
                                 guint max_items,
                                 guint timeout_ms)
{
  self->max_bytes = max_bytes;
  self->max_items = max_items;
  self->timeout_ms = timeout_ms;
}

/**
 * mcp_catalogue_server_forget:
 * @self: the server, which is not configured any more
 *
 * Removes what it listed from the cache.
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
  g_clear_pointer (&self->stamp, mcp_program_stamp_free);
  mcp_timer_clear (&self->retry);
  mcp_timer_clear (&self->refresh);
  mcp_timer_clear (&self->deadline);
  mcp_timer_clear (&self->impatience);
  g_clear_object (&self->stale_with);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

static void
mcp_catalogue_server_finalize (GObject *object)
{
  McpCatalogueServer *self = MCP_CATALOGUE_SERVER (object);

  /* a listing holds a reference: none is under way */
  mcp_timer_clear (&self->retry);
  mcp_timer_clear (&self->refresh);
  mcp_timer_clear (&self->deadline);
  mcp_timer_clear (&self->impatience);
  g_clear_pointer (&self->stamp, mcp_program_stamp_free);
  g_weak_ref_clear (&self->session);
  g_ptr_array_unref (self->notes);
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
  self->notes = g_ptr_array_new_with_free_func (g_free);
  g_weak_ref_init (&self->session, NULL);
}

/**
 * mcp_catalogue_server_new:
 * @pool: where its providers are
 * @config: the server
 * @cache: (nullable): what is known from an earlier run of the daemon
 *
 * Returns: (transfer full): a server; what the cache knows of it is read in the background
 */
McpCatalogueServer *
mcp_catalogue_server_new (McpProviderPool *pool, McpServerConfig *config, McpListingCache *cache)
{
  McpCatalogueServer *self = g_object_new (MCP_TYPE_CATALOGUE_SERVER, NULL);

  self->pool = g_object_ref (pool);
  self->config = mcp_server_config_ref (config);
  self->stamp = mcp_program_stamp_new (config, program_changed_cb, self);
  if (cache != NULL)
    {
      self->cache = mcp_listing_cache_ref (cache);
      self->is_loading = TRUE;
      mcp_listing_cache_load_async (cache, config->fingerprint, MAX_CACHED_BYTES, MAX_CACHED_ITEMS,
                                    loaded_cb, g_object_ref (self));
    }
  return self;
}
