/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-server-record.h"

static void
record_clear (gpointer data)
{
  McpServerRecord *self = data;

  mcp_server_log_free (self->log);
  g_free (self->last_error);
}

/**
 * mcp_server_record_new:
 *
 * Returns: (transfer full): the record of a server that nobody has used
 */
McpServerRecord *
mcp_server_record_new (void)
{
  McpServerRecord *self = g_rc_box_new0 (McpServerRecord);

  self->log = mcp_server_log_new ();
  return self;
}

/**
 * mcp_server_record_ref:
 * @self: the record
 *
 * Returns: (transfer full): @self
 */
McpServerRecord *
mcp_server_record_ref (McpServerRecord *self)
{
  return g_rc_box_acquire (self);
}

/**
 * mcp_server_record_unref:
 * @self: (transfer full): the record
 */
void
mcp_server_record_unref (McpServerRecord *self)
{
  g_rc_box_release_full (self, record_clear);
}

/**
 * mcp_server_record_note:
 * @self: the record
 * @error: (nullable): why the server failed; %NULL: it did what it was asked
 *
 * Remembers how the server did last.
 */
void
mcp_server_record_note (McpServerRecord *self, const GError *error)
{
  if (g_strcmp0 (self->last_error, error != NULL ? error->message : NULL) == 0)
    return;
  self->n_notes++;
  g_free (self->last_error);
  self->last_error = error != NULL ? g_strdup (error->message) : NULL;
}
