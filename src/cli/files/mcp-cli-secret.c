/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Secrets among the arguments of a server: every user of the machine can read the arguments of
 * every process in /proc.
 */
#include "cli/files/mcp-cli-secret.h"

#include <glib/gi18n.h>
#include <string.h>

/* Parts of the names of options and variables. */
static const char *const words[] = { "token",      "secret",     "password",    "passwd",
                                     "apikey",     "api-key",    "api_key",     "credential",
                                     "access-key", "access_key", "private-key", "bearer",
                                     NULL };
/* What well-known keys begin with. */
static const char *const prefixes[] = { "sk-",   "ghp_", "gho_", "github_pat_", "glpat-", "xoxb-",
                                        "xoxp-", "AKIA", "AIza", "Bearer ",     NULL };

static gboolean
names_secret (const char *name)
{
  g_autofree char *folded = g_ascii_strdown (name, -1);

  for (gsize i = 0; words[i] != NULL; i++)
    if (strstr (folded, words[i]) != NULL)
      return TRUE;
  return g_str_has_suffix (folded, "_key") || g_str_has_suffix (folded, "-key");
}

static gboolean
is_known_key (const char *value)
{
  for (gsize i = 0; prefixes[i] != NULL; i++)
    if (g_str_has_prefix (value, prefixes[i]) && strlen (value) > strlen (prefixes[i]) + 8)
      return TRUE;
  return FALSE;
}

/**
 * mcp_cli_secret_is_secret:
 * @name: of a variable, a header or another key
 * @value: as an entry has it
 *
 * Returns: whether that looks like a secret in plain text
 */
gboolean
mcp_cli_secret_is_secret (const char *name, const char *value)
{
  if (*value == '\0' || strstr (value, "${") != NULL)
    return FALSE;
  return names_secret (name) || is_known_key (value) ||
         g_ascii_strcasecmp (name, "Authorization") == 0 ||
         g_ascii_strcasecmp (name, "Cookie") == 0;
}

/* Returns: (transfer full) (nullable): the first variable whose name is that of a secret */
static char *
find_variable (const char *text)
{
  const char *start = strstr (text, "${");
  const char *end = start != NULL ? strchr (start, '}') : NULL;
  g_autofree char *variable = end != NULL ? g_strndup (start, (gsize) (end + 1 - start)) : NULL;

  if (variable == NULL)
    return NULL;
  if (names_secret (variable) || g_str_has_prefix (variable, "${secret:"))
    return g_steal_pointer (&variable);
  return find_variable (end + 1);
}

/* The option, without its value: the value may be the secret. */
static char *
find_in_argument (const char *argument, const char *next)
{
  const char *sign = strchr (argument, '=');
  g_autofree char *option =
      *argument == '-'
          ? g_strndup (argument, sign != NULL ? (gsize) (sign - argument) : strlen (argument))
          : NULL;
  char *variable = find_variable (argument);

  if (variable != NULL)
    return variable;
  if (option != NULL && names_secret (option) &&
      (sign != NULL ? sign[1] != '\0' : next != NULL && *next != '-'))
    return g_steal_pointer (&option);
  if (is_known_key (option != NULL && sign != NULL ? sign + 1 : argument))
    return option != NULL ? g_steal_pointer (&option) : g_strndup (argument, 4);
  return NULL;
}

static GStrv
dup_arguments (McpJsonSlice entry)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  McpJsonSlice args, value;
  McpJsonIter iter;

  if (mcp_json_find_typed (entry, "args", MCP_JSON_ARRAY, &args))
    {
      mcp_json_iter_init (&iter, args);
      while (mcp_json_iter_next_element (&iter, &value))
        if (mcp_json_get_type (value) == MCP_JSON_STRING)
          g_ptr_array_add (arguments, mcp_json_dup_string (value));
    }
  g_ptr_array_add (arguments, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&arguments), FALSE);
}

/**
 * mcp_cli_secret_find_in_arguments:
 * @entry: of a server in mcp.json
 *
 * Returns: (transfer full) (nullable): the variable or the option that looks like a secret, without
 *   its value; %NULL if none does
 */
char *
mcp_cli_secret_find_in_arguments (McpJsonSlice entry)
{
  g_auto (GStrv) arguments = dup_arguments (entry);

  for (gsize i = 0; arguments[i] != NULL; i++)
    {
      char *found = find_in_argument (arguments[i], arguments[i + 1]);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* What a screen may show of an argument: the name of an option stays, its value does not. */
static char *
dup_shown (const char *argument)
{
  const char *sign = *argument == '-' ? strchr (argument, '=') : NULL;

  if (sign != NULL)
    return g_strdup_printf ("%.*s=***", (int) (sign - argument), argument);
  return *argument == '-' ? g_strdup (argument) : g_strdup ("***");
}

/**
 * mcp_cli_secret_dup_shown_arguments:
 * @entry: of a server in mcp.json
 *
 * Returns: (transfer full): the arguments for people to see: “***” for what looks like a secret;
 *   variables stay, because their names are none
 */
GStrv
mcp_cli_secret_dup_shown_arguments (McpJsonSlice entry)
{
  GStrv arguments = dup_arguments (entry);
  gboolean is_value = FALSE;

  for (gsize i = 0; arguments[i] != NULL; i++)
    {
      g_autofree char *found = find_in_argument (arguments[i], arguments[i + 1]);
      g_autofree char *argument = g_steal_pointer (&arguments[i]);

      if (strstr (argument, "${") != NULL)
        found = (g_free (found), NULL);
      arguments[i] = found != NULL || (is_value && strstr (argument, "${") == NULL)
                         ? dup_shown (argument)
                         : g_strdup (argument);
      is_value = found != NULL && *argument == '-' && strchr (argument, '=') == NULL;
    }
  return arguments;
}

/**
 * mcp_cli_secret_dup_shown_url:
 * @url: of a server
 *
 * Returns: (transfer full): the URL for people to see, without user, password, query and fragment
 */
char *
mcp_cli_secret_dup_shown_url (const char *url)
{
  const char *slashes = strstr (url, "://");
  const char *host = slashes != NULL ? slashes + 3 : url;
  gsize n_authority = strcspn (host, "/?#");
  const char *at = g_strrstr_len (host, (gssize) n_authority, "@");
  gsize n_rest;

  if (at != NULL)
    at++;
  n_rest = strcspn (at != NULL ? at : host, "?#");
  return g_strdup_printf ("%.*s%.*s", (int) (host - url), url, (int) n_rest,
                          at != NULL ? at : host);
}

/**
 * mcp_cli_secret_describe_warning:
 * @server: the name of a server
 * @argument: what mcp_cli_secret_find_in_arguments() found
 *
 * Returns: (transfer full): a sentence for people
 */
char *
mcp_cli_secret_describe_warning (const char *server, const char *argument)
{
  return g_strdup_printf (
      _ ("Server “%s”: “%s” looks like a secret; every user of this machine can read the "
         "arguments of a process"),
      server, argument);
}
