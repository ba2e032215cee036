/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Asks a resource's server to tell of its changes (server/resources,
 * "Subscriptions").
 */
#include "mcp-resource-watch.h"

#include "mcp-error.h"
#include "mcp-jsonrpc.h"

typedef struct
{
  McpServices *services;      /* (owned) */
  McpSession *session;        /* (owned) */
  char *uri;                  /* (owned) */
  McpProviderLease *lease;    /* (owned) (nullable) */
  McpJsonrpcMessage *refusal; /* (owned) (nullable): the server's error */
} Asking;

static void
asking_free (Asking *self)
{
  g_clear_pointer (&self->lease, mcp_provider_lease_free);
  g_clear_pointer (&self->refusal, mcp_jsonrpc_message_unref);
  mcp_services_unref (self->services);
  g_object_unref (self->session);
  g_free (self->uri);
  g_free (self);
}

static void
lease_free (gpointer lease)
{
  mcp_provider_lease_free (lease);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Asking *self = g_task_get_task_data (task);
  gboolean is_modern;
  GError *error = NULL;
  g_autoptr (McpJsonrpcMessage) answer =
      mcp_provider_request_finish (MCP_PROVIDER (source), result, &error);

  mcp_provider_lease_report (self->lease, error);
  is_modern = mcp_revision_is_modern (mcp_provider_get_revision (MCP_PROVIDER (source)));
  if (answer == NULL)
    g_task_return_error (task, error);
  else if (mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_FAILURE && !is_modern)
    {
      self->refusal = g_steal_pointer (&answer);
      g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                               "The server refused to tell of changes");
    }
  else
    /* one of 2026-07-28 knows no such request: its provider says it in another way */
    g_task_return_pointer (task, g_steal_pointer (&self->lease), lease_free);
}

static void
ask_server (GTask *task)
{
  Asking *self = g_task_get_task_data (task);
  McpProvider *provider = mcp_provider_lease_get_provider (self->lease);
  g_autoptr (GString) params = g_string_new ("{\"uri\":");
  McpProviderRequest request = { .method = "resources/subscribe" };

  if (mcp_revision_is_modern (mcp_provider_get_revision (provider)))
    {
      g_task_return_pointer (task, g_steal_pointer (&self->lease), lease_free);
      return;
    }
  mcp_json_append_string (params, self->uri);
  g_string_append_c (params, '}');
  request.params = params->str;
  mcp_provider_request_async (provider, &request, g_task_get_cancellable (task), asked_cb,
                              g_object_ref (task));
}

static void
prepared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Asking *self = g_task_get_task_data (task);
  McpServerConfig *config;
  GError *error = NULL;

  if (!mcp_catalogue_prepare_finish (MCP_CATALOGUE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  config = mcp_catalogue_find_resource (self->services->catalogue, self->uri);
  if (config == NULL)
    {
      g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_NOT_FOUND, "Resource not found: %s",
                               self->uri);
      return;
    }
  self->lease = mcp_provider_pool_acquire (self->services->pool, config, self->session, &error);
  if (self->lease == NULL)
    g_task_return_error (task, error);
  else
    ask_server (task);
}

/**
 * mcp_resource_watch_async:
 * @services: what it is done with
 * @session: on whose behalf
 * @uri: of a resource
 * @cancellable: (nullable): ends it early
 * @callback: (scope async): when the server has agreed
 * @user_data: for @callback
 *
 * Finds the resource's server, and asks it.
 */
void
mcp_resource_watch_async (McpServices *services,
                          McpSession *session,
                          const char *uri,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Asking *self = g_new0 (Asking, 1);

  self->services = mcp_services_ref (services);
  self->session = g_object_ref (session);
  self->uri = g_strdup (uri);
  g_task_set_source_tag (task, mcp_resource_watch_async);
  g_task_set_task_data (task, self, (GDestroyNotify) asking_free);
  g_task_set_check_cancellable (task, FALSE);
  mcp_catalogue_prepare_async (services->catalogue, session, NULL, cancellable, prepared_cb, task);
}

/**
 * mcp_resource_watch_finish:
 * @result: what the callback got
 * @refusal: (out) (optional) (transfer full) (nullable): the server's own error, where it is that
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND; those of providers and of the catalogue.
 *
 * Returns: (transfer full) (nullable): a lease of the provider, for mcp_notices_watch()
 */
McpProviderLease *
mcp_resource_watch_finish (GAsyncResult *result, McpJsonrpcMessage **refusal, GError **error)
{
  Asking *self;

  g_return_val_if_fail (g_async_result_is_tagged (result, mcp_resource_watch_async), NULL);

  self = g_task_get_task_data (G_TASK (result));
  if (refusal != NULL)
    *refusal = g_steal_pointer (&self->refusal);
  return g_task_propagate_pointer (G_TASK (result), error);
}
