/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the listener sees of a connection; not for routes. */
#include "common/mcp-limits.h"
#include "http/connection/mcp-http-connection-type.h"
#include "http/connection/mcp-http-poller.h"
#include "http/connection/mcp-peer-check.h"
#include "http/connection/mcp-peer-process.h"
#include "http/wire/mcp-http-counters.h"
#include "http/wire/mcp-request-head.h"

G_BEGIN_DECLS

/**
 * McpHttpConnectionHooks:
 * @request: a request is there: @head, which the owner may take by leaving zeroes behind, and
 *   @body. The owner has it answered, by mcp_http_connection_exchange_open()
 * @idle_changed: the connection began or ceased to wait for another request
 * @closed: the socket is closed; the last call
 *
 * What a connection tells its owner.
 */
typedef struct
{
  void (*request) (McpHttpConnection *connection,
                   McpRequestHead *head,
                   GBytes *body,
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
 * @search: finds the process of a TCP peer; %NULL where @peer names no socket
 * @counters: (nullable): as the hooks
 * @limits: as the hooks; may change meanwhile
 * @stall_seconds: how long a client may take nothing of an ordinary answer; 0: the default
 *
 * What all connections of a listener have in common. Outlives their sockets, as does all that it
 * names.
 */
typedef struct
{
  const McpHttpConnectionHooks *hooks;
  gpointer owner;
  McpHttpPoller *poller;
  McpPeerCheck *peer_check;
  McpPeerSearch *search;
  McpHttpCounters *counters;
  const McpLimits *limits;
  guint stall_seconds;
} McpHttpConnectionSetup;

/**
 * McpHttpConnectionOrigin:
 * @port: the TCP port that the client came by; 0: the Unix socket
 * @peer: what the kernel says of the peer
 */
typedef struct
{
  guint16 port;
  McpSocketPeer peer;
} McpHttpConnectionOrigin;

McpHttpConnection *mcp_http_connection_new (int fd,
                                            const McpHttpConnectionSetup *setup,
                                            const McpHttpConnectionOrigin *origin);
McpHttpConnection *mcp_http_connection_new_refused (int fd,
                                                    const McpHttpConnectionSetup *setup,
                                                    const McpHttpConnectionOrigin *origin,
                                                    guint status,
                                                    const char *message);
void mcp_http_connection_drain (McpHttpConnection *self);
void mcp_http_connection_close (McpHttpConnection *self);
void mcp_http_connection_lose (McpHttpConnection *self);
gboolean mcp_http_connection_is_closed (McpHttpConnection *self);
GList *mcp_http_connection_get_link (McpHttpConnection *self);

G_END_DECLS
