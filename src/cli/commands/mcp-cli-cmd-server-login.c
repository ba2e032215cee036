/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server login, server logout: the daemon logs in, and this command brings a person to the page,
 * and the answer back where the browser runs on another machine.
 */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-server-states.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Nothing tells this command when the browser is back. */
#define LOOK_MS        500
/* Of what a person pastes. */
#define MAX_LINE_BYTES 8192

/* A login that goes on. */
typedef struct
{
  McpCliConnection *connection; /* (unowned) */
  const char *name;
  GString *line;   /* (owned): what was typed of a line */
  gboolean is_eof; /* nothing more will be typed */
} Login;

static GBytes *
post (McpCliConnection *connection,
      const char *name,
      const char *action,
      const char *json,
      GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/servers/%s/%s", escaped, action);

  return mcp_cli_connection_request (connection, "POST", path, NULL, json, error);
}

static gboolean
complete (Login *login, const char *address, GError **error)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GBytes) answer = NULL;

  mcp_cli_json_add_string (json, "redirect_url", address);
  g_string_append_c (json, '}');
  answer = post (login->connection, login->name, "complete", json->str, error);
  return answer != NULL;
}

/* Reads what was typed. Returns: (transfer full) (nullable): a whole line */
static char *
read_line (Login *login)
{
  char buffer[1024];
  ssize_t n = read (STDIN_FILENO, buffer, sizeof buffer);
  char *end;
  char *line;

  if (n <= 0 || login->line->len > MAX_LINE_BYTES)
    {
      login->is_eof = TRUE;
      return NULL;
    }
  g_string_append_len (login->line, buffer, n);
  end = strchr (login->line->str, '\n');
  if (end == NULL)
    return NULL;
  line = g_strstrip (g_strndup (login->line->str, (gsize) (end - login->line->str)));
  g_string_erase (login->line, 0, end - login->line->str + 1);
  return line;
}

/* A person who pasted something else may try again. @error: (nullable) (transfer full) */
static gboolean
forgive (GError *error, GError **out)
{
  if (isatty (STDIN_FILENO) != 0 && g_error_matches (error, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    {
      mcp_cli_text_print ("%s", error->message);
      g_error_free (error);
      return TRUE;
    }
  g_propagate_error (out, error);
  return FALSE;
}

/* Terminals and their users put quotes around addresses. */
static const char *
unquote (char *line)
{
  gsize length = strlen (line);

  if (length < 2 || (*line != '"' && *line != '\'') || line[length - 1] != *line)
    return line;
  line[length - 1] = '\0';
  return line + 1;
}

/* Returns: %FALSE: what was pasted ends the login, and badly */
static gboolean
take_input (Login *login, GError **error)
{
  g_autofree char *line = read_line (login);
  GError *refusal = NULL;

  return line == NULL || *line == '\0' || complete (login, unquote (line), &refusal) ||
         forgive (refusal, error);
}

/* Waits a moment for a line. Returns: as take_input() */
static gboolean
wait_for_input (Login *login, GError **error)
{
  GPollFD poll = { .fd = STDIN_FILENO, .events = G_IO_IN };
  int n = g_poll (&poll, login->is_eof ? 0 : 1, LOOK_MS);

  return n <= 0 || take_input (login, error);
}

static gboolean
look (Login *login, char **state, char **why, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (login->name, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/servers/%s", escaped);
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (login->connection, "GET", path, NULL, NULL, error);
  McpJsonSlice root;
  McpJsonSlice auth;

  if (answer == NULL || !mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  if (!mcp_json_find_typed (root, "auth", MCP_JSON_OBJECT, &auth))
    return TRUE;
  *state = mcp_cli_json_dup_member (auth, "state");
  *why = mcp_cli_json_dup_member (auth, "why");
  return TRUE;
}

static int
report_end (Login *login, const char *state, const char *why)
{
  if (g_strcmp0 (state, "authorized") == 0 || g_strcmp0 (state, "refreshing") == 0)
    {
      mcp_cli_text_print (_ ("Logged in to “%s”"), login->name);
      return MCP_CLI_OK;
    }
  mcp_cli_text_print (_ ("Nobody has logged in to “%s”: %s"), login->name,
                      why != NULL ? why : _ ("it took too long"));
  return MCP_CLI_FAILED;
}

static int
wait_for_end (Login *login)
{
  g_autoptr (GError) error = NULL;

  while (wait_for_input (login, &error))
    {
      g_autofree char *state = NULL;
      g_autofree char *why = NULL;

      if (!look (login, &state, &why, &error))
        break;
      if (g_strcmp0 (state, "logging-in") != 0)
        return report_end (login, state, why);
    }
  return mcp_cli_options_report_failure (error);
}

/* Texts of the authorization server. */
static char *
dup_clean (McpJsonSlice root, const char *key)
{
  g_autofree char *text = mcp_cli_json_dup_member (root, key);

  return text != NULL ? mcp_text_clean (text) : NULL;
}

static gboolean
print_address (GBytes *answer, GError **error)
{
  g_autofree char *address = NULL;
  g_autofree char *user_code = NULL;
  McpJsonSlice root;
  McpJsonSlice opened;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  address = dup_clean (root, "authorization_url");
  user_code = dup_clean (root, "user_code");
  if (mcp_json_find (root, "opened", &opened) && mcp_json_get_boolean (opened))
    g_print ("%s\n", _ ("A browser was opened. If it shows nothing, open this address:"));
  else
    g_print ("%s\n", _ ("Open this address in a browser:"));
  g_print ("\n  %s\n\n", address != NULL ? address : "?");
  if (user_code != NULL)
    {
      g_print (_ ("and enter the code %s there. Any machine will do.\n"), user_code);
      return TRUE;
    }
  g_print ("%s\n", _ ("If the browser runs on another machine, it ends at a page that it "
                      "cannot show: paste the\naddress of that page here."));
  return TRUE;
}

static int
log_in (McpCliConnection *connection, const char *name, gboolean no_browser)
{
  Login login = { .connection = connection, .name = name };
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = post (
      connection, name, "login", no_browser ? "{\"device\":true}" : "{\"browser\":true}", &cause);

  if (answer == NULL)
    mcp_cli_server_states_set_error (connection, name, g_steal_pointer (&cause), &error);
  if (answer == NULL || !print_address (answer, &error))
    return mcp_cli_options_report_failure (error);
  /* The end may be ten minutes away, and a pipe holds back what is not flushed. */
  fflush (stdout);
  login.line = line;
  return wait_for_end (&login);
}

/**
 * mcp_cli_cmd_server_login:
 * @argc: number of words
 * @argv: the words
 *
 * Logs in to a server.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_login (int argc, char **argv)
{
  gboolean no_browser = FALSE;
  const GOptionEntry entries[] = {
    { "no-browser", 0, 0, G_OPTION_ARG_NONE, &no_browser, _ ("Open no browser"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary = _ ("Logs in to a server, in a browser. All sessions use the login."),
    .min_words = 1,
    .max_words = 1,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  connection = mcp_cli_connection_open (&error);
  if (connection == NULL)
    return mcp_cli_options_report_failure (error);
  return log_in (connection, argv[1], no_browser);
}

/**
 * mcp_cli_cmd_server_logout_quietly:
 * @name: of a server that was removed
 *
 * Forgets the login to a server, if there was one. Without a daemon the login stays, and is of use
 * if the entry comes back.
 */
void
mcp_cli_cmd_server_logout_quietly (const char *name)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autoptr (GBytes) answer = NULL;

  if (connection != NULL)
    answer = post (connection, name, "logout", NULL, NULL);
}

/**
 * mcp_cli_cmd_server_logout:
 * @argc: number of words
 * @argv: the words
 *
 * Forgets the login to a server.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_logout (int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary = _ ("Forgets the login to a server, and deletes its tokens."),
    .min_words = 1,
    .max_words = 1,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = NULL;
  g_autoptr (GBytes) answer = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  connection = mcp_cli_connection_open (&error);
  if (connection != NULL)
    answer = post (connection, argv[1], "logout", NULL, &error);
  if (answer == NULL)
    return mcp_cli_options_report_failure (error);
  mcp_cli_text_print (_ ("Logged out of “%s”"), argv[1]);
  return MCP_CLI_OK;
}
