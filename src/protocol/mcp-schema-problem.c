/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-schema-check-private.h"

/**
 * mcp_schema_problem_is_over:
 * @self: a check
 *
 * Returns: whether the check ends early, since it is too much work
 */
gboolean
mcp_schema_problem_is_over (const McpSchemaCheck *self)
{
  return self->work > MCP_SCHEMA_MAX_WORK_BYTES;
}

/**
 * mcp_schema_problem_note:
 * @self: a check
 * @format: what is wrong; goes on after the path
 *
 * Notes what is wrong, if nothing was before. Where the check has ended early, nothing is known to
 * be wrong.
 *
 * Returns: %FALSE where the value is wrong
 */
gboolean
mcp_schema_problem_note (McpSchemaCheck *self, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  if (mcp_schema_problem_is_over (self))
    return TRUE;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (self->problem == NULL)
    self->problem = self->path->len > 0 ? g_strdup_printf ("“%s” %s", self->path->str + 1, text)
                                        : g_steal_pointer (&text);
  return FALSE;
}
