/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpEventBudget:
 *
 * What the events that all sessions keep may take together. Where it is used up, whoever keeps most
 * loses its oldest event. Reference-counted; main context only.
 */
typedef struct _McpEventBudget McpEventBudget;
typedef struct _McpEventShare McpEventShare;

/**
 * McpEventBudgetFunc:
 * @user_data: as given
 *
 * Drops the oldest event, and tells so by mcp_event_budget_charge().
 */
typedef void (*McpEventBudgetFunc) (gpointer user_data);

McpEventBudget *mcp_event_budget_new (void);
McpEventBudget *mcp_event_budget_ref (McpEventBudget *self);
void mcp_event_budget_unref (McpEventBudget *self);
void mcp_event_budget_set_max_bytes (McpEventBudget *self, gsize max_bytes);
gsize mcp_event_budget_get_n_bytes (McpEventBudget *self);

McpEventShare *
mcp_event_budget_join (McpEventBudget *self, McpEventBudgetFunc drop_oldest, gpointer user_data);
void mcp_event_budget_leave (McpEventShare *share);
void mcp_event_budget_charge (McpEventShare *share, gsize n_bytes);
void mcp_event_budget_settle (McpEventShare *share);

G_END_DECLS
