/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-server-watch.h"
#include "common/mcp-keyed-hash.h"

#include "common/mcp-json.h"

/* How long the answer to resources/unsubscribe may take. Without an answer in this time, the next
 * resources/subscribe is sent nevertheless. */
#define PATIENCE_MS 2000

struct _McpServerWatch
{
  GHashTable *watches;   /* (owned): has this watch while it is held or unsubscribes */
  McpProvider *provider; /* (owned) */
  char *uri;             /* (owned) */
  guint n_holds;
  gboolean subscribed;    /* by resources/subscribe; servers of 2026-07-28 have no such request */
  gboolean unsubscribing; /* until the server answers */
  GPtrArray *waiting;     /* (owned): GTask (owned): wait for this answer */
};

static guint
watch_hash (gconstpointer key)
{
  const McpServerWatch *self = key;

  return g_direct_hash (self->provider) ^ mcp_keyed_hash_str (self->uri);
}

static gboolean
watch_equal (gconstpointer a, gconstpointer b)
{
  const McpServerWatch *one = a;
  const McpServerWatch *other = b;

  return one->provider == other->provider && g_str_equal (one->uri, other->uri);
}

/**
 * mcp_server_watch_new_table:
 *
 * Returns: (transfer full): an empty table for the watches of a gateway
 */
GHashTable *
mcp_server_watch_new_table (void)
{
  return g_hash_table_new (watch_hash, watch_equal);
}

/**
 * mcp_server_watch_hold:
 * @watches: the watches of the gateway
 * @provider: the server that has the resource
 * @uri: the server's own URI of the resource
 *
 * Returns: (transfer full): the watch of this resource
 */
McpServerWatch *
mcp_server_watch_hold (GHashTable *watches, McpProvider *provider, const char *uri)
{
  McpServerWatch key = { .provider = provider, .uri = (char *) uri };
  McpServerWatch *self = g_hash_table_lookup (watches, &key);

  if (self == NULL)
    {
      self = g_new0 (McpServerWatch, 1);
      self->watches = g_hash_table_ref (watches);
      self->provider = g_object_ref (provider);
      self->uri = g_strdup (uri);
      self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
      g_hash_table_add (watches, self);
    }
  self->n_holds++;
  return self;
}

static void
free_if_unused (McpServerWatch *self)
{
  if (self->n_holds > 0 || self->unsubscribing)
    return;

  g_hash_table_remove (self->watches, self);
  g_hash_table_unref (self->watches);
  g_object_unref (self->provider);
  g_ptr_array_unref (self->waiting);
  g_free (self->uri);
  g_free (self);
}

static void
unsubscribed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpServerWatch *self = user_data;
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);
  g_autoptr (McpJsonrpcMessage) answer =
      mcp_provider_request_finish (MCP_PROVIDER (source), result, NULL);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->unsubscribing = FALSE;
  for (guint i = 0; i < waiting->len; i++)
    g_task_return_boolean (g_ptr_array_index (waiting, i), TRUE);
  free_if_unused (self);
}

static void
unsubscribe_server (McpServerWatch *self)
{
  g_autoptr (GString) params = g_string_new ("{\"uri\":");
  McpProviderRequest request = { .method = "resources/unsubscribe", .timeout_ms = PATIENCE_MS };

  mcp_json_append_string (params, self->uri);
  g_string_append_c (params, '}');
  request.params = params->str;
  self->subscribed = FALSE;
  self->unsubscribing = TRUE;
  mcp_provider_request_async (self->provider, &request, NULL, unsubscribed_cb, self);
}

/**
 * mcp_server_watch_release:
 * @self: (transfer full): the watch
 *
 * Ends one mcp_server_watch_hold(). After the last one the server, if it runs, is asked to send no
 * more updates.
 */
void
mcp_server_watch_release (McpServerWatch *self)
{
  g_return_if_fail (self->n_holds > 0);

  if (--self->n_holds > 0)
    return;

  mcp_provider_unwatch (self->provider, self->uri);
  if (self->subscribed && mcp_provider_get_state (self->provider) == MCP_PROVIDER_READY)
    unsubscribe_server (self);
  else
    free_if_unused (self);
}

/**
 * mcp_server_watch_set_subscribed:
 * @self: the watch
 * @subscribed: whether the server was sent a resources/subscribe and did not refuse it
 */
void
mcp_server_watch_set_subscribed (McpServerWatch *self, gboolean subscribed)
{
  self->subscribed = subscribed;
}

/**
 * mcp_server_watch_settle_async:
 * @self: the watch, held until the callback has run
 * @callback: (scope async): called when no resources/unsubscribe for the resource is in flight
 * @user_data: for @callback
 */
void
mcp_server_watch_settle_async (McpServerWatch *self,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, mcp_server_watch_settle_async);
  if (self->unsubscribing)
    g_ptr_array_add (self->waiting, g_steal_pointer (&task));
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * mcp_server_watch_settle_finish:
 * @result: what the callback got
 */
void
mcp_server_watch_settle_finish (GAsyncResult *result)
{
  g_return_if_fail (g_async_result_is_tagged (result, mcp_server_watch_settle_async));

  g_task_propagate_boolean (G_TASK (result), NULL);
}
