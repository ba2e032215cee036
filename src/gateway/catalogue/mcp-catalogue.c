/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-catalogue.h"

#include "common/mcp-log.h"
#include "gateway/catalogue/mcp-catalogue-servers.h"
#include "gateway/catalogue/mcp-catalogue-waiters.h"
#include "gateway/catalogue/mcp-client-view.h"
#include "gateway/catalogue/mcp-current-views.h"
#include "gateway/catalogue/mcp-exposed-names.h"
#include "gateway/catalogue/mcp-tool-guard.h"

#include <string.h>

/* How long an initialize waits for a server at most: clients give up soon after. */
#define MEET_MS 8000

/*
 * What servers list goes this way: a server is listed (McpCatalogueServer, which keeps that),
 * the guard compares the tools with what they were, and McpCurrentViews gets other views of
 * everything, which clients see from then on (McpClientView). Only servers that are not configured
 * any more are gone at once.
 */
struct _McpCatalogue
{
  GObject parent_instance;

  McpProviderPool *pool;        /* (owned) */
  McpCatalogueServers *servers; /* (owned) */
  McpNameRooms *rooms;          /* (owned): of all configured servers, disabled ones as well */
  McpToolGuard *guard;          /* (owned) */
  McpCurrentViews *views;       /* (owned): what clients see */
  McpCatalogueWaiters *waiters; /* (owned) */
  guint max_name;
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_TOOLS_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpCatalogue, mcp_catalogue, G_TYPE_OBJECT)

static GPtrArray *
get_configs (McpCatalogue *self)
{
  return mcp_catalogue_servers_get_configs (self->servers);
}

static McpCatalogueServer *
lookup (McpCatalogue *self, const McpServerConfig *config)
{
  return mcp_catalogue_servers_lookup (self->servers, config);
}

static const McpListing *
get_listing (McpCatalogue *self, const McpServerConfig *config)
{
  return mcp_catalogue_server_get_listing (lookup (self, config));
}

/* Who waits. */

static gboolean
concerns (McpCatalogue *self, McpCatalogueWaiter *waiter, McpServerConfig *config)
{
  if (waiter->server != NULL)
    return strcmp (waiter->server, config->name) == 0;
  return waiter->exposed == NULL ||
         mcp_exposed_names_may_own (config->prefix, config->name, self->max_name, waiter->exposed);
}

/* Asks every server that matters to the waiter and is not known; says whether one of them is
 * worth waiting for. */
static gboolean
ask_servers (McpCatalogue *self, McpCatalogueWaiter *waiter)
{
  GPtrArray *configs = get_configs (self);
  gboolean wait = FALSE;

  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);
      McpCatalogueServer *server = lookup (self, config);

      if (!concerns (self, waiter, config))
        continue;

      mcp_catalogue_server_list (server, waiter->session);
      if (waiter->is_late)
        mcp_catalogue_server_give_up (server, waiter->kinds);
      else if (mcp_catalogue_server_is_awaited (server, waiter->kinds, waiter->past_refresh))
        wait = TRUE;
    }
  return wait;
}

static gboolean
is_done (McpCatalogueWaiter *waiter, gpointer owner)
{
  McpCatalogue *self = owner;

  if (waiter->is_over || mcp_session_is_closed (waiter->session) ||
      g_cancellable_is_cancelled (g_task_get_cancellable (waiter->task)))
    return TRUE;

  /* what is listed has to be in the views as well: a thread is about to put it there */
  return !ask_servers (self, waiter) && !mcp_current_views_is_building (self->views);
}

static void
wake_all (McpCatalogue *self)
{
  g_autoptr (McpCatalogue) guard = g_object_ref (self);

  mcp_catalogue_waiters_wake (self->waiters);
}

/* The views. */

static McpCatalogueSources *
collect_sources (GObject *owner)
{
  McpCatalogue *self = MCP_CATALOGUE (owner);
  GPtrArray *configs = get_configs (self);
  McpCatalogueSources *sources =
      mcp_catalogue_views_sources_new (configs, self->rooms, self->max_name);

  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      mcp_catalogue_views_sources_add (sources, get_listing (self, config),
                                       mcp_tool_guard_get_accepted (self->guard, config));
    }
  return sources;
}

static void
views_replaced (McpViewChanges *changes, GObject *owner)
{
  McpCatalogue *self = MCP_CATALOGUE (owner);

  if (!mcp_view_changes_is_empty (changes))
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0, changes);
  wake_all (self);
}

static const McpCurrentViewsFuncs views_funcs = {
  .collect = collect_sources,
  .replaced = views_replaced,
};

/* Tools that are not what they were. */

static void
log_tools (const char *server, const char *what, char **names)
{
  g_autofree char *text = g_strjoinv (", ", names);

  if (*names != NULL)
    mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = server },
             "Server “%s”: tools %s: %s", server, what, text);
}

static void
report_changes (McpCatalogue *self, McpServerConfig *config, McpToolChanges *changes)
{
  log_tools (config->name, "added", changes->added);
  log_tools (config->name, "removed", changes->removed);
  log_tools (config->name, "changed", changes->changed);
  if (config->pin && (*changes->added != NULL || *changes->changed != NULL))
    mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = config->name },
             "Server “%s”: they are held back until “mcp-session server accept %s”", config->name,
             config->name);
  g_signal_emit (self, signals[SIGNAL_TOOLS_CHANGED], 0, config, changes);
}

static void
check_tools (McpCatalogue *self, McpServerConfig *config)
{
  const McpListing *listing = get_listing (self, config);
  g_autoptr (McpToolChanges) changes = NULL;

  if (listing == NULL || listing->prints == NULL)
    return;
  changes = mcp_tool_guard_check (self->guard, config, listing->prints);
  if (changes != NULL)
    report_changes (self, config, changes);
}

static void
listed_cb (McpCatalogueServer *server, McpItemKinds changed, gpointer user_data)
{
  McpCatalogue *self = user_data;
  g_autoptr (GPtrArray) configs = g_ptr_array_ref (get_configs (self));

  for (guint i = 0; i < configs->len && (changed & 1u << MCP_ITEM_TOOL) != 0; i++)
    if (lookup (self, g_ptr_array_index (configs, i)) == server)
      check_tools (self, g_ptr_array_index (configs, i));
  if (changed != 0)
    mcp_current_views_rebuild (self->views);
  wake_all (self);
}

/* What the pool tells. */

static void
refresh_server (McpCatalogue *self,
                McpServerConfig *config,
                McpProvider *provider,
                McpItemKinds kinds)
{
  McpCatalogueServer *server = lookup (self, config);

  if (server != NULL)
    mcp_catalogue_server_refresh (server, provider, kinds);
}

static void
ready_cb (McpProviderPool *pool, McpServerConfig *config, McpProvider *provider, McpCatalogue *self)
{
  McpCatalogueServer *server = lookup (self, config);

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

/* What the owner sets. */

static McpNameRooms *
build_rooms (GPtrArray *configs)
{
  g_autofree const char **prefixes = g_new0 (const char *, configs->len + 1);

  for (guint i = 0; i < configs->len; i++)
    prefixes[i] = ((McpServerConfig *) g_ptr_array_index (configs, i))->prefix;
  return mcp_name_rooms_new (prefixes, configs->len);
}

static void
take_servers (McpCatalogue *self, GPtrArray *configs)
{
  mcp_catalogue_servers_set_configs (self->servers, configs);
  mcp_name_rooms_unref (self->rooms);
  self->rooms = build_rooms (configs);
  for (guint i = 0; i < get_configs (self)->len; i++)
    check_tools (self, g_ptr_array_index (get_configs (self), i));
  mcp_current_views_rebuild (self->views);
  wake_all (self);
}

/**
 * mcp_catalogue_set_servers:
 * @self: the catalogue
 * @configs: (element-type McpServerConfig): all configured servers, in order
 *
 * Takes a new configuration. What is known of servers whose entry says the same stays known.
 */
void
mcp_catalogue_set_servers (McpCatalogue *self, GPtrArray *configs)
{
  mcp_catalogue_servers_forget_others (self->servers, configs);
  mcp_tool_guard_retain (self->guard, configs);
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
  mcp_catalogue_servers_set_cache (self->servers, directory);
}

/**
 * mcp_catalogue_load_prints:
 * @self: the catalogue, without servers yet
 * @path: where to keep which tools were accepted
 * @error: return location
 *
 * Errors: as for mcp_tool_guard_load().
 *
 * Returns: whether what was kept could be read
 */
gboolean
mcp_catalogue_load_prints (McpCatalogue *self, const char *path, GError **error)
{
  return mcp_tool_guard_load (self->guard, path, error);
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
  mcp_catalogue_servers_set_limits (self->servers, limits);
}

/**
 * mcp_catalogue_set_max_name:
 * @self: the catalogue
 * @max_name: how long an exposed name of a tool or prompt may be
 */
void
mcp_catalogue_set_max_name (McpCatalogue *self, guint max_name)
{
  if (max_name == self->max_name)
    return;

  self->max_name = max_name;
  mcp_current_views_rebuild (self->views);
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
  mcp_catalogue_waiters_set_first_wait (self->waiters, first_ms);
  mcp_catalogue_waiters_set_refresh_wait (self->waiters, refresh_ms);
}

/**
 * mcp_catalogue_set_first_wait:
 * @self: the catalogue
 * @first_ms: how long a list waits for servers that are not known yet
 */
void
mcp_catalogue_set_first_wait (McpCatalogue *self, guint first_ms)
{
  mcp_catalogue_waiters_set_first_wait (self->waiters, first_ms);
}

/* What clients ask. */

/* Whether some tool of the server could be allowed for the session. */
static gboolean
may_reach (McpCatalogue *self, McpSession *session, const McpServerConfig *config)
{
  g_autoptr (McpAllowedTools) allowed =
      mcp_allowed_tools_new (mcp_session_get_allowed_tools (session), self->rooms);
  const char *room = mcp_name_rooms_get (self->rooms, config->prefix);

  return room != NULL && mcp_allowed_tools_reach (allowed, room);
}

static void
prepare (McpCatalogue *self,
         McpClient *client,
         McpItemKinds kinds,
         const char *exposed,
         guint max_first_ms,
         GTask *task)
{
  g_task_set_check_cancellable (task, FALSE); /* the waiter says better why it ended */
  mcp_catalogue_waiters_add (self->waiters, mcp_catalogue_waiter_new (task, client, kinds, exposed),
                             max_first_ms);
}

/**
 * mcp_catalogue_prepare_async:
 * @self: the catalogue
 * @client: on whose behalf servers are started
 * @exposed: (nullable): the one name of a tool that matters, as the client calls it; %NULL:
 *   everything
 * @cancellable: (nullable): ends the waiting
 * @callback: (scope async): when the catalogue is as good as it gets
 * @user_data: for @callback
 *
 * Makes the servers known that are not: asks them side by side, and waits for them as long as
 * mcp_catalogue_set_patience() says. Those that are broken, failed a short time ago, or were
 * waited for in vain, are not waited for.
 */
void
mcp_catalogue_prepare_async (McpCatalogue *self,
                             McpClient *client,
                             const char *exposed,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  McpItemKinds kinds = exposed != NULL ? 1u << MCP_ITEM_TOOL : MCP_ITEM_KINDS_ALL;

  g_task_set_source_tag (task, mcp_catalogue_prepare_async);
  prepare (self, client, kinds, exposed, G_MAXUINT, task);
}

/* Whether the client's only server is there, and is not hidden from the client's session. */
static gboolean
may_meet (McpCatalogue *self, McpClient *client)
{
  McpServerConfig *config = client->server != NULL
                                ? mcp_catalogue_servers_find_config (self->servers, client->server)
                                : NULL;

  return config != NULL && may_reach (self, client->session, config);
}

/**
 * mcp_catalogue_meet_async:
 * @self: the catalogue
 * @client: a client of one server, which introduces itself
 * @cancellable: (nullable): ends the waiting
 * @callback: (scope async): when it is known what the client's only server says of itself, or
 *   that cannot be waited for any longer; mcp_catalogue_prepare_finish() belongs to it
 * @user_data: for @callback
 */
void
mcp_catalogue_meet_async (McpCatalogue *self,
                          McpClient *client,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, mcp_catalogue_meet_async);
  if (!may_meet (self, client) || mcp_catalogue_get_server_info (self, client) != NULL)
    g_task_return_boolean (task, TRUE);
  else
    prepare (self, client, MCP_ITEM_KINDS_ALL, NULL, MEET_MS, g_steal_pointer (&task));
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

/* A client's wish for a list. */
typedef struct
{
  McpItemKind kind;
  McpClient *client; /* (owned) */
} Wish;

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  mcp_client_unref (wish->client);
  g_free (wish);
}

static void
list_built_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);

  g_task_return_pointer (task,
                         mcp_list_builder_build_finish (MCP_LIST_BUILDER (source), result, NULL),
                         (GDestroyNotify) g_bytes_unref);
}

static void
list_prepared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  McpCatalogue *self = MCP_CATALOGUE (source);
  Wish *wish = g_task_get_task_data (task);
  GError *error = NULL;

  if (!mcp_catalogue_prepare_finish (self, result, &error))
    g_task_return_error (task, error);
  else
    mcp_list_builder_build_async (mcp_current_views_get_lists (self->views),
                                  mcp_current_views_get (self->views), wish->kind, wish->client,
                                  list_built_cb, g_steal_pointer (&task));
}

/**
 * mcp_catalogue_list_now:
 * @self: the catalogue
 * @kind: what to list
 * @client: for whom
 *
 * As mcp_catalogue_list_async(), where there is nothing to wait for.
 *
 * Returns: (transfer full) (nullable): the result of the list's method; %NULL:
 *   mcp_catalogue_list_async() has to be called
 */
GBytes *
mcp_catalogue_list_now (McpCatalogue *self, McpItemKind kind, McpClient *client)
{
  McpCatalogueWaiter asker = {
    .session = client->session,
    .server = client->server,
    .kinds = 1u << kind,
  };
  GBytes *list;

  if (mcp_session_is_closed (client->session) || ask_servers (self, &asker) ||
      mcp_current_views_is_building (self->views))
    return NULL;
  list = mcp_list_builder_get (mcp_current_views_get_lists (self->views), kind, client);
  return list != NULL ? g_bytes_ref (list) : NULL;
}

/**
 * mcp_catalogue_list_async:
 * @self: the catalogue
 * @kind: what to list
 * @client: for whom
 * @cancellable: (nullable): ends the waiting
 * @callback: (scope async): when the list is there
 * @user_data: for @callback
 *
 * Makes the servers known as mcp_catalogue_prepare_async() does, and lists what they have, as
 * far as it is known then.
 */
void
mcp_catalogue_list_async (McpCatalogue *self,
                          McpItemKind kind,
                          McpClient *client,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GTask *prepared = g_task_new (self, cancellable, list_prepared_cb, task);
  Wish *wish = g_new0 (Wish, 1);

  wish->kind = kind;
  wish->client = mcp_client_ref (client);
  g_task_set_source_tag (task, mcp_catalogue_list_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, wish, wish_free);
  g_task_set_source_tag (prepared, mcp_catalogue_list_async);
  prepare (self, client, 1u << kind, NULL, G_MAXUINT, prepared);
}

/**
 * mcp_catalogue_list_finish:
 * @self: the catalogue
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_CANCELLED; %MCP_ERROR_CLOSED when the session ended.
 *
 * Returns: (transfer full): the result of the list's method
 */
GBytes *
mcp_catalogue_list_finish (McpCatalogue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The views may be of an earlier configuration. A server whose entry says the same still counts;
 * no other may be asked. */
static McpServerConfig *
get_current (McpCatalogue *self, const McpServerConfig *config)
{
  McpServerConfig *current = mcp_catalogue_servers_find_config (self->servers, config->name);

  return current != NULL && strcmp (current->fingerprint, config->fingerprint) == 0 ? current
                                                                                    : NULL;
}

/**
 * mcp_catalogue_find:
 * @self: the catalogue
 * @kind: tool or prompt
 * @client: who asks
 * @name: a name as the client sent it
 * @found: (out): what has the name; valid until the main loop runs again
 *
 * Finds an item, as far as is known now. What the session may not use does not exist.
 *
 * Returns: whether there is such an item
 */
gboolean
mcp_catalogue_find (McpCatalogue *self,
                    McpItemKind kind,
                    McpClient *client,
                    const char *name,
                    McpCatalogueItem *found)
{
  McpCatalogueViews *views = mcp_current_views_get (self->views);
  g_auto (McpClientView) view = mcp_client_view_begin (views, client);
  const McpExposedItem *item = mcp_client_view_find (&view, kind, name);

  if (item == NULL)
    return FALSE;

  found->config = get_current (
      self, mcp_item_view_get_config (mcp_catalogue_views_get (views, kind), item->server));
  found->name = item->item->name;
  found->exposed = item->exposed;
  found->json = item->item->json;
  return found->config != NULL;
}

static McpClientView
begin_view (McpCatalogue *self, McpClient *client)
{
  return mcp_client_view_begin (mcp_current_views_get (self->views), client);
}

/**
 * mcp_catalogue_find_resource:
 * @self: the catalogue
 * @client: who asks
 * @uri: of a resource, or a template as it is listed
 * @found: (out): the server that has the resource, and the server's own URI; valid until the
 *   main loop runs again, and as long as @uri
 *
 * Finds the server that has a resource, as far as is known now, as
 * mcp_client_view_find_resource() does.
 *
 * Returns: whether there is a server
 */
gboolean
mcp_catalogue_find_resource (McpCatalogue *self,
                             McpClient *client,
                             const char *uri,
                             McpCatalogueItem *found)
{
  g_auto (McpClientView) view = begin_view (self, client);
  McpServerConfig *config = mcp_client_view_find_resource (&view, uri, &found->name);

  found->exposed = NULL;
  found->config = config != NULL ? get_current (self, config) : NULL;
  found->json = MCP_JSON_SLICE_NONE;
  return found->config != NULL;
}

static gboolean
may_own (McpCatalogue *self, const McpServerConfig *config, const char *exposed)
{
  return mcp_exposed_names_may_own (config->prefix, config->name, self->max_name, exposed);
}

/* Whether the server could have a tool that the client calls so, and may use. */
static gboolean
could_have (McpCatalogue *self, const McpServerConfig *config, McpClient *client, const char *name)
{
  gboolean could = client->server != NULL ? strcmp (client->server, config->name) == 0
                                          : may_own (self, config, name);

  return could && may_reach (self, client->session, config);
}

/**
 * mcp_catalogue_may_have:
 * @self: the catalogue
 * @client: who asks
 * @name: a name of a tool, as the client sent it
 *
 * Returns: whether a server could have such a tool that the session may use
 */
gboolean
mcp_catalogue_may_have (McpCatalogue *self, McpClient *client, const char *name)
{
  GPtrArray *configs = get_configs (self);

  if (client->server == NULL &&
      strnlen (name, MCP_EXPOSED_NAMES_MAX_LENGTH + 1) > MCP_EXPOSED_NAMES_MAX_LENGTH)
    return FALSE;
  for (guint i = 0; i < configs->len; i++)
    if (could_have (self, g_ptr_array_index (configs, i), client, name))
      return TRUE;
  return FALSE;
}

/**
 * mcp_catalogue_find_held:
 * @self: the catalogue
 * @client: who asks
 * @name: a name of a tool that is not known
 *
 * Returns: (transfer none) (nullable): the server whose tool would have the name, if the tool
 *   was not held back; %NULL as well where the session may use no tool of the server
 */
McpServerConfig *
mcp_catalogue_find_held (McpCatalogue *self, McpClient *client, const char *name)
{
  McpItemView *tools = mcp_catalogue_views_get (mcp_current_views_get (self->views), MCP_ITEM_TOOL);
  McpServerConfig *config = NULL;

  if (client->server == NULL)
    config = mcp_item_view_find_held (tools, name);
  else if (mcp_item_view_holds_own (tools, client->server, name))
    config = mcp_catalogue_servers_find_config (self->servers, client->server);
  return config != NULL && may_reach (self, client->session, config) ? config : NULL;
}

/* Of a server that refused its tools, other kinds may be known. */
static gboolean
has_tools_listed (McpCatalogue *self, const McpServerConfig *config)
{
  const McpListing *listing = get_listing (self, config);

  return listing != NULL && listing->lists[MCP_ITEM_TOOL] != NULL;
}

/**
 * mcp_catalogue_find_unlisted:
 * @self: the catalogue
 * @client: who asks
 * @name: a name that is not known
 *
 * Returns: (transfer none) (nullable): a server that may have a tool of the name, has not been
 *   listed its tools yet, and may have a tool that the session may use
 */
McpServerConfig *
mcp_catalogue_find_unlisted (McpCatalogue *self, McpClient *client, const char *name)
{
  GPtrArray *configs = get_configs (self);

  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      if (!has_tools_listed (self, config) && could_have (self, config, client, name))
        return config;
    }
  return NULL;
}

/**
 * mcp_catalogue_find_server:
 * @self: the catalogue
 * @name: name of a server
 *
 * Returns: (transfer none) (nullable): its entry, if the server is enabled
 */
McpServerConfig *
mcp_catalogue_find_server (McpCatalogue *self, const char *name)
{
  return mcp_catalogue_servers_find_config (self->servers, name);
}

/**
 * mcp_catalogue_get_pool:
 * @self: the catalogue
 *
 * Returns: (transfer none): where the providers are
 */
McpProviderPool *
mcp_catalogue_get_pool (McpCatalogue *self)
{
  return self->pool;
}

/**
 * mcp_catalogue_build_instructions:
 * @self: the catalogue
 * @client: for whom
 *
 * Returns: (transfer full) (nullable): what the servers say of themselves, for a model
 */
char *
mcp_catalogue_build_instructions (McpCatalogue *self, McpClient *client)
{
  g_auto (McpClientView) view = begin_view (self, client);

  return mcp_client_view_build_instructions (&view);
}

/**
 * mcp_catalogue_get_server_info:
 * @self: the catalogue
 * @client: for whom
 *
 * Returns: (transfer none) (nullable): what the client's only server calls itself, an object;
 *   %NULL as well where the client reaches all servers
 */
const char *
mcp_catalogue_get_server_info (McpCatalogue *self, McpClient *client)
{
  g_auto (McpClientView) view = begin_view (self, client);

  return mcp_client_view_get_server_info (&view);
}

/**
 * mcp_catalogue_get_capabilities:
 * @self: the catalogue
 * @client: for whom
 *
 * Returns: (transfer none) (nullable): what the client's only server offers, an object; %NULL as
 *   well where the client reaches all servers
 */
const char *
mcp_catalogue_get_capabilities (McpCatalogue *self, McpClient *client)
{
  g_auto (McpClientView) view = begin_view (self, client);

  return mcp_client_view_get_capabilities (&view);
}

/* What the owner asks. */

/**
 * mcp_catalogue_get_configs:
 * @self: the catalogue
 *
 * Returns: (transfer none) (element-type McpServerConfig): the enabled servers, in order
 */
GPtrArray *
mcp_catalogue_get_configs (McpCatalogue *self)
{
  return get_configs (self);
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
  McpCatalogueViews *views = mcp_current_views_get (self->views);

  return mcp_item_view_count (mcp_catalogue_views_get (views, MCP_ITEM_TOOL), server_name);
}

/**
 * mcp_catalogue_get_notes:
 * @self: the catalogue
 * @server_name: name of a server
 *
 * Returns: (transfer none) (nullable) (element-type utf8): what was mended in the server's lists,
 *   or left out; %NULL: there is no such server that is enabled
 */
GPtrArray *
mcp_catalogue_get_notes (McpCatalogue *self, const char *server_name)
{
  McpServerConfig *config = mcp_catalogue_servers_find_config (self->servers, server_name);

  return config != NULL ? mcp_catalogue_server_get_notes (lookup (self, config)) : NULL;
}

/**
 * mcp_catalogue_build_held:
 * @self: the catalogue
 * @server_name: name of a server
 *
 * Returns: (transfer full) (nullable): a JSON array of the tools that are held back, as the
 *   server lists them; %NULL: there is no such server that is enabled
 */
char *
mcp_catalogue_build_held (McpCatalogue *self, const char *server_name)
{
  McpServerConfig *config = mcp_catalogue_servers_find_config (self->servers, server_name);

  return config != NULL
             ? mcp_tool_guard_build_held (self->guard, config, get_listing (self, config))
             : NULL;
}

/**
 * mcp_catalogue_accept:
 * @self: the catalogue
 * @server_name: name of a server
 *
 * The owner accepts the tools of a server as it lists them now.
 *
 * Returns: whether there is such a server that is enabled
 */
gboolean
mcp_catalogue_accept (McpCatalogue *self, const char *server_name)
{
  McpServerConfig *config = mcp_catalogue_servers_find_config (self->servers, server_name);
  const McpListing *listing = config != NULL ? get_listing (self, config) : NULL;

  if (config == NULL)
    return FALSE;
  if (listing != NULL && listing->prints != NULL)
    {
      mcp_tool_guard_accept (self->guard, config, listing->prints);
      mcp_current_views_rebuild (self->views);
    }
  return TRUE;
}

/**
 * mcp_catalogue_renew:
 * @self: the catalogue
 * @server_name: name of a server
 *
 * The owner wants the server to be asked for its lists again.
 *
 * Returns: whether there is such a server that is enabled
 */
gboolean
mcp_catalogue_renew (McpCatalogue *self, const char *server_name)
{
  McpServerConfig *config = mcp_catalogue_servers_find_config (self->servers, server_name);

  if (config == NULL)
    return FALSE;
  mcp_catalogue_server_renew (lookup (self, config));
  return TRUE;
}

/**
 * mcp_catalogue_list_server:
 * @self: the catalogue
 * @server_name: name of a server that has come just now
 * @session: on whose behalf the server would be started
 *
 * The server is listed before a client asks, if it is not known what the server has: clients hear
 * of its tools by list_changed.
 */
void
mcp_catalogue_list_server (McpCatalogue *self, const char *server_name, McpSession *session)
{
  McpServerConfig *config = mcp_catalogue_servers_find_config (self->servers, server_name);

  if (config != NULL)
    mcp_catalogue_server_list (lookup (self, config), session);
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

  mcp_catalogue_servers_set_configs (self->servers, none);
  wake_all (self);
}

static void
mcp_catalogue_finalize (GObject *object)
{
  McpCatalogue *self = MCP_CATALOGUE (object);

  /* the task of a waiter holds a reference: nobody waits */
  mcp_catalogue_waiters_free (self->waiters);
  g_clear_pointer (&self->servers, mcp_catalogue_servers_free);
  mcp_current_views_free (self->views);
  mcp_name_rooms_unref (self->rooms);
  g_object_unref (self->guard);
  g_object_unref (self->pool);

  G_OBJECT_CLASS (mcp_catalogue_parent_class)->finalize (object);
}

static void
mcp_catalogue_class_init (McpCatalogueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_catalogue_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", MCP_TYPE_CATALOGUE, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_TOOLS_CHANGED] =
      g_signal_new ("tools-changed", MCP_TYPE_CATALOGUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, mcp_server_config_get_type (), G_TYPE_POINTER);
}

static void
mcp_catalogue_init (McpCatalogue *self)
{
  self->max_name = MCP_EXPOSED_NAMES_DEFAULT_LENGTH;
  self->rooms = mcp_name_rooms_new (NULL, 0);
  self->waiters = mcp_catalogue_waiters_new (is_done, self);
  self->guard = mcp_tool_guard_new ();
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
  self->servers = mcp_catalogue_servers_new (pool, limits, listed_cb, self);
  self->views = mcp_current_views_new (&views_funcs, G_OBJECT (self));
  g_signal_connect_object (pool, "ready", G_CALLBACK (ready_cb), self, 0);
  g_signal_connect_object (pool, "notification", G_CALLBACK (notification_cb), self, 0);
  return self;
}
