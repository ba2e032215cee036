/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/request/mcp-process-sessions.h"

static gboolean
is_of_process (McpSession *session, pid_t pid, const char *cwd)
{
  return mcp_session_is_client_made (session) && mcp_session_ends_with_processes (session) &&
         mcp_session_is_used_by (session, pid) && g_str_equal (mcp_session_get_cwd (session), cwd);
}

/**
 * mcp_process_sessions_find:
 * @store: the sessions
 * @params: of a session to be made; its creator and its directory count
 *
 * Returns: (transfer full) (element-type McpSession): the sessions that were made, unasked, for
 * other clients of the same process that work in the same directory
 */
GPtrArray *
mcp_process_sessions_find (McpSessionStore *store, const McpSessionParams *params)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) sessions = mcp_session_store_list (store);

  for (guint i = 0; params->creator > 0 && i < sessions->len; i++)
    if (is_of_process (g_ptr_array_index (sessions, i), params->creator, params->cwd))
      g_ptr_array_add (found, g_object_ref (g_ptr_array_index (sessions, i)));
  return found;
}
