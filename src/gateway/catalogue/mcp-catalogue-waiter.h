/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-client.h"
#include "gateway/catalogue/mcp-item-kind.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCatalogueWaiter:
 * @task: (owned): who waits
 * @session: (owned): in which session
 * @server: (owned) (nullable): name of the only server that matters; %NULL: all
 * @kinds: which items matter
 * @exposed: (owned) (nullable): the one name that matters; %NULL: all
 * @past_refresh: waits only for servers that are not known at all
 * @is_late: has waited for those as long as a client waits
 * @is_over: does not want anything any more
 *
 * Somebody who waits for servers to be listed, for a limited time.
 */
typedef struct _McpCatalogueWaiter McpCatalogueWaiter;

typedef void (*McpCatalogueWaiterFunc) (McpCatalogueWaiter *waiter, gpointer user_data);

struct _McpCatalogueWaiter
{
  GTask *task;
  McpSession *session;
  char *server;
  McpItemKinds kinds;
  char *exposed;
  gboolean past_refresh;
  gboolean is_late;
  gboolean is_over;

  /*< private >*/
  McpCatalogueWaiterFunc wake; /* when one of the three above became true */
  gpointer wake_data;
  GSource *refresh_timer;
  GSource *first_timer;
  gulong cancelled_id;
  gulong session_closed_id;
};

McpCatalogueWaiter *
mcp_catalogue_waiter_new (GTask *task, McpClient *client, McpItemKinds kinds, const char *exposed);
void mcp_catalogue_waiter_free (McpCatalogueWaiter *self);
void mcp_catalogue_waiter_arm (McpCatalogueWaiter *self,
                               guint first_ms,
                               guint refresh_ms,
                               McpCatalogueWaiterFunc wake,
                               gpointer wake_data);
void mcp_catalogue_waiter_return (McpCatalogueWaiter *self);

G_END_DECLS
