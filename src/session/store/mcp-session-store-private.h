/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-rate-limit.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/* The object itself, for the files that implement it. */

struct _McpSessionStore
{
  GObject parent_instance;

  McpLimits limits;
  guint idle_seconds;
  McpRateLimit creation;
  GHashTable *sessions; /* (unowned) char *id -> (owned) McpSession */
  GHashTable *by_token; /* (unowned) McpTokenHash -> (unowned) McpSession */
  McpEventCounts *counts[MCP_N_SUBSCRIBER_KINDS]; /* (owned) */
  guint64 n_events;                               /* of all sessions, since the start */
  McpSessionDb *db;                               /* (owned) (nullable): where they are kept */
};

gboolean mcp_session_store_has_room (McpSessionStore *self, GError **error);
void mcp_session_store_add (McpSessionStore *self, McpSession *session);

G_END_DECLS
