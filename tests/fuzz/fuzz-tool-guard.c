/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "gateway/catalogue/mcp-tool-guard.h"

/*
 * tools.json, as somebody may have spoilt it: what is read is written and read again the same.
 */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GHashTable) servers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                          (GDestroyNotify) mcp_tool_prints_unref);
  GHashTableIter iter;
  gpointer prints;

  mcp_tool_guard_parse ((const char *) data, size, servers, NULL);
  g_hash_table_iter_init (&iter, servers);
  while (g_hash_table_iter_next (&iter, NULL, &prints))
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (McpToolPrints) again = NULL;
      g_autoptr (McpToolChanges) changes = NULL;
      McpJsonSlice root;

      mcp_tool_prints_append (prints, text);
      g_assert_true (
          mcp_json_scan (text->str, text->len, 4, 1000000, MCP_JSON_SCAN_DEFAULT, &root, NULL));
      again = mcp_tool_prints_new_from_json (root);
      changes = mcp_tool_prints_compare (prints, again);
      g_assert_null (changes);
    }
  return 0;
}
