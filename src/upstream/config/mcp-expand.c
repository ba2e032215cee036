/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Variables in the values of mcp.json, as this and other clients write them:
 *
 *   ${cwd}, ${workspaceFolder}   the session's directory
 *   ${userHome}                  the home directory
 *   ${env:NAME}, ${NAME}         a variable of the daemon's environment
 *   ${NAME:-default}             the same, or the default where it is unset or empty
 *   ${secret:NAME}               what `mcp-session secret set NAME` stored
 *   $${                          a literal ${
 *
 * A variable of an editor (${input:…}, ${command:…}, ${config:…}) has no meaning here, and is an
 * error. Everything else in ${…} stays as it is: it may be meant for a shell that the command
 * starts.
 */
#include "upstream/config/mcp-expand.h"

#include "common/mcp-error.h"

#include <string.h>

#define ENV_PREFIX "env:"

static const char *const directory_names[] = { "cwd", "workspaceFolder", NULL };
static const char *const editor_prefixes[] = { "input:", "command:", "config:", NULL };

static gboolean
is_name (const char *text, gsize length)
{
  if (length == 0 || g_ascii_isdigit (text[0]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '_')
      return FALSE;
  return TRUE;
}

static gboolean
has_editor_prefix (const char *variable)
{
  for (gsize i = 0; editor_prefixes[i] != NULL; i++)
    if (g_str_has_prefix (variable, editor_prefixes[i]))
      return TRUE;
  return FALSE;
}

static const char *
look_up_environment (const char *variable, const char *const *environment, GError **error)
{
  gboolean is_env = g_str_has_prefix (variable, ENV_PREFIX);
  const char *written = is_env ? variable + strlen (ENV_PREFIX) : variable;
  const char *fallback = strstr (written, ":-");
  gsize length = fallback != NULL ? (gsize) (fallback - written) : strlen (written);
  g_autofree char *name = g_strndup (written, length);
  const char *value;

  /* What is meant for a shell. ${env:…} is not, whatever the name. */
  if (!is_env && !is_name (written, length))
    return NULL;
  value = g_environ_getenv ((char **) environment, name);
  if (fallback != NULL && (value == NULL || *value == '\0'))
    return fallback + 2;
  if (value == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                 "“${%s}” names a variable that is not set in the daemon's environment", variable);
  return value;
}

/* Secrets stand among the variables under a name that no variable has. */
static const char *
look_up_secret (const char *variable, const char *const *environment, GError **error)
{
  const char *value = g_environ_getenv ((char **) environment, variable);

  if (value == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                 "“${%s}”: there is no such secret; run: mcp-session secret set %s", variable,
                 variable + strlen (MCP_EXPAND_SECRET_PREFIX));
  return value;
}

/* Returns: (nullable): %NULL without an error where the variable stays as it is */
static const char *
look_up (const char *variable, const char *cwd, const char *const *environment, GError **error)
{
  if (g_strv_contains (directory_names, variable))
    return cwd;
  if (strcmp (variable, "userHome") == 0)
    return g_get_home_dir ();
  if (g_str_has_prefix (variable, MCP_EXPAND_SECRET_PREFIX))
    return look_up_secret (variable, environment, error);
  if (has_editor_prefix (variable))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "“${%s}” has no meaning here; write “${env:NAME}” or the value itself",
                   variable);
      return NULL;
    }
  return look_up_environment (variable, environment, error);
}

/* Returns: (nullable): where the variable at @start ends; %NULL: it has no end */
static const char *
find_end (const char *start)
{
  return strchr (start, '}');
}

/* Takes one “${”, or “$${”, at @start. Returns: (nullable): behind it */
static const char *
append_variable (GString *out,
                 const char *start,
                 const char *cwd,
                 const char *const *environment,
                 GError **error)
{
  const char *end = find_end (start);
  g_autofree char *variable = NULL;
  g_autoptr (GError) local_error = NULL;
  const char *value;

  if (end == NULL)
    {
      g_string_append_len (out, start, 2);
      return start + 2;
    }
  variable = g_strndup (start + 2, (gsize) (end - start - 2));
  value = look_up (variable, cwd, environment, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  /* Where it stays, only two bytes are done with, since another may begin inside. */
  g_string_append_len (out, value != NULL ? value : start,
                       value != NULL ? (gssize) strlen (value) : 2);
  return value != NULL ? end + 1 : start + 2;
}

/**
 * mcp_expand:
 * @text: as written in the configuration
 * @cwd: the session's directory
 * @environment: (array zero-terminated=1): "NAME=value"; where variables are looked up, and
 *   secrets as "secret:NAME=value"
 * @error: return location
 *
 * Fills in the variables once; what a variable holds is not expanded again. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, for a variable that is not set or has no meaning here.
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

  while (text != NULL && (start = strstr (text, "${")) != NULL)
    {
      gboolean is_literal = start > text && start[-1] == '$';

      g_string_append_len (out, text, start - text - (is_literal ? 1 : 0));
      if (is_literal)
        {
          g_string_append (out, "${");
          text = start + 2;
        }
      else
        text = append_variable (out, start, cwd, environment, error);
    }
  if (text == NULL)
    return NULL;
  g_string_append (out, text);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/**
 * mcp_expand_check:
 * @text: as written in the configuration
 * @error: return location
 *
 * Finds variables that no environment can fill in. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether all variables have a meaning here
 */
gboolean
mcp_expand_check (const char *text, GError **error)
{
  for (const char *start = strstr (text, "${"); start != NULL; start = strstr (start + 2, "${"))
    {
      const char *end = find_end (start);
      g_autofree char *variable = NULL;

      if (end == NULL)
        return TRUE;
      if (start > text && start[-1] == '$')
        continue;
      variable = g_strndup (start + 2, (gsize) (end - start - 2));
      if (has_editor_prefix (variable))
        {
          look_up (variable, "/", NULL, error);
          return FALSE;
        }
    }
  return TRUE;
}

/* Returns: (nullable): where the next secret is named, at its “${” */
static const char *
find_secret (const char *text)
{
  const char *start = text;

  while ((start = strstr (start, "${" MCP_EXPAND_SECRET_PREFIX)) != NULL)
    {
      if (start == text || start[-1] != '$')
        return start;
      start += 2;
    }
  return NULL;
}

/**
 * mcp_expand_names_secret:
 * @text: as written in the configuration
 *
 * Any thread.
 *
 * Returns: whether @text holds a `${secret:NAME}`
 */
gboolean
mcp_expand_names_secret (const char *text)
{
  return find_secret (text) != NULL;
}

/**
 * mcp_expand_add_secrets:
 * @text: as written in the configuration
 * @names: (element-type utf8): names of secrets; gets those of @text that it does not have
 *
 * Any thread.
 */
void
mcp_expand_add_secrets (const char *text, GPtrArray *names)
{
  for (const char *start = find_secret (text); start != NULL; start = find_secret (start + 2))
    {
      const char *name = start + 2 + strlen (MCP_EXPAND_SECRET_PREFIX);
      const char *end = find_end (start);
      g_autofree char *copy = end != NULL ? g_strndup (name, (gsize) (end - name)) : NULL;

      if (copy != NULL && !g_ptr_array_find_with_equal_func (names, copy, g_str_equal, NULL))
        g_ptr_array_add (names, g_steal_pointer (&copy));
    }
}

/**
 * mcp_expand_names_directory:
 * @text: as written in the configuration
 *
 * Any thread.
 *
 * Returns: whether @text holds a variable that stands for the session's directory
 */
gboolean
mcp_expand_names_directory (const char *text)
{
  return strstr (text, "${cwd}") != NULL || strstr (text, "${workspaceFolder}") != NULL;
}
