/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * secret: what ${secret:NAME} in mcp.json stands for. A value is read, and never shown.
 */
#include "cli/commands/mcp-cli-command.h"

#include "cli/commands/mcp-cli-secrets.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-password.h"
#include "cli/terminal/mcp-cli-suggest.h"
#include "cli/terminal/mcp-cli-text.h"
#include "upstream/secrets/mcp-secret.h"

#include <glib/gi18n.h>
#include <string.h>

static int
store_value (const char *name)
{
  g_autofree char *prompt = g_strdup_printf (_ ("Value of “%s” (is not shown): "), name);
  g_autofree char *place = NULL;
  g_autoptr (GError) error = NULL;
  char *value = mcp_cli_password_read (prompt, MCP_SECRET_MAX_VALUE_BYTES, &error);
  gboolean is_stored = value != NULL && mcp_cli_secrets_set (name, value, &place, &error);

  mcp_secret_free (value);
  if (!is_stored)
    return mcp_cli_options_report_failure (error);
  mcp_cli_text_print (_ ("“%s” is stored in %s; write “${secret:%s}” in “env” or “headers” of "
                         "mcp.json"),
                      name, place, name);
  return MCP_CLI_OK;
}

static int
run_set (int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary = _ ("Stores a secret: a line that you type, or what comes on standard input."),
    .description = _ ("The secret lies in the keyring of the desktop, or in a file that only you "
                      "can read. A server that runs already gets the value at its next start."),
    .min_words = 1,
    .max_words = 1,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (!mcp_secret_is_name (argv[1]))
    return mcp_cli_options_report_error (
        _ ("“%s” is no name of a secret: letters, digits, “-” and “_”, %d at most"), argv[1],
        MCP_SECRET_MAX_NAME_BYTES);
  return store_value (argv[1]);
}

static void
print_json (char **names)
{
  g_autoptr (GString) json = g_string_new ("{\"secrets\":[");

  for (gsize i = 0; names[i] != NULL; i++)
    g_string_append_printf (json, "%s{\"name\":\"%s\"}", i > 0 ? "," : "", names[i]);
  g_print ("%s]}\n", json->str);
}

static int
run_list (int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, _ ("Print JSON"), NULL },
    { NULL },
  };
  const McpCliUsage usage = { .summary = _ ("Lists the names of all secrets, and no values.") };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  names = mcp_cli_secrets_list (&error);
  if (names == NULL)
    return mcp_cli_options_report_failure (error);
  if (as_json)
    print_json (names);
  else if (*names == NULL)
    mcp_cli_text_print (_ ("There are no secrets; “mcp-session secret set NAME” stores one"));
  for (gsize i = 0; !as_json && names[i] != NULL; i++)
    g_print ("%s\n", names[i]);
  return MCP_CLI_OK;
}

static int
remove_one (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = mcp_cli_secrets_list (&error);

  if (names != NULL && !g_strv_contains ((const char *const *) names, name))
    {
      mcp_cli_text_print (_ ("There is no secret “%s”"), name);
      return MCP_CLI_FAILED;
    }
  if (names == NULL || !mcp_cli_secrets_remove (name, &error))
    return mcp_cli_options_report_failure (error);
  return MCP_CLI_OK;
}

static int
run_remove (int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary = _ ("Removes a secret."),
    .min_words = 1,
    .max_words = 1,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  return remove_one (argv[1]);
}

static const McpCliCommand commands[] = {
  { "set", N_ ("Store a secret"), run_set },
  { "list", N_ ("List the names of all secrets"), run_list },
  { "remove", N_ ("Remove a secret"), run_remove },
};

static int
print_help (void)
{
  g_print ("%s\n\n%s\n\n", _ ("Usage: mcp-session secret COMMAND [OPTION…]"),
           _ ("Passwords and keys of servers, which ${secret:NAME} in mcp.json stands for."));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-6s  %s\n", commands[i].name, _ (commands[i].summary));
  return MCP_CLI_OK;
}

/* @name: (nullable) */
static int
report_unknown (const char *name)
{
  const char *const names[] = { "set", "list", "remove", NULL };
  const char *meant = name != NULL ? mcp_cli_suggest_find (name, names) : NULL;

  if (meant != NULL)
    return mcp_cli_options_report_error (_ ("There is no command “secret %s”; did you mean “%s”?"),
                                         name, meant);
  return mcp_cli_options_report_error (_ ("Name one of these: %s"), "set, list, remove");
}

/**
 * mcp_cli_cmd_secret:
 * @argc: number of words
 * @argv: the words
 *
 * Stores, lists and removes secrets.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_secret (int argc, char **argv)
{
  if (argc > 1 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0))
    return print_help ();
  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0)
      {
        g_autofree char *name = g_strconcat ("mcp-session secret ", argv[1], NULL);

        g_set_prgname (name);
        return commands[i].run (argc - 1, argv + 1);
      }
  return report_unknown (argc > 1 ? argv[1] : NULL);
}
