/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-provider.h"

enum
{
  SIGNAL_NOTIFICATION,
  SIGNAL_REQUEST,
  SIGNAL_SAID,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_INTERFACE (McpProvider, mcp_provider, G_TYPE_OBJECT)

static void
mcp_provider_default_init (McpProviderInterface *iface)
{
  /**
   * McpProvider::notification:
   * @self: the provider
   * @message: what came
   *
   * The server sent a notification that belongs to no request in flight.
   */
  signals[SIGNAL_NOTIFICATION] =
      g_signal_new ("notification", MCP_TYPE_PROVIDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, MCP_TYPE_JSONRPC_MESSAGE);

  /**
   * McpProvider::request:
   * @self: the provider
   * @message: what came
   *
   * The server asks something that the provider does not answer by itself. A handler must see to it
   * that mcp_provider_respond() is called; without a handler the server gets an error.
   */
  signals[SIGNAL_REQUEST] = g_signal_new ("request", MCP_TYPE_PROVIDER, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, MCP_TYPE_JSONRPC_MESSAGE);

  /**
   * McpProvider::said:
   * @self: the provider
   * @text: a line without control characters
   *
   * The server said something to people, such as a line on standard error.
   */
  signals[SIGNAL_SAID] =
      g_signal_new ("said", MCP_TYPE_PROVIDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                    1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);

  /**
   * McpProvider:state:
   *
   * A #McpProviderState.
   */
  g_object_interface_install_property (
      iface, g_param_spec_uint ("state", NULL, NULL, 0, MCP_PROVIDER_CLOSING, MCP_PROVIDER_STOPPED,
                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

/**
 * mcp_provider_request_async:
 * @self: the provider
 * @request: what to ask
 * @cancellable: (nullable): withdraws the request, also from the server
 * @callback: called when the server has answered, or cannot
 * @user_data: for @callback
 *
 * Sends a request to the server, which is started first where it does not run.
 * Main context only; @callback is never called from within.
 */
void
mcp_provider_request_async (McpProvider *self,
                            const McpProviderRequest *request,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (MCP_IS_PROVIDER (self));
  g_return_if_fail (request != NULL && request->method != NULL);

  MCP_PROVIDER_GET_IFACE (self)->request_async (self, request, cancellable, callback, user_data);
}

/**
 * mcp_provider_request_finish:
 * @self: the provider
 * @result: what the callback was given
 * @error: return location
 *
 * The server's answer. An error that the server answered with is an answer: a
 * message of the kind %MCP_JSONRPC_FAILURE.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED, %MCP_ERROR_CANCELLED, %MCP_ERROR_CLOSED.
 *
 * Returns: (transfer full) (nullable): the response, or %NULL
 */
McpJsonrpcMessage *
mcp_provider_request_finish (McpProvider *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MCP_IS_PROVIDER (self), NULL);

  return MCP_PROVIDER_GET_IFACE (self)->request_finish (self, result, error);
}

/**
 * mcp_provider_notify:
 * @self: the provider
 * @method: JSON-RPC method
 * @params: (nullable): a JSON object
 *
 * Sends a notification to the server; it is dropped where none runs.
 */
void
mcp_provider_notify (McpProvider *self, const char *method, const char *params)
{
  g_return_if_fail (MCP_IS_PROVIDER (self));
  g_return_if_fail (method != NULL);

  MCP_PROVIDER_GET_IFACE (self)->notify (self, method, params);
}

/**
 * mcp_provider_respond:
 * @self: the provider
 * @response: a JSON-RPC response to what #McpProvider::request brought, with the server's own id
 *
 * Answers the server; dropped where that process has gone meanwhile.
 */
void
mcp_provider_respond (McpProvider *self, GBytes *response)
{
  g_return_if_fail (MCP_IS_PROVIDER (self));
  g_return_if_fail (response != NULL);

  MCP_PROVIDER_GET_IFACE (self)->respond (self, response);
}

/**
 * mcp_provider_close_async:
 * @self: the provider
 * @cancellable: (nullable): stops waiting, not closing
 * @callback: called when nothing of the server is left
 * @user_data: for @callback
 *
 * Ends the server. Requests in flight, and those made before @callback is called,
 * fail with %MCP_ERROR_CLOSED; a later one starts the server again.
 */
void
mcp_provider_close_async (McpProvider *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (MCP_IS_PROVIDER (self));

  MCP_PROVIDER_GET_IFACE (self)->close_async (self, cancellable, callback, user_data);
}

/**
 * mcp_provider_close_finish:
 * @self: the provider
 * @result: what the callback was given
 * @error: return location
 *
 * Errors: %G_IO_ERROR_CANCELLED, when the waiting was withdrawn.
 *
 * Returns: whether the server has ended
 */
gboolean
mcp_provider_close_finish (McpProvider *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (MCP_IS_PROVIDER (self), FALSE);

  return MCP_PROVIDER_GET_IFACE (self)->close_finish (self, result, error);
}

/**
 * mcp_provider_get_state:
 * @self: the provider
 *
 * Returns: the state; `notify::state` tells of changes
 */
McpProviderState
mcp_provider_get_state (McpProvider *self)
{
  g_return_val_if_fail (MCP_IS_PROVIDER (self), MCP_PROVIDER_STOPPED);

  return MCP_PROVIDER_GET_IFACE (self)->get_state (self);
}

/**
 * mcp_provider_get_name:
 * @self: the provider
 *
 * Returns: (transfer none): the server's name in the configuration
 */
const char *
mcp_provider_get_name (McpProvider *self)
{
  g_return_val_if_fail (MCP_IS_PROVIDER (self), NULL);

  return MCP_PROVIDER_GET_IFACE (self)->get_name (self);
}

/**
 * mcp_provider_get_revision:
 * @self: the provider
 *
 * Returns: what was agreed on with the server; %MCP_REVISION_UNKNOWN: it never was ready
 */
McpRevision
mcp_provider_get_revision (McpProvider *self)
{
  g_return_val_if_fail (MCP_IS_PROVIDER (self), MCP_REVISION_UNKNOWN);

  return MCP_PROVIDER_GET_IFACE (self)->get_revision (self);
}

/**
 * mcp_provider_get_capabilities:
 * @self: the provider
 *
 * Returns: (transfer none) (nullable): JSON object: what the server offers; %NULL: it never was
 * ready
 */
const char *
mcp_provider_get_capabilities (McpProvider *self)
{
  g_return_val_if_fail (MCP_IS_PROVIDER (self), NULL);

  return MCP_PROVIDER_GET_IFACE (self)->get_capabilities (self);
}

/**
 * mcp_provider_get_instructions:
 * @self: the provider
 *
 * Returns: (transfer none) (nullable): what the server says of itself, for a model
 */
const char *
mcp_provider_get_instructions (McpProvider *self)
{
  McpProviderInterface *iface;

  g_return_val_if_fail (MCP_IS_PROVIDER (self), NULL);

  iface = MCP_PROVIDER_GET_IFACE (self);
  return iface->get_instructions != NULL ? iface->get_instructions (self) : NULL;
}

/**
 * mcp_provider_get_server_info:
 * @self: the provider
 *
 * Returns: (transfer none) (nullable): what the server calls itself: an object with strings `name`
 *   and `version` at least
 */
const char *
mcp_provider_get_server_info (McpProvider *self)
{
  McpProviderInterface *iface;

  g_return_val_if_fail (MCP_IS_PROVIDER (self), NULL);

  iface = MCP_PROVIDER_GET_IFACE (self);
  return iface->get_server_info != NULL ? iface->get_server_info (self) : NULL;
}

/**
 * mcp_provider_get_peer:
 * @self: a provider
 *
 * Returns: (transfer none) (nullable): the process behind a server on the bus
 */
const McpServerPeer *
mcp_provider_get_peer (McpProvider *self)
{
  McpProviderInterface *iface;

  g_return_val_if_fail (MCP_IS_PROVIDER (self), NULL);

  iface = MCP_PROVIDER_GET_IFACE (self);
  return iface->get_peer != NULL ? iface->get_peer (self) : NULL;
}

/**
 * mcp_provider_is_locked:
 * @self: a provider
 *
 * Returns: whether the last start failed since a keyring was locked. A next one costs nobody
 *   anything, and is the way to learn that the keyring is open
 */
gboolean
mcp_provider_is_locked (McpProvider *self)
{
  McpProviderInterface *iface;

  g_return_val_if_fail (MCP_IS_PROVIDER (self), FALSE);

  iface = MCP_PROVIDER_GET_IFACE (self);
  return iface->is_locked != NULL && iface->is_locked (self);
}

/**
 * mcp_provider_get_lifecycle:
 * @self: the provider
 *
 * Returns: how the server is begun with, as its last start found; %MCP_LIFECYCLE_UNKNOWN after a
 *   start that failed
 */
McpLifecycle
mcp_provider_get_lifecycle (McpProvider *self)
{
  McpProviderInterface *iface;

  g_return_val_if_fail (MCP_IS_PROVIDER (self), MCP_LIFECYCLE_UNKNOWN);

  iface = MCP_PROVIDER_GET_IFACE (self);
  return iface->get_lifecycle != NULL ? iface->get_lifecycle (self) : MCP_LIFECYCLE_UNKNOWN;
}

/**
 * mcp_provider_set_lifecycle:
 * @self: a provider that does not run
 * @lifecycle: as another provider of the same server found
 *
 * A provider that knows better does not change its mind.
 */
void
mcp_provider_set_lifecycle (McpProvider *self, McpLifecycle lifecycle)
{
  McpProviderInterface *iface;

  g_return_if_fail (MCP_IS_PROVIDER (self));

  iface = MCP_PROVIDER_GET_IFACE (self);
  if (iface->set_lifecycle != NULL)
    iface->set_lifecycle (self, lifecycle);
}

/**
 * mcp_provider_hold:
 * @self: the provider
 *
 * Keeps a server that runs from being ended for being idle, until mcp_provider_release()
 * was called as often.
 */
void
mcp_provider_hold (McpProvider *self)
{
  g_return_if_fail (MCP_IS_PROVIDER (self));

  MCP_PROVIDER_GET_IFACE (self)->hold (self);
}

/**
 * mcp_provider_release:
 * @self: the provider, which is held
 *
 * Takes one mcp_provider_hold() back.
 */
void
mcp_provider_release (McpProvider *self)
{
  g_return_if_fail (MCP_IS_PROVIDER (self));

  MCP_PROVIDER_GET_IFACE (self)->release (self);
}

/**
 * mcp_provider_watch:
 * @self: the provider
 * @uri: of a resource
 *
 * Asks the server to tell when a resource changes, by "notification", whenever it runs: at once
 * where it does, else at its next start. Counts nothing: a second call for the same does nothing.
 */
void
mcp_provider_watch (McpProvider *self, const char *uri)
{
  g_return_if_fail (MCP_IS_PROVIDER (self));
  g_return_if_fail (uri != NULL);

  MCP_PROVIDER_GET_IFACE (self)->watch (self, uri);
}

/**
 * mcp_provider_unwatch:
 * @self: the provider
 * @uri: of a resource that was watched
 *
 * The server need not tell any more.
 */
void
mcp_provider_unwatch (McpProvider *self, const char *uri)
{
  g_return_if_fail (MCP_IS_PROVIDER (self));
  g_return_if_fail (uri != NULL);

  MCP_PROVIDER_GET_IFACE (self)->unwatch (self, uri);
}

/**
 * mcp_provider_set_limits:
 * @self: the provider
 * @limits: copied
 *
 * Takes new limits: for its next request over HTTP, or the next start of its process. Main context
 * only.
 */
void
mcp_provider_set_limits (McpProvider *self, const McpLimits *limits)
{
  g_return_if_fail (MCP_IS_PROVIDER (self));
  g_return_if_fail (limits != NULL);

  MCP_PROVIDER_GET_IFACE (self)->set_limits (self, limits);
}
