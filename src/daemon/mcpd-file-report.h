/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "daemon/mcpd-problem.h"

G_BEGIN_DECLS

/**
 * McpdFileReport:
 * @exists: there is such a file
 * @is_watched: changes of the file are taken up live
 * @problems: (element-type McpdProblem) (owned): what is wrong in the file, as last read
 *
 * What became of a configuration file.
 */
typedef struct
{
  gboolean exists;
  gboolean is_watched;
  GPtrArray *problems;
} McpdFileReport;

void mcpd_file_report_init (McpdFileReport *self);
void mcpd_file_report_clear (McpdFileReport *self);
void mcpd_file_report_begin (McpdFileReport *self, gboolean exists);
void mcpd_file_report_log (const McpdFileReport *self);
void mcpd_file_report_append_json (const McpdFileReport *self, const char *path, GString *json);

G_END_DECLS
