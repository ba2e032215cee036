/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-listing.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

/**
 * McpItemListerFunc:
 * @part: (transfer full): the items of one kind, or of some, compared with what was known
 *
 * Called as soon as a kind is listed: the tools do not wait for a server that never answers
 * for its prompts.
 */
typedef void (*McpItemListerFunc) (McpListing *part, gpointer user_data);

/**
 * McpItemListerOrder:
 * @kinds: what to ask for
 * @known: (nullable): what the server listed earlier
 * @max_bytes: of all items of a kind together
 * @max_items: of a kind
 * @timeout_ms: for each page; 0: the default of the provider
 * @listed: takes what is listed, kind by kind
 * @listed_data: for @listed
 *
 * What to list, and how much of it; borrowed.
 */
typedef struct
{
  McpItemKinds kinds;
  const McpListing *known;
  gsize max_bytes;
  guint max_items;
  guint timeout_ms;
  McpItemListerFunc listed;
  gpointer listed_data;
} McpItemListerOrder;

void mcp_item_lister_run_async (McpProvider *provider,
                                const McpItemListerOrder *order,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean mcp_item_lister_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
