/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-tool-globs.h"

#include "common/mcp-glob.h"

struct _McpToolGlobs
{
  char **strings;
};

/**
 * mcp_tool_globs_new:
 * @globs: (array zero-terminated=1): copied; an empty list matches no tool
 *
 * Returns: (transfer full): the globs
 */
McpToolGlobs *
mcp_tool_globs_new (const char *const *globs)
{
  McpToolGlobs *self = g_new0 (McpToolGlobs, 1);

  self->strings = g_strdupv ((char **) globs);
  return self;
}

/**
 * mcp_tool_globs_free:
 * @self: (transfer full): the globs
 */
void
mcp_tool_globs_free (McpToolGlobs *self)
{
  g_strfreev (self->strings);
  g_free (self);
}

/**
 * mcp_tool_globs_get_strings:
 * @self: the globs
 *
 * Returns: (transfer none) (array zero-terminated=1): the globs as they were given
 */
const char *const *
mcp_tool_globs_get_strings (const McpToolGlobs *self)
{
  return (const char *const *) self->strings;
}

/**
 * mcp_tool_globs_match:
 * @self: the globs
 * @exposed_name: the exposed name of a tool
 *
 * Returns: whether one of the globs matches
 */
gboolean
mcp_tool_globs_match (const McpToolGlobs *self, const char *exposed_name)
{
  McpGlobText name;

  mcp_glob_text_init (&name, exposed_name);
  for (gsize i = 0; self->strings[i] != NULL; i++)
    if (mcp_glob_text_matches (&name, self->strings[i]))
      return TRUE;
  return FALSE;
}
