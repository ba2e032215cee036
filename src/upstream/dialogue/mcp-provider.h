/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "protocol/mcp-jsonrpc.h"
#include "protocol/mcp-params.h"
#include "protocol/mcp-revision.h"
#include "upstream/config/mcp-lifecycle.h"
#include "upstream/config/mcp-server-peer.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpProvider:
 *
 * A connection to one upstream MCP server, whatever carries it. It starts at
 * its first request, negotiates, mints its own request ids and progress tokens,
 * and says what comes back. Main context only.
 *
 * Signals:
 *   notification (McpJsonrpcMessage *): one that belongs to no request in flight
 *   request (McpJsonrpcMessage *): the server asks, for no request in flight that is known;
 *     answered by mcp_provider_respond()
 *   said (const char *): a line for people, such as one of its standard error
 *   notify::state
 */
#define MCP_TYPE_PROVIDER (mcp_provider_get_type ())
G_DECLARE_INTERFACE (McpProvider, mcp_provider, MCP, PROVIDER, GObject)

typedef enum
{
  MCP_PROVIDER_STOPPED, /* not started yet, or ended; the next request starts it */
  MCP_PROVIDER_STARTING,
  MCP_PROVIDER_READY,
  MCP_PROVIDER_CLOSING,
} McpProviderState;

/**
 * McpProviderProgressFunc:
 * @params: the params of a notifications/progress, with the provider's own token
 *
 * Always called before the request that it belongs to is finished.
 */
typedef void (*McpProviderProgressFunc) (McpProvider *self,
                                         McpJsonSlice params,
                                         gpointer user_data);

/**
 * McpProviderLogFunc:
 * @params: the params of a notifications/message that belongs to the request
 */
typedef void (*McpProviderLogFunc) (McpProvider *self, McpJsonSlice params, gpointer user_data);

/**
 * McpProviderAskFunc:
 * @request: what the server asks its client for the sake of this request
 *
 * Answered by mcp_provider_respond() with a response of @request's id; the request's
 * time stands still until then.
 */
typedef void (*McpProviderAskFunc) (McpProvider *self,
                                    McpJsonrpcMessage *request,
                                    gpointer user_data);

/**
 * McpProviderCaller:
 * @call_id: (nullable): of the tool call, as events and the history have it
 * @session_id: (nullable): the session that the request is made in
 * @cwd: (nullable): the working directory of this session
 * @client: (nullable): what the client calls itself
 *
 * On whose behalf a request is made: apps on the session bus are told.
 */
typedef struct
{
  const char *call_id;
  const char *session_id;
  const char *cwd;
  const char *client;
} McpProviderCaller;

/**
 * McpProviderRequest:
 * @method: JSON-RPC method
 * @params: (nullable): a JSON object, for requests of the daemon's own
 * @relayed: (nullable): in place of @params: those of a client's request; what belongs to the
 *   client's hop in them is replaced
 * @timeout_ms: without an answer or progress; 0: the provider's default
 * @progress: (nullable): given: a progress token is minted and sent
 * @log: (nullable): takes log messages that belong to the request
 * @ask: (nullable): takes what the server asks; without it the server is refused
 * @user_data: for the functions
 * @capabilities: (nullable): JSON object: what the client can do; said to servers that
 *   get it with each request (2026-07-28)
 * @log_level: (nullable): what the client wants to hear; said to the same
 * @param_headers: (nullable): name without “Mcp-Param-”, value, …: arguments that go into HTTP
 *   headers as well (2026-07-28, basic/transports/streamable-http)
 * @caller: on whose behalf
 *
 * One request to the upstream server; borrowed until the call returns.
 */
typedef struct
{
  const char *method;
  const char *params;
  McpParams *relayed;
  guint timeout_ms;
  McpProviderProgressFunc progress;
  McpProviderLogFunc log;
  McpProviderAskFunc ask;
  gpointer user_data;
  const char *capabilities;
  const char *log_level;
  const char *const *param_headers;
  McpProviderCaller caller;
} McpProviderRequest;

struct _McpProviderInterface
{
  GTypeInterface parent_iface;

  void (*request_async) (McpProvider *self,
                         const McpProviderRequest *request,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  McpJsonrpcMessage *(*request_finish) (McpProvider *self, GAsyncResult *result, GError **error);
  void (*notify) (McpProvider *self, const char *method, const char *params);
  void (*respond) (McpProvider *self, GBytes *response);
  void (*close_async) (McpProvider *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  gboolean (*close_finish) (McpProvider *self, GAsyncResult *result, GError **error);
  McpProviderState (*get_state) (McpProvider *self);
  const char *(*get_name) (McpProvider *self);
  McpRevision (*get_revision) (McpProvider *self);
  const char *(*get_capabilities) (McpProvider *self);
  const char *(*get_instructions) (McpProvider *self);               /* (nullable) */
  const char *(*get_server_info) (McpProvider *self);                /* (nullable) */
  const McpServerPeer *(*get_peer) (McpProvider *self);              /* (nullable) */
  gboolean (*is_locked) (McpProvider *self);                         /* (nullable) */
  McpLifecycle (*get_lifecycle) (McpProvider *self);                 /* (nullable) */
  void (*set_lifecycle) (McpProvider *self, McpLifecycle lifecycle); /* (nullable) */
  void (*hold) (McpProvider *self);
  void (*release) (McpProvider *self);
  void (*watch) (McpProvider *self, const char *uri);
  void (*unwatch) (McpProvider *self, const char *uri);
  void (*set_limits) (McpProvider *self, const McpLimits *limits);
};

void mcp_provider_request_async (McpProvider *self,
                                 const McpProviderRequest *request,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
McpJsonrpcMessage *
mcp_provider_request_finish (McpProvider *self, GAsyncResult *result, GError **error);
void mcp_provider_notify (McpProvider *self, const char *method, const char *params);
void mcp_provider_respond (McpProvider *self, GBytes *response);
void mcp_provider_close_async (McpProvider *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean mcp_provider_close_finish (McpProvider *self, GAsyncResult *result, GError **error);
McpProviderState mcp_provider_get_state (McpProvider *self);
const char *mcp_provider_get_name (McpProvider *self);

/* What is known of the server once it was ready; stays after its end. */
McpRevision mcp_provider_get_revision (McpProvider *self);
const char *mcp_provider_get_capabilities (McpProvider *self);
const char *mcp_provider_get_instructions (McpProvider *self);
const char *mcp_provider_get_server_info (McpProvider *self);

/* Who is behind the server at the moment, where the bus tells. */
const McpServerPeer *mcp_provider_get_peer (McpProvider *self);

/* Whether the next request may do what the last one could not: open a keyring. */
gboolean mcp_provider_is_locked (McpProvider *self);

/* How the server is begun with; so that not each provider has to find it out. */
McpLifecycle mcp_provider_get_lifecycle (McpProvider *self);
void mcp_provider_set_lifecycle (McpProvider *self, McpLifecycle lifecycle);

/* While it is held, a server that runs is not ended for being idle. */
void mcp_provider_hold (McpProvider *self);
void mcp_provider_release (McpProvider *self);

/* Whose notifications/resources/updated are wanted, over restarts of the server. */
void mcp_provider_watch (McpProvider *self, const char *uri);
void mcp_provider_unwatch (McpProvider *self, const char *uri);

void mcp_provider_set_limits (McpProvider *self, const McpLimits *limits);

G_END_DECLS
