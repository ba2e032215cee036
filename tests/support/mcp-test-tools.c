/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The tools of mcp-test-server; what each does is said there.
 */
#include "mcp-test-server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

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

void
send_line (const char *format, ...)
{
  g_autoptr (GString) line = g_string_new (NULL);
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (line, format, arguments);
  va_end (arguments);
  g_string_append_c (line, '\n');
  write_bytes (line->str, line->len);
}

char *
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
void
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

int
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

void
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

static int next_request_id = 1;

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
handle_say (Call *call)
{
  answer (call, get_string (call, "text", ""));
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
handle_odd (Call *call)
{
  const char *kind = get_string (call, "kind", "twice");

  if (strcmp (kind, "text-id") == 0)
    send_line ("{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"result\":{\"content\":[]}}", call->id);
  else if (strcmp (kind, "prompt") == 0)
    send_line ("ready> {\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":[]}}", call->id);
  else if (strcmp (kind, "error-text") == 0)
    send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":\"quota exceeded\"}", call->id);
  else
    send_line ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"a\":1,\"a\":2}}", call->id);
  call_free (call);
}

static void
handle_wrong_ids (Call *call)
{
  send_line ("{\"jsonrpc\":\"2.0\",\"id\":\"x%s\",\"result\":{\"content\":[],\"wrong\":1}}",
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
  g_autofree char *text = g_strjoinv ("\n", test_arguments);

  answer (call, text);
}

static void
handle_received (Call *call)
{
  const char *method = get_string (call, "method", "");
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  g_autofree char *text = NULL;

  json_node_take_array (node, json_array_new ());
  for (guint i = 0; i < test_received->len; i++)
    {
      JsonNode *message = g_ptr_array_index (test_received, i);
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
  g_hash_table_insert (test_asked, id, call);
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
  test_shows_changing = !test_shows_changing;
  send_line ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
  answer (call, test_shows_changing ? "shown" : "hidden");
}

static void
handle_stderr (Call *call)
{
  int n = get_int (call, "lines", 1);

  for (int i = 0; i < n; i++)
    g_printerr ("%s\n", get_string (call, "text", "a line"));
  answer (call, "said");
}

const Tool test_tools[] = {
  { "echo", handle_echo },
  { "count", handle_count },
  { "burst", handle_burst },
  { "late-progress", handle_late_progress },
  { "flood", handle_flood },
  { "wait", handle_wait },
  { "say", handle_say },
  { "fail", handle_fail },
  { "error", handle_error },
  { "hang", handle_hang },
  { "crash", handle_crash },
  { "crash-after", handle_crash_after },
  { "close-output", handle_close_output },
  { "garbage", handle_garbage },
  { "malformed", handle_malformed },
  { "odd", handle_odd },
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

const gsize n_test_tools = G_N_ELEMENTS (test_tools);
