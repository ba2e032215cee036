/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-backoff.h"
#include "upstream/dialogue/mcp-server-facts.h"

G_BEGIN_DECLS

/**
 * McpSubscriptionFuncs:
 * @open: send the request, of that id
 * @close: want no more of it
 */
typedef struct
{
  void (*open) (gint64 id, GBytes *message, gpointer user_data);
  void (*close) (gint64 id, gpointer user_data);
} McpSubscriptionFuncs;

/**
 * McpSubscription:
 *
 * The one `subscriptions/listen` request by which a server of 2026-07-28 tells of
 * changes (basic/patterns/subscriptions). It cannot be changed: another one takes its
 * place, and is there before the old one is let go. Embedded in its provider.
 */
typedef struct
{
  const McpSubscriptionFuncs *funcs;
  gpointer user_data;
  McpServerFacts *facts; /* (unowned) */
  gint64 *last_id;       /* (unowned): to mint from */
  gboolean is_running;
  gint64 id;        /* 0: none */
  gint64 old_id;    /* until @id is acknowledged; 0: none */
  gint64 opened_us; /* monotonic */
  GSource *timer;   /* (owned) (nullable): to open another */
  McpBackoff backoff;
} McpSubscription;

void mcp_subscription_init (McpSubscription *self,
                            McpServerFacts *facts,
                            gint64 *last_id,
                            const McpSubscriptionFuncs *funcs,
                            gpointer user_data);
void mcp_subscription_start (McpSubscription *self);
void mcp_subscription_stop (McpSubscription *self);
void mcp_subscription_end (McpSubscription *self);
void mcp_subscription_update (McpSubscription *self);
gboolean mcp_subscription_owns (const McpSubscription *self, gint64 id);
void mcp_subscription_take_end (McpSubscription *self, gint64 id, gboolean is_refused);
gboolean mcp_subscription_take_notification (McpSubscription *self, McpJsonrpcMessage *message);

G_END_DECLS
