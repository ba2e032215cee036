/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server add, remove, list, test, accept: the daemon's mcp.json, which it reads again by itself.
 */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/commands/mcp-cli-accept.h"
#include "cli/daemon/mcp-cli-connection.h"
#include "cli/files/mcp-cli-file.h"
#include "cli/files/mcp-cli-jsonc.h"
#include "cli/probe/mcp-cli-probe.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define SERVERS              "mcpServers"
#define TEST_TIMEOUT_SECONDS 30
/* mcp.json(5), timeoutSeconds */
#define MAX_TIMEOUT_SECONDS  86400
#define NO_TIMEOUT           G_MININT
#define SETTLE_MS            50
#define SETTLE_TRIES         40

static char *
dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), MCP_DIRECTORY, MCP_SERVERS_FILE, NULL);
}

static int
report (GError *error)
{
  mcp_cli_text_print_error (error);
  return MCP_CLI_FAILED;
}

static gboolean
read_file (const char *path, char **text, GError **error)
{
  if (!mcp_cli_file_read (path, text, error))
    return FALSE;
  if (*g_strchug (*text) != '\0')
    return TRUE;
  g_free (*text);
  *text = g_strdup ("{\n}\n");
  return TRUE;
}

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
  GStrv headers;
  int timeout_seconds;
  gboolean replace;
} AddOptions;

static void
add_options_clear (AddOptions *options)
{
  g_free (options->url);
  g_free (options->scope);
  g_free (options->prefix);
  g_strfreev (options->environment);
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

/* A daemon that runs reads the file again by itself, a moment later: what is asked of it next is to
 * find it so. */
static void
await_daemon (const char *name, gboolean there)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autofree char *label = g_strdup_printf ("provider=\"%s\"", name);

  for (guint i = 0; connection != NULL && i < SETTLE_TRIES; i++)
    {
      g_autoptr (GBytes) metrics =
          mcp_cli_connection_request (connection, "GET", "/metrics", NULL, NULL, NULL);
      g_autofree char *text =
          metrics != NULL ? g_strndup (g_bytes_get_data (metrics, NULL), g_bytes_get_size (metrics))
                          : NULL;

      if (text == NULL || (strstr (text, label) != NULL) == there)
        return;
      g_usleep (SETTLE_MS * 1000);
    }
}

static gboolean
add_server (const AddOptions *options, const char *name, char **command, GError **error)
{
  const char *const keys[] = { SERVERS, name, NULL };
  g_autofree char *path = dup_path ();
  g_autofree char *text = NULL;
  g_autofree char *old = NULL;
  g_autofree char *changed = NULL;
  g_autofree char *entry = build_entry (options, command, error);
  g_autoptr (GError) local_error = NULL;

  if (entry == NULL || !read_file (path, &text, error))
    return FALSE;
  old = mcp_cli_jsonc_get (text, keys, &local_error);
  if (old != NULL && !options->replace)
    g_set_error (&local_error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                 _ ("There is a server “%s” already; --replace puts this in its place"), name);
  if (local_error == NULL)
    changed = mcp_cli_jsonc_set (text, keys, entry, &local_error);
  if (changed != NULL && mcp_cli_file_replace (path, changed, &local_error))
    {
      mcp_cli_text_print (_ ("“%s” is in %s now; “mcp-session server test %s” tries it"), name,
                          path, name);
      await_daemon (name, TRUE);
      return TRUE;
    }
  g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "%s: ", path);
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

static int
run_add (int argc, char **argv)
{
  g_auto (AddOptions) options = { .timeout_seconds = NO_TIMEOUT };
  const GOptionEntry entries[] = {
    { "url", 0, 0, G_OPTION_ARG_STRING, &options.url, N_ ("Its address, instead of a command"),
      N_ ("URL") },
    { "header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.headers,
      N_ ("Sent along to the address; may be given again"), N_ ("NAME:VALUE") },
    { "env", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.environment,
      N_ ("In the command’s environment; may be given again"), N_ ("NAME=VALUE") },
    { "scope", 0, 0, G_OPTION_ARG_STRING, &options.scope,
      N_ ("session, cwd or shared: who has a process in common"), N_ ("SCOPE") },
    { "prefix", 0, 0, G_OPTION_ARG_STRING, &options.prefix,
      N_ ("Of its tools’ names; not given: its own name"), N_ ("TEXT") },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout_seconds,
      N_ ("How long a call may go on without progress"), N_ ("SECONDS") },
    { "replace", 0, 0, G_OPTION_ARG_NONE, &options.replace, N_ ("Replace a server of that name"),
      NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("NAME [--] [COMMAND [ARGUMENT…]]"),
    .summary = _ ("Gives all sessions a server’s tools."),
    .description = _ ("Examples:\n"
                      "  mcp-session server add files -- npx -y "
                      "@modelcontextprotocol/server-filesystem '${cwd}'\n"
                      "  mcp-session server add --url https://example.org/mcp wiki\n"),
    .min_words = 1,
    .max_words = -1,
    .first_word_ends_options = !has_separator (argc, argv),
  };
  g_autoptr (GError) error = NULL;
  char **command = cut_command (&argc, argv);

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (command == NULL && argc > 2 && *argv[2] == '-')
    return mcp_cli_options_report_error (
        _ ("“%s”: options go before the name, a command after “--”"), argv[2]);
  if (command == NULL)
    command = argv + 2;
  else if (argc > 2)
    return mcp_cli_options_report_error (_ ("“%s” is not expected"), argv[2]);
  if (options.timeout_seconds != NO_TIMEOUT &&
      (options.timeout_seconds < 1 || options.timeout_seconds > MAX_TIMEOUT_SECONDS))
    return mcp_cli_options_report_error (_ ("--timeout must be 1 to %d"), MAX_TIMEOUT_SECONDS);
  if ((*command == NULL) == (options.url == NULL))
    return mcp_cli_options_report_error (_ ("Either a COMMAND or --url, after the options"));
  if (options.scope != NULL && strcmp (options.scope, "session") != 0 &&
      strcmp (options.scope, "cwd") != 0 && strcmp (options.scope, "shared") != 0)
    return mcp_cli_options_report_error (_ ("--scope must be session, cwd or shared"));
  return add_server (&options, argv[1], command, &error) ? MCP_CLI_OK : report (error);
}

static gboolean
remove_server (const char *name, GError **error)
{
  const char *const keys[] = { SERVERS, name, NULL };
  g_autofree char *path = dup_path ();
  g_autofree char *text = NULL;
  g_autofree char *changed = NULL;
  g_autoptr (GError) local_error = NULL;

  if (!read_file (path, &text, error))
    return FALSE;
  changed = mcp_cli_jsonc_remove (text, keys, &local_error);
  if (changed == NULL && local_error == NULL)
    g_set_error (&local_error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("There is no server “%s”; “mcp-session server list” shows those there are"),
                 name);
  if (changed != NULL && mcp_cli_file_replace (path, changed, &local_error))
    {
      await_daemon (name, FALSE);
      return TRUE;
    }
  g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "%s: ", path);
  return FALSE;
}

static int
run_remove (int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary = _ ("Takes a server out of the configuration; its processes end."),
    .min_words = 1,
    .max_words = 1,
  };
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  return remove_server (argv[1], &error) ? MCP_CLI_OK : report (error);
}

/* What it is, in one cell. */
static char *
describe_entry (McpJsonSlice entry)
{
  g_autofree char *url = mcp_cli_json_dup_member (entry, "url");
  g_autofree char *command = mcp_cli_json_dup_member (entry, "command");
  g_autoptr (GString) words = g_string_new (command);
  McpJsonSlice args, word;
  McpJsonIter iter;

  if (url != NULL)
    return g_steal_pointer (&url);
  if (mcp_json_find_typed (entry, "args", MCP_JSON_ARRAY, &args))
    {
      mcp_json_iter_init (&iter, args);
      while (mcp_json_iter_next_element (&iter, &word))
        {
          g_autofree char *text = mcp_json_dup_string (word);

          g_string_append_printf (words, " %s", text != NULL ? text : "?");
        }
    }
  return g_strdup (words->str);
}

static void
print_servers (McpJsonSlice servers)
{
  const char *titles[] = { _ ("SERVER"), _ ("STATE"), _ ("SCOPE"), _ ("COMMAND"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  McpJsonIter iter;
  McpJsonSlice key, entry, value;

  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_member (&iter, &key, &entry))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      g_autofree char *scope = mcp_cli_json_dup_member (entry, "scope");
      g_autofree char *what = describe_entry (entry);
      gboolean is_disabled = mcp_json_find_typed (entry, "disabled", MCP_JSON_BOOLEAN, &value) &&
                             mcp_json_get_boolean (value);

      mcp_cli_table_add (table, (const char *[]){ name, is_disabled ? _ ("off") : _ ("on"),
                                                  scope != NULL ? scope : "–", what });
    }
  mcp_cli_table_print (table);
}

static int
run_list (int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print the file’s object of servers"), NULL },
    { NULL },
  };
  const McpCliUsage usage = { .summary = _ ("Lists the configured servers.") };
  const char *const keys[] = { SERVERS, NULL };
  g_autofree char *path = dup_path ();
  g_autofree char *text = NULL;
  g_autofree char *servers = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (read_file (path, &text, &error))
    servers = mcp_cli_jsonc_get (text, keys, &error);
  if (error == NULL && servers == NULL)
    servers = g_strdup ("{}");
  if (error != NULL || !mcp_cli_json_parse (servers, strlen (servers), &root, &error))
    {
      g_prefix_error (&error, "%s: ", path);
      return report (error);
    }
  if (as_json)
    g_print ("%s\n", servers);
  else if (mcp_json_get_type (root) == MCP_JSON_OBJECT &&
           servers[1 + strspn (servers + 1, " \n\t")] != '}')
    print_servers (root);
  else
    mcp_cli_text_print (_ ("There are no servers; “mcp-session server add” gives you one"));
  return MCP_CLI_OK;
}

static guint
print_tools (McpCliProbe *probe)
{
  McpJsonSlice root, tools, tool;
  McpJsonIter iter;
  guint n_tools = 0;

  if (probe->tools == NULL || !mcp_cli_json_parse_bytes (probe->tools, &root, NULL) ||
      !mcp_json_find_typed (root, "tools", MCP_JSON_ARRAY, &tools))
    return 0;
  mcp_json_iter_init (&iter, tools);
  for (; mcp_json_iter_next_element (&iter, &tool); n_tools++)
    {
      g_autofree char *name = mcp_cli_json_dup_member (tool, "name");
      g_autofree char *clean = mcp_text_clean (name != NULL ? name : "?");

      g_print ("  %s\n", clean);
    }
  return n_tools;
}

static int
print_probe (McpCliProbe *probe, GError *error)
{
  guint n_tools;

  if (probe->name != NULL)
    {
      g_autofree char *clean = mcp_text_clean (probe->name);

      g_print (_ ("Name: %s\n"), clean);
    }
  if (probe->revision != NULL)
    g_print (_ ("Revision: %s\n"), probe->revision);
  if (probe->first_answer_ms >= 0)
    g_print (_ ("First answer after: %d ms\n"), (int) probe->first_answer_ms);
  if (error == NULL)
    {
      g_print (_ ("Tools:\n"));
      n_tools = print_tools (probe);
      g_print (ngettext ("It works, with %u tool\n", "It works, with %u tools\n", n_tools),
               n_tools);
      return MCP_CLI_OK;
    }

  mcp_cli_text_print_error (error);
  if (probe->said != NULL)
    {
      g_auto (GStrv) lines = g_strsplit (g_strchomp (probe->said), "\n", -1);

      g_printerr (_ ("It said on standard error:\n"));
      for (gsize i = 0; lines[i] != NULL; i++)
        {
          g_autofree char *clean = mcp_text_clean (lines[i]);

          g_printerr ("  %s\n", clean);
        }
    }
  return MCP_CLI_FAILED;
}

static int
test_server (const char *name, guint timeout_seconds)
{
  const char *const keys[] = { SERVERS, name, NULL };
  g_autofree char *path = dup_path ();
  g_autofree char *text = NULL;
  g_autofree char *entry = NULL;
  g_autoptr (McpCliProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  if (read_file (path, &text, &error))
    entry = mcp_cli_jsonc_get (text, keys, &error);
  if (error == NULL && entry == NULL)
    g_set_error (&error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("There is no server “%s”; “mcp-session server list” shows those there are"),
                 name);
  if (entry == NULL || !mcp_cli_json_parse (entry, strlen (entry), &root, &error))
    return report (error);
  probe = mcp_cli_probe_run (root, timeout_seconds, &error);
  return print_probe (probe, error);
}

static int
run_test (int argc, char **argv)
{
  int timeout_seconds = TEST_TIMEOUT_SECONDS;
  const GOptionEntry entries[] = {
    { "timeout", 0, 0, G_OPTION_ARG_INT, &timeout_seconds, N_ ("How long it may take"),
      N_ ("SECONDS") },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary =
        _ ("Starts one configured server here, and shows which revision it speaks, how long it\n"
           "took to answer, its tools, and its standard error when it fails."),
    .min_words = 1,
    .max_words = 1,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (timeout_seconds < 1)
    return mcp_cli_options_report_error (_ ("--timeout must be 1 or more"));
  return test_server (argv[1], (guint) timeout_seconds);
}

static int
run_accept (int argc, char **argv)
{
  gboolean is_json = FALSE;
  gboolean only_show = FALSE;
  const GOptionEntry entries[] = {
    { "show", 0, 0, G_OPTION_ARG_NONE, &only_show, N_ ("Accept nothing"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, N_ ("Print the tools as JSON"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary =
        _ ("Shows the tools of a server with “pin” that are new or have changed, and accepts\n"
           "them."),
    .min_words = 1,
    .max_words = 1,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  return mcp_cli_accept (argv[1], !only_show, is_json);
}

static const McpCliCommand commands[] = {
  { "add", N_ ("Give all sessions a server’s tools"), run_add },
  { "remove", N_ ("Take a server out"), run_remove },
  { "list", N_ ("List the configured servers"), run_list },
  { "test", N_ ("Try a configured server"), run_test },
  { "accept", N_ ("Accept a pinned server’s tools"), run_accept },
};

static void
print_help (void)
{
  g_print ("%s\n\n%s\n\n", _ ("Usage: mcp-session server COMMAND [OPTION…]"),
           _ ("The servers whose tools the sessions get."));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-6s  %s\n", commands[i].name, _ (commands[i].summary));
}

/**
 * mcp_cli_cmd_server:
 * @argc: number of words
 * @argv: the words
 *
 * Shows and changes which servers the daemon has.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server (int argc, char **argv)
{
  if (argc > 1 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0))
    {
      print_help ();
      return MCP_CLI_OK;
    }
  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0)
      {
        g_autofree char *name = g_strconcat ("mcp-session server ", argv[1], NULL);

        g_set_prgname (name);
        return commands[i].run (argc - 1, argv + 1);
      }
  return mcp_cli_options_report_error (_ ("Which of add, remove, list, test, accept?"));
}
