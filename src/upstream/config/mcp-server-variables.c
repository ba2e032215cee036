/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-server-variables.h"

#include "upstream/config/mcp-expand.h"

/* The directory of a session is always known. */
#define ANY_CWD "/"

/* Secrets are looked up when the server starts: they come and go. */
static gboolean
check_text (const char *text, const char *const *environment, GError **error)
{
  g_autofree char *expanded = NULL;

  if (text == NULL || mcp_expand_names_secret (text))
    return TRUE;
  expanded = mcp_expand (text, ANY_CWD, environment, error);
  return expanded != NULL;
}

static gboolean
check_texts (char **texts, const char *const *environment, GError **error)
{
  for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
    if (!check_text (texts[i], environment, error))
      return FALSE;
  return TRUE;
}

/**
 * mcp_server_variables_check:
 * @config: an entry
 * @environment: the variables that there are
 * @error: return location
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, for a variable that is not set and has no default.
 *
 * Returns: whether all variables of the entry, but for secrets, can be filled in
 */
gboolean
mcp_server_variables_check (McpServerConfig *config, const char *const *environment, GError **error)
{
  return check_text (config->command, environment, error) &&
         check_text (config->url, environment, error) &&
         check_text (config->cwd, environment, error) &&
         check_text (config->env_file, environment, error) &&
         check_texts (config->args, environment, error) &&
         check_texts (config->env, environment, error) &&
         check_texts (config->headers, environment, error);
}
