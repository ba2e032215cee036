/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-item-check.h"

#include <string.h>

typedef struct
{
  McpItemKind kind;
  const char *item;
  const char *result; /* NULL: left out; "": as it is */
} Case;

#define TOOL(rest, result)                            \
  {                                                   \
    MCP_ITEM_TOOL, "{\"name\":\"x\"" rest "}", result \
  }
#define SCHEMA(schema, mended) \
  TOOL (",\"inputSchema\":" schema, "{\"name\":\"x\",\"inputSchema\":" mended "}")
#define OBJECT    ",\"inputSchema\":{\"type\":\"object\"}"
#define PLAIN     "{\"name\":\"x\"" OBJECT "}"
#define LONG_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const Case cases[] = {
  TOOL (OBJECT, ""),
  TOOL ("", PLAIN),
  TOOL (",\"inputSchema\":null", PLAIN),
  TOOL (",\"inputSchema\":[]", PLAIN),
  TOOL (",\"inputSchema\":\"text\"", NULL),
  SCHEMA ("{}", "{\"type\":\"object\"}"),
  SCHEMA ("{\"type\":[\"null\",\"object\"]}", "{\"type\":\"object\"}"),
  TOOL (",\"inputSchema\":{\"type\":\"string\"}", NULL),
  SCHEMA ("{\"anyOf\":[{\"type\":\"object\"}]}",
          "{\"type\":\"object\",\"anyOf\":[{\"type\":\"object\"}]}"),
  SCHEMA ("{\"type\":\"object\",\"properties\":[]}", "{\"type\":\"object\",\"properties\":{}}"),
  SCHEMA ("{\"type\":\"object\",\"properties\":{\"a\":true,\"b\":{\"x\":1.0}}}",
          "{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{\"x\":1.0}}}"),
  TOOL (",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"a\":1}}", NULL),
  SCHEMA ("{\"type\":\"object\",\"required\":null}", "{\"type\":\"object\"}"),
  SCHEMA ("{\"type\":\"object\",\"required\":[\"a\",1]}",
          "{\"type\":\"object\",\"required\":[\"a\"]}"),
  TOOL (OBJECT ",\"description\":null", PLAIN),
  TOOL (OBJECT ",\"annotations\":null", PLAIN),
  TOOL (OBJECT ",\"annotations\":{\"readOnlyHint\":\"yes\",\"title\":\"T\"}",
        "{\"name\":\"x\"" OBJECT ",\"annotations\":{\"title\":\"T\"}}"),
  TOOL (OBJECT ",\"outputSchema\":[]", PLAIN),
  TOOL (OBJECT ",\"outputSchema\":{\"type\":\"array\"}", ""), /* allowed since 2026-07-28 */
  TOOL (OBJECT ",\"outputSchema\":{\"type\":\"object\",\"properties\":1}", PLAIN),
  TOOL (OBJECT ",\"icons\":[{\"src\":\"a\"},{}]",
        "{\"name\":\"x\"" OBJECT ",\"icons\":[{\"src\":\"a\"}]}"),
  TOOL (OBJECT ",\"_meta\":[]", PLAIN),
  TOOL (OBJECT ",\"name\":\"evil\"", NULL),
  TOOL (OBJECT ",\"other\":null", ""),
  TOOL (",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"object\","
        "\"x-mcp-header\":\"A\"}}}",
        NULL),
  TOOL (",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\","
        "\"x-mcp-header\":\"\"}}}",
        NULL),
  { MCP_ITEM_TOOL, "{\"name\":\"\"}", NULL },
  { MCP_ITEM_TOOL, "{\"name\":1}", NULL },
  { MCP_ITEM_TOOL, "{\"name\":\"" LONG_NAME LONG_NAME LONG_NAME LONG_NAME "\"}", NULL },
  { MCP_ITEM_TOOL, "[]", NULL },
  { MCP_ITEM_PROMPT, "{\"name\":\"p\",\"arguments\":null}", "{\"name\":\"p\"}" },
  { MCP_ITEM_PROMPT, "{\"name\":\"p\",\"arguments\":[{\"name\":\"a\",\"required\":1},{}]}",
    "{\"name\":\"p\",\"arguments\":[{\"name\":\"a\"}]}" },
  { MCP_ITEM_RESOURCE, "{\"uri\":\"a://b\"}", "{\"uri\":\"a://b\",\"name\":\"a://b\"}" },
  { MCP_ITEM_RESOURCE, "{\"uri\":\"a://b\",\"name\":\"n\",\"size\":\"9\"}",
    "{\"uri\":\"a://b\",\"name\":\"n\"}" },
  { MCP_ITEM_RESOURCE, "{\"name\":\"n\"}", NULL },
  { MCP_ITEM_TEMPLATE, "{\"uriTemplate\":\"a://{b}\",\"name\":null}",
    "{\"uriTemplate\":\"a://{b}\",\"name\":\"a://{b}\"}" },
};

static void
test_cases (void)
{
  g_test_summary ("What can be mended without a guess is mended, what cannot is left out, all else "
                  "stays as it is, and a note says what was done");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (McpItemCheck) check = { 0 };
      McpJsonSlice root;

      g_test_message ("%s", cases[i].item);
      /* a key that stands twice passes no scanner here, but may pass another one */
      if (!mcp_json_scan (cases[i].item, strlen (cases[i].item), 64, 1000, MCP_JSON_SCAN_DEFAULT,
                          &root, NULL))
        root = (McpJsonSlice){ cases[i].item, strlen (cases[i].item) };
      mcp_item_check (cases[i].kind, root, &check);
      g_assert_cmpint (check.name != NULL, ==, cases[i].result != NULL);
      if (cases[i].result != NULL)
        g_assert_cmpstr (check.mended, ==, *cases[i].result != '\0' ? cases[i].result : NULL);
      g_assert_cmpint (check.note != NULL, ==, cases[i].result == NULL || *cases[i].result != '\0');
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/item-check/cases", test_cases);
  return g_test_run ();
}
