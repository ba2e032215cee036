/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-session-json.h"

#include "common/mcp-json.h"
#include "common/mcp-time.h"

static void
append_member (GString *out, const char *key, const char *text)
{
  if (text == NULL)
    return;
  g_string_append_printf (out, ",\"%s\":", key);
  mcp_json_append_string (out, text);
}

static void
append_strings (GString *out, const char *const *strings)
{
  g_string_append_c (out, '[');
  for (guint i = 0; strings[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      mcp_json_append_string (out, strings[i]);
    }
  g_string_append_c (out, ']');
}

/**
 * mcp_session_json_build:
 * @session: a session
 *
 * The shape of GET /session/{id}; never with the token. Main context only.
 *
 * Returns: (transfer full): a JSON object, compact
 */
char *
mcp_session_json_build (McpSession *session)
{
  GString *out = g_string_new ("{\"session_id\":");
  g_autofree char *created_at = mcp_time_format (mcp_session_get_created_at (session));
  g_autofree char *last_active_at = mcp_time_format (mcp_session_get_last_active_at (session));
  const char *const *allowed_tools = mcp_session_get_allowed_tools (session);

  mcp_json_append_string (out, mcp_session_get_id (session));
  append_member (out, "label", mcp_session_get_label (session));
  append_member (out, "cwd", mcp_session_get_cwd (session));
  append_member (out, "created_at", created_at);
  append_member (out, "last_active_at", last_active_at);
  if (allowed_tools != NULL)
    {
      g_string_append (out, ",\"allowed_tools\":");
      append_strings (out, allowed_tools);
    }
  g_string_append_printf (out, ",\"subscribers\":%u,\"calls_in_flight\":%u}",
                          mcp_session_get_n_subscribers (session),
                          mcp_session_get_calls_in_flight (session));
  return g_string_free (out, FALSE);
}
