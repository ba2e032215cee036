/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "http/api/mcp-progress-input.h"

#include <math.h>
#include <string.h>

/*
 * What a program publishes: taken whole or not at all; what is taken makes events whose JSON is one
 * line of valid JSON.
 */

static void
check_input (const McpProgressInput *input)
{
  g_autoptr (McpProgressEvent) event = mcp_progress_event_new (&input->fields, "session", 1, 0);
  GBytes *json = mcp_progress_event_get_json (event);
  gsize length;
  const char *text = g_bytes_get_data (json, &length);
  McpJsonSlice root;

  g_assert_true (isfinite (input->fields.progress));
  g_assert_null (memchr (text, '\n', length));
  g_assert_null (memchr (text, '\r', length));
  g_assert_true (mcp_json_scan (text, length, 8, 1000, MCP_JSON_SCAN_DEFAULT, &root, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GArray) inputs = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  if (!mcp_json_scan ((const char *) data, size, 64, 100000, MCP_JSON_SCAN_DEFAULT, &root, NULL))
    return 0;
  inputs = mcp_progress_input_read (root, &error);
  g_assert_true ((inputs == NULL) == (error != NULL));
  for (guint i = 0; inputs != NULL && i < inputs->len; i++)
    check_input (&g_array_index (inputs, McpProgressInput, i));
  return 0;
}
