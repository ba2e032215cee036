/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "attack.h"

#include "mcp-test-events.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_SECONDS 30
/* A daemon that is told to end and does not is killed. */
#define END_SECONDS      15

/* Surroundings */

/**
 * attack_new:
 * @bus: whether there is a session bus
 *
 * Makes the surroundings of a daemon without servers; it is started by attack_start().
 */
Attack *
attack_new (E2eBus bus)
{
  Attack *self = g_new0 (Attack, 1);

  self->e2e = e2e_new (bus);
  self->e2e->warnings_expected = TRUE;
  self->patience_seconds = PATIENCE_SECONDS;
  self->servers = g_string_new (NULL);
  self->log = g_string_new (NULL);
  g_mutex_init (&self->log_lock);
  g_cond_init (&self->log_grew);
  return self;
}

void
attack_free (Attack *self)
{
  if (self->e2e->process != NULL)
    attack_end (self, SIGTERM);
  e2e_free (self->e2e);
  g_mutex_clear (&self->log_lock);
  g_cond_clear (&self->log_grew);
  g_string_free (self->log, TRUE);
  g_string_free (self->servers, TRUE);
  g_free (self);
}

/* @entry: a JSON object */
void
attack_add_server (Attack *self, const char *name, const char *entry)
{
  g_string_append_printf (self->servers, "%s\"%s\":%s", self->servers->len > 0 ? "," : "", name,
                          entry);
}

/* A server that says what attack_set_answer() gave it. */
void
attack_add_canned (Attack *self, const char *name, const char *more)
{
  g_autofree char *directory = e2e_build (self->e2e, name);
  g_autofree char *entry =
      g_strdup_printf ("{\"command\":\"%s\",\"args\":[\"%s\"]%s%s}", g_getenv ("MCP_TEST_CANNED"),
                       directory, more != NULL ? "," : "", more != NULL ? more : "");

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  attack_add_server (self, name, entry);
}

/* @file: as mcp-canned-server names it */
void
attack_set_answer (Attack *self, const char *server, const char *file, const char *text)
{
  g_autofree char *name = g_build_filename (server, file, NULL);

  g_free (test_dir_write (self->e2e->dir, name, text, 0600));
}

void
attack_set_settings (Attack *self, const char *lines)
{
  g_free (test_dir_write (self->e2e->dir, "config/mcp-sessiond/mcp-sessiond.conf", lines, 0600));
}

void
attack_write_servers (Attack *self)
{
  g_autofree char *text = g_strdup_printf ("{\"mcpServers\":{%s}}", self->servers->str);

  g_free (test_dir_write (self->e2e->dir, "config/mcp-sessiond/mcp.json", text, 0600));
}

/* The daemon's log */

static gpointer
read_log (gpointer user_data)
{
  Attack *self = user_data;
  GInputStream *stream = g_subprocess_get_stderr_pipe (self->e2e->process);
  char buffer[65536];
  gssize n;

  while ((n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, NULL)) > 0)
    {
      g_mutex_lock (&self->log_lock);
      g_string_append_len (self->log, buffer, n);
      g_cond_broadcast (&self->log_grew);
      g_mutex_unlock (&self->log_lock);
    }
  g_mutex_lock (&self->log_lock);
  self->log_has_ended = TRUE;
  g_cond_broadcast (&self->log_grew);
  g_mutex_unlock (&self->log_lock);
  return NULL;
}

char *
attack_dup_log (Attack *self)
{
  char *text;

  g_mutex_lock (&self->log_lock);
  text = g_strdup (self->log->str);
  g_mutex_unlock (&self->log_lock);
  return text;
}

/* Whether the daemon has said @text since its start, or says so in time. */
gboolean
attack_await_log (Attack *self, const char *text, guint timeout_ms)
{
  gint64 until = g_get_monotonic_time () + timeout_ms * (gint64) 1000;
  gboolean is_said;

  g_mutex_lock (&self->log_lock);
  while (!(is_said = strstr (self->log->str, text) != NULL) && !self->log_has_ended &&
         g_cond_wait_until (&self->log_grew, &self->log_lock, until))
    ;
  g_mutex_unlock (&self->log_lock);
  return is_said;
}

/* Start and end */

/* Makes a process started with G_SUBPROCESS_FLAGS_STDERR_PIPE the daemon. Returns whether it
 * serves; if not, it has ended. */
gboolean
attack_adopt (Attack *self, GSubprocess *process)
{
  const char *serves = self->e2e->bus != NULL ? "On the session bus" : "no session bus";

  g_string_truncate (self->log, 0);
  self->log_has_ended = FALSE;
  self->e2e->process = process;
  self->pid = (pid_t) atoi (g_subprocess_get_identifier (process));
  self->log_thread = g_thread_new ("log", read_log, self);
  if (!attack_await_log (self, serves, PATIENCE_SECONDS * 1000))
    {
      attack_end (self, SIGKILL);
      return FALSE;
    }
  e2e_read_discovery (self->e2e);
  self->socket_path = json_object_get_string_member (self->e2e->discovery, "socket");
  return TRUE;
}

/* Starts the daemon with the servers that were added; FALSE: it does not get as far as to serve. */
gboolean
attack_try_start (Attack *self)
{
  attack_write_servers (self);
  return attack_adopt (self,
                       e2e_spawn (self->e2e, G_SUBPROCESS_FLAGS_STDERR_PIPE, "run", self->option));
}

/* Starts the daemon with the servers that were added, and waits until it serves. */
void
attack_start (Attack *self)
{
  if (!attack_try_start (self))
    g_error ("the daemon does not serve");
}

/* Lets e2e_spawn() start the daemon by a shell, after these commands; NULL: no longer. */
void
attack_wrap_daemon (Attack *self, const char *commands, const char *redirections)
{
  static char *daemon;
  g_autofree char *script = NULL;
  g_autofree char *path = NULL;

  if (daemon == NULL)
    daemon = g_strdup (g_getenv ("MCP_TEST_DAEMON"));
  if (commands == NULL)
    {
      g_setenv ("MCP_TEST_DAEMON", daemon, TRUE);
      return;
    }
  script = g_strdup_printf ("#!/bin/sh\n%s\nexec '%s' \"$@\" %s\n", commands, daemon, redirections);
  path = test_dir_write (self->e2e->dir, "wrapper", script, 0700);
  g_setenv ("MCP_TEST_DAEMON", path, TRUE);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *(gboolean *) user_data = TRUE;
}

static gboolean
kill_cb (gpointer user_data)
{
  g_subprocess_force_exit (user_data);
  return G_SOURCE_CONTINUE;
}

/* Ends the daemon; returns whether it ended by itself, with status 0. */
gboolean
attack_end (Attack *self, int signal_number)
{
  g_autoptr (GSubprocess) process = g_steal_pointer (&self->e2e->process);
  g_autofree char *log = NULL;
  gboolean ended = FALSE;
  guint id;

  g_subprocess_send_signal (process, signal_number);
  id = g_timeout_add_seconds (END_SECONDS, kill_cb, process);
  g_subprocess_wait_async (process, NULL, ended_cb, &ended);
  while (!ended)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  g_thread_join (g_steal_pointer (&self->log_thread));
  log = attack_dup_log (self);
  g_test_message ("the daemon's log:\n%.*s", 8000, log);
  return g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == 0;
}

/* Zombies count as dead: nobody waits for them but GSubprocess. */
gboolean
attack_is_alive (Attack *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) self->pid);
  g_autofree char *text = NULL;
  const char *end;

  return g_file_get_contents (path, &text, NULL, NULL) && (end = strrchr (text, ')')) != NULL &&
         strchr ("ZX", end[2]) == NULL;
}

/* Clients */

int
attack_connect (Attack *self)
{
  const struct timeval patience = { .tv_sec = self->patience_seconds };
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_strlcpy (address.sun_path, self->socket_path, sizeof address.sun_path);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_test_message ("connect: %s", g_strerror (errno));
  return fd;
}

/* Returns: whether the daemon took it all */
gboolean
attack_send (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      ssize_t n = send (fd, data, length, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

gboolean
attack_send_request (int fd,
                     const char *method,
                     const char *path,
                     const char *token,
                     const char *fields,
                     const char *body)
{
  g_autoptr (GString) head = g_string_new (NULL);

  g_string_append_printf (head, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, path);
  if (token != NULL)
    g_string_append_printf (head, "Authorization: Bearer %s\r\n", token);
  if (body != NULL)
    g_string_append_printf (head,
                            "Content-Type: application/json\r\nContent-Length: %zu\r\n"
                            "Accept: application/json, text/event-stream\r\n",
                            strlen (body));
  g_string_append_printf (head, "%s\r\n", fields != NULL ? fields : "");
  return attack_send (fd, head->str, head->len) &&
         (body == NULL || attack_send (fd, body, strlen (body)));
}

/* Returns: whether there was something */
static gboolean
read_some (int fd, GString *text)
{
  char buffer[65536];
  ssize_t n;

  do
    n = recv (fd, buffer, sizeof buffer, 0);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    g_string_append_len (text, buffer, n);
  return n > 0;
}

/* A body ends after its length, or with the connection. */
static void
read_body (int fd, AttackAnswer *answer, GString *body)
{
  const char *field = strcasestr (answer->head, "\r\nContent-Length:");
  gsize length = G_MAXSIZE;

  if (field != NULL)
    length = g_ascii_strtoull (strchr (field, ':') + 1, NULL, 10);
  while (body->len < length && read_some (fd, body))
    ;
}

/* One answer; the connection can be used further where it had a length. */
AttackAnswer *
attack_read_answer (int fd)
{
  AttackAnswer *answer = g_new0 (AttackAnswer, 1);
  g_autoptr (GString) text = g_string_new (NULL);
  const char *end;

  while ((end = strstr (text->str, "\r\n\r\n")) == NULL)
    if (!read_some (fd, text))
      return answer;

  answer->head = g_strndup (text->str, (gsize) (end - text->str) + 2);
  answer->status = (guint) atoi (text->str + strlen ("HTTP/1.1 "));
  g_string_erase (text, 0, (gssize) strlen (answer->head) + 2);
  read_body (fd, answer, text);
  answer->length = text->len;
  answer->body = g_string_free (g_steal_pointer (&text), FALSE);
  return answer;
}

void
attack_answer_free (AttackAnswer *answer)
{
  g_free (answer->head);
  g_free (answer->body);
  g_free (answer);
}

/* One request on a connection of its own. */
AttackAnswer *
attack_ask (Attack *self,
            const char *method,
            const char *path,
            const char *token,
            const char *fields,
            const char *body)
{
  g_autofree char *all = g_strconcat ("Connection: close\r\n", fields, NULL);
  int fd = attack_connect (self);
  AttackAnswer *answer;

  attack_send_request (fd, method, path, token, all, body);
  answer = attack_read_answer (fd);
  close (fd);
  return answer;
}

/* Sessions */

JsonObject *
attack_create_session (Attack *self, const char *body)
{
  g_autoptr (AttackAnswer) answer = attack_ask (self, "POST", "/session", NULL, NULL, body);

  if (answer->status != 200)
    g_error ("POST /session: %u %s", answer->status, answer->body);
  return e2e_parse (answer->body);
}

const char *
attack_id (JsonObject *session)
{
  return json_object_get_string_member (session, "session_id");
}

const char *
attack_token (JsonObject *session)
{
  return json_object_get_string_member (session, "token");
}

/* JSON-RPC */

char *
attack_build_rpc (const char *method, const char *params)
{
  return g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", method,
                          params != NULL ? params : "{}");
}

static JsonObject *
parse_response (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object;

  if (!json_parser_load_from_data (parser, text, (gssize) length, NULL) ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return NULL;
  object = json_node_get_object (json_parser_get_root (parser));
  return json_object_has_member (object, "id") && !json_object_has_member (object, "method")
             ? json_object_ref (object)
             : NULL;
}

/* The response in an answer, which is JSON or an event stream. */
JsonObject *
attack_find_response (const AttackAnswer *answer)
{
  const char *at = answer->body;

  if (at == NULL)
    return NULL;
  if (*at == '{')
    return parse_response (at, answer->length);
  while ((at = strstr (at, "data: {")) != NULL)
    {
      gsize length = strcspn (at, "\n");
      JsonObject *response = parse_response (at + 6, length - 6);

      if (response != NULL)
        return response;
      at += length;
    }
  return NULL;
}

/* A request of the session's default attachment. */
JsonObject *
attack_rpc (Attack *self, JsonObject *session, const char *method, const char *params)
{
  g_autofree char *body = attack_build_rpc (method, params);
  g_autoptr (AttackAnswer) answer =
      attack_ask (self, "POST", "/mcp", attack_token (session), NULL, body);

  g_test_message ("%s %.200s: %u %.300s", method, params != NULL ? params : "", answer->status,
                  answer->body != NULL ? answer->body : "no answer");
  return attack_find_response (answer);
}

/* Calls a tool without arguments. */
JsonObject *
attack_call (Attack *self, JsonObject *session, const char *tool)
{
  g_autofree char *name = attack_quote (tool);
  g_autofree char *params = g_strdup_printf ("{\"name\":%s,\"arguments\":{}}", name);

  return attack_rpc (self, session, "tools/call", params);
}

static char *
build_modern_params (const char *method, const char *name)
{
  const char *key = g_str_has_prefix (method, "tasks/")       ? "taskId"
                    : g_str_has_prefix (method, "resources/") ? "uri"
                                                              : "name";
  g_autofree char *quoted = name != NULL ? attack_quote (name) : NULL;
  g_autofree char *member =
      name != NULL ? g_strdup_printf ("\"%s\":%s,", key, quoted) : g_strdup ("");

  return g_strdup_printf ("{%s\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":"
                          "\"2026-07-28\",\"io.modelcontextprotocol/clientInfo\":"
                          "{\"name\":\"c\",\"version\":\"1\"},"
                          "\"io.modelcontextprotocol/clientCapabilities\":{\"extensions\":"
                          "{\"io.modelcontextprotocol/tasks\":{}}}}}",
                          member);
}

JsonObject *
attack_rpc_modern (Attack *self, JsonObject *session, const char *method, const char *name)
{
  g_autofree char *params = build_modern_params (method, name);
  g_autofree char *body = attack_build_rpc (method, params);
  g_autofree char *name_field =
      name != NULL ? g_strdup_printf ("Mcp-Name: %s\r\n", name) : g_strdup ("");
  g_autofree char *fields = g_strdup_printf (
      "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: %s\r\n%s", method, name_field);
  g_autoptr (AttackAnswer) answer =
      attack_ask (self, "POST", "/mcp", attack_token (session), fields, body);

  g_test_message ("%s %s: %u %.300s", method, name != NULL ? name : "", answer->status,
                  answer->body != NULL ? answer->body : "no answer");
  return attack_find_response (answer);
}

static const char *
get_first_text (JsonObject *result)
{
  static const char *const arrays[] = { "content", "contents" };

  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    {
      if (json_object_has_member (result, arrays[i]))
        {
          JsonArray *parts = json_object_get_array_member (result, arrays[i]);

          if (json_array_get_length (parts) > 0)
            return json_object_get_string_member_with_default (
                json_array_get_object_element (parts, 0), "text", "");
        }
    }
  return "";
}

const char *
attack_get_text (JsonObject *response)
{
  if (response == NULL)
    return "";
  if (json_object_has_member (response, "error"))
    return json_object_get_string_member_with_default (
        json_object_get_object_member (response, "error"), "message", "");
  return get_first_text (json_object_get_object_member (response, "result"));
}

gint64
attack_get_error (JsonObject *response)
{
  if (response == NULL || !json_object_has_member (response, "error"))
    return 0;
  return json_object_get_int_member_with_default (json_object_get_object_member (response, "error"),
                                                  "code", 0);
}

char *
attack_quote (const char *text)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);

  return json_to_string (node, FALSE);
}

/* Servers */

static char *
build_asked (Attack *self, const char *server)
{
  g_autofree char *name = g_build_filename (server, "asked", NULL);

  return e2e_build (self->e2e, name);
}

static guint
count_lines (const char *text, const char *beginning)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;

  for (gsize i = 0; lines[i] != NULL; i++)
    n += g_str_has_prefix (lines[i], beginning);
  return n;
}

guint
attack_count_asked (Attack *self, const char *server, const char *beginning)
{
  g_autofree char *path = build_asked (self, server);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? count_lines (text, beginning) : 0;
}

typedef struct
{
  const char *beginning;
  guint n_times;
} Asked;

static gboolean
was_asked (const char *text, gpointer user_data)
{
  const Asked *asked = user_data;

  return text != NULL && count_lines (text, asked->beginning) >= asked->n_times;
}

void
attack_await_asked (Attack *self, const char *server, const char *beginning, guint n_times)
{
  g_autofree char *path = build_asked (self, server);
  Asked asked = { beginning, n_times };

  if (!mcp_test_await_file (path, was_asked, &asked, PATIENCE_SECONDS * 1000))
    g_error ("%s was not asked for %s", server, beginning);
}

static void
take_item (JsonArray *array, guint index, JsonNode *node, gpointer items)
{
  static const char *const keys[] = { "uriTemplate", "uri", "name" };
  JsonObject *item = json_node_get_object (node);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      if (json_object_has_member (item, keys[i]))
        {
          g_hash_table_insert (items, g_strdup (json_object_get_string_member (item, keys[i])),
                               json_to_string (node, FALSE));
          return;
        }
    }
}

GHashTable *
attack_list (Attack *self, JsonObject *session, const char *method)
{
  g_autoptr (JsonObject) response = attack_rpc (self, session, method, NULL);
  GHashTable *items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GList) members = NULL;
  JsonObject *result;

  if (response == NULL || !json_object_has_member (response, "result"))
    return items;
  result = json_object_get_object_member (response, "result");
  members = json_object_get_members (result);
  for (GList *at = members; at != NULL; at = at->next)
    {
      JsonNode *node = json_object_get_member (result, at->data);

      if (JSON_NODE_HOLDS_ARRAY (node))
        json_array_foreach_element (json_node_get_array (node), take_item, items);
    }
  return items;
}

/* Processes */

/* A client that is another process: @func runs in it. */
pid_t
attack_fork (Attack *self, AttackChild func, gpointer user_data)
{
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid != 0)
    return pid;
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  func (self, user_data);
  _exit (0);
}

/* Ends a process of attack_fork(). */
void
attack_reap (pid_t pid)
{
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

/* proc(5), /proc/pid/statm: the second number is the resident set, in pages. */
gsize
attack_get_resident_kib (Attack *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", (int) self->pid);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return g_ascii_strtoull (strchr (text, ' '), NULL, 10) * (gsize) sysconf (_SC_PAGESIZE) / 1024;
}

/* The largest resident set that the daemon has had. */
gsize
attack_get_peak_kib (Attack *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) self->pid);
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  line = strstr (text, "VmHWM:");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("VmHWM:"), NULL, 10);
}

void
attack_fail (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_test_message ("FAILED: %s", text);
  g_test_fail ();
}
