/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue-waiter.h"

G_BEGIN_DECLS

/**
 * McpCatalogueWaiters:
 *
 * All who wait for servers to be listed. Main context only.
 */
typedef struct _McpCatalogueWaiters McpCatalogueWaiters;

/**
 * McpCatalogueWaitersDoneFunc:
 * @waiter: somebody who waits
 * @owner: as given
 *
 * Returns: whether there is nothing that @waiter has to wait for any longer
 */
typedef gboolean (*McpCatalogueWaitersDoneFunc) (McpCatalogueWaiter *waiter, gpointer owner);

McpCatalogueWaiters *mcp_catalogue_waiters_new (McpCatalogueWaitersDoneFunc is_done,
                                                gpointer owner);
void mcp_catalogue_waiters_free (McpCatalogueWaiters *self);
void mcp_catalogue_waiters_set_first_wait (McpCatalogueWaiters *self, guint first_ms);
void mcp_catalogue_waiters_set_refresh_wait (McpCatalogueWaiters *self, guint refresh_ms);
void mcp_catalogue_waiters_add (McpCatalogueWaiters *self,
                                McpCatalogueWaiter *waiter,
                                guint max_first_ms);
void mcp_catalogue_waiters_wake (McpCatalogueWaiters *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCatalogueWaiters, mcp_catalogue_waiters_free)

G_END_DECLS
