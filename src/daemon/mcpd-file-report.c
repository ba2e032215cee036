/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-file-report.h"

#include "common/mcp-json.h"

/**
 * mcpd_file_report_init:
 * @self: (out caller-allocates): the report on a file that was not read yet
 */
void
mcpd_file_report_init (McpdFileReport *self)
{
  *self = (McpdFileReport){
    .problems = g_ptr_array_new_with_free_func ((GDestroyNotify) mcpd_problem_free),
  };
}

/**
 * mcpd_file_report_clear:
 * @self: the report
 */
void
mcpd_file_report_clear (McpdFileReport *self)
{
  g_clear_pointer (&self->problems, g_ptr_array_unref);
}

/**
 * mcpd_file_report_begin:
 * @self: the report
 * @exists: there is such a file
 *
 * The file was read again; nothing is wrong in it so far.
 */
void
mcpd_file_report_begin (McpdFileReport *self, gboolean exists)
{
  self->exists = exists;
  g_ptr_array_set_size (self->problems, 0);
}

/**
 * mcpd_file_report_log:
 * @self: the report
 *
 * Warns of each problem.
 */
void
mcpd_file_report_log (const McpdFileReport *self)
{
  for (guint i = 0; i < self->problems->len; i++)
    g_warning ("%s", ((const McpdProblem *) self->problems->pdata[i])->text);
}

static void
append_problem (GString *json, const McpdProblem *problem)
{
  g_string_append (json, "{\"text\":");
  mcp_json_append_string (json, problem->text);
  if (problem->line > 0)
    g_string_append_printf (json, ",\"line\":%u", problem->line);
  g_string_append_c (json, '}');
}

/**
 * mcpd_file_report_append_json:
 * @self: the report
 * @path: of the file
 * @json: gets `{"path","exists","watched","problems":[{"text","line"?}]}`
 */
void
mcpd_file_report_append_json (const McpdFileReport *self, const char *path, GString *json)
{
  g_string_append (json, "{\"path\":");
  mcp_json_append_string (json, path);
  g_string_append_printf (json, ",\"exists\":%s,\"watched\":%s,\"problems\":[",
                          self->exists ? "true" : "false", self->is_watched ? "true" : "false");
  for (guint i = 0; i < self->problems->len; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      append_problem (json, self->problems->pdata[i]);
    }
  g_string_append (json, "]}");
}
