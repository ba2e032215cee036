/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "protocol/mcp-header-value.h"
#include "protocol/mcp-param-headers.h"

#include <string.h>

/*
 * The first line is a header's value; the rest is a tool, and the same text its arguments. What a
 * value decodes to is valid text, and what is built as headers is accepted for the same arguments.
 */

static void
check_value (const char *value)
{
  g_autofree char *decoded = mcp_header_value_decode (value);

  g_assert_true (decoded == NULL || g_utf8_validate (decoded, -1, NULL));
}

static void
check_tool (McpJsonSlice tool)
{
  g_auto (GStrv) headers = NULL;

  if (!mcp_param_headers_is_valid (tool))
    return;
  headers = mcp_param_headers_build (tool, tool);
  for (guint i = 0; headers != NULL && headers[i] != NULL; i++)
    {
      g_assert_null (strpbrk (headers[i], "\r\n"));
      if (i % 2 == 1)
        check_value (headers[i]);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const guint8 *end = size > 0 ? memchr (data, '\n', size) : NULL;
  g_autofree char *value =
      end != NULL ? g_strndup ((const char *) data, (gsize) (end - data)) : NULL;
  McpJsonSlice root;

  if (value == NULL)
    return 0;
  check_value (value);
  if (mcp_json_scan ((const char *) end + 1, size - (gsize) (end + 1 - data), 64, 10000,
                     MCP_JSON_SCAN_DEFAULT, &root, NULL) &&
      mcp_json_get_type (root) == MCP_JSON_OBJECT)
    check_tool (root);
  return 0;
}
