/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Asks a resource's server to tell of its changes (server/resources,
 * "Subscriptions").
 */
#include "gateway/methods/mcp-resource-watch.h"

#include "common/mcp-error.h"
#include "gateway/catalogue/mcp-catalogue-resolve.h"
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

/* How long a server may take to say that it tells of a resource; it may know none of that name. */
#define PATIENCE_MS 2000

typedef struct
{
  McpServices *services;      /* (owned) */
  McpClient *client;          /* (owned) */
  char *uri;                  /* (owned) */
  McpProviderLease *lease;    /* (owned) (nullable) */
  McpServerWatch *server;     /* (owned) (nullable) */
  McpJsonrpcMessage *refusal; /* (owned) (nullable): the server's error */
  gulong notification_id;
  GSource *timer; /* (owned) (nullable) */
} Asking;

static void
stop_waiting (Asking *self)
{
  if (self->lease != NULL)
    g_clear_signal_handler (&self->notification_id, mcp_provider_lease_get_provider (self->lease));
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
asking_free (Asking *self)
{
  stop_waiting (self);
  g_clear_pointer (&self->server, mcp_server_watch_release);
  g_clear_pointer (&self->lease, mcp_provider_lease_free);
  g_clear_pointer (&self->refusal, mcp_jsonrpc_message_unref);
  mcp_services_unref (self->services);
  mcp_client_unref (self->client);
  g_free (self->uri);
  g_free (self);
}

static void
lease_free (gpointer lease)
{
  mcp_provider_lease_free (lease);
}

static void
finish (GTask *task)
{
  Asking *self = g_task_get_task_data (task);

  stop_waiting (self);
  g_task_return_pointer (task, g_steal_pointer (&self->lease), lease_free);
}

/* 2026-07-28: what a server tells of is said by the request that listens, and acknowledged. */

static gboolean
is_acknowledged (McpJsonrpcMessage *message, const char *uri)
{
  McpJsonSlice value = mcp_jsonrpc_message_get_params (message);
  McpJsonSlice element;
  McpJsonIter iter;

  if (strcmp (mcp_jsonrpc_message_get_method (message),
              "notifications/subscriptions/acknowledged") != 0 ||
      value.data == NULL ||
      !mcp_json_find_typed (value, "notifications", MCP_JSON_OBJECT, &value) ||
      !mcp_json_find_typed (value, "resourceSubscriptions", MCP_JSON_ARRAY, &value))
    return FALSE;

  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &element))
    if (mcp_json_get_type (element) == MCP_JSON_STRING && mcp_json_string_equal (element, uri))
      return TRUE;
  return FALSE;
}

static void
notification_cb (McpProvider *provider, McpJsonrpcMessage *message, GTask *task)
{
  Asking *self = g_task_get_task_data (task);
  g_autoptr (GTask) guard = g_object_ref (task);

  if (is_acknowledged (message, self->uri))
    finish (task);
}

static gboolean
patience_cb (gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (G_TASK (user_data));

  finish (task);
  return G_SOURCE_REMOVE;
}

static void
release_task (gpointer task, GClosure *closure)
{
  g_object_unref (task);
}

static void
await_acknowledgement (GTask *task)
{
  Asking *self = g_task_get_task_data (task);
  McpProvider *provider = mcp_provider_lease_get_provider (self->lease);

  if (mcp_change_notifier_is_watched (self->services->change_notifier, provider, self->uri))
    {
      finish (task);
      return;
    }
  self->notification_id = g_signal_connect_data (
      provider, "notification", G_CALLBACK (notification_cb), g_object_ref (task), release_task, 0);
  self->timer = g_timeout_source_new (PATIENCE_MS);
  g_source_set_callback (self->timer, patience_cb, g_object_ref (task), g_object_unref);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  mcp_provider_watch (provider, self->uri);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Asking *self = g_task_get_task_data (task);
  gboolean is_stateless;
  GError *error = NULL;
  g_autoptr (McpJsonrpcMessage) answer =
      mcp_provider_request_finish (MCP_PROVIDER (source), result, &error);

  mcp_provider_lease_report (self->lease, error);
  is_stateless = mcp_revision_is_stateless (mcp_provider_get_revision (MCP_PROVIDER (source)));
  if (is_stateless)
    mcp_server_watch_set_subscribed (self->server, FALSE);
  if (answer == NULL)
    g_task_return_error (task, error);
  else if (mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_FAILURE && !is_stateless)
    {
      self->refusal = g_steal_pointer (&answer);
      if (!mcp_change_notifier_is_watched (self->services->change_notifier, MCP_PROVIDER (source),
                                           self->uri))
        mcp_server_watch_set_subscribed (self->server, FALSE);
      g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                               "The server refused to tell of changes");
    }
  else if (is_stateless)
    await_acknowledgement (task);
  else
    finish (task);
}

static void
ask_server (GTask *task)
{
  Asking *self = g_task_get_task_data (task);
  McpProvider *provider = mcp_provider_lease_get_provider (self->lease);
  g_autoptr (GString) params = g_string_new ("{\"uri\":");
  McpProviderRequest request = { .method = "resources/subscribe" };

  if (mcp_revision_is_stateless (mcp_provider_get_revision (provider)))
    {
      if (mcp_provider_get_state (provider) == MCP_PROVIDER_READY)
        {
          await_acknowledgement (task);
          return;
        }
      request.method = "server/discover"; /* starts it */
    }
  else
    mcp_server_watch_set_subscribed (self->server, TRUE);
  mcp_json_append_string (params, self->uri);
  g_string_append_c (params, '}');
  request.params = params->str;
  mcp_provider_request_async (provider, &request, g_task_get_cancellable (task), asked_cb,
                              g_object_ref (task));
}

static void
settled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);

  mcp_server_watch_settle_finish (result);
  ask_server (task);
}

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Asking *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (McpTarget) target =
      mcp_catalogue_resolve_finish (MCP_CATALOGUE (source), result, &error);

  if (target != NULL)
    self->lease = mcp_provider_pool_acquire (self->services->pool, target->config,
                                             self->client->session, &error);
  if (self->lease == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_free (self->uri);
  self->uri = g_strdup (target->name);
  self->server = mcp_change_notifier_hold_server (
      self->services->change_notifier, mcp_provider_lease_get_provider (self->lease), self->uri);
  mcp_server_watch_settle_async (self->server, settled_cb, g_object_ref (task));
}

/**
 * mcp_resource_watch_async:
 * @services: what it is done with
 * @client: the client that wants to hear of changes
 * @uri: of a resource
 * @cancellable: (nullable): ends it early
 * @callback: (scope async): when the server has agreed
 * @user_data: for @callback
 *
 * Finds the resource's server, if need be at servers that were never listed, and asks it.
 */
void
mcp_resource_watch_async (McpServices *services,
                          McpClient *client,
                          const char *uri,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Asking *self = g_new0 (Asking, 1);

  self->services = mcp_services_ref (services);
  self->client = mcp_client_ref (client);
  self->uri = g_strdup (uri);
  g_task_set_source_tag (task, mcp_resource_watch_async);
  g_task_set_task_data (task, self, (GDestroyNotify) asking_free);
  g_task_set_check_cancellable (task, FALSE);
  mcp_catalogue_resolve_async (services->catalogue, client, MCP_ITEM_RESOURCE, uri, NULL,
                               cancellable, NULL, resolved_cb, task);
}

/**
 * mcp_resource_watch_finish:
 * @result: what the callback got
 * @own: (out) (optional) (transfer full) (nullable): the URI of the resource, as the server has it
 * @refusal: (out) (optional) (transfer full) (nullable): the server's own error, where it is that
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND; those of providers and of the catalogue.
 *
 * Returns: (transfer full) (nullable): a lease of the provider, for mcp_change_notifier_watch()
 */
McpProviderLease *
mcp_resource_watch_finish (GAsyncResult *result,
                           char **own,
                           McpJsonrpcMessage **refusal,
                           GError **error)
{
  Asking *self;

  g_return_val_if_fail (g_async_result_is_tagged (result, mcp_resource_watch_async), NULL);

  self = g_task_get_task_data (G_TASK (result));
  if (own != NULL)
    *own = g_strdup (self->uri);
  if (refusal != NULL)
    *refusal = g_steal_pointer (&self->refusal);
  return g_task_propagate_pointer (G_TASK (result), error);
}
