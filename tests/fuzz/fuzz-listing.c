/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "gateway/catalogue/mcp-item-list.h"

#include <string.h>

/*
 * What a server lists, or the cache holds: each item that is taken has a name, and is JSON.
 */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  McpJsonSlice root;

  if (!mcp_json_scan ((const char *) data, size, 64, 100000, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES,
                      &root, NULL))
    return 0;
  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    {
      g_autoptr (McpItemList) list = mcp_item_list_new (kind, 1000, 10);
      g_autoptr (GError) error = NULL;
      gboolean taken = mcp_item_list_add_page (list, root, &error);

      g_assert_true (taken == (error == NULL));
      mcp_item_list_close (list);
      g_assert_cmpuint (mcp_item_list_get_length (list), <=, 10);
      for (guint i = 0; i < mcp_item_list_get_length (list); i++)
        {
          const McpItem *item = mcp_item_list_get (list, i);
          McpJsonSlice value;

          g_assert_nonnull (item->name);
          g_assert_true (mcp_json_scan (item->json.data, item->json.length, 66, 200000,
                                        MCP_JSON_SCAN_ALLOW_LONE_SURROGATES, &value, NULL));
        }
    }
  return 0;
}
