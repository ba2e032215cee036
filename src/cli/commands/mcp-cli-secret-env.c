/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Variables of a server's environment whose values are secrets: each is asked for, stored, and
 * named in the entry.
 */
#include "cli/commands/mcp-cli-secret-env.h"

#include "cli/commands/mcp-cli-secrets.h"
#include "cli/terminal/mcp-cli-password.h"
#include "common/mcp-error.h"
#include "upstream/secrets/mcp-secret.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/* What a name of a secret cannot hold becomes “_”. */
static char *
build_name (const char *server, const char *key)
{
  char *name = g_strdup_printf ("%s-%s", server, key);

  g_strcanon (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_", '_');
  return name;
}

static gboolean
check (const char *server, char **keys, GError **error)
{
  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *name = build_name (server, keys[i]);

      if (*keys[i] == '\0' || strchr (keys[i], '=') != NULL || !mcp_secret_is_name (name))
        {
          g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       _ ("“%s” is no name of a variable"), keys[i]);
          return FALSE;
        }
    }
  if (g_strv_length (keys) < 2 || isatty (STDIN_FILENO))
    return TRUE;
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       _ ("Standard input holds the value of one --secret-env only"));
  return FALSE;
}

static gboolean
store_one (const char *server, const char *key, GError **error)
{
  g_autofree char *name = build_name (server, key);
  g_autofree char *prompt = g_strdup_printf (_ ("Value of “%s” (is not shown): "), key);
  g_autofree char *place = NULL;
  char *value = mcp_cli_password_read (prompt, MCP_SECRET_MAX_VALUE_BYTES, error);
  gboolean is_stored = value != NULL && mcp_cli_secrets_set (name, value, &place, error);

  mcp_secret_free (value);
  return is_stored;
}

/**
 * mcp_cli_secret_env_store:
 * @server: name of the server
 * @keys: (array zero-terminated=1) (nullable): names of variables
 * @environment: (inout) (nullable): "NAME=value" as the entry will have it; gets a reference to
 * each secret
 * @error: return location
 *
 * Asks for the value of each variable, and stores it as the secret SERVER-KEY. Blocks.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, those of mcp_cli_password_read() and mcp_cli_secrets_set().
 *
 * Returns: whether all are stored; else none is
 */
gboolean
mcp_cli_secret_env_store (const char *server, char **keys, GStrv *environment, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (keys == NULL)
    return TRUE;
  if (!check (server, keys, error))
    return FALSE;
  if (*environment != NULL)
    g_strv_builder_addv (builder, (const char **) *environment);
  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *name = build_name (server, keys[i]);
      g_autofree char *pair = g_strdup_printf ("%s=${secret:%s}", keys[i], name);

      if (!store_one (server, keys[i], error))
        {
          mcp_cli_secret_env_forget (server, keys);
          return FALSE;
        }
      g_strv_builder_add (builder, pair);
    }
  g_strfreev (*environment);
  *environment = g_strv_builder_end (builder);
  return TRUE;
}

/**
 * mcp_cli_secret_env_forget:
 * @server: name of the server
 * @keys: (array zero-terminated=1) (nullable): names of variables
 *
 * Removes what mcp_cli_secret_env_store() has stored. Blocks.
 */
void
mcp_cli_secret_env_forget (const char *server, char **keys)
{
  for (gsize i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *name = build_name (server, keys[i]);

      mcp_cli_secrets_remove (name, NULL);
    }
}
