/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/methods/mcp-relayed.h"

#include "common/mcp-error.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-rpc-error.h"
#include "gateway/methods/mcp-downstream.h"

#include <string.h>

/**
 * mcp_relayed_get_services:
 * @self: a request
 *
 * Returns: (transfer none): what it is answered with
 */
McpServices *
mcp_relayed_get_services (McpRelayed *self)
{
  return mcp_attachment_get_services (mcp_request_get_attachment (self->request));
}

/**
 * mcp_relayed_get_session:
 * @self: a request
 *
 * Returns: (transfer none): where it is made
 */
McpSession *
mcp_relayed_get_session (McpRelayed *self)
{
  return mcp_attachment_get_session (mcp_request_get_attachment (self->request));
}

static void
relayed_free (McpRelayed *self)
{
  g_clear_pointer (&self->config, mcp_server_config_unref);
  g_object_unref (self->downstream);
  g_object_unref (self->request);
  g_free (self->name);
  g_free (self);
}

static void
relayed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpRelayed *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  answer = mcp_relay_run_finish (MCP_RELAY (source), result, &error);
  if (answer != NULL)
    mcp_downstream_answer (self->downstream, answer);
  else
    mcp_downstream_fail (self->downstream, error, self->config->name);
  relayed_free (self);
}

static void
run (McpRelayed *self, McpProviderLease *lease, const char *params)
{
  McpServices *services = mcp_relayed_get_services (self);
  McpRelayClient client;
  g_autoptr (McpRelay) relay = NULL;

  mcp_downstream_get_client (self->downstream, &client);
  relay = mcp_relay_new (lease, mcp_request_get_method (self->request),
                         (McpJsonSlice){ params, strlen (params) }, &client);
  mcp_relay_set_times (relay,
                       mcp_running_calls_choose_timeout (services->running_calls, self->config),
                       services->limits.call_seconds);
  mcp_downstream_set_server (self->downstream, self->config);
  mcp_downstream_follow_relay (self->downstream, relay);
  mcp_relay_run_async (relay, mcp_downstream_get_cancellable (self->downstream), relayed_cb, self);
}

static gboolean
try_run (McpRelayed *self)
{
  g_autofree char *params = NULL;
  g_autoptr (GError) error = NULL;
  McpServerConfig *config = self->find (self, &params);
  McpProviderLease *lease;

  if (config == NULL)
    return FALSE;

  self->config = mcp_server_config_ref (config);
  lease = mcp_provider_pool_acquire (mcp_relayed_get_services (self)->pool, config,
                                     mcp_relayed_get_session (self), &error);
  if (lease != NULL)
    {
      run (self, lease, params);
      return TRUE;
    }
  mcp_downstream_fail (self->downstream, error, config->name);
  relayed_free (self);
  return TRUE;
}

/* server/resources, "Error Handling"; each revision says it in its own way. */
static void
respond_unknown (McpRelayed *self)
{
  McpRevision revision = mcp_attachment_get_revision (mcp_request_get_attachment (self->request));
  gboolean is_read = strcmp (mcp_request_get_method (self->request), "resources/read") == 0;
  g_autofree char *text = NULL;
  g_autoptr (GString) data = NULL;
  int code = MCP_JSONRPC_ERROR_INVALID_PARAMS;

  if (!is_read)
    {
      text = g_strdup_printf ("Unknown: %s", self->name);
      mcp_request_respond_error (self->request, code, text, MCP_JSON_SLICE_NONE);
      return;
    }

  if (!mcp_revision_is_stateless (revision))
    code = MCP_ERROR_CODE_RESOURCE_NOT_FOUND;
  text = g_strdup_printf ("Resource not found: %s", self->name);
  data = g_string_new ("{\"uri\":");
  mcp_json_append_string (data, self->name);
  g_string_append_c (data, '}');
  mcp_request_respond_error (self->request, code, text, (McpJsonSlice){ data->str, data->len });
}

static void
prepared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpRelayed *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mcp_catalogue_prepare_finish (MCP_CATALOGUE (source), result, &error))
    mcp_request_respond_gerror (self->request, error, NULL);
  else if (try_run (self))
    return;
  else
    respond_unknown (self);
  relayed_free (self);
}

/**
 * mcp_relayed_start:
 * @request: a running request
 * @find: finds whose it is
 * @name: (transfer full): what it is about
 *
 * Passes the request on and its answer back. What is not known is looked for at the servers that
 * were never listed.
 */
void
mcp_relayed_start (McpRequest *request, McpRelayedFindFunc find, char *name)
{
  g_autoptr (GError) error = NULL;
  McpDownstream *downstream = mcp_downstream_new (request, &error);
  McpRelayed *self;

  if (downstream == NULL)
    {
      g_free (name);
      mcp_request_respond_gerror (request, error, NULL);
      return;
    }

  self = g_new0 (McpRelayed, 1);
  self->request = g_object_ref (request);
  self->downstream = downstream;
  self->find = find;
  self->name = name;
  if (try_run (self))
    return;
  mcp_catalogue_prepare_async (mcp_relayed_get_services (self)->catalogue,
                               mcp_relayed_get_session (self), NULL,
                               mcp_downstream_get_cancellable (downstream), prepared_cb, self);
}
