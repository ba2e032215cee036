/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-entry-check.h"
#include "cli/commands/mcp-cli-secret-env.h"
#include "cli/commands/mcp-cli-server-change.h"
#include "cli/commands/mcp-cli-server-source.h"
#include "cli/files/mcp-cli-secret.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

/* mcp.json(5), timeoutSeconds */
#define MAX_TIMEOUT_SECONDS 86400
#define NO_TIMEOUT          G_MININT

/* "NAME=value" or "Name: value" into a member. */
static gboolean
add_pair (GString *object, const char *pair, char separator, GError **error)
{
  const char *sign = strchr (pair, separator);
  g_autofree char *name = sign != NULL ? g_strndup (pair, (gsize) (sign - pair)) : NULL;
  g_autofree char *value = NULL;

  if (name == NULL || *name == '\0')
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   _ ("“%s” is not of the form NAME%cVALUE"), pair, separator);
      return FALSE;
    }
  value = g_strdup (sign + 1);
  mcp_cli_json_add_string (object, g_strstrip (name),
                           separator == ':' ? g_strstrip (value) : value);
  return TRUE;
}

static gboolean
add_pairs (GString *entry, const char *key, char **pairs, char separator, GError **error)
{
  g_autoptr (GString) object = g_string_new ("{");

  if (pairs == NULL)
    return TRUE;
  for (gsize i = 0; pairs[i] != NULL; i++)
    if (!add_pair (object, pairs[i], separator, error))
      return FALSE;
  g_string_append_c (object, '}');
  mcp_cli_json_add_raw (entry, key, object->str, -1);
  return TRUE;
}

typedef struct
{
  char *url;
  char *scope;
  char *prefix;
  GStrv environment;
  GStrv secret_keys;
  GStrv headers;
  char *json;
  char *from;
  char *bus_name; /* for the help: mcp_cli_cmd_server_add_dbus() takes the option */
  int timeout_seconds;
  gboolean replace;
} AddOptions;

static void
add_options_clear (AddOptions *options)
{
  g_free (options->url);
  g_free (options->scope);
  g_free (options->prefix);
  g_free (options->json);
  g_free (options->from);
  g_free (options->bus_name);
  g_strfreev (options->environment);
  g_strfreev (options->secret_keys);
  g_strfreev (options->headers);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AddOptions, add_options_clear)

static char *
build_entry (const AddOptions *options, char **command, GError **error)
{
  g_autoptr (GString) entry = g_string_new ("{");

  if (options->url != NULL)
    mcp_cli_json_add_string (entry, "type", "http");
  mcp_cli_json_add_string (entry, "url", options->url);
  mcp_cli_json_add_string (entry, "command", command[0]);
  if (command[0] != NULL && command[1] != NULL)
    {
      g_autoptr (GString) args = g_string_new ("[");

      for (gsize i = 1; command[i] != NULL; i++)
        {
          g_string_append (args, i > 1 ? "," : "");
          mcp_json_append_string (args, command[i]);
        }
      g_string_append_c (args, ']');
      mcp_cli_json_add_raw (entry, "args", args->str, -1);
    }
  if (!add_pairs (entry, "env", options->environment, '=', error) ||
      !add_pairs (entry, "headers", options->headers, ':', error))
    return NULL;
  mcp_cli_json_add_string (entry, "scope", options->scope);
  mcp_cli_json_add_string (entry, "prefix", options->prefix);
  if (options->timeout_seconds != NO_TIMEOUT)
    {
      g_autofree char *seconds = g_strdup_printf ("%d", options->timeout_seconds);

      mcp_cli_json_add_raw (entry, "timeoutSeconds", seconds, -1);
    }
  g_string_append_c (entry, '}');
  return g_strdup (entry->str);
}

static void
warn_of_secret (const char *name, const char *entry)
{
  g_autofree char *argument = NULL;
  g_autofree char *warning = NULL;
  McpJsonSlice root;

  if (!mcp_cli_json_parse (entry, strlen (entry), &root, NULL))
    return;
  argument = mcp_cli_secret_find_in_arguments (root);
  if (argument == NULL)
    return;
  warning = mcp_cli_secret_describe_warning (name, argument);
  mcp_cli_text_print ("%s", warning);
  mcp_cli_text_print (
      _ ("Give it to the server by --secret-env instead, if the server can read it there"));
}

/* A relative path means another file in each directory; warn_of_refusal() speaks of it. */
static void
warn_of_missing (const char *command)
{
  g_autofree char *found = command != NULL ? g_find_program_in_path (command) : NULL;

  if (command != NULL && found == NULL && strstr (command, "${") == NULL &&
      (g_path_is_absolute (command) || strchr (command, '/') == NULL))
    mcp_cli_text_print (_ ("There is no program “%s” in PATH yet"), command);
}

/* The entry stays: its command may be meant for a key that is added by hand. */
static void
warn_of_refusal (const char *name, const char *entry)
{
  g_autofree char *refusal = mcp_cli_entry_check_dup_refusal_of (name, entry);

  if (refusal != NULL)
    mcp_cli_text_print ("%s", refusal);
}

static gboolean
add_entry (const char *name, const char *entry, gboolean replace, GError **error)
{
  g_autofree char *path = mcp_cli_servers_file_dup_path ();
  g_autofree char *before = replace ? mcp_cli_server_change_dup_state (name) : NULL;

  if (!mcp_cli_entry_check (name, entry, error) ||
      !mcp_cli_servers_file_set_entry (name, entry, replace, error))
    return FALSE;
  mcp_cli_text_print (_ ("“%s” is in %s now; “mcp-session server test %s” tests it"), name, path,
                      name);
  warn_of_secret (name, entry);
  warn_of_refusal (name, entry);
  mcp_cli_server_change_await (name, TRUE);
  mcp_cli_server_change_await_other (name, before);
  return TRUE;
}

/* The daemon may start the server as soon as the entry is there, so the secrets come first. */
static gboolean
add_server (AddOptions *options, const char *name, char **command, GError **error)
{
  g_autofree char *entry = NULL;

  if (!mcp_cli_secret_env_store (name, options->secret_keys, &options->environment, error))
    return FALSE;
  entry = options->json != NULL ? g_strdup (options->json) : build_entry (options, command, error);
  if (entry == NULL || !add_entry (name, entry, options->replace, error))
    {
      mcp_cli_secret_env_forget (name, options->secret_keys);
      return FALSE;
    }
  warn_of_missing (command[0]);
  return TRUE;
}

/* All servers of the file are tried; the first that cannot be added is the error.
 *
 * @name: (nullable) */
static gboolean
add_from (const AddOptions *options, const char *name, GError **error)
{
  g_autoptr (GPtrArray) sources = mcp_cli_server_source_read (options->from, name, error);
  gboolean success = TRUE;

  for (guint i = 0; sources != NULL && i < sources->len; i++)
    {
      const McpCliServerSource *source = g_ptr_array_index (sources, i);
      g_autoptr (GError) local_error = NULL;

      if (add_entry (source->name, source->entry, options->replace, &local_error))
        continue;
      if (success)
        g_propagate_error (error, g_steal_pointer (&local_error));
      else
        mcp_cli_text_print_error (local_error);
      success = FALSE;
    }
  return sources != NULL && success;
}

/* An option of this command among the words of the server's command was probably meant for this
 * one. */
static const char *
find_own_option (const GOptionEntry *entries, char **words)
{
  for (gsize i = 0; words[i] != NULL; i++)
    for (gsize j = 0; entries[j].long_name != NULL; j++)
      {
        gsize length = strlen (entries[j].long_name);

        if (g_str_has_prefix (words[i], "--") &&
            strncmp (words[i] + 2, entries[j].long_name, length) == 0 &&
            (words[i][2 + length] == '\0' || words[i][2 + length] == '='))
          return words[i];
      }
  return NULL;
}

/* A server that is described otherwise has no command that options could belong to. */
static gboolean
has_no_command (int argc, char **argv)
{
  static const char *const options[] = { "--url", "--json", "--from" };

  for (int i = 1; i < argc; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (options); j++)
      if (g_str_has_prefix (argv[i], options[j]) &&
          (argv[i][strlen (options[j])] == '\0' || argv[i][strlen (options[j])] == '='))
        return TRUE;
  return FALSE;
}

static gboolean
has_separator (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--") == 0)
      return TRUE;
  return FALSE;
}

/* What follows a “--” is the command; options may be on both sides of the name then. */
static char **
cut_command (int *argc, char **argv)
{
  for (int i = 1; i < *argc; i++)
    if (strcmp (argv[i], "--") == 0)
      {
        argv[i] = NULL;
        *argc = i;
        return argv + i + 1;
      }
  return NULL;
}

/* @name: (nullable)
 *
 * Returns: the exit status */
static int
run (AddOptions *options, const char *name, char **command)
{
  g_autoptr (GError) error = NULL;
  gboolean success = options->from != NULL ? add_from (options, name, &error)
                                           : add_server (options, name, command, &error);

  return success ? MCP_CLI_OK : mcp_cli_options_report_failure (error);
}

/* A server is described by one of four. */
static gboolean
check_ways (const AddOptions *options, const char *name, char **command)
{
  guint n_ways = (*command != NULL) + (options->url != NULL) + (options->json != NULL) +
                 (options->from != NULL);

  if (options->secret_keys != NULL && *command == NULL)
    {
      mcp_cli_options_report_error (_ ("--secret-env is for a COMMAND"));
      return FALSE;
    }
  if (n_ways != 1)
    mcp_cli_options_report_error (_ ("Either a COMMAND, --url, --json or --from"));
  else if (name == NULL && options->from == NULL)
    mcp_cli_options_report_error (_ ("Something is missing: %s"), "NAME");
  return n_ways == 1 && (name != NULL || options->from != NULL);
}

/**
 * mcp_cli_cmd_server_add:
 * @argc: number of words
 * @argv: the words
 *
 * Adds a server to mcp.json.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_add (int argc, char **argv)
{
  g_auto (AddOptions) options = { .timeout_seconds = NO_TIMEOUT };
  const GOptionEntry entries[] = {
    { "url", 0, 0, G_OPTION_ARG_STRING, &options.url, N_ ("Its address, instead of a command"),
      N_ ("URL") },
    { "header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.headers,
      N_ ("A header for the address; may be repeated"), N_ ("NAME:VALUE") },
    { "env", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.environment,
      N_ ("A variable for the command; may be repeated"), N_ ("NAME=VALUE") },
    { "secret-env", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.secret_keys,
      N_ ("A variable whose value is asked for and stored as a secret; may be repeated"),
      N_ ("NAME") },
    { "scope", 0, 0, G_OPTION_ARG_STRING, &options.scope,
      N_ ("session, cwd or shared: which sessions share a process"), N_ ("SCOPE") },
    { "prefix", 0, 0, G_OPTION_ARG_STRING, &options.prefix,
      N_ ("The beginning of its tools’ names; default: its name"), N_ ("TEXT") },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout_seconds,
      N_ ("How long a call may take without progress"), N_ ("SECONDS") },
    { "json", 0, 0, G_OPTION_ARG_STRING, &options.json,
      N_ ("Its whole entry, as other clients write it"), N_ ("JSON") },
    { "from", 0, 0, G_OPTION_ARG_FILENAME, &options.from,
      N_ ("A server.json of the registry, another client’s file, or - for the standard input"),
      N_ ("FILE") },
    { "dbus", 0, 0, G_OPTION_ARG_STRING, &options.bus_name,
      N_ ("Its name on the session bus, instead of a command"), N_ ("BUS-NAME") },
    { "replace", 0, 0, G_OPTION_ARG_NONE, &options.replace, N_ ("Replace a server of that name"),
      NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("NAME [--] [COMMAND [ARGUMENT…]]"),
    .summary = _ ("Adds a server, whose tools all sessions get."),
    .description = _ ("Examples:\n"
                      "  mcp-session server add files -- npx -y "
                      "@modelcontextprotocol/server-filesystem '${cwd}'\n"
                      "  mcp-session server add --url https://example.org/mcp wiki\n"
                      "  mcp-session server add --from server.json\n"
                      "  mcp-session server add --dbus org.example.Notes\n"),
    .max_words = -1,
    .first_word_ends_options = !has_separator (argc, argv) && !has_no_command (argc, argv),
  };
  char **command;

  if (mcp_cli_cmd_server_add_dbus_is_meant (argc, argv))
    return mcp_cli_cmd_server_add_dbus (argc, argv);
  command = cut_command (&argc, argv);
  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (command == NULL && argc > 2 && *argv[2] == '-')
    return mcp_cli_options_report_error (
        _ ("“%s”: options go before the name, a command after “--”"), argv[2]);
  if (command == NULL && argc > 2 && find_own_option (entries, argv + 2) != NULL)
    return mcp_cli_options_report_error (
        _ ("“%s” follows the command; options go before the name, or write “--” before the command if "
           "the option belongs to it"),
        find_own_option (entries, argv + 2));
  if (command == NULL)
    command = argc > 2 ? argv + 2 : argv + argc;
  else if (argc > 2)
    return mcp_cli_options_report_error (_ ("“%s” is not expected"), argv[2]);
  if (options.timeout_seconds != NO_TIMEOUT &&
      (options.timeout_seconds < 1 || options.timeout_seconds > MAX_TIMEOUT_SECONDS))
    return mcp_cli_options_report_error (_ ("--timeout must be 1 to %d"), MAX_TIMEOUT_SECONDS);
  if (!check_ways (&options, argc > 1 ? argv[1] : NULL, command))
    return MCP_CLI_USAGE;
  if (options.scope != NULL && strcmp (options.scope, "session") != 0 &&
      strcmp (options.scope, "cwd") != 0 && strcmp (options.scope, "shared") != 0)
    return mcp_cli_options_report_error (_ ("--scope must be session, cwd or shared"));
  return run (&options, argc > 1 ? argv[1] : NULL, command);
}
