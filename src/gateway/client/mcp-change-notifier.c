/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-change-notifier.h"

#include "protocol/mcp-json-edit.h"
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

/* A resource that a listener watches. */
typedef struct
{
  McpProviderLease *lease; /* (owned) */
  McpServerWatch *server;  /* (owned) */
  char *own;               /* (owned): the URI as the server has it */
  char *uri;               /* (owned): as the client has it */
} Watch;

struct _McpChangeListener
{
  McpClient *client; /* (owned) */
  McpItemKinds wanted;
  McpItemKinds seen;          /* lists: a client hears of changes of these, and of no others */
  McpChangeListenerFunc func; /* (nullable): %NULL: removed */
  gpointer user_data;
  GPtrArray *watches; /* (owned): Watch */
  gulong allowed_id;  /* of the client's session; 0: removed */
};

struct _McpChangeNotifier
{
  GObject parent_instance;

  McpProviderPool *pool; /* (owned) */
  GPtrArray *listeners;  /* (owned): McpChangeListener (owned) */
  GHashTable *servers;   /* (owned): their watches */
};

G_DEFINE_FINAL_TYPE (McpChangeNotifier, mcp_change_notifier, G_TYPE_OBJECT)

static McpProvider *
watch_get_provider (Watch *watch)
{
  return mcp_provider_lease_get_provider (watch->lease);
}

static void
watch_free (Watch *watch)
{
  mcp_server_watch_release (watch->server);
  mcp_provider_release (watch_get_provider (watch));
  mcp_provider_lease_free (watch->lease);
  g_free (watch->own);
  g_free (watch->uri);
  g_free (watch);
}

static void
listener_clear (gpointer data)
{
  McpChangeListener *listener = data;

  g_clear_signal_handler (&listener->allowed_id, listener->client->session);
  g_ptr_array_unref (listener->watches);
  mcp_client_unref (listener->client);
}

static void
listener_unref (McpChangeListener *listener)
{
  g_rc_box_release_full (listener, listener_clear);
}

/* A copy: listeners come and go while they hear. */
static GPtrArray *
dup_listeners (McpChangeNotifier *self)
{
  GPtrArray *listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) listener_unref);

  for (guint i = 0; i < self->listeners->len; i++)
    g_ptr_array_add (listeners, g_rc_box_acquire (g_ptr_array_index (self->listeners, i)));
  return listeners;
}

static void
notify_listener (McpChangeListener *listener,
                 const char *method,
                 McpJsonSlice params,
                 McpServerConfig *server)
{
  if (listener->func != NULL)
    listener->func (method, params, server, listener->user_data);
}

/* One notification for each that differs: resources and their templates share one. */
static void
notify_changes (McpChangeListener *listener, McpItemKinds kinds)
{
  const char *last = NULL;

  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    {
      const char *method = mcp_item_kind_get_facts (kind)->changed;

      if ((kinds & listener->wanted & listener->seen & 1u << kind) == 0 ||
          g_strcmp0 (method, last) == 0)
        continue;
      last = method;
      notify_listener (listener, method, MCP_JSON_SLICE_NONE, NULL);
    }
}

static void
changed_cb (McpCatalogue *catalogue, McpViewChanges *changes, McpChangeNotifier *self)
{
  g_autoptr (GPtrArray) listeners = dup_listeners (self);

  for (guint i = 0; i < listeners->len; i++)
    {
      McpChangeListener *listener = g_ptr_array_index (listeners, i);

      notify_changes (listener, mcp_view_changes_get (changes, listener->client->server));
    }
}

/* What a server has besides tools is seen by those who may use one of its tools. */
static void
allowed_tools_cb (McpSession *session, GParamSpec *pspec, McpChangeListener *listener)
{
  McpChangeListener *held = g_rc_box_acquire (listener);

  notify_changes (held, MCP_ITEM_KINDS_ALL);
  listener_unref (held);
}

/* server/resources, "Subscriptions": the URI may be that of a part of what was asked for. */
static gboolean
covers (const char *watched, const char *uri)
{
  gsize length = strlen (watched);

  return strncmp (uri, watched, length) == 0 &&
         (uri[length] == '\0' || strchr ("/?#", uri[length]) != NULL ||
          (length > 0 && watched[length - 1] == '/'));
}

/* Returns: (transfer full) (nullable): the URI as the listener's client has it; %NULL: the client
 * does not watch the resource */
static char *
dup_watched (McpChangeListener *listener, McpProvider *provider, const char *uri)
{
  for (guint i = 0; i < listener->watches->len; i++)
    {
      Watch *watch = g_ptr_array_index (listener->watches, i);

      if (watch_get_provider (watch) == provider && covers (watch->own, uri))
        return g_strconcat (watch->uri, uri + strlen (watch->own), NULL);
    }
  return NULL;
}

static void
notify_updated (McpChangeListener *listener,
                const char *uri,
                McpJsonrpcMessage *message,
                McpJsonSlice params,
                McpServerConfig *config)
{
  g_autoptr (GString) value = g_string_new (NULL);
  g_autofree char *named = NULL;

  mcp_json_append_string (value, uri);
  named = mcp_json_edit_replace_member (params, "uri", (McpJsonSlice){ value->str, value->len });
  notify_listener (listener, mcp_jsonrpc_message_get_method (message),
                   (McpJsonSlice){ named, strlen (named) }, config);
}

static void
relay_resource_update (McpChangeNotifier *self,
                       McpServerConfig *config,
                       McpProvider *provider,
                       McpJsonrpcMessage *message)
{
  g_autoptr (GPtrArray) listeners = dup_listeners (self);
  McpJsonSlice params = mcp_jsonrpc_message_get_params (message);
  g_autofree char *relayed = NULL;
  g_autofree char *uri = NULL;
  McpJsonSlice slice;

  if (params.data == NULL || !mcp_json_find_typed (params, "uri", MCP_JSON_STRING, &slice))
    return;
  uri = mcp_json_dup_string (slice);
  /* The subscription that a server of 2026-07-28 names is the daemon's own. */
  relayed = mcp_jsonrpc_params_with_token (params, MCP_JSON_SLICE_NONE);
  params = (McpJsonSlice){ relayed, strlen (relayed) };
  for (guint i = 0; uri != NULL && i < listeners->len; i++)
    {
      McpChangeListener *listener = g_ptr_array_index (listeners, i);
      g_autofree char *watched = dup_watched (listener, provider, uri);

      if (watched != NULL)
        notify_updated (listener, watched, message, params, config);
    }
}

static gboolean
hears_server (McpChangeNotifier *self,
              McpChangeListener *listener,
              McpServerConfig *config,
              McpProvider *provider)
{
  const char *only = listener->client->server;

  return (listener->wanted & MCP_LISTENER_ALL_ELSE) != 0 &&
         (only == NULL || strcmp (only, config->name) == 0) &&
         mcp_provider_pool_is_used_by (self->pool, provider,
                                       mcp_session_get_id (listener->client->session));
}

static void
broadcast_notification (McpChangeNotifier *self,
                        McpServerConfig *config,
                        McpProvider *provider,
                        McpJsonrpcMessage *message)
{
  g_autoptr (GPtrArray) listeners = dup_listeners (self);

  for (guint i = 0; i < listeners->len; i++)
    {
      McpChangeListener *listener = g_ptr_array_index (listeners, i);

      if (hears_server (self, listener, config, provider))
        notify_listener (listener, mcp_jsonrpc_message_get_method (message),
                         mcp_jsonrpc_message_get_params (message), config);
    }
}

static void
notification_cb (McpProviderPool *pool,
                 McpServerConfig *config,
                 McpProvider *provider,
                 McpJsonrpcMessage *message,
                 McpChangeNotifier *self)
{
  const char *method = mcp_jsonrpc_message_get_method (message);

  if (strcmp (method, "notifications/resources/updated") == 0)
    relay_resource_update (self, config, provider, message);
  else if (strcmp (method, "notifications/message") == 0 ||
           strcmp (method, "notifications/elicitation/complete") == 0)
    broadcast_notification (self, config, provider, message);
}

/**
 * mcp_change_notifier_add:
 * @self: the change notifier
 * @client: the client that listens
 * @wanted: of which lists it wants to hear, and %MCP_LISTENER_ALL_ELSE
 * @func: called with what the client wants to hear; may remove listeners
 * @user_data: for @func
 *
 * Returns: (transfer none): a listener, until it is removed
 */
McpChangeListener *
mcp_change_notifier_add (McpChangeNotifier *self,
                         McpClient *client,
                         McpItemKinds wanted,
                         McpChangeListenerFunc func,
                         gpointer user_data)
{
  McpChangeListener *listener = g_rc_box_new0 (McpChangeListener);

  listener->client = mcp_client_ref (client);
  listener->wanted = wanted;
  listener->seen = MCP_ITEM_KINDS_ALL;
  listener->func = func;
  listener->user_data = user_data;
  listener->watches = g_ptr_array_new_with_free_func ((GDestroyNotify) watch_free);
  listener->allowed_id = g_signal_connect (client->session, "notify::allowed-tools",
                                           G_CALLBACK (allowed_tools_cb), listener);
  g_ptr_array_add (self->listeners, listener);
  return listener;
}

/**
 * mcp_change_notifier_expect_listing:
 * @listener: one of them
 *
 * From now on the client hears only of lists that mcp_change_notifier_note_listed() was called for:
 * a list that the client has not seen cannot change for it.
 */
void
mcp_change_notifier_expect_listing (McpChangeListener *listener)
{
  listener->seen = 0;
}

/**
 * mcp_change_notifier_note_listed:
 * @listener: one of them
 * @kind: the kind of list that the client has seen
 *
 * Resources and their templates share a notification: who has seen one list hears of both.
 */
void
mcp_change_notifier_note_listed (McpChangeListener *listener, McpItemKind kind)
{
  const char *changed = mcp_item_kind_get_facts (kind)->changed;

  for (guint other = 0; other < MCP_N_ITEM_KINDS; other++)
    if (strcmp (mcp_item_kind_get_facts (other)->changed, changed) == 0)
      listener->seen |= 1u << other;
}

/**
 * mcp_change_notifier_remove:
 * @self: the change notifier
 * @listener: (transfer full): one of them
 *
 * It hears nothing more, and watches nothing.
 */
void
mcp_change_notifier_remove (McpChangeNotifier *self, McpChangeListener *listener)
{
  listener->func = NULL;
  g_clear_signal_handler (&listener->allowed_id, listener->client->session);
  g_ptr_array_set_size (listener->watches, 0);
  g_ptr_array_remove (self->listeners, listener);
}

/**
 * mcp_change_notifier_watch:
 * @self: the change notifier
 * @listener: who wants to hear
 * @lease: (transfer full): of the provider of the resource's server
 * @own: the URI of the resource, as the server has it
 * @uri: as the client has it
 *
 * Tells the listener when the resource changes; the server, if it runs, is kept running. A
 * legacy server has been asked to by the caller.
 */
void
mcp_change_notifier_watch (McpChangeNotifier *self,
                           McpChangeListener *listener,
                           McpProviderLease *lease,
                           const char *own,
                           const char *uri)
{
  McpProvider *provider = mcp_provider_lease_get_provider (lease);
  Watch *watch;

  watch = g_new0 (Watch, 1);
  watch->server = mcp_change_notifier_hold_server (self, provider, own);
  mcp_change_notifier_unwatch (self, listener, uri);
  watch->lease = lease;
  watch->own = g_strdup (own);
  watch->uri = g_strdup (uri);
  mcp_provider_hold (provider);
  mcp_provider_watch (provider, own);
  g_ptr_array_add (listener->watches, watch);
}

/**
 * mcp_change_notifier_unwatch:
 * @self: the change notifier
 * @listener: who wants to hear no more
 * @uri: of a resource, as the client has it; unknown ones are ignored
 */
void
mcp_change_notifier_unwatch (McpChangeNotifier *self, McpChangeListener *listener, const char *uri)
{
  for (guint i = 0; i < listener->watches->len; i++)
    {
      Watch *watch = g_ptr_array_index (listener->watches, i);

      if (strcmp (watch->uri, uri) == 0)
        {
          g_ptr_array_remove_index (listener->watches, i);
          return;
        }
    }
}

/**
 * mcp_change_notifier_hold_server:
 * @self: the change notifier
 * @provider: a provider
 * @uri: of a resource of its server's
 *
 * For who asks the server to tell of the resource's changes.
 *
 * Returns: (transfer full): what the server is asked about it
 */
McpServerWatch *
mcp_change_notifier_hold_server (McpChangeNotifier *self, McpProvider *provider, const char *uri)
{
  return mcp_server_watch_hold (self->servers, provider, uri);
}

/**
 * mcp_change_notifier_is_watched:
 * @self: the change notifier
 * @provider: a provider
 * @uri: of a resource of its server's
 *
 * Returns: whether any listener watches it
 */
gboolean
mcp_change_notifier_is_watched (McpChangeNotifier *self, McpProvider *provider, const char *uri)
{
  for (guint i = 0; i < self->listeners->len; i++)
    {
      McpChangeListener *listener = g_ptr_array_index (self->listeners, i);

      for (guint k = 0; k < listener->watches->len; k++)
        {
          Watch *watch = g_ptr_array_index (listener->watches, k);

          if (watch_get_provider (watch) == provider && strcmp (watch->own, uri) == 0)
            return TRUE;
        }
    }
  return FALSE;
}

/**
 * mcp_change_notifier_count_watches:
 * @self: the change notifier
 * @listener: one of them
 *
 * Returns: how many resources it watches
 */
guint
mcp_change_notifier_count_watches (McpChangeNotifier *self, McpChangeListener *listener)
{
  return listener->watches->len;
}

static void
mcp_change_notifier_finalize (GObject *object)
{
  McpChangeNotifier *self = MCP_CHANGE_NOTIFIER (object);

  g_ptr_array_unref (self->listeners);
  g_hash_table_unref (self->servers);
  g_object_unref (self->pool);

  G_OBJECT_CLASS (mcp_change_notifier_parent_class)->finalize (object);
}

static void
mcp_change_notifier_class_init (McpChangeNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_change_notifier_finalize;
}

static void
mcp_change_notifier_init (McpChangeNotifier *self)
{
  self->listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) listener_unref);
  self->servers = mcp_server_watch_new_table ();
}

/**
 * mcp_change_notifier_new:
 * @pool: where the providers are
 * @catalogue: clients hear of its changes
 *
 * Returns: (transfer full): change notifier without listeners
 */
McpChangeNotifier *
mcp_change_notifier_new (McpProviderPool *pool, McpCatalogue *catalogue)
{
  McpChangeNotifier *self = g_object_new (MCP_TYPE_CHANGE_NOTIFIER, NULL);

  self->pool = g_object_ref (pool);
  g_signal_connect_object (pool, "notification", G_CALLBACK (notification_cb), self, 0);
  g_signal_connect_object (catalogue, "changed", G_CALLBACK (changed_cb), self, 0);
  return self;
}
