/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "gateway/api/mcp-gateway.h"
#include "http/connection/mcp-http-listener.h"
#include "http/request/mcp-ambient-sessions.h"
#include "http/request/mcp-http-daemon.h"
#include "http/request/mcp-unread-answers.h"
#include "http/sse/mcp-event-hub.h"
#include "http/sse/mcp-sse-flusher.h"
#include "http/wire/mcp-http-counters.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpHttpContext:
 *
 * What the routes work with. It belongs to the server and outlives every request:
 * mcp_http_server_close() ends those first.
 */
struct _McpHttpContext
{
  McpSessionStore *store; /* (owned) */
  McpGateway *gateway;    /* (owned) */
  McpLimits limits;
  McpHttpListener *listener;        /* (owned) (nullable): NULL once closed */
  McpHttpCounters *counters;        /* (owned): of the listener */
  struct _McpHttpAuth *auth;        /* (owned): McpHttpAuth */
  McpUnreadAnswers *unread;         /* (owned) */
  struct _McpBodyReader *bodies;    /* (owned): McpBodyReader */
  McpSseFlusher *flusher;           /* (owned) */
  McpEventHub *hub;                 /* (owned) */
  McpAmbientSessions *ambient;      /* (owned) */
  struct _McpDashboardCodes *codes; /* (owned): McpDashboardCodes */
  struct _McpHealthText *health;    /* (owned): McpHealthText */
  const McpHttpDaemonFuncs *daemon; /* (nullable): there is no daemon around the server */
  gpointer daemon_data;
  guint16 tcp_port; /* 0: there is no TCP listener */
  gint64 started_real_us;
  gint64 started_us; /* monotonic */
};

G_END_DECLS
