/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the connection's own kind (listener and exchange streams) see of it; not for routes.
 */
#include "common/mcp-limits.h"
#include "http/connection/mcp-http-connection.h"
#include "http/connection/mcp-http-poller.h"
#include "http/connection/mcp-peer-check.h"
#include "http/wire/mcp-http-wire.h"

G_BEGIN_DECLS

/**
 * McpHttpConnectionHooks:
 * @exchange: a request is there
 * @idle_changed: the connection began or ceased to wait for another request
 * @closed: the socket is closed; the last call
 *
 * What a connection tells its owner.
 */
typedef struct
{
  void (*exchange) (McpHttpConnection *connection,
                    GIOStream *stream,
                    GSocketAddress *peer,
                    gpointer owner);
  void (*idle_changed) (McpHttpConnection *connection, gboolean idle, gpointer owner);
  void (*closed) (McpHttpConnection *connection, gpointer owner);
} McpHttpConnectionHooks;

/**
 * McpHttpConnectionSetup:
 * @hooks: called with @owner
 * @owner: as the hooks
 * @poller: as the hooks
 * @peer_check: as the hooks
 * @counters: (nullable): as the hooks
 * @limits: as the hooks; may change meanwhile
 * @port: the TCP port it came by; 0: the Unix socket
 * @peer: what the kernel says of the peer
 * @stall_seconds: how long a client may take nothing of an ordinary answer; 0: the default
 *
 * What a connection is made with. Everything outlives the connection's socket.
 */
typedef struct
{
  const McpHttpConnectionHooks *hooks;
  gpointer owner;
  McpHttpPoller *poller;
  McpPeerCheck *peer_check;
  McpHttpCounters *counters;
  const McpLimits *limits;
  guint16 port;
  McpSocketPeer peer;
  guint stall_seconds;
} McpHttpConnectionSetup;

McpHttpConnection *mcp_http_connection_new (int fd, const McpHttpConnectionSetup *setup);
McpHttpConnection *mcp_http_connection_new_refused (int fd,
                                                    const McpHttpConnectionSetup *setup,
                                                    guint status,
                                                    const char *message);
void mcp_http_connection_drain (McpHttpConnection *self);
gboolean mcp_http_connection_is_draining (McpHttpConnection *self);
void mcp_http_connection_close (McpHttpConnection *self);
void mcp_http_connection_lose (McpHttpConnection *self);
GList *mcp_http_connection_get_link (McpHttpConnection *self);
McpSocketPeer *mcp_http_connection_get_peer (McpHttpConnection *self);

McpHttpWire *mcp_http_connection_get_wire (McpHttpConnection *self);
gboolean mcp_http_connection_want_write (McpHttpConnection *self);
void mcp_http_connection_wrote (McpHttpConnection *self, gboolean progress);
void mcp_http_connection_exchange_ended (McpHttpConnection *self,
                                         gboolean complete,
                                         gboolean keep_alive);

G_END_DECLS
