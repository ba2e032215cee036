/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-secret-job-private.h"

/*
 * mcp_secret_job_get_kind_name:
 * @self: a job
 *
 * Any thread.
 *
 * Returns: the name of the kind of secret, as it is stored
 */
const char *
mcp_secret_job_get_kind_name (const McpSecretJob *self)
{
  return self->secret_kind == MCP_SECRET_KIND_GRANT ? "grant" : "secret";
}

/*
 * mcp_secret_job_add_name:
 * @self: a job that lists
 * @name: a name that was found; one that was found before is passed over
 */
void
mcp_secret_job_add_name (McpSecretJob *self, const char *name)
{
  if (self->names == NULL)
    self->names = g_ptr_array_new_with_free_func (g_free);
  if (!g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, NULL))
    g_ptr_array_add (self->names, g_strdup (name));
}

/*
 * mcp_secret_job_free:
 * @data: (transfer full): a job
 */
void
mcp_secret_job_free (gpointer data)
{
  McpSecretJob *self = data;

  g_free (self->directory);
  g_free (self->name);
  g_free (self->label);
  mcp_secret_free (self->value);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_free (self);
}
