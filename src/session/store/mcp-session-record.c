/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-record.h"

#include "common/mcp-json.h"
#include "session/session/mcp-session-inner.h"
#include "session/store/mcp-session-params.h"

#include <limits.h>
#include <string.h>

/* Far above what mcp_session_params_check() lets pass. */
#define MAX_GLOBS 10000

/* No session gets so many events; far enough from the end of the numbers that a database holds. */
#define MAX_MARK         (G_GINT64_CONSTANT (1) << 62)
/* The end of the year 9999, the last one that RFC 3339 can write. */
#define MAX_REAL_US      G_GINT64_CONSTANT (253402300799999999)
/* What clients call themselves is not that long. */
#define MAX_CLIENT_BYTES 4096

/**
 * mcp_session_record_new:
 * @session: a session
 * @sequence_mark: reserved for it
 *
 * Returns: (transfer full): what is kept of it now
 */
McpSessionRecord *
mcp_session_record_new (McpSession *session, guint64 sequence_mark)
{
  McpSessionRecord *self = g_new0 (McpSessionRecord, 1);
  const McpTokenHash *token_hash = mcp_session_get_token_hash (session);

  self->id = g_strdup (mcp_session_get_id (session));
  self->cwd = g_strdup (mcp_session_get_cwd (session));
  self->label = g_strdup (mcp_session_get_label (session));
  self->allowed_tools = g_strdupv ((char **) mcp_session_get_allowed_tools (session));
  self->idle_seconds = mcp_session_get_idle_seconds (session);
  if (token_hash != NULL)
    {
      self->has_token = TRUE;
      self->token_hash = *token_hash;
    }
  self->is_client_made = mcp_session_is_client_made (session);
  self->ambient_client = g_strdup (mcp_session_get_ambient_client (session));
  self->created_at = mcp_session_get_created_at (session);
  self->last_active_at = mcp_session_get_last_active_at (session);
  self->sequence_mark = sequence_mark;
  if (mcp_session_get_processes (session) != NULL)
    self->processes = mcp_session_processes_to_json (mcp_session_get_processes (session));
  if (self->processes != NULL)
    self->boot_id = mcp_session_processes_dup_boot_id ();
  return self;
}

/**
 * mcp_session_record_free:
 * @self: (transfer full): a record
 */
void
mcp_session_record_free (McpSessionRecord *self)
{
  g_free (self->id);
  g_free (self->cwd);
  g_free (self->label);
  g_free (self->ambient_client);
  g_free (self->boot_id);
  g_free (self->processes);
  g_strfreev (self->allowed_tools);
  g_free (self);
}

/**
 * mcp_session_record_dup_tools_json:
 * @self: a record
 *
 * Returns: (transfer full) (nullable): its globs as a JSON array
 */
char *
mcp_session_record_dup_tools_json (const McpSessionRecord *self)
{
  GString *json;

  if (self->allowed_tools == NULL)
    return NULL;

  json = g_string_new ("[");
  for (guint i = 0; self->allowed_tools[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      mcp_json_append_string (json, self->allowed_tools[i]);
    }
  g_string_append_c (json, ']');
  return g_string_free (json, FALSE);
}

/**
 * mcp_session_record_parse_tools_json:
 * @self: a record without globs
 * @json: (nullable): what mcp_session_record_dup_tools_json() gave
 *
 * Returns: %FALSE where it is no array of strings
 */
gboolean
mcp_session_record_parse_tools_json (McpSessionRecord *self, const char *json)
{
  g_autoptr (GPtrArray) globs = NULL;
  McpJsonSlice root, item;
  McpJsonIter iter;

  if (json == NULL)
    return TRUE;
  if (!mcp_json_scan (json, strlen (json), 2, MAX_GLOBS, MCP_JSON_SCAN_DEFAULT, &root, NULL) ||
      mcp_json_get_type (root) != MCP_JSON_ARRAY)
    return FALSE;

  globs = g_ptr_array_new_with_free_func (g_free);
  mcp_json_iter_init (&iter, root);
  while (mcp_json_iter_next_element (&iter, &item))
    {
      char *glob = mcp_json_get_type (item) == MCP_JSON_STRING ? mcp_json_dup_string (item) : NULL;

      if (glob == NULL)
        return FALSE;
      g_ptr_array_add (globs, glob);
    }
  g_ptr_array_add (globs, NULL);
  g_ptr_array_set_free_func (globs, NULL);
  self->allowed_tools = (char **) g_ptr_array_free (g_steal_pointer (&globs), FALSE);
  return TRUE;
}

static gboolean
is_time (gint64 real_us)
{
  return real_us >= 0 && real_us <= MAX_REAL_US;
}

/**
 * mcp_session_record_is_valid:
 * @self: a record that was read from a file, which other programs can have written to
 *
 * The id is part of the path of a D-Bus object, of URLs and of logs; the rest is shown to clients.
 *
 * Returns: whether a daemon can have written the record
 */
gboolean
mcp_session_record_is_valid (const McpSessionRecord *self)
{
  const McpSessionParams params = {
    .label = self->label,
    .allowed_tools = (const char *const *) self->allowed_tools,
    .idle_seconds = self->idle_seconds,
  };

  return self->id != NULL && g_uuid_string_is_valid (self->id) && self->cwd != NULL &&
         self->cwd[0] == '/' && strlen (self->cwd) < PATH_MAX &&
         g_utf8_validate (self->cwd, -1, NULL) && mcp_session_params_check (&params, NULL) &&
         (self->ambient_client == NULL || (strlen (self->ambient_client) <= MAX_CLIENT_BYTES &&
                                           g_utf8_validate (self->ambient_client, -1, NULL))) &&
         is_time (self->created_at) && is_time (self->last_active_at) &&
         self->sequence_mark <= (guint64) MAX_MARK;
}
