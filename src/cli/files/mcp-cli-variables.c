/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Writes the variables of a client's entry as the daemon writes them: ${env:NAME} and ${cwd}. What
 * has no such meaning is an error, so that no text is used with another meaning than it had.
 */
#include "cli/files/mcp-cli-variables.h"

#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define NAME G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_"

static gboolean
is_name (const char *text)
{
  return *text != '\0' && !g_ascii_isdigit (*text) && strspn (text, NAME) == strlen (text);
}

static gboolean
refuse (const char *variable, GError **error)
{
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               _ ("“%s” has no meaning for the daemon"), variable);
  return FALSE;
}

/* “NAME” or “NAME:-default”, from between the braces */
static gboolean
append_braces (GString *out, const char *inner, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (inner, ":-", 2);
  g_autofree char *variable = g_strdup_printf ("${%s}", inner);

  if (!is_name (parts[0]))
    return refuse (variable, error);
  if (parts[1] != NULL)
    g_string_append (out, variable);
  else
    g_string_append_printf (out, "${env:%s}", inner);
  return TRUE;
}

static gboolean
append_editor (GString *out, const char *inner, GError **error)
{
  g_autofree char *variable = g_strdup_printf ("${%s}", inner);

  if (g_str_has_prefix (inner, "env:") && is_name (inner + strlen ("env:")))
    g_string_append (out, variable);
  else if (strcmp (inner, "workspaceFolder") == 0)
    g_string_append (out, "${cwd}");
  else if (strcmp (inner, "userHome") == 0)
    g_string_append (out, g_get_home_dir ());
  else if (strcmp (inner, "pathSeparator") == 0 || strcmp (inner, "/") == 0)
    g_string_append_c (out, G_DIR_SEPARATOR);
  else
    return refuse (variable, error);
  return TRUE;
}

static gboolean
append_curly (GString *out, const char *inner, GError **error)
{
  g_autofree char *variable = g_strdup_printf ("{%s}", inner);

  if (!g_str_has_prefix (inner, "env:") || !is_name (inner + strlen ("env:")))
    return refuse (variable, error);
  g_string_append_printf (out, "$%s", variable);
  return TRUE;
}

/* “${” and “}” around it; @at is behind the closing brace then */
static gboolean
append_braced (McpCliVariables syntax, GString *out, const char **at, GError **error)
{
  const char *start = *at + (syntax == MCP_CLI_VARIABLES_CURLY ? 1 : 2);
  const char *end = strchr (start, '}');
  g_autofree char *inner = end != NULL ? g_strndup (start, (gsize) (end - start)) : NULL;

  if (inner == NULL)
    return refuse (*at, error);
  *at = end + 1;
  switch (syntax)
    {
    case MCP_CLI_VARIABLES_NONE:
      break;
    case MCP_CLI_VARIABLES_BRACES:
    case MCP_CLI_VARIABLES_DOLLAR:
      return append_braces (out, inner, error);
    case MCP_CLI_VARIABLES_CURLY:
      return append_curly (out, inner, error);
    case MCP_CLI_VARIABLES_EDITOR:
      return append_editor (out, inner, error);
    }
  /* Literal there, a variable here. */
  return refuse ("${", error);
}

/* “$NAME” */
static void
append_dollar (GString *out, const char **at)
{
  gsize length = strspn (*at + 1, NAME);

  g_string_append_printf (out, "${env:%.*s}", (int) length, *at + 1);
  *at += 1 + length;
}

static gboolean
begins_variable (McpCliVariables syntax, const char *at)
{
  if (syntax == MCP_CLI_VARIABLES_CURLY)
    return g_str_has_prefix (at, "{env:") || g_str_has_prefix (at, "{file:");
  return g_str_has_prefix (at, "${");
}

/**
 * mcp_cli_variables_translate:
 * @syntax: of the client
 * @text: of an entry of the client
 * @error: return location; %MCP_ERROR_INVALID_ARGUMENTS for a variable without a meaning for the
 * daemon
 *
 * Returns: (transfer full) (nullable): the text for an entry of mcp.json
 */
char *
mcp_cli_variables_translate (McpCliVariables syntax, const char *text, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);

  while (*text != '\0')
    {
      if (begins_variable (syntax, text))
        {
          if (!append_braced (syntax, out, &text, error))
            return NULL;
        }
      else if (syntax == MCP_CLI_VARIABLES_CURLY && g_str_has_prefix (text, "${"))
        {
          refuse ("${", error);
          return NULL;
        }
      else if (syntax == MCP_CLI_VARIABLES_DOLLAR && *text == '$' &&
               (g_ascii_isalpha (text[1]) || text[1] == '_'))
        append_dollar (out, &text);
      else
        g_string_append_c (out, *text++);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
