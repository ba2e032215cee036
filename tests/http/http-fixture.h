/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A listener with a small server behind it, and clients on bare sockets, all in
 * one main context: a client that waits lets the listener work.
 */
#include "http/connection/mcp-http-listener.h"

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
  pid_t last_pid;
  gboolean last_is_unix;
  SoupServerMessage *paused; /* (owned) (nullable): of /slow */
  McpHttpConnection *stream; /* (owned) (nullable): of /stream */
  GSocket *stream_socket;    /* (unowned) */
  char *last_fields;         /* (owned): request fields, one "Name: value\n" each */
} HttpFixture;

void http_fixture_set_up (HttpFixture *f, gconstpointer data);
void http_fixture_tear_down (HttpFixture *f, gconstpointer data);
void http_fixture_restart (HttpFixture *f);
void http_fixture_listen (HttpFixture *f);

#define HTTP_AWAIT(condition)                    \
  G_STMT_START                                   \
  {                                              \
    gint64 await_until = http_await_deadline (); \
    while (!(condition))                         \
      http_iterate (await_until, #condition);    \
  }                                              \
  G_STMT_END

gint64 http_await_deadline (void);
void http_iterate (gint64 deadline, const char *what);
void http_settle (void);

int http_connect (HttpFixture *f);
int http_connect_port (guint16 port, gboolean ipv6);
int http_connect_unix (const char *path);
void http_send (int fd, const char *data, gsize length);
void http_send_text (int fd, const char *text);
char *http_read_to_end (int fd);
char *http_read_answer (int fd);
gboolean http_is_closed (int fd);
char *http_ask (HttpFixture *f, const char *request);
guint http_get_status (const char *answer);
const char *http_get_body (const char *answer);
guint http_count_fds (void);
