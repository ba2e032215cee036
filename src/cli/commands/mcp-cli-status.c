/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How the daemon is at one moment: the answers of several routes, and the page that they make.
 */
#include "cli/commands/mcp-cli-status.h"

#include "config.h"

#include "cli/commands/mcp-cli-server-states.h"
#include "cli/daemon/mcp-cli-daemon-process.h"
#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>

#define BAD   "\033[31m"
#define CARE  "\033[33m"
#define GOOD  "\033[32m"
#define RESET "\033[0m"

/* Longer lists end with how many more there are. */
#define MAX_SHOWN 12

struct _McpCliStatus
{
  GBytes *health;             /* (owned) */
  GBytes *sessions;           /* (owned) */
  GBytes *calls;              /* (owned) (nullable) */
  GBytes *questions;          /* (owned) (nullable) */
  GBytes *settings;           /* (owned) (nullable) */
  McpCliServerStates *states; /* (owned) (nullable) */
  McpJsonSlice daemon;
  int pid;
};

typedef struct
{
  GString *text;
  guint columns; /* 0: as wide as the text */
  gboolean with_colour;
} Page;

static GBytes *
get (McpCliConnection *connection, const char *path, GError **error)
{
  return mcp_cli_connection_request (connection, "GET", path, NULL, NULL, error);
}

/**
 * mcp_cli_status_fetch:
 * @connection: to the daemon
 * @error: return location
 *
 * Returns: (transfer full) (nullable): how the daemon is
 */
McpCliStatus *
mcp_cli_status_fetch (McpCliConnection *connection, GError **error)
{
  g_autoptr (McpCliStatus) self = g_new0 (McpCliStatus, 1);
  double pid = 0;

  self->health = get (connection, "/health", error);
  if (self->health == NULL || !mcp_cli_json_parse_bytes (self->health, &self->daemon, error))
    return NULL;
  self->sessions = get (connection, "/session", error);
  if (self->sessions == NULL)
    return NULL;
  self->calls = get (connection, "/calls?state=running", NULL);
  self->questions = get (connection, "/consent", NULL);
  self->settings = get (connection, "/settings", NULL);
  self->states = mcp_cli_server_states_fetch (connection);
  mcp_cli_json_get_number (self->daemon, "pid", &pid);
  self->pid = (int) CLAMP (pid, 0, G_MAXINT32);
  return g_steal_pointer (&self);
}

/**
 * mcp_cli_status_free:
 * @self: (transfer full): a status
 */
void
mcp_cli_status_free (McpCliStatus *self)
{
  g_clear_pointer (&self->health, g_bytes_unref);
  g_clear_pointer (&self->sessions, g_bytes_unref);
  g_clear_pointer (&self->calls, g_bytes_unref);
  g_clear_pointer (&self->questions, g_bytes_unref);
  g_clear_pointer (&self->settings, g_bytes_unref);
  g_clear_pointer (&self->states, mcp_cli_server_states_free);
  g_free (self);
}

/* Returns: the list that an answer has; an empty one if there is no answer */
static McpJsonSlice
find_list (GBytes *answer, const char *key)
{
  McpJsonSlice root, list;

  if (answer != NULL && mcp_cli_json_parse_bytes (answer, &root, NULL) &&
      mcp_json_find_typed (root, key, MCP_JSON_ARRAY, &list))
    return list;
  return mcp_json_slice ("[]");
}

static guint
count (McpJsonSlice list)
{
  McpJsonSlice element;
  McpJsonIter iter;
  guint n = 0;

  mcp_json_iter_init (&iter, list);
  while (mcp_json_iter_next_element (&iter, &element))
    n++;
  return n;
}

static McpJsonSlice
get_servers (McpCliStatus *self)
{
  return self->states != NULL ? mcp_cli_server_states_get_all (self->states)
                              : mcp_json_slice ("[]");
}

/* Returns: what is wrong in mcp-sessiond.conf, the first of the files; the states of servers say
 * what is wrong in mcp.json */
static McpJsonSlice
get_problems (McpCliStatus *self)
{
  McpJsonSlice file, problems;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, find_list (self->settings, "files"));
  if (mcp_json_iter_next_element (&iter, &file) &&
      mcp_json_find_typed (file, "problems", MCP_JSON_ARRAY, &problems))
    return problems;
  return mcp_json_slice ("[]");
}

static gboolean
is_same_version (McpCliStatus *self)
{
  g_autofree char *version = mcp_cli_json_dup_member (self->daemon, "version");

  return g_strcmp0 (version, MCP_VERSION) == 0;
}

static gboolean
has_failed_server (McpCliStatus *self)
{
  McpJsonSlice server;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, get_servers (self));
  while (mcp_json_iter_next_element (&iter, &server))
    {
      g_autofree char *reason = mcp_cli_server_states_dup_reason (server);

      if (reason != NULL)
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_cli_status_is_well:
 * @self: a status
 *
 * Returns: whether all servers work, the settings are right, and the daemon is of the version of
 *   this command
 */
gboolean
mcp_cli_status_is_well (McpCliStatus *self)
{
  return is_same_version (self) && !has_failed_server (self) && count (get_problems (self)) == 0;
}

/**
 * mcp_cli_status_to_json:
 * @self: a status
 *
 * Returns: (transfer full): an object with “daemon”, “sessions”, “calls”, “servers”, “questions”
 *   (as the daemon's routes have them), “problems” (of the settings) and “well”
 */
GBytes *
mcp_cli_status_to_json (McpCliStatus *self)
{
  GString *json = g_string_new ("{");
  McpJsonSlice sessions = find_list (self->sessions, "sessions");
  McpJsonSlice calls = find_list (self->calls, "calls");
  McpJsonSlice questions = find_list (self->questions, "questions");
  McpJsonSlice servers = get_servers (self);
  McpJsonSlice problems = get_problems (self);

  mcp_cli_json_add_raw (json, "well", mcp_cli_status_is_well (self) ? "true" : "false", -1);
  mcp_cli_json_add_raw (json, "daemon", self->daemon.data, (gssize) self->daemon.length);
  mcp_cli_json_add_raw (json, "sessions", sessions.data, (gssize) sessions.length);
  mcp_cli_json_add_raw (json, "calls", calls.data, (gssize) calls.length);
  mcp_cli_json_add_raw (json, "servers", servers.data, (gssize) servers.length);
  mcp_cli_json_add_raw (json, "questions", questions.data, (gssize) questions.length);
  mcp_cli_json_add_raw (json, "problems", problems.data, (gssize) problems.length);
  g_string_append_c (json, '}');
  return g_string_free_to_bytes (json);
}

/* @colour: (nullable) */
static void G_GNUC_PRINTF (4, 5)
    add_row (Page *page, const char *title, const char *colour, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *fit = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = mcp_text_clean (text);
  mcp_cli_text_append_padded (line, title, 10);
  if (page->columns > 0)
    fit = mcp_cli_text_wrap (clean, MAX (page->columns, 20) - 10, 10);
  g_string_append_printf (
      page->text, "%s%s%s%s\n", line->str, page->with_colour && colour != NULL ? colour : "",
      fit != NULL ? fit : clean, page->with_colour && colour != NULL ? RESET : "");
}

static void
add_daemon (McpCliStatus *self, Page *page)
{
  g_autofree char *version = mcp_cli_json_dup_member (self->daemon, "version");
  g_autofree char *started_at = mcp_cli_json_dup_member (self->daemon, "started_at");
  g_autofree char *since = mcp_cli_text_local_time (started_at != NULL ? started_at : "?");
  g_autofree char *memory = g_format_size (mcp_cli_daemon_process_get_memory (self->pid));
  g_autofree char *starter = mcp_cli_daemon_process_dup_starter (self->pid);
  g_autofree char *url = mcp_cli_session_dup_url (NULL);

  add_row (page, _ ("Daemon:"), GOOD, _ ("running since %s"), since);
  add_row (page, "", NULL, _ ("version %s, process %d, %s, started by %s"),
           version != NULL ? version : "?", self->pid, memory, starter);
  if (!is_same_version (self))
    add_row (page, "", CARE,
             _ ("This command is version %s; “mcp-session restart” starts the new daemon"),
             MCP_VERSION);
  add_row (page, _ ("Address:"), NULL, "%s", url != NULL ? url : "–");
}

/* Shows the first few of a list. */
static void
add_list (Page *page, McpJsonSlice list, gboolean (*add) (Page *page, McpJsonSlice element))
{
  McpJsonSlice element;
  McpJsonIter iter;
  guint n_shown = 0, n_more = 0;

  mcp_json_iter_init (&iter, list);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      if (n_shown < MAX_SHOWN)
        n_shown += add (page, element);
      else
        n_more++;
    }
  if (n_more > 0)
    add_row (page, "", NULL, ngettext ("… and %u more", "… and %u more", n_more), n_more);
}

static gboolean
add_session (Page *page, McpJsonSlice session)
{
  g_autofree char *label = mcp_cli_json_dup_member (session, "label");
  g_autofree char *id = mcp_cli_json_dup_member (session, "session_id");
  g_autofree char *cwd = mcp_cli_json_dup_member (session, "cwd");
  g_autofree char *shown = mcp_cli_text_shorten_path (cwd != NULL ? cwd : "");

  add_row (page, "", NULL, "%.8s  %s  %s", id != NULL ? id : "", label != NULL ? label : "–",
           shown);
  return TRUE;
}

static char *
dup_elapsed (McpJsonSlice call)
{
  g_autofree char *text = mcp_cli_json_dup_member (call, "started_at");
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  if (time == NULL)
    return g_strdup ("?");
  return g_strdup_printf (_ ("%.0f s"),
                          MAX ((double) g_date_time_difference (now, time) / G_USEC_PER_SEC, 0));
}

static gboolean
add_call (Page *page, McpJsonSlice call)
{
  g_autofree char *id = mcp_cli_json_dup_member (call, "call_id");
  g_autofree char *tool = mcp_cli_json_dup_member (call, "tool");
  g_autofree char *label = mcp_cli_json_dup_member (call, "label");
  g_autofree char *elapsed = dup_elapsed (call);

  add_row (page, "", GOOD, "%s  %s  %s  %s", id != NULL ? id : "", tool != NULL ? tool : "",
           label != NULL ? label : "–", elapsed);
  return TRUE;
}

static gboolean
add_failure (Page *page, McpJsonSlice server)
{
  g_autofree char *reason = mcp_cli_server_states_dup_reason (server);

  if (reason != NULL)
    add_row (page, "", BAD, "%s", reason);
  return reason != NULL;
}

static gboolean
add_question (Page *page, McpJsonSlice question)
{
  g_autofree char *tool = mcp_cli_json_dup_member (question, "tool");
  g_autofree char *client = mcp_cli_json_dup_member (question, "client");

  add_row (page, "", CARE, _ ("%s wants to use %s"), client != NULL ? client : _ ("A client"),
           tool != NULL ? tool : "?");
  return TRUE;
}

static guint
count_running (McpJsonSlice servers)
{
  McpJsonSlice server;
  McpJsonIter iter;
  guint n_running = 0;

  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_element (&iter, &server))
    {
      g_autofree char *state = mcp_cli_json_dup_member (server, "state");

      n_running += g_strcmp0 (state, "running") == 0;
    }
  return n_running;
}

/* Lists end with “and N more”; failures are few, and all of them are shown. */
static void
add_servers (McpCliStatus *self, Page *page)
{
  McpJsonSlice servers = get_servers (self);
  McpJsonSlice server;
  McpJsonIter iter;

  add_row (page, _ ("Servers:"), NULL, _ ("%u, of which %u run"), count (servers),
           count_running (servers));
  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_element (&iter, &server))
    add_failure (page, server);
}

static gboolean
add_problem (Page *page, McpJsonSlice problem)
{
  g_autofree char *text = mcp_cli_json_dup_member (problem, "text");

  if (text != NULL)
    add_row (page, "", BAD, "%s", text);
  return text != NULL;
}

static void
add_problems (McpCliStatus *self, Page *page)
{
  McpJsonSlice problems = get_problems (self);
  guint n = count (problems);

  if (n == 0)
    return;
  add_row (page, _ ("Settings:"), BAD, ngettext ("%u problem", "%u problems", n), n);
  add_list (page, problems, add_problem);
}

/**
 * mcp_cli_status_to_text:
 * @self: a status
 * @columns: the width that lines may have; 0: as wide as their texts
 * @with_colour: whether colours may be used
 *
 * Returns: (transfer full): the page for people
 */
char *
mcp_cli_status_to_text (McpCliStatus *self, guint columns, gboolean with_colour)
{
  Page page = { g_string_new (NULL), columns, with_colour };
  McpJsonSlice sessions = find_list (self->sessions, "sessions");
  McpJsonSlice calls = find_list (self->calls, "calls");
  McpJsonSlice questions = find_list (self->questions, "questions");

  add_daemon (self, &page);
  add_row (&page, _ ("Sessions:"), NULL, "%u", count (sessions));
  add_list (&page, sessions, add_session);
  add_row (&page, _ ("Calls:"), NULL, _ ("%u running"), count (calls));
  add_list (&page, calls, add_call);
  add_servers (self, &page);
  add_problems (self, &page);
  if (count (questions) > 0)
    add_row (&page, _ ("Waiting:"), CARE, _ ("“mcp-session consent” answers"));
  add_list (&page, questions, add_question);
  return g_string_free (page.text, FALSE);
}
