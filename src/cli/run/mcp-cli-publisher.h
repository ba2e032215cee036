/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-session.h"

G_BEGIN_DECLS

/**
 * McpCliEvent:
 * @progress: how far
 * @total: the progress at the end; negative: unknown
 * @message: (nullable): for people
 * @state: (nullable): “running”, “ok”, “error” or “cancelled”
 *
 * The members that differ from one event of a publisher to the next.
 */
typedef struct
{
  double progress;
  double total;
  const char *message;
  const char *state;
} McpCliEvent;

typedef struct _McpCliPublisher McpCliPublisher;

McpCliPublisher *mcp_cli_publisher_new (McpCliConnection *connection, McpCliSession *session);
void mcp_cli_publisher_free (McpCliPublisher *self);
void mcp_cli_publisher_describe (McpCliPublisher *self, const char *key, const char *value);
gboolean mcp_cli_publisher_add (McpCliPublisher *self, const McpCliEvent *event, GError **error);
gboolean mcp_cli_publisher_flush (McpCliPublisher *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliPublisher, mcp_cli_publisher_free)

G_END_DECLS
