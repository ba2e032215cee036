/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-expand.h"

#include "common/mcp-error.h"

#include <string.h>

#define ENV_PREFIX "env:"

/* Returns: (nullable): NULL without an error for a variable that is not ours to expand */
static const char *
look_up (const char *variable, const char *cwd, const char *const *environment, GError **error)
{
  const char *name;
  const char *value;

  if (strcmp (variable, "cwd") == 0)
    return cwd;
  if (!g_str_has_prefix (variable, ENV_PREFIX))
    return NULL;

  name = variable + strlen (ENV_PREFIX);
  value = g_environ_getenv ((char **) environment, name);
  if (value == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                 "“${%s}” names a variable that is not set in the daemon's environment", variable);
  return value;
}

/**
 * mcp_expand:
 * @text: as written in the configuration
 * @cwd: what `${cwd}` stands for
 * @environment: (array zero-terminated=1): "NAME=value"; where `${env:NAME}` is looked up
 * @error: return location
 *
 * Expands `${cwd}` and `${env:NAME}` once; what comes in that way is not expanded
 * again. Any other `${…}` stays as it is: it may be meant for a shell that the
 * command starts. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, for a variable that is not set.
 *
 * Returns: (transfer full) (nullable): the text expanded, or %NULL with @error set
 */
char *
mcp_expand (const char *text, const char *cwd, const char *const *environment, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *start;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (cwd != NULL, NULL);

  while ((start = strstr (text, "${")) != NULL)
    {
      const char *end = strchr (start, '}');
      g_autofree char *variable = NULL;
      g_autoptr (GError) local_error = NULL;
      const char *value;

      if (end == NULL)
        break;

      variable = g_strndup (start + 2, (gsize) (end - start - 2));
      value = look_up (variable, cwd, environment, &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }

      /* Not ours: only its first two bytes are done with, since another may begin inside. */
      g_string_append_len (out, text, value != NULL ? start - text : start + 2 - text);
      if (value != NULL)
        g_string_append (out, value);
      text = value != NULL ? end + 1 : start + 2;
    }
  g_string_append (out, text);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
