/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * mcp-test-server: an MCP server on standard input and output that misbehaves
 * on command. Its JSON is json-glib's, not ours, so that the two check each other.
 *
 * Options:
 *   --name=NAME          in serverInfo; default "mcp-test-server"
 *   --revision=R         answered to initialize, whatever was asked; default: what was asked
 *   --slow-start=MS      waits so long before it answers initialize
 *   --silent-start       never answers initialize
 *   --discover=HOW       server/discover is not an unknown method, but: silent: never answered;
 *                        crash: the end; null: an error of no request; modern: answered as one who
 *                        speaks 2026-07-28; late: the same, after 50 ms, and initialize is refused;
 *                        future: as one who speaks others; unsupported, unsupported-future: refused
 *                        with the error of a server that does not know it
 *   --die-at-start=N     says so on standard error and exits with status N at once
 *   --die-unless=FILE    as --die-at-start=3 while FILE does not exist
 *   --page=N             tools/list in pages of N
 *   --extra-tools=N      that many more tools, extra-1 …, which answer as echo does
 *   --only=A,B           of the tools only these
 *   --pid-file=FILE      appends its process number, one line for each start
 *   --grandchild=FILE    starts an orphan in a session of its own that ignores SIGTERM and keeps
 *                        our output open; its number goes to FILE
 *   --ignore-term        ignores SIGTERM
 *   --ignore-eof         does not end with its input
 *   --deaf               reads nothing any more after notifications/initialized
 *   --stderr=N           writes N lines to standard error at its start
 *   --hop=N              no server: N processes that fork and leave all the time, after "up" on the
 *                        output and the process group's number in hop.pid
 *
 * Tools ("arguments", all optional but where said):
 *   echo {…}                    its arguments, as text
 *   count {steps=3, delay_ms=0, total=true, message=""}
 *                               progress 1 … steps, then "counted to N"
 *   burst {steps=3}             progress and result in one write()
 *   late-progress {}            progress, result, one more progress
 *   flood {n=1000}              n progress notifications as fast as they go, then the result
 *   wait {delay_ms=0, text=""}  the text, after a while: calls overtake each other
 *   fail {text}                 a result with isError
 *   error {code=-32602}         a JSON-RPC error
 *   hang {}                     never an answer
 *   crash {status=1}            exits in the middle of the call
 *   crash-after {status=0}      answers, then exits at once
 *   close-output {}             closes its output, and stays
 *   garbage {lines=3}           lines that are no JSON-RPC, then the result
 *   malformed {}                its own id, but a broken message
 *   odd {kind}                  an answer that is not quite one: text-id, prompt, error-text, twice
 *   wrong-ids {}                answers to ids nobody used (string, fraction, unknown), then to it
 *   long-line {bytes=1000000}   a line without JSON of that length, then the result
 *   huge {bytes=1000000}        a result of that size
 *   raw {}                      a result whose numbers and escapes no parser would give back alike
 *   spawn-grandchild {file}     as --grandchild; answers with the number
 *   env {}, cwd {}, fds {}, pid {}, argv {}
 *                               environment (lines), directory, open descriptors, numbers,
 * arguments received {method}           the messages of that method that have come in, a JSON array
 *   ask {method="roots/list", params={}}
 *                               asks the client that, and gives back what it answered
 *   notify {method, params={}}  sends the notification, then the result
 *   log {n=1}                   n notifications/message, then the result
 *   change-tools {}             shows or hides the tool "changing" and says so (list_changed)
 *   stderr {lines=1, text}      lines to standard error
 * tasks/result is never answered.
 */
#include "mcp-test-server.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *name;
  char *revision;
  char *die_unless;
  char *discover;
  char *only;
  char *pid_file;
  char *grandchild;
  int slow_start_ms;
  int die_at_start;
  int page;
  int extra_tools;
  int stderr_lines;
  int hop;
  gboolean silent_start;
  gboolean ignore_term;
  gboolean ignore_eof;
  gboolean deaf;
} Options;

static Options options;
static GMainLoop *loop;
static GString *input;
static guint input_id;

GPtrArray *test_received; /* JsonNode of every message */
GHashTable *test_asked;   /* our request's id -> Call */
gboolean test_shows_changing;
char **test_arguments;

/* Methods */

static GPtrArray *
dup_tool_names (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) only = options.only != NULL ? g_strsplit (options.only, ",", -1) : NULL;

  for (gsize i = 0; i < n_test_tools; i++)
    {
      if (only == NULL || g_strv_contains ((const char *const *) only, test_tools[i].name))
        g_ptr_array_add (names, g_strdup (test_tools[i].name));
    }
  for (int i = 1; i <= options.extra_tools; i++)
    g_ptr_array_add (names, g_strdup_printf ("extra-%d", i));
  if (test_shows_changing)
    g_ptr_array_add (names, g_strdup ("changing"));
  return names;
}

static void
handle_list (const char *id, JsonObject *params)
{
  g_autoptr (GPtrArray) names = dup_tool_names ();
  g_autoptr (GString) line = g_string_new (NULL);
  guint first = (guint) atoi (json_object_get_string_member_with_default (params, "cursor", "0"));
  guint end = options.page > 0 ? MIN (first + (guint) options.page, names->len) : names->len;

  for (guint i = first; i < end; i++)
    g_string_append_printf (line,
                            "%s{\"name\":\"%s\",\"description\":\"Test tool %s\",\"inputSchema\":"
                            "{\"type\":\"object\",\"properties\":{}}}",
                            i > first ? "," : "", (char *) names->pdata[i],
                            (char *) names->pdata[i]);
  g_string_append_c (line, ']');
  if (end < names->len)
    g_string_append_printf (line, ",\"nextCursor\":\"%u\"", end);
  send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"tools\":[%s}}", id, line->str);
}

static const Tool *
find_tool (const char *name)
{
  for (gsize i = 0; i < n_test_tools; i++)
    {
      if (g_str_equal (test_tools[i].name, name))
        return &test_tools[i];
    }
  if (g_str_has_prefix (name, "extra-") || (test_shows_changing && g_str_equal (name, "changing")))
    return &test_tools[0];
  return NULL;
}

static void
handle_call (const char *id, JsonObject *params)
{
  const Tool *tool = find_tool (json_object_get_string_member_with_default (params, "name", ""));
  Call *call;

  if (tool == NULL)
    {
      send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":-32602,"
                 "\"message\":\"no such tool\"}}",
                 id);
      return;
    }

  call = g_new0 (Call, 1);
  call->id = g_strdup (id);
  call->arguments = json_object_has_member (params, "arguments")
                        ? json_object_ref (json_object_get_object_member (params, "arguments"))
                        : json_object_new ();
  if (json_object_has_member (params, "_meta"))
    {
      JsonObject *meta = json_object_get_object_member (params, "_meta");

      if (json_object_has_member (meta, "progressToken"))
        call->token = json_to_string (json_object_get_member (meta, "progressToken"), FALSE);
    }
  tool->handle (call);
}

typedef struct
{
  char *id;
  char *revision;
} Start;

static gboolean
answer_initialize_cb (gpointer data)
{
  Start *start = data;

  send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"protocolVersion\":\"%s\","
             "\"capabilities\":{\"tools\":{\"listChanged\":true},\"logging\":{}},"
             "\"serverInfo\":{\"name\":\"%s\",\"version\":\"1\"}}}",
             start->id, start->revision, options.name != NULL ? options.name : "mcp-test-server");
  g_free (start->id);
  g_free (start->revision);
  g_free (start);
  return G_SOURCE_REMOVE;
}

static void
handle_initialize (const char *id, JsonObject *params)
{
  Start *start;

  if (options.silent_start)
    return;
  start = g_new0 (Start, 1);
  start->id = g_strdup (id);
  start->revision =
      g_strdup (options.revision != NULL
                    ? options.revision
                    : json_object_get_string_member_with_default (params, "protocolVersion", ""));
  g_timeout_add ((guint) options.slow_start_ms, answer_initialize_cb, start);
}

static void
send_discovered (const char *id, const char *versions)
{
  send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"resultType\":\"complete\","
             "\"supportedVersions\":[%s],\"capabilities\":{\"tools\":{\"listChanged\":true}}}}",
             id, versions);
}

static gboolean
discover_late_cb (gpointer id)
{
  send_discovered (id, "\"2026-07-28\"");
  g_free (id);
  return G_SOURCE_REMOVE;
}

/* Returns: whether server/discover is known */
static gboolean
handle_discover (const char *id)
{
  const char *how = options.discover != NULL ? options.discover : "";

  if (g_str_equal (how, "crash"))
    _exit (1);
  if (g_str_equal (how, "null"))
    send_line ("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"no\"}}");
  else if (g_str_equal (how, "modern"))
    send_discovered (id, "\"2026-07-28\",\"2025-11-25\"");
  else if (g_str_equal (how, "late"))
    g_timeout_add (50, discover_late_cb, g_strdup (id));
  else if (g_str_equal (how, "future"))
    send_discovered (id, "\"2099-01-01\"");
  else if (g_str_has_prefix (how, "unsupported"))
    send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":-32022,\"message\":\"no\","
               "\"data\":{\"supported\":[\"%s\"]}}}",
               id, g_str_has_suffix (how, "future") ? "2099-01-01" : "2026-07-28");
  else
    return g_str_equal (how, "silent");
  return TRUE;
}

static void
handle_answer (JsonObject *message)
{
  const char *id = json_object_get_string_member_with_default (message, "id", "");
  const char *member = json_object_has_member (message, "result") ? "result" : "error";
  g_autofree char *text = json_to_string (json_object_get_member (message, member), FALSE);
  Call *call = g_hash_table_lookup (test_asked, id);

  if (call == NULL)
    return;
  g_hash_table_remove (test_asked, id);
  answer (call, text);
}

static void
handle_request (JsonObject *message, const char *method)
{
  g_autofree char *id = json_to_string (json_object_get_member (message, "id"), FALSE);
  g_autoptr (JsonObject) params =
      json_object_has_member (message, "params")
          ? json_object_ref (json_object_get_object_member (message, "params"))
          : json_object_new ();

  if (g_str_equal (method, "server/discover") && handle_discover (id))
    return;
  if (g_str_equal (method, "initialize") && g_strcmp0 (options.discover, "late") != 0)
    handle_initialize (id, params);
  else if (g_str_equal (method, "ping"))
    send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}", id);
  else if (g_str_equal (method, "tasks/result"))
    return; /* no task ever ends */
  else if (g_str_equal (method, "tools/list"))
    handle_list (id, params);
  else if (g_str_equal (method, "tools/call"))
    handle_call (id, params);
  else
    send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":-32601,\"message\":\"no\"}}",
               id);
}

static void
handle_message (JsonNode *root)
{
  JsonObject *message = json_node_get_object (root);
  const char *method = json_object_get_string_member_with_default (message, "method", NULL);

  g_ptr_array_add (test_received, json_node_copy (root));
  if (method == NULL)
    handle_answer (message);
  else if (json_object_has_member (message, "id"))
    handle_request (message, method);
  else if (options.deaf && g_str_equal (method, "notifications/initialized"))
    g_clear_handle_id (&input_id, g_source_remove);
}

/* Input */

static void
handle_line (const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = json_from_string (line, &error);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_printerr ("not JSON from the client\n");
      _exit (98);
    }
  handle_message (root);
}

static gboolean
input_cb (int fd, GIOCondition condition, gpointer data)
{
  char buffer[65536];
  char *end;
  gssize n = read (fd, buffer, sizeof buffer);

  if (n <= 0)
    {
      input_id = 0;
      if (!options.ignore_eof)
        g_main_loop_quit (loop);
      return G_SOURCE_REMOVE;
    }

  g_string_append_len (input, buffer, n);
  while ((end = memchr (input->str, '\n', input->len)) != NULL)
    {
      g_autofree char *line = g_strndup (input->str, (gsize) (end - input->str));

      g_string_erase (input, 0, end - input->str + 1);
      handle_line (line);
    }
  return input_id != 0;
}

static void
append_pid (const char *path)
{
  g_autofree char *text = g_strdup_printf ("%d\n", (int) getpid ());
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  if (fd < 0 || write (fd, text, strlen (text)) < 0)
    _exit (99);
  close (fd);
}

static void
misbehave_at_start (void)
{
  if (options.ignore_term)
    signal (SIGTERM, SIG_IGN);
  if (options.hop > 0)
    hop (options.hop);
  if (options.pid_file != NULL)
    append_pid (options.pid_file);
  for (int i = 1; i <= options.stderr_lines; i++)
    g_printerr ("error line %d\n", i);
  if (options.die_at_start > 0 ||
      (options.die_unless != NULL && !g_file_test (options.die_unless, G_FILE_TEST_EXISTS)))
    {
      g_printerr ("dying as asked\n");
      _exit (options.die_at_start > 0 ? options.die_at_start : 3);
    }
  if (options.grandchild != NULL)
    spawn_grandchild (options.grandchild);
}

static const GOptionEntry option_entries[] = {
  { "name", 0, 0, G_OPTION_ARG_STRING, &options.name, NULL, NULL },
  { "revision", 0, 0, G_OPTION_ARG_STRING, &options.revision, NULL, NULL },
  { "slow-start", 0, 0, G_OPTION_ARG_INT, &options.slow_start_ms, NULL, NULL },
  { "silent-start", 0, 0, G_OPTION_ARG_NONE, &options.silent_start, NULL, NULL },
  { "die-at-start", 0, 0, G_OPTION_ARG_INT, &options.die_at_start, NULL, NULL },
  { "die-unless", 0, 0, G_OPTION_ARG_FILENAME, &options.die_unless, NULL, NULL },
  { "discover", 0, 0, G_OPTION_ARG_STRING, &options.discover, NULL, NULL },
  { "page", 0, 0, G_OPTION_ARG_INT, &options.page, NULL, NULL },
  { "extra-tools", 0, 0, G_OPTION_ARG_INT, &options.extra_tools, NULL, NULL },
  { "only", 0, 0, G_OPTION_ARG_STRING, &options.only, NULL, NULL },
  { "pid-file", 0, 0, G_OPTION_ARG_FILENAME, &options.pid_file, NULL, NULL },
  { "grandchild", 0, 0, G_OPTION_ARG_FILENAME, &options.grandchild, NULL, NULL },
  { "ignore-term", 0, 0, G_OPTION_ARG_NONE, &options.ignore_term, NULL, NULL },
  { "ignore-eof", 0, 0, G_OPTION_ARG_NONE, &options.ignore_eof, NULL, NULL },
  { "deaf", 0, 0, G_OPTION_ARG_NONE, &options.deaf, NULL, NULL },
  { "stderr", 0, 0, G_OPTION_ARG_INT, &options.stderr_lines, NULL, NULL },
  { "hop", 0, 0, G_OPTION_ARG_INT, &options.hop, NULL, NULL },
  G_OPTION_ENTRY_NULL
};

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  test_arguments = g_strdupv (argv);
  g_option_context_add_main_entries (context, option_entries, NULL);
  g_option_context_set_ignore_unknown_options (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  signal (SIGPIPE, SIG_IGN);
  misbehave_at_start ();

  loop = g_main_loop_new (NULL, FALSE);
  input = g_string_new (NULL);
  test_received = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  test_asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  input_id = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, input_cb, NULL);
  g_main_loop_run (loop);
  /* What is still allocated belongs to calls that were never answered. */
  _exit (0);
}
