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
 */
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *name;
  char *revision;
  char *die_unless;
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

/* One tools/call while it is answered. */
typedef struct
{
  char *id;    /* as JSON */
  char *token; /* (nullable): the progress token as JSON */
  JsonObject *arguments;
  int step;
} Call;

typedef struct
{
  const char *name;
  void (*handle) (Call *call);
} Tool;

static Options options = { .name = NULL };
static GMainLoop *loop;
static GString *input;
static guint input_id;
static GPtrArray *received; /* JsonNode of every message */
static GHashTable *asked;   /* our request's id -> Call */
static int next_request_id = 1;
static gboolean shows_changing;
static char **argument_vector;

/* Output */

static void
write_bytes (const char *data, gsize length)
{
  while (length > 0)
    {
      gssize n = write (STDOUT_FILENO, data, length);

      if (n < 0 && errno != EINTR)
        _exit (0);
      if (n > 0)
        {
          data += n;
          length -= (gsize) n;
        }
    }
}

static void G_GNUC_PRINTF (1, 2) send_line (const char *format, ...)
{
  g_autoptr (GString) line = g_string_new (NULL);
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (line, format, arguments);
  va_end (arguments);
  g_string_append_c (line, '\n');
  write_bytes (line->str, line->len);
}

static char *
quote (const char *text)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);

  return json_to_string (node, FALSE);
}

static char *
progress_line (Call *call, int progress, gboolean total)
{
  int steps = (int) json_object_get_int_member_with_default (call->arguments, "steps", 3);
  const char *message = json_object_get_string_member_with_default (call->arguments, "message", "");
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line,
                          "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
                          "\"params\":{\"progressToken\":%s,\"progress\":%d",
                          call->token, progress);
  if (total)
    g_string_append_printf (line, ",\"total\":%d", steps);
  if (*message != '\0')
    {
      g_autofree char *quoted = quote (message);

      g_string_append_printf (line, ",\"message\":%s", quoted);
    }
  g_string_append (line, "}}");
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static void
send_progress (Call *call, int progress)
{
  gboolean total = json_object_get_boolean_member_with_default (call->arguments, "total", TRUE);
  g_autofree char *line = NULL;

  if (call->token == NULL)
    return;
  line = progress_line (call, progress, total);
  send_line ("%s", line);
}

static void
call_free (Call *call)
{
  g_free (call->id);
  g_free (call->token);
  json_object_unref (call->arguments);
  g_free (call);
}

static void
send_text (Call *call, const char *text, gboolean is_error)
{
  g_autofree char *quoted = quote (text);

  send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":[{\"type\":\"text\","
             "\"text\":%s}]%s}}",
             call->id, quoted, is_error ? ",\"isError\":true" : "");
}

/* Takes the call. */
static void
answer (Call *call, const char *text)
{
  send_text (call, text, FALSE);
  call_free (call);
}

static int
get_int (Call *call, const char *name, int fallback)
{
  return (int) json_object_get_int_member_with_default (call->arguments, name, fallback);
}

static const char *
get_string (Call *call, const char *name, const char *fallback)
{
  return json_object_get_string_member_with_default (call->arguments, name, fallback);
}

/* Processes that are meant to outlive us */

static int
spawn_grandchild (const char *file)
{
  int fds[2];
  int number = 0;
  pid_t child;

  if (pipe (fds) < 0)
    _exit (99);
  child = fork ();
  if (child == 0)
    {
      setsid ();
      number = fork ();
      if (number != 0)
        _exit (write (fds[1], &number, sizeof number) == sizeof number ? 0 : 1);
      signal (SIGTERM, SIG_IGN);
      close (STDIN_FILENO);
      for (;;)
        pause ();
    }
  if (read (fds[0], &number, sizeof number) != sizeof number)
    _exit (99);
  close (fds[0]);
  close (fds[1]);

  if (*file != '\0')
    {
      g_autofree char *text = g_strdup_printf ("%d\n", number);

      g_file_set_contents (file, text, -1, NULL);
    }
  return number;
}

static void
hop (int n)
{
  g_autofree char *text = g_strdup_printf ("%d\n", (int) getpgrp ());

  g_file_set_contents ("hop.pid", text, -1, NULL);
  for (int i = 0; i < n; i++)
    {
      if (fork () != 0)
        continue;
      for (;;)
        {
          if (fork () > 0)
            _exit (0);
        }
    }
  send_line ("up");
  for (;;)
    pause ();
}

/* Tools */

static void
handle_echo (Call *call)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), call->arguments);
  g_autofree char *text = json_to_string (node, FALSE);

  answer (call, text);
}

static gboolean
count_cb (gpointer data)
{
  Call *call = data;
  int steps = get_int (call, "steps", 3);
  g_autofree char *text = NULL;

  if (call->step < steps)
    {
      send_progress (call, ++call->step);
      return G_SOURCE_CONTINUE;
    }
  text = g_strdup_printf ("counted to %d", steps);
  answer (call, text);
  return G_SOURCE_REMOVE;
}

static void
handle_count (Call *call)
{
  int delay_ms = get_int (call, "delay_ms", 0);

  if (delay_ms > 0)
    g_timeout_add ((guint) delay_ms, count_cb, call);
  else
    while (count_cb (call))
      ;
}

static void
handle_burst (Call *call)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  int steps = get_int (call, "steps", 3);

  for (int i = 1; i <= steps && call->token != NULL; i++)
    {
      g_autofree char *line = progress_line (call, i, TRUE);

      g_string_append_printf (lines, "%s\n", line);
    }
  g_string_append_printf (lines, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":[]}}\n",
                          call->id);
  write_bytes (lines->str, lines->len);
  call_free (call);
}

static void
handle_late_progress (Call *call)
{
  send_progress (call, 1);
  send_text (call, "done", FALSE);
  send_progress (call, 2);
  call_free (call);
}

static void
handle_flood (Call *call)
{
  int n = get_int (call, "n", 1000);

  for (int i = 1; i <= n; i++)
    send_progress (call, i);
  answer (call, "flooded");
}

static gboolean
wait_cb (gpointer data)
{
  Call *call = data;

  answer (call, get_string (call, "text", ""));
  return G_SOURCE_REMOVE;
}

static void
handle_wait (Call *call)
{
  g_timeout_add ((guint) get_int (call, "delay_ms", 0), wait_cb, call);
}

static void
handle_fail (Call *call)
{
  send_text (call, get_string (call, "text", "failed as asked"), TRUE);
  call_free (call);
}

static void
handle_error (Call *call)
{
  send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":\"as asked\"}}",
             call->id, get_int (call, "code", -32602));
  call_free (call);
}

static void
handle_hang (Call *call)
{
  call_free (call);
}

static void
handle_crash (Call *call)
{
  _exit (get_int (call, "status", 1));
}

static void
handle_crash_after (Call *call)
{
  send_text (call, "last words", FALSE);
  _exit (get_int (call, "status", 0));
}

static void
handle_close_output (Call *call)
{
  close (STDOUT_FILENO);
  call_free (call);
}

static void
handle_garbage (Call *call)
{
  static const char *const lines[] = {
    "Starting up, please wait…",      "{\"jsonrpc\":\"2.0\"", "[]",       "",
    "{\"jsonrpc\":\"1.0\",\"id\":1}", "\x1b[31mred\x1b[0m",   "\xff\xfe",
  };
  int n = get_int (call, "lines", 3);

  for (int i = 0; i < n; i++)
    send_line ("%s", lines[(gsize) i % G_N_ELEMENTS (lines)]);
  answer (call, "amid garbage");
}

static void
handle_malformed (Call *call)
{
  send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{},\"error\":{}}", call->id);
  call_free (call);
}

static void
handle_wrong_ids (Call *call)
{
  send_line ("{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"result\":{\"content\":[],\"wrong\":1}}",
             call->id);
  send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s.5,\"result\":{\"content\":[],\"wrong\":2}}", call->id);
  send_line ("{\"jsonrpc\":\"2.0\",\"id\":4711000,\"result\":{\"content\":[],\"wrong\":3}}");
  send_line ("{\"jsonrpc\":\"2.0\",\"id\":-%s,\"result\":{\"content\":[],\"wrong\":4}}", call->id);
  answer (call, "right");
}

static char *
dup_xs (Call *call)
{
  gsize n = (gsize) get_int (call, "bytes", 1000000);
  char *text = g_malloc (n + 1);

  memset (text, 'x', n);
  text[n] = '\0';
  return text;
}

static void
handle_long_line (Call *call)
{
  g_autofree char *text = dup_xs (call);

  send_line ("%s", text);
  answer (call, "after a long line");
}

static void
handle_huge (Call *call)
{
  g_autofree char *text = dup_xs (call);

  answer (call, text);
}

static void
handle_raw (Call *call)
{
  send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":[],\"structuredContent\":"
             "{\"n\":123456789012345678901234567890,\"f\":1.50,\"e\":1E5,\"u\":\"\\u00e9\","
             "\"s\":\"\\ud800\", \"k\" : [ 1 ,2]}}}",
             call->id);
  call_free (call);
}

static void
handle_spawn_grandchild (Call *call)
{
  g_autofree char *text = g_strdup_printf ("%d", spawn_grandchild (get_string (call, "file", "")));

  answer (call, text);
}

static void
handle_env (Call *call)
{
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *text = g_strjoinv ("\n", environment);

  answer (call, text);
}

static void
handle_cwd (Call *call)
{
  g_autofree char *text = g_get_current_dir ();

  answer (call, text);
}

static void
handle_fds (Call *call)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int fd = 0; fd < 1024; fd++)
    {
      if (fcntl (fd, F_GETFD) >= 0)
        g_string_append_printf (text, "%d ", fd);
    }
  answer (call, text->str);
}

static void
handle_pid (Call *call)
{
  g_autofree char *text = g_strdup_printf ("%d", (int) getpid ());

  answer (call, text);
}

static void
handle_argv (Call *call)
{
  g_autofree char *text = g_strjoinv ("\n", argument_vector);

  answer (call, text);
}

static void
handle_received (Call *call)
{
  const char *method = get_string (call, "method", "");
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  g_autofree char *text = NULL;

  json_node_take_array (node, json_array_new ());
  for (guint i = 0; i < received->len; i++)
    {
      JsonNode *message = g_ptr_array_index (received, i);
      JsonObject *object = json_node_get_object (message);

      if (g_str_equal (json_object_get_string_member_with_default (object, "method", ""), method))
        json_array_add_element (json_node_get_array (node), json_node_copy (message));
    }
  text = json_to_string (node, FALSE);
  answer (call, text);
}

static char *
dup_params (Call *call)
{
  JsonNode *params = json_object_get_member (call->arguments, "params");

  return params != NULL ? json_to_string (params, FALSE) : g_strdup ("{}");
}

static void
handle_ask (Call *call)
{
  g_autofree char *method = quote (get_string (call, "method", "roots/list"));
  g_autofree char *params = dup_params (call);
  char *id = g_strdup_printf ("ask-%d", next_request_id++);

  send_line ("{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"method\":%s,\"params\":%s}", id, method, params);
  g_hash_table_insert (asked, id, call);
}

static void
handle_notify (Call *call)
{
  g_autofree char *method = quote (get_string (call, "method", "notifications/message"));
  g_autofree char *params = dup_params (call);

  send_line ("{\"jsonrpc\":\"2.0\",\"method\":%s,\"params\":%s}", method, params);
  answer (call, "notified");
}

static void
handle_log (Call *call)
{
  int n = get_int (call, "n", 1);

  for (int i = 1; i <= n; i++)
    send_line ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":"
               "{\"level\":\"info\",\"data\":\"line %d\"}}",
               i);
  answer (call, "logged");
}

static void
handle_change_tools (Call *call)
{
  shows_changing = !shows_changing;
  send_line ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
  answer (call, shows_changing ? "shown" : "hidden");
}

static void
handle_stderr (Call *call)
{
  int n = get_int (call, "lines", 1);

  for (int i = 0; i < n; i++)
    g_printerr ("%s\n", get_string (call, "text", "a line"));
  answer (call, "said");
}

static const Tool tools[] = {
  { "echo", handle_echo },
  { "count", handle_count },
  { "burst", handle_burst },
  { "late-progress", handle_late_progress },
  { "flood", handle_flood },
  { "wait", handle_wait },
  { "fail", handle_fail },
  { "error", handle_error },
  { "hang", handle_hang },
  { "crash", handle_crash },
  { "crash-after", handle_crash_after },
  { "close-output", handle_close_output },
  { "garbage", handle_garbage },
  { "malformed", handle_malformed },
  { "wrong-ids", handle_wrong_ids },
  { "long-line", handle_long_line },
  { "huge", handle_huge },
  { "raw", handle_raw },
  { "spawn-grandchild", handle_spawn_grandchild },
  { "env", handle_env },
  { "cwd", handle_cwd },
  { "fds", handle_fds },
  { "pid", handle_pid },
  { "argv", handle_argv },
  { "received", handle_received },
  { "ask", handle_ask },
  { "notify", handle_notify },
  { "log", handle_log },
  { "change-tools", handle_change_tools },
  { "stderr", handle_stderr },
};

/* Methods */

static GPtrArray *
dup_tool_names (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) only = options.only != NULL ? g_strsplit (options.only, ",", -1) : NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      if (only == NULL || g_strv_contains ((const char *const *) only, tools[i].name))
        g_ptr_array_add (names, g_strdup (tools[i].name));
    }
  for (int i = 1; i <= options.extra_tools; i++)
    g_ptr_array_add (names, g_strdup_printf ("extra-%d", i));
  if (shows_changing)
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
  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      if (g_str_equal (tools[i].name, name))
        return &tools[i];
    }
  if (g_str_has_prefix (name, "extra-") || (shows_changing && g_str_equal (name, "changing")))
    return &tools[0];
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
handle_answer (JsonObject *message)
{
  const char *id = json_object_get_string_member_with_default (message, "id", "");
  const char *member = json_object_has_member (message, "result") ? "result" : "error";
  g_autofree char *text = json_to_string (json_object_get_member (message, member), FALSE);
  Call *call = g_hash_table_lookup (asked, id);

  if (call == NULL)
    return;
  g_hash_table_remove (asked, id);
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

  if (g_str_equal (method, "initialize"))
    handle_initialize (id, params);
  else if (g_str_equal (method, "ping"))
    send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}", id);
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

  g_ptr_array_add (received, json_node_copy (root));
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

  argument_vector = g_strdupv (argv);
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
  received = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  input_id = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, input_cb, NULL);
  g_main_loop_run (loop);
  /* What is still allocated belongs to calls that were never answered. */
  _exit (0);
}
