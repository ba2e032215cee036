/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "provider-test.h"
#include "upstream/http/mcp-http-provider.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* An MCP server in this process, which does as the name of the called tool says. */
typedef struct
{
  SoupServer *server;
  GSocketService *service;
  GTlsCertificate *certificate; /* (unowned) (nullable): given: it speaks TLS */
  char *url;
  guint port;
  char *session_id; /* (nullable): of the session that it knows; NULL: it has none */
  const char *initialize_revision;
  gboolean forgets;           /* answers 404 to all in a session but its begin */
  gboolean says_400;          /* instead of 404 */
  gboolean is_silent;         /* does not answer initialize */
  gboolean is_stateless;      /* speaks 2026-07-28 */
  gboolean is_probe_silent;   /* does not answer server/discover */
  guint discover_status;      /* of server/discover; 0: it answers */
  const char *discover_error; /* (nullable): goes with that: the error's members */
  guint list_status;          /* of tools/list, once; 0: it answers */
  char *listened;             /* (nullable): the params of the last subscriptions/listen */
  guint initialize_status;    /* 0: it answers */
  guint initialized_status;   /* 0: it takes it */
  guint get_status;           /* of a GET without Last-Event-ID; 0: a stream */
  const char *get_events;     /* (nullable): at the start of a stream that was asked for by GET */
  gboolean get_ends;          /* that stream ends after this text */
  GPtrArray *seen;            /* (element-type utf8): "METHOD what" */
  GPtrArray *heads;           /* (element-type SoupMessageHeaders): of the same */
  GPtrArray *open;            /* (element-type SoupServerMessage): streams that go on */
  GPtrArray *connections;     /* (element-type GSocketConnection): all that came */
  guint n_closed;             /* of these, by the client */
} HttpUpstream;

typedef struct
{
  ProviderFixture base;
  HttpUpstream upstream;
} HttpFixture;

void http_setup (HttpFixture *f, gconstpointer data);
void http_setup_tls (HttpFixture *f, GTlsCertificate *certificate);
void http_teardown (HttpFixture *f, gconstpointer data);
void http_stop (HttpFixture *f);
void http_cut (HttpFixture *f);
void http_begin (HttpFixture *f, ProviderCall *call, const char *tool);
char *http_call_text (HttpFixture *f, const char *tool);
void http_fail (HttpFixture *f, const char *tool, const char *says);
guint http_count (HttpFixture *f, const char *seen);
void http_await (HttpFixture *f, const char *seen, guint n);
const char *http_get_header (HttpFixture *f, const char *seen, const char *name);
void http_send_event (HttpFixture *f, guint index, const char *text);

#define http_times(f) (mcp_server_link_get_setup (MCP_SERVER_LINK ((f)->base.provider))->times)
#define http_set_times(f, times) \
  mcp_server_link_set_times (MCP_SERVER_LINK ((f)->base.provider), times)

G_END_DECLS
