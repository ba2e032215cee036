/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-problem.h"

/**
 * mcpd_problem_new:
 * @line: of the file, from 1; 0: not known
 * @text: (transfer full): for people
 *
 * Returns: (transfer full): a problem
 */
McpdProblem *
mcpd_problem_new (guint line, char *text)
{
  McpdProblem *self = g_new0 (McpdProblem, 1);

  self->line = line;
  self->text = text;
  return self;
}

/**
 * mcpd_problem_free:
 * @self: (transfer full): a problem
 */
void
mcpd_problem_free (McpdProblem *self)
{
  g_free (self->text);
  g_free (self);
}
