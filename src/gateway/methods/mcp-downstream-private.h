/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-services.h"
#include "gateway/methods/mcp-downstream.h"

G_BEGIN_DECLS

/* The object itself, for the files that implement it. */

struct _McpDownstream
{
  GObject parent_instance;

  McpServices *services; /* (owned) */
  McpSession *session;   /* (owned) */
  McpRequest *request;   /* (owned) (nullable): %NULL while the client is to come back */
  gulong cancelled_id;
  McpRevision revision;
  char *digest;              /* of what a client that comes back must repeat */
  char *capabilities;        /* JSON object */
  char *uri;                 /* (nullable): of a resource, as the client names it */
  McpServerConfig *server;   /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned): of the work */

  char *token_text; /* (nullable): JSON text of the client's progress token */
  GVariant *token;  /* (owned) (nullable): its value */
  gboolean has_progress;
  double progress;    /* as last sent to the client */
  gint64 progress_us; /* monotonic: when */
  GSource *pause;     /* (owned) (nullable): before the answer, which is there; holds a reference */
  char *log_level;    /* (nullable) */

  GPtrArray *inputs; /* (owned): McpInputRequest (owned): what a client is to come back with */
  guint n_inputs;    /* so far, for keys */
  GSource *bundle;   /* (owned) (nullable) */
  char *handle;      /* (nullable): under which it is parked */
  gulong expired_id;

  McpJsonrpcMessage *late_answer; /* (owned) (nullable) */
  GError *late_error;             /* (owned) (nullable) */
};

void mcp_downstream_bind (McpDownstream *self, McpRequest *request);
void mcp_downstream_unbind (McpDownstream *self);
gboolean mcp_downstream_read_request (McpDownstream *self, McpRequest *request, GError **error);
void mcp_downstream_give_late_answer (McpDownstream *self);
void mcp_downstream_clear_bundle (McpDownstream *self);
void mcp_downstream_take_ask (gpointer operation, McpAsk *ask, McpDownstream *self);
void mcp_downstream_forget_input (McpDownstream *self);

G_END_DECLS
