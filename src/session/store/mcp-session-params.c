/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-params.h"

#include "common/mcp-error.h"
#include "session/session/mcp-session-inner.h"
#include "session/session/mcp-token.h"

#include <string.h>

/* Texts for people and globs are short; these are generous. */
#define MAX_LABEL_BYTES  256
#define MAX_GLOB_BYTES   128
#define MAX_GLOBS        1000
/* Ten years: beyond that somebody mistook the unit. */
#define MAX_IDLE_SECONDS (10 * 366 * 24 * 60 * 60)

static gboolean
fail_invalid (GError **error, const char *problem)
{
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, problem);
  return FALSE;
}

/**
 * mcp_session_params_check:
 * @params: what somebody asks a session to be
 * @error: return location
 *
 * Checks everything but the working directory, which mcp_cwd_choose() does.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether a session can be so
 */
gboolean
mcp_session_params_check (const McpSessionParams *params, GError **error)
{
  if (params->label != NULL &&
      (strlen (params->label) > MAX_LABEL_BYTES || !g_utf8_validate (params->label, -1, NULL)))
    return fail_invalid (error, "A label is UTF-8 of at most 256 bytes");
  if (params->idle_seconds < -1 || params->idle_seconds > MAX_IDLE_SECONDS)
    return fail_invalid (error, "idle_seconds is 0 (never) or at most ten years");
  if (params->allowed_tools == NULL)
    return TRUE;

  if (g_strv_length ((char **) params->allowed_tools) > MAX_GLOBS)
    return fail_invalid (error, "allowed_tools holds at most 1,000 globs");
  for (guint i = 0; params->allowed_tools[i] != NULL; i++)
    {
      const char *glob = params->allowed_tools[i];

      if (*glob == '\0' || strlen (glob) > MAX_GLOB_BYTES || !g_utf8_validate (glob, -1, NULL))
        return fail_invalid (error, "A glob of allowed_tools is UTF-8 of 1 to 128 bytes");
    }
  return TRUE;
}

/**
 * mcp_session_params_make_session:
 * @params: checked
 * @cwd: the working directory that was chosen, absolute
 * @default_idle_seconds: the idle time of a session that asks for none
 * @token: (out) (nullable) (transfer full): the session's token; %NULL where @params asks for none
 * @error: return location
 *
 * Makes a session with a new id and a new token.
 *
 * Errors: #GIOErrorEnum where the kernel gives no random bytes.
 *
 * Returns: (transfer full) (nullable): the session, which no store knows yet
 */
McpSession *
mcp_session_params_make_session (const McpSessionParams *params,
                                 const char *cwd,
                                 guint default_idle_seconds,
                                 char **token,
                                 GError **error)
{
  g_autofree char *id = mcp_token_generate_uuid (error);
  guint idle_seconds =
      params->idle_seconds < 0 ? default_idle_seconds : (guint) params->idle_seconds;
  McpTokenHash token_hash;
  McpSession *session;

  *token = NULL;
  if (id == NULL)
    return NULL;
  if (params->without_token)
    {
      session = mcp_session_new (id, cwd, params->label, params->allowed_tools, idle_seconds, NULL);
      mcp_session_set_client_made (session, params->ambient_client);
      return session;
    }
  *token = mcp_token_generate (error);
  if (*token == NULL)
    return NULL;
  mcp_token_hash (*token, &token_hash);
  return mcp_session_new (id, cwd, params->label, params->allowed_tools, idle_seconds, &token_hash);
}
