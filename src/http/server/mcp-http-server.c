/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The HTTP side of the daemon. The listener hands over one checked request at a time, a carrier
 * takes it to the router, and the router to its route.
 */
#include "http/server/mcp-http-server.h"

#include "common/mcp-names.h"
#include "http/api/mcp-health-text.h"
#include "http/connection/mcp-http-listener.h"
#include "http/page/mcp-dashboard-codes.h"
#include "http/request/mcp-body-reader.h"
#include "http/request/mcp-http-auth.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-request.h"
#include "http/server/mcp-direct-carrier.h"
#include "http/server/mcp-http-router.h"
#include "http/server/mcp-soup-carrier.h"

struct _McpHttpServer
{
  GObject parent_instance;

  McpHttpContext context;
  McpSoupCarrier *carrier;  /* (owned) (nullable) until closed */
  McpDirectCarrier *direct; /* (owned) (nullable) until closed */
  gboolean is_direct;       /* routes may be answered without libsoup */
};

G_DEFINE_FINAL_TYPE (McpHttpServer, mcp_http_server, G_TYPE_OBJECT)

static void
mcp_http_server_dispose (GObject *object)
{
  McpHttpServer *self = MCP_HTTP_SERVER (object);

  if (self->context.gateway != NULL)
    mcp_gateway_set_callback_listener (self->context.gateway, NULL, NULL);
  mcp_http_server_close (self);

  G_OBJECT_CLASS (mcp_http_server_parent_class)->dispose (object);
}

static void
mcp_http_server_finalize (GObject *object)
{
  McpHttpContext *context = &MCP_HTTP_SERVER (object)->context;

  g_clear_pointer (&context->health, mcp_health_text_free);
  g_clear_pointer (&context->codes, mcp_dashboard_codes_free);
  g_clear_pointer (&context->ambient, mcp_ambient_sessions_free);
  g_clear_pointer (&context->hub, mcp_event_hub_unref);
  g_clear_pointer (&context->flusher, mcp_sse_flusher_unref);
  g_clear_pointer (&context->auth, mcp_http_auth_free);
  g_clear_pointer (&context->unread, mcp_unread_answers_unref);
  g_clear_pointer (&context->bodies, mcp_body_reader_unref);
  g_clear_pointer (&context->counters, g_rc_box_release);
  g_clear_object (&context->gateway);
  g_clear_object (&context->store);

  G_OBJECT_CLASS (mcp_http_server_parent_class)->finalize (object);
}

static void
mcp_http_server_class_init (McpHttpServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_http_server_dispose;
  object_class->finalize = mcp_http_server_finalize;
}

static void
mcp_http_server_init (McpHttpServer *self)
{
}

static void
request_cb (McpHttpConnection *connection, McpRequestHead *head, GBytes *body, gpointer user_data)
{
  McpHttpServer *self = user_data;
  g_autoptr (McpHttpRequest) request =
      mcp_http_request_new (&self->context, connection, head, body);

  if (self->is_direct && mcp_http_router_is_direct (request))
    mcp_direct_carrier_carry (self->direct, request);
  else
    mcp_soup_carrier_carry (self->carrier, request);
}

static void
progress_cb (McpSessionStore *store,
             McpSession *session,
             McpProgressEvent *event,
             McpHttpServer *self)
{
  mcp_sse_flusher_count_event (self->context.flusher);
}

/* What the requests of a turn have published goes out with their answers, where few watch. */
static void
turn_cb (gpointer user_data)
{
  mcp_sse_flusher_flush_few (MCP_HTTP_SERVER (user_data)->context.flusher);
}

/**
 * mcp_http_server_new:
 * @store: the sessions
 * @gateway: what answers MCP requests
 * @limits: what peers may make the daemon hold
 * @owner_key: what the owner's programs show over TCP
 *
 * Makes a server on the thread-default main context. It serves once it listens.
 *
 * Returns: (transfer full): the server
 */
McpHttpServer *
mcp_http_server_new (McpSessionStore *store,
                     McpGateway *gateway,
                     const McpLimits *limits,
                     const char *owner_key)
{
  McpHttpServer *self;
  McpHttpContext *context;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (store), NULL);
  g_return_val_if_fail (MCP_IS_GATEWAY (gateway), NULL);
  g_return_val_if_fail (owner_key != NULL && *owner_key != '\0', NULL);

  self = g_object_new (MCP_TYPE_HTTP_SERVER, NULL);
  context = &self->context;
  context->store = g_object_ref (store);
  context->gateway = g_object_ref (gateway);
  context->limits = *limits;
  context->auth = mcp_http_auth_new (store, owner_key);
  context->unread = mcp_unread_answers_new (limits);
  context->bodies = mcp_body_reader_new ();
  context->flusher = mcp_sse_flusher_new ();
  context->hub = mcp_event_hub_new (store);
  context->ambient = mcp_ambient_sessions_new (store);
  context->codes = mcp_dashboard_codes_new (owner_key);
  context->started_real_us = g_get_real_time ();
  context->started_us = g_get_monotonic_time ();
  context->health = mcp_health_text_new (context->started_real_us, context->started_us);

  g_signal_connect (store, "progress", G_CALLBACK (progress_cb), self);

  context->listener = mcp_http_listener_new (limits, request_cb, self);
  mcp_http_listener_call_at_turns (context->listener, turn_cb, self);
  context->counters = g_rc_box_acquire (mcp_http_listener_get_counters (context->listener));
  self->carrier = mcp_soup_carrier_new (mcp_http_router_handle, context->counters);
  self->direct = mcp_direct_carrier_new (mcp_http_router_handle, context->counters);
  self->is_direct = TRUE;

  return self;
}

/**
 * mcp_http_server_get_started_at:
 * @self: the server
 *
 * Returns: when it was made, in microseconds since 1970 UTC, as `/health` says it
 */
gint64
mcp_http_server_get_started_at (McpHttpServer *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_SERVER (self), 0);

  return self->context.started_real_us;
}

/**
 * mcp_http_server_set_daemon:
 * @self: a server that does not listen yet
 * @daemon: static: what routes ask of the daemon
 * @user_data: for @daemon; must live until mcp_http_server_close()
 */
void
mcp_http_server_set_daemon (McpHttpServer *self,
                            const McpHttpDaemonFuncs *daemon,
                            gpointer user_data)
{
  g_return_if_fail (MCP_IS_HTTP_SERVER (self));

  self->context.daemon = daemon;
  self->context.daemon_data = user_data;
}

/**
 * mcp_http_server_issue_page:
 * @self: the server
 * @error: return location
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED; %MCP_ERROR_NOT_FOUND where there is no TCP port, which
 * browsers need.
 *
 * Returns: (transfer full) (nullable): an address of the page that is good once
 */
char *
mcp_http_server_issue_page (McpHttpServer *self, GError **error)
{
  g_return_val_if_fail (MCP_IS_HTTP_SERVER (self), NULL);

  return mcp_dashboard_codes_issue_address (self->context.codes, self->context.tcp_port,
                                            g_get_monotonic_time (), error);
}

/**
 * mcp_http_server_set_limits:
 * @self: the server
 * @limits: what peers may make the daemon hold from now on
 *
 * Does not touch what is held already.
 */
void
mcp_http_server_set_limits (McpHttpServer *self, const McpLimits *limits)
{
  g_return_if_fail (MCP_IS_HTTP_SERVER (self));

  self->context.limits = *limits;
  mcp_unread_answers_set_limits (self->context.unread, limits);
  if (self->context.listener != NULL)
    mcp_http_listener_set_limits (self->context.listener, limits);
}

/**
 * mcp_http_server_set_require_key:
 * @self: the server
 * @require_key: whether TCP clients need a token or the owner key for
 *   everything but /health, the files of the page, and POST /dashboard/key; off at first
 */
void
mcp_http_server_set_require_key (McpHttpServer *self, gboolean require_key)
{
  g_return_if_fail (MCP_IS_HTTP_SERVER (self));

  mcp_http_auth_set_require_key (self->context.auth, require_key);
}

/**
 * mcp_http_server_set_direct:
 * @self: the server
 * @is_direct: whether the routes that are marked so are answered on the connection itself, from the
 *   next request on; %FALSE: all requests go through libsoup; on at first
 */
void
mcp_http_server_set_direct (McpHttpServer *self, gboolean is_direct)
{
  g_return_if_fail (MCP_IS_HTTP_SERVER (self));

  self->is_direct = is_direct;
}

/**
 * mcp_http_server_set_keep_alive:
 * @self: the server
 * @interval_ms: how long an event stream may be silent before a comment is sent;
 *   %MCP_SSE_KEEP_ALIVE_MS at first
 */
void
mcp_http_server_set_keep_alive (McpHttpServer *self, guint interval_ms)
{
  g_return_if_fail (MCP_IS_HTTP_SERVER (self));

  mcp_sse_flusher_set_keep_alive (self->context.flusher, interval_ms);
}

static gboolean
listen_callback_cb (guint16 port, gpointer user_data)
{
  McpHttpServer *self = user_data;

  return self->context.listener != NULL &&
         mcp_http_listener_add_tcp (self->context.listener, port, NULL) != 0;
}

/* The page gets the first port, and so do browsers that come back from a login. */
static void
note_port (McpHttpServer *self, guint16 port)
{
  if (self->context.tcp_port != 0)
    return;
  self->context.tcp_port = port;
  mcp_gateway_set_callback_port (self->context.gateway, port);
  mcp_gateway_set_callback_listener (self->context.gateway, listen_callback_cb, self);
}

/**
 * mcp_http_server_listen_tcp:
 * @self: the server
 * @port: on the loopback addresses; 0: any free one
 * @error: return location
 *
 * Begins to accept TCP connections.
 *
 * Returns: the port; 0 with @error set
 */
guint16
mcp_http_server_listen_tcp (McpHttpServer *self, guint16 port, GError **error)
{
  g_return_val_if_fail (MCP_IS_HTTP_SERVER (self), 0);
  g_return_val_if_fail (self->context.listener != NULL, 0);

  port = mcp_http_listener_add_tcp (self->context.listener, port, error);
  note_port (self, port);
  return port;
}

/**
 * mcp_http_server_listen_unix:
 * @self: the server
 * @path: of the socket
 * @error: return location
 *
 * Begins to accept connections of a Unix socket.
 *
 * Returns: whether it does; else @error is set
 */
gboolean
mcp_http_server_listen_unix (McpHttpServer *self, const char *path, GError **error)
{
  g_return_val_if_fail (MCP_IS_HTTP_SERVER (self), FALSE);
  g_return_val_if_fail (self->context.listener != NULL, FALSE);

  return mcp_http_listener_add_unix (self->context.listener, path, error);
}

/**
 * mcp_http_server_listen_fd:
 * @self: the server
 * @fd: (transfer full): a listening socket that somebody else made; on error it stays the caller's
 * @port: (out): of a TCP socket; 0: it is a Unix socket
 * @path: (out) (transfer full) (nullable): of a Unix socket; it is never removed
 * @error: return location
 *
 * Begins to accept connections of a socket that is there already.
 *
 * Returns: whether it does; else @error is set
 */
gboolean
mcp_http_server_listen_fd (McpHttpServer *self, int fd, guint16 *port, char **path, GError **error)
{
  g_return_val_if_fail (MCP_IS_HTTP_SERVER (self), FALSE);
  g_return_val_if_fail (self->context.listener != NULL, FALSE);

  if (!mcp_http_listener_add_fd (self->context.listener, fd, port, path, error))
    return FALSE;
  note_port (self, *port);
  return TRUE;
}

/**
 * mcp_http_server_get_n_connections:
 * @self: the server
 *
 * Returns: how many connections are open, event streams included
 */
guint
mcp_http_server_get_n_connections (McpHttpServer *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_SERVER (self), 0);

  return self->context.listener == NULL
             ? 0
             : mcp_http_listener_get_n_connections (self->context.listener);
}

/**
 * mcp_http_server_get_n_accepted:
 * @self: the server
 *
 * Returns: how many connections came in so far
 */
guint64
mcp_http_server_get_n_accepted (McpHttpServer *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_SERVER (self), 0);

  return self->context.counters->n_accepted;
}

/**
 * mcp_http_server_get_n_streams:
 * @self: the server
 *
 * Returns: how many event streams are open
 */
guint
mcp_http_server_get_n_streams (McpHttpServer *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_SERVER (self), 0);

  return mcp_sse_flusher_get_n_streams (self->context.flusher);
}

/**
 * mcp_http_server_get_n_auth_failures:
 * @self: the server
 *
 * Returns: how many requests were refused for want of a right credential
 */
guint64
mcp_http_server_get_n_auth_failures (McpHttpServer *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_SERVER (self), 0);

  return mcp_http_auth_get_n_failures (self->context.auth);
}

/**
 * mcp_http_server_stop:
 * @self: the server
 *
 * Accepts no more connections. Those that are open go on.
 */
void
mcp_http_server_stop (McpHttpServer *self)
{
  g_return_if_fail (MCP_IS_HTTP_SERVER (self));

  if (self->context.listener != NULL)
    mcp_http_listener_stop (self->context.listener);
}

/**
 * mcp_http_server_close:
 * @self: the server
 *
 * Ends everything: event streams get their last event, as far as their sockets take it at
 * once, and all connections are closed. Close the store's sessions before, so
 * that their streams get the reason. Does nothing the second time.
 */
void
mcp_http_server_close (McpHttpServer *self)
{
  g_return_if_fail (MCP_IS_HTTP_SERVER (self));

  if (self->carrier == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->context.store, self);
  mcp_http_listener_stop (self->context.listener);
  mcp_event_hub_close (self->context.hub, MCP_REASON_SHUTDOWN);
  mcp_sse_flusher_close (self->context.flusher);

  g_clear_pointer (&self->carrier, mcp_soup_carrier_free);
  g_clear_pointer (&self->direct, mcp_direct_carrier_free);
  mcp_http_listener_call_at_turns (self->context.listener, NULL, NULL);
  mcp_http_listener_close (self->context.listener);
  g_clear_object (&self->context.listener);
}
