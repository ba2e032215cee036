/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/events/mcp-subscriber-list.h"
#include "session/session/mcp-session-inner.h"

G_BEGIN_DECLS

/* The object itself, for the files that implement it. */

struct _McpSession
{
  GObject parent_instance;

  char *id;
  char *cwd;
  char *label;              /* (nullable) */
  char *ambient_client;     /* (nullable) */
  char **allowed_tools;     /* (nullable): everything */
  GPtrArray *allowed_specs; /* (nullable) (element-type GPatternSpec): compiled from them */
  guint idle_seconds;       /* 0: never ends by itself */
  gboolean has_token;
  McpTokenHash token_hash;
  gint64 created_at;     /* real time, us */
  gint64 last_active_at; /* real time, us */

  McpEventCounts *counts[MCP_N_SUBSCRIBER_KINDS]; /* (owned) (nullable): the store's */
  guint max_subscribers;
  gsize max_event_bytes; /* in a queue, and kept */
  guint max_calls;
  guint n_calls;
  guint max_requests;
  guint n_requests;
  gsize max_request_bytes;
  gsize n_request_bytes;
  guint n_holds;
  McpSubscriberList *subscribers; /* (owned); those of kind MCP_SUBSCRIBER_STREAM are counted */

  gboolean is_client_made;

  guint64 last_sequence;
  guint64 oldest_kept;      /* last_sequence + 1: none */
  guint64 durable_sequence; /* promised on the disk: no restart goes back behind it */
  guint64 low_sequence;     /* from here on more should be promised */
  gsize n_kept_bytes;
  McpProgressEvent *kept[MCP_SESSION_KEPT_EVENTS]; /* event n lies at n % MCP_SESSION_KEPT_EVENTS */

  char *close_reason; /* (nullable): closed */
  gboolean is_silent; /* closed, and its calls have said their end */
  GCancellable *cancellable;
};

G_END_DECLS
