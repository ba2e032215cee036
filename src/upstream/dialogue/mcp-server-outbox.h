/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-pending-requests.h"

G_BEGIN_DECLS

/**
 * McpServerOutboxFuncs:
 * @send_request: sends the request of that id; %MCP_ERROR_PROVIDER_FAILED
 * @send_notification: sends a notification
 * @withdrawn: nobody waits for the answer to a request any more; @was_sent: the server has got the
 *   request; @reason is for the server
 */
typedef struct
{
  gboolean (*send_request) (gint64 id,
                            const McpProviderRequest *request,
                            gpointer user_data,
                            GError **error);
  void (*send_notification) (GBytes *message, gpointer user_data);
  void (*withdrawn) (gint64 id, const char *reason, gboolean was_sent, gpointer user_data);
} McpServerOutboxFuncs;

/**
 * McpServerOutbox:
 *
 * What clients have for a server: requests and notifications that wait until the server is ready,
 * and requests that wait for their answer. While the outbox is open, messages go out at once.
 * Embedded in the link to its server. The members up to @is_open may be read.
 */
typedef struct
{
  McpPendingRequests *pending; /* (owned): the requests without an answer, sent or not */
  gboolean is_open;

  const McpServerOutboxFuncs *funcs;
  gpointer user_data;
  GQueue waiting;          /* (element-type Waiting): in the order in which they came */
  gboolean keeps_requests; /* until they are answered: a request may have to be sent once more */
} McpServerOutbox;

void mcp_server_outbox_init (McpServerOutbox *self,
                             McpProvider *provider,
                             const McpServerOutboxFuncs *funcs,
                             gpointer user_data);
void mcp_server_outbox_clear (McpServerOutbox *self);
void mcp_server_outbox_keep_requests (McpServerOutbox *self);
void mcp_server_outbox_set_open (McpServerOutbox *self, gboolean is_open);
void mcp_server_outbox_add_request (McpServerOutbox *self,
                                    gint64 id,
                                    GTask *task,
                                    const McpProviderRequest *request,
                                    guint timeout_ms);
void mcp_server_outbox_add_notification (McpServerOutbox *self, GBytes *message);
gboolean mcp_server_outbox_repeat (McpServerOutbox *self, gint64 id);
void mcp_server_outbox_flush (McpServerOutbox *self);
gboolean mcp_server_outbox_has_waiting (const McpServerOutbox *self);
void mcp_server_outbox_drop_waiting (McpServerOutbox *self);
void mcp_server_outbox_fail_all (McpServerOutbox *self, const GError *error);

G_END_DECLS
