/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-tool-globs.h"

#include <string.h>

struct _McpToolGlobs
{
  char **strings;
  GPtrArray *patterns; /* (owned) (element-type GPatternSpec): the same, compiled */
};

/**
 * mcp_tool_globs_new:
 * @globs: (array zero-terminated=1): copied; an empty list matches no tool
 *
 * Returns: (transfer full): the globs, compiled
 */
McpToolGlobs *
mcp_tool_globs_new (const char *const *globs)
{
  McpToolGlobs *self = g_new0 (McpToolGlobs, 1);

  self->strings = g_strdupv ((char **) globs);
  self->patterns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_pattern_spec_free);
  for (guint i = 0; globs[i] != NULL; i++)
    g_ptr_array_add (self->patterns, g_pattern_spec_new (globs[i]));
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
  g_ptr_array_unref (self->patterns);
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
  gsize length = strlen (exposed_name);

  for (guint i = 0; i < self->patterns->len; i++)
    if (g_pattern_spec_match (self->patterns->pdata[i], length, exposed_name, NULL))
      return TRUE;
  return FALSE;
}
