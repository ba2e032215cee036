/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The result of roots/list (client/roots): the working directory of a session, and the roots that
 * its client names.
 */
#include "protocol/mcp-roots.h"

#include <string.h>

#define HEAD "{\"roots\":["

static void
append_cwd (GString *out, const char *uri, const char *cwd)
{
  g_autofree char *name = g_filename_display_basename (cwd);

  g_string_append (out, "{\"uri\":");
  mcp_json_append_string (out, uri);
  g_string_append (out, ",\"name\":");
  mcp_json_append_string (out, name);
  g_string_append_c (out, '}');
}

static gboolean
is_root (McpJsonSlice root, const char *uri)
{
  McpJsonSlice value;

  return mcp_json_get_type (root) == MCP_JSON_OBJECT &&
         mcp_json_find_typed (root, "uri", MCP_JSON_STRING, &value) &&
         mcp_json_string_equal (value, uri);
}

/**
 * mcp_roots_build:
 * @cwd: absolute
 * @others: the client's own result of roots/list, or %MCP_JSON_SLICE_NONE
 *
 * Any thread.
 *
 * Returns: (transfer full): a result of roots/list: the directory first, then the client's own
 */
char *
mcp_roots_build (const char *cwd, McpJsonSlice others)
{
  g_autofree char *uri = g_filename_to_uri (cwd, NULL, NULL);
  GString *out = g_string_new (HEAD);
  McpJsonSlice roots;
  McpJsonSlice root;
  McpJsonIter iter;
  gsize empty;

  if (uri != NULL)
    append_cwd (out, uri, cwd);
  empty = strlen (HEAD);
  if (others.data != NULL && mcp_json_find_typed (others, "roots", MCP_JSON_ARRAY, &roots))
    {
      mcp_json_iter_init (&iter, roots);
      while (mcp_json_iter_next_element (&iter, &root))
        {
          if (uri != NULL && is_root (root, uri))
            continue;
          if (out->len > empty)
            g_string_append_c (out, ',');
          mcp_json_append_slice (out, root);
        }
    }
  g_string_append (out, "]}");
  return g_string_free (out, FALSE);
}
