/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpdProblem:
 * @text: for people
 * @line: of the file, from 1; 0: not known
 *
 * Something that is wrong in a configuration file.
 */
typedef struct
{
  char *text;
  guint line;
} McpdProblem;

McpdProblem *mcpd_problem_new (guint line, char *text);
void mcpd_problem_free (McpdProblem *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpdProblem, mcpd_problem_free)

G_END_DECLS
