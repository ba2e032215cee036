/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Between the files of the HTTP provider: mcp-http-provider.c has its outside,
 * mcp-http-provider-call.c one message on its way and what comes back for it,
 * mcp-http-provider-listen.c the stream on which the server speaks unasked, mcp-http-provider-sse.c
 * that of the older HTTP+SSE pair, mcp-http-provider-inbox.c what comes in on any of them,
 * mcp-http-provider-start.c how the session with the server begins, mcp-http-provider-run.c how it
 * goes on, from there to its end.
 */
#include "upstream/dialogue/mcp-backoff.h"
#include "upstream/dialogue/mcp-handshake.h"
#include "upstream/dialogue/mcp-pending-requests.h"
#include "upstream/dialogue/mcp-provider-request.h"
#include "upstream/dialogue/mcp-subscription.h"
#include "upstream/fetch/mcp-http-fetch.h"
#include "upstream/http/mcp-http-provider.h"

G_BEGIN_DECLS

/* A message to the server. */
typedef struct
{
  McpHttpProvider *provider;   /* (unowned) */
  gint64 id;                   /* of the request; minted, too, for what is none */
  GBytes *message;             /* (nullable): not said yet */
  char **headers;              /* (nullable): for this one only; name, value, … */
  McpProviderRequest *request; /* (owned) (nullable): kept, to be said when it is known how */
  gboolean is_request;
  gboolean is_stateless;  /* says all there is to know; nothing of it can be resumed */
  gboolean is_repeatable; /* changes nothing at the server */
  gboolean is_repeated;
  gboolean is_timed; /* its request's time runs */

  McpHttpFetch *fetch;        /* (nullable): not sent, or to be resumed */
  guint n_session;            /* in which it was sent */
  gboolean is_resumed;        /* the fetch asks for the rest of a stream */
  char *event_id;             /* (nullable): where its stream can be resumed */
  guint n_resumes;            /* in a row that brought nothing */
  GSource *timer;             /* (nullable): until it is resumed */
  McpJsonrpcMessage *refusal; /* (nullable): an error that came with the HTTP status of one */
} McpHttpProviderCall;

struct _McpHttpProvider
{
  GObject parent_instance;

  McpServerConfig *config;
  char *cwd;
  McpLimits limits;
  guint timeout_ms;
  McpHttpProviderTimes times;

  McpProviderState state;
  McpServerFacts facts;
  McpPendingRequests *pending; /* (owned) */
  GQueue waiting;              /* (element-type McpHttpProviderCall): for the session to begin */
  GHashTable *calls;           /* (owned): gint64 *id -> McpHttpProviderCall (owned), those sent */
  gint64 last_id;              /* minted; over all sessions, so that a late answer fits nothing */

  SoupSession *soup;    /* (nullable): none before the first start */
  GUri *uri;            /* (nullable) */
  char **headers;       /* (nullable): as configured; name, value, … */
  guint n_session;      /* counts those with the server */
  char *session_id;     /* (nullable): the server's, where it gave one */
  const char *revision; /* (nullable): agreed on in this session */
  GUri *post_uri;       /* (nullable): of the HTTP+SSE pair */
  char *post_refusal;   /* (nullable): why that pair is tried */
  McpHandshake handshake;
  McpSubscription subscription;
  gint64 initialized_id; /* of the notification that ends the handshake; 0: not sent yet */
  McpHttpFetch *ending;  /* (nullable): of the server's session */
  GSource *end_timer;    /* (nullable): in its place where there is none to end */
  GSource *start_timer;  /* (nullable) */
  GSource *probe_timer;  /* (nullable): while nothing but server/discover was asked */
  GSource *idle_timer;   /* (nullable) */
  GPtrArray *closers;    /* (element-type GTask): of mcp_provider_close_async() */

  McpHttpFetch *listener; /* (nullable) */
  GSource *listen_timer;  /* (nullable) */
  McpBackoff listen_backoff;
  char *listen_event_id; /* (nullable) */

  McpBackoff backoff;
  gboolean has_failed; /* since the last start */
  guint n_restarts;
  guint n_strays;    /* messages and answers that fit nothing, of this session */
  gint64 started_at; /* real time in microseconds; 0: never */
  char *last_error;  /* (nullable) */
};

/* mcp-http-provider.c */
void mcp_http_provider_deliver_waiting (McpHttpProvider *self);
void mcp_http_provider_fail_all (McpHttpProvider *self, int code, const char *text);
void mcp_http_provider_finish_close (McpHttpProvider *self);

/* mcp-http-provider-call.c */
McpHttpProviderCall *
mcp_http_provider_call_new (McpHttpProvider *provider, gint64 id, GBytes *message);
McpHttpProviderCall *mcp_http_provider_call_new_request (McpHttpProvider *provider,
                                                         gint64 id,
                                                         const McpProviderRequest *request);
McpHttpProviderCall *mcp_http_provider_call_new_own (McpHttpProvider *provider,
                                                     gint64 id,
                                                     const char *method,
                                                     GBytes *message);
McpHttpProviderCall *mcp_http_provider_call_ref (McpHttpProviderCall *self);
void mcp_http_provider_call_unref (McpHttpProviderCall *self);
void mcp_http_provider_call_send (McpHttpProviderCall *self);
void mcp_http_provider_call_stop (McpHttpProviderCall *self);

/* mcp-http-provider-inbox.c */
void mcp_http_provider_inbox_take (McpHttpProvider *self, gint64 id, GBytes *text);
McpJsonrpcMessage *mcp_http_provider_inbox_parse (GBytes *text, char **id, GError **error);

/* mcp-http-provider-listen.c */
void mcp_http_provider_listen_start (McpHttpProvider *self);
void mcp_http_provider_listen_stop (McpHttpProvider *self);

/* mcp-http-provider-sse.c */
void mcp_http_provider_sse_start (McpHttpProvider *self, const char *refusal);
gboolean mcp_http_provider_sse_is_open (McpHttpProvider *self);

/* mcp-http-provider-start.c */
gboolean mcp_http_provider_start (McpHttpProvider *self, GError **error);
void mcp_http_provider_start_initialize (McpHttpProvider *self);
void mcp_http_provider_start_take_answer (McpHttpProvider *self,
                                          McpHttpProviderCall *call,
                                          McpJsonrpcMessage *answer);
void mcp_http_provider_start_take_failure (McpHttpProvider *self,
                                           McpHttpProviderCall *call,
                                           guint status,
                                           const char *how);
void mcp_http_provider_start_take_ready (McpHttpProvider *self);

/* mcp-http-provider-run.c */
void mcp_http_provider_run_post (McpHttpProvider *self, GBytes *message);
void mcp_http_provider_run_stop (McpHttpProvider *self);
void mcp_http_provider_run_drop (McpHttpProvider *self);
void mcp_http_provider_run_update_idle (McpHttpProvider *self);
void mcp_http_provider_run_fail (McpHttpProvider *self, const char *how);
void
mcp_http_provider_run_fail_call (McpHttpProvider *self, McpHttpProviderCall *call, const char *how);
void mcp_http_provider_run_complete_call (McpHttpProvider *self,
                                          McpHttpProviderCall *call,
                                          McpJsonrpcMessage *answer);
void mcp_http_provider_run_lost_session (McpHttpProvider *self,
                                         McpHttpProviderCall *call,
                                         const char *how);
void mcp_http_provider_run_lost_stream (McpHttpProvider *self, const char *how);
gboolean mcp_http_provider_run_is_stateless (McpHttpProvider *self);
void mcp_http_provider_run_count_stray (McpHttpProvider *self, const char *what);
McpHttpFetch *mcp_http_provider_run_new_fetch (McpHttpProvider *self,
                                               const char *method,
                                               const McpHttpFetchFuncs *funcs,
                                               gpointer user_data);
void mcp_http_provider_run_note_error (McpHttpProvider *self, const char *text);
void mcp_http_provider_run_set_state (McpHttpProvider *self, McpProviderState state);
void mcp_http_provider_run_forget_session (McpHttpProvider *self);
void mcp_http_provider_run_clear_timer (GSource **timer);
GSource *mcp_http_provider_run_start_timer (guint ms, GSourceFunc callback, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHttpProviderCall, mcp_http_provider_call_unref)

G_END_DECLS
