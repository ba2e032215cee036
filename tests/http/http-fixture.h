/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A listener with a small server behind it, and clients on bare sockets, all in
 * one main context: a client that waits lets the listener work.
 */
#include "http/connection/mcp-http-listener.h"
#include "mcp-test-await.h"
#include "mcp-test-socket.h"

#include <libsoup/soup.h>

typedef struct
{
  McpLimits limits;
  McpHttpListener *listener;
  SoupServer *server;
  guint16 port;
  char *directory;
  char *socket_path;

  guint n_exchanges;
  guint n_peer_gone;
  gboolean asks_pid; /* which is a search through /proc for each TCP request */
  pid_t last_pid;
  guint n_pids; /* how often it was told */
  gboolean last_is_unix;
  SoupServerMessage *paused; /* (owned) (nullable): of /slow */
  McpHttpConnection *stream; /* (owned) (nullable): of /stream */
  int stream_socket;         /* (unowned) */
  char *last_fields;         /* (owned): request fields, one "Name: value\n" each */
} HttpFixture;

void http_fixture_set_up (HttpFixture *f, gconstpointer data);
void http_fixture_tear_down (HttpFixture *f, gconstpointer data);
void http_fixture_restart (HttpFixture *f);
void http_fixture_listen (HttpFixture *f);

int http_connect (HttpFixture *f);
char *http_ask (HttpFixture *f, const char *request);
