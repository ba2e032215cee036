/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The connection's state, for the files that make it up. Each calls those below it only:
 *
 *   mcp-http-connection.c           life of a connection, and what the poller reports
 *   mcp-http-connection-exchange.c  requests and their answers
 *   mcp-http-connection-stream.c    event streams
 *   mcp-http-connection-state.c     states and their deadlines
 */
#include "http/connection/mcp-exchange-stream.h"
#include "http/wire/mcp-http-reader.h"
#include "mcp-http-connection-setup-private.h"

G_BEGIN_DECLS

/* How long, and for how many bytes, to wait for a client after the last answer. */
#define MCP_HTTP_LINGER_US    G_USEC_PER_SEC
#define MCP_HTTP_LINGER_BYTES (256 * 1024)

typedef enum
{
  MCP_HTTP_CONNECTION_STATE_HEAD,     /* waiting for a request, or reading its head */
  MCP_HTTP_CONNECTION_STATE_BODY,     /* reading its body */
  MCP_HTTP_CONNECTION_STATE_EXCHANGE, /* the request is being answered */
  MCP_HTTP_CONNECTION_STATE_FLUSH,    /* the end of the answer waits for room in the socket */
  MCP_HTTP_CONNECTION_STATE_STREAM,   /* the answer is an event stream, written by the SSE code */
  MCP_HTTP_CONNECTION_STATE_LINGER,   /* all is sent; what the client still sends is dropped */
  MCP_HTTP_CONNECTION_STATE_CLOSED,
} McpHttpConnectionState;

struct _McpHttpConnection
{
  GObject parent_instance;

  const McpHttpConnectionSetup *setup; /* (unowned): not to be used once the socket is closed */
  McpPeerProcess *process;             /* (owned) */
  McpHttpPollerWatch *watch;           /* (owned) (nullable): NULL when closed */
  McpHttpWire wire;
  GList link; /* for the owner */

  McpHttpConnectionState state;
  gint64 deadline_us;    /* of the state; 0: none */
  McpHttpReader *reader; /* (owned) (nullable): NULL once no request will be read any more */

  McpExchangeStream *exchange; /* (unowned) (nullable) */

  /* Of an answer that the connection sends itself. */
  guint n_at_once;      /* requests that were answered without a turn of the main loop */
  GBytes *rest;         /* (owned) (nullable): the body, behind what the wire has queued */
  gsize rest_start;     /* how much of it is sent */
  McpHttpSentFunc sent; /* (nullable) */
  gpointer sent_data;

  gint64 ask_us; /* when to ask the kernel for the peer; 0: not */
  gint64 ask_interval_us;

  gsize n_discard; /* bytes that may still be dropped in STREAM and LINGER */
  McpHttpWritableFunc writable_func;
  gpointer writable_data;
  McpHttpPeerGoneFunc gone_func; /* (nullable) */
  gpointer gone_data;

  /* As bits: an idle watcher costs little more than its connection. */
  guint16 port;             /* the TCP port that the client came by; 0: the Unix socket */
  guint idle : 1;           /* as the owner was last told */
  guint draining : 1;       /* no further request */
  guint is_head_method : 1; /* of the present request */
  guint wants_close : 1;    /* the client of the present request asks for it */
  guint exchange_over : 1;
  guint exchange_complete : 1;
  guint keep_alive : 1;
  guint input_paused : 1;
  guint wants_write : 1;
  guint is_handing_over : 1; /* the owner is being called with a request */
  guint is_stream_due : 1;   /* the head of an event stream is queued */
  guint half_closed : 1;     /* the peer sends no more, but may still be there */
  guint shut : 1;            /* our side, in LINGER */
};

static inline gint64
mcp_http_connection_state_seconds_from_now (guint seconds)
{
  return g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
}

void mcp_http_connection_state_update (McpHttpConnection *self);
void mcp_http_connection_state_end_answer (McpHttpConnection *self);
void mcp_http_connection_state_set_idle (McpHttpConnection *self, gboolean idle);
void mcp_http_connection_state_close (McpHttpConnection *self);
void mcp_http_connection_state_lose (McpHttpConnection *self);
void mcp_http_connection_state_linger (McpHttpConnection *self, gsize n_bytes, gint64 time_us);
void mcp_http_connection_state_refuse (McpHttpConnection *self, const McpHttpReject *reject);
void mcp_http_connection_state_check_peer (McpHttpConnection *self, gint64 now_us);
void mcp_http_connection_state_note_half_close (McpHttpConnection *self);
void mcp_http_connection_state_pause_input (McpHttpConnection *self);
void mcp_http_connection_state_drop_reader (McpHttpConnection *self);

G_END_DECLS
