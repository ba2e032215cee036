/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "e2e.h"

#include <gio/gunixsocketaddress.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Everything here is local: what takes longer is stuck. */
#define TIMEOUT_SECONDS 30

static void read_log_line (E2e *self);

static void
connect_to_bus (E2e *self, const char *address)
{
  g_autoptr (GError) error = NULL;

  self->connection =
      g_dbus_connection_new_for_address_sync (address,
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
}

/* A session bus for the daemon, which is to be started after this. */
void
e2e_make_bus (E2e *self)
{
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  self->bus_address = g_strdup (g_test_dbus_get_bus_address (self->bus));
}

/**
 * e2e_new:
 * @bus: whether there is a session bus
 *
 * Makes the surroundings of a daemon; it is started by e2e_start().
 */
E2e *
e2e_new (E2eBus bus)
{
  E2e *self = g_new0 (E2e, 1);

  self->dir = test_dir_new ();
  self->log = g_string_new (NULL);
  self->tcp = soup_session_new_with_options ("timeout", TIMEOUT_SECONDS, NULL);
  if (bus == E2E_WITH_BUS)
    {
      e2e_make_bus (self);
      connect_to_bus (self, self->bus_address);
    }

  return self;
}

static void
drop_log (E2e *self)
{
  if (self->log_cancellable != NULL)
    g_cancellable_cancel (self->log_cancellable);
  while (self->reading_log)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&self->log_cancellable);
  g_clear_object (&self->log_stream);
}

static void
end_second_bus (E2e *self)
{
  if (self->second_bus == NULL)
    return;
  g_subprocess_send_signal (self->second_bus, SIGTERM);
  g_subprocess_wait (self->second_bus, NULL, NULL);
  g_clear_object (&self->second_bus);
}

void
e2e_free (E2e *self)
{
  if (self->process != NULL)
    {
      g_subprocess_send_signal (self->process, SIGTERM);
      g_assert_cmpint (e2e_await_exit (self), ==, 0);
    }
  drop_log (self);
  g_clear_object (&self->tcp);
  g_clear_object (&self->unix_socket);
  g_clear_object (&self->connection);
  end_second_bus (self);
  if (self->bus != NULL)
    g_test_dbus_down (self->bus);
  g_clear_object (&self->bus);
  g_free (self->bus_address);
  g_clear_pointer (&self->discovery, json_object_unref);
  g_string_free (self->log, TRUE);
  test_dir_free (self->dir);
  g_free (self);
}

/* A path below the test's directory. */
char *
e2e_build (E2e *self, const char *name)
{
  return test_dir_build (self->dir, name);
}

/* Configures the server of tests/support as "test". */
void
e2e_use_test_server (E2e *self)
{
  g_autofree char *pids = e2e_build (self, "pids");
  g_autofree char *text = g_strdup_printf (E2E_SERVERS, g_getenv ("MCP_TEST_SERVER"), pids);

  g_free (test_dir_write (self->dir, "config/mcp-sessiond/mcp.json", text, 0600));
}

/* A test that fails leaves no daemon behind. */
static void
set_up_child (gpointer user_data)
{
  E2e *self = user_data;

  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (self->child_setup != NULL)
    self->child_setup (NULL);
}

/* A program around the daemon that tells it of its sockets; the rest of @argv follows. */
static void
hand_over_sockets (E2e *self, GSubprocessLauncher *launcher, GStrvBuilder *argv)
{
  g_autofree char *n_text = NULL;
  int n_sockets = 0;

  if (self->sockets == NULL)
    return;

  while (self->sockets[n_sockets] >= 0)
    {
      g_subprocess_launcher_take_fd (launcher, dup (self->sockets[n_sockets]), 3 + n_sockets);
      n_sockets++;
    }
  n_text = g_strdup_printf ("%d", n_sockets);
  g_strv_builder_add_many (argv, g_getenv ("MCP_TEST_ACTIVATE"), n_text, "unix:tcp", NULL);
}

/**
 * e2e_spawn:
 * @flags: for the streams
 * @runtime: name of the runtime directory
 * @option: (nullable): one more option
 *
 * Starts a daemon without waiting for anything.
 */
GSubprocess *
e2e_spawn (E2e *self, GSubprocessFlags flags, const char *runtime, const char *option)
{
  static const char *const variables[][2] = {
    { "XDG_CONFIG_HOME", "config" },
    { "XDG_STATE_HOME", "state" },
    { "XDG_CACHE_HOME", "cache" },
    { "XDG_DATA_HOME", "data" },
    { "HOME", "home" },
  };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autofree char *runtime_dir = e2e_build (self, runtime);
  g_autofree char *keeper = g_strconcat ("--keeper=", g_getenv ("MCP_TEST_KEEPER"), NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      gboolean is_state = g_str_equal (variables[i][1], "state");
      g_autofree char *path =
          e2e_build (self, is_state && self->state != NULL ? self->state : variables[i][1]);

      g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
      g_subprocess_launcher_setenv (launcher, variables[i][0], path, TRUE);
    }
  g_assert_cmpint (g_mkdir_with_parents (runtime_dir, 0700), ==, 0);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", runtime_dir, TRUE);
  g_subprocess_launcher_setenv (
      launcher, "DBUS_SESSION_BUS_ADDRESS",
      self->bus_address != NULL ? self->bus_address : "unix:path=/nonexistent/bus", TRUE);
  g_subprocess_launcher_set_child_setup (launcher, set_up_child, self, NULL);
  if (self->warnings_expected)
    g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");

  hand_over_sockets (self, launcher, builder);
  g_strv_builder_add_many (builder, g_getenv ("MCP_TEST_DAEMON"), "--port=0", keeper, option, NULL);
  argv = g_strv_builder_end (builder);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  return process;
}

static void
log_line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  E2e *self = user_data;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  self->reading_log = FALSE;
  if (line == NULL)
    return;
  g_test_message ("%s", line);
  g_string_append (self->log, line);
  g_string_append_c (self->log, '\n');
  read_log_line (self);
}

static void
read_log_line (E2e *self)
{
  self->reading_log = TRUE;
  g_data_input_stream_read_line_async (self->log_stream, G_PRIORITY_DEFAULT, self->log_cancellable,
                                       log_line_cb, self);
}

/* Makes a process started with G_SUBPROCESS_FLAGS_STDERR_PIPE the one that is driven. */
void
e2e_adopt (E2e *self, GSubprocess *process)
{
  drop_log (self);
  g_clear_object (&self->process);
  g_string_truncate (self->log, 0);

  self->process = process;
  self->log_stream = g_data_input_stream_new (g_subprocess_get_stderr_pipe (process));
  self->log_cancellable = g_cancellable_new ();
  read_log_line (self);
  e2e_await_log (self, self->bus != NULL ? "On the session bus" : "no session bus");
  e2e_read_discovery (self);
}

/* Starts the daemon and waits until it serves. */
void
e2e_start (E2e *self)
{
  e2e_adopt (self, e2e_spawn (self, G_SUBPROCESS_FLAGS_STDERR_PIPE, "run", NULL));
}

/* Learns the addresses, as a client would. */
void
e2e_read_discovery (E2e *self)
{
  g_autofree char *path = e2e_build (self, "run/mcp-sessiond/mcp.json");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&self->discovery, json_object_unref);
  self->discovery = e2e_parse (text);

  address = g_unix_socket_address_new (json_object_get_string_member (self->discovery, "socket"));
  g_clear_object (&self->unix_socket);
  self->unix_socket = soup_session_new_with_options ("timeout", TIMEOUT_SECONDS,
                                                     "remote-connectable", address, NULL);
}

static gboolean
late_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

/* Waits until the daemon has logged @text; what was waited for before is forgotten. */
void
e2e_await_log (E2e *self, const char *text)
{
  gboolean late = FALSE;
  guint id = g_timeout_add_seconds (TIMEOUT_SECONDS, late_cb, &late);
  const char *found = NULL;

  while ((found = strstr (self->log->str, text)) == NULL && self->reading_log && !late)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  if (found == NULL)
    g_error ("the daemon never said “%s”; it said:\n%s", text, self->log->str);
  g_string_erase (self->log, 0, found - self->log->str + (gssize) strlen (text));
}

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *(gboolean *) user_data = TRUE;
}

/* The exit status of the daemon, which must end by itself within 30 s; -1: by a signal. */
int
e2e_await_exit (E2e *self)
{
  gboolean exited = FALSE;
  int status;

  g_subprocess_wait_async (self->process, NULL, exited_cb, &exited);
  test_await (&exited, "the daemon's end");
  while (self->reading_log)
    g_main_context_iteration (NULL, TRUE);
  status = g_subprocess_get_if_exited (self->process) ? g_subprocess_get_exit_status (self->process)
                                                      : -1;
  g_clear_object (&self->process);
  return status;
}

/* Ends the daemon as a crash would. */
void
e2e_kill (E2e *self)
{
  g_subprocess_send_signal (self->process, SIGKILL);
  g_assert_cmpint (e2e_await_exit (self), ==, -1);
}

/* Ends the bus under the daemon. */
void
e2e_kill_bus (E2e *self)
{
  g_dbus_connection_set_exit_on_close (self->connection, FALSE);
  g_clear_object (&self->connection);
  if (self->second_bus != NULL)
    end_second_bus (self);
  else
    g_test_dbus_stop (self->bus);
}

/* Another bus where the daemon had, or will have, one that was killed. */
void
e2e_return_bus (E2e *self)
{
  g_auto (GStrv) parts = g_strsplit (self->bus_address, ",", 2);
  g_autofree char *option = g_strconcat ("--address=", parts[0], NULL);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;

  self->second_bus = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "dbus-daemon",
                                       "--session", "--nofork", "--print-address", option, NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->second_bus));
  address = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  connect_to_bus (self, address);
}

SoupMessage *
e2e_new_message (E2e *self,
                 const char *method,
                 const char *path,
                 const char *token,
                 const char *body)
{
  const char *mcp_url = json_object_get_string_member (self->discovery, "url");
  g_autofree char *url = NULL;
  SoupMessage *message;

  if (g_str_has_prefix (path, "unix:"))
    url = g_strconcat ("http://localhost", path + strlen ("unix:"), NULL);
  else
    url = g_strdup_printf ("%.*s%s", (int) (strlen (mcp_url) - strlen ("/mcp")), mcp_url, path);

  message = soup_message_new (method, url);
  g_assert_nonnull (message);
  if (token != NULL)
    {
      g_autofree char *value = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_append (soup_message_get_request_headers (message), "Authorization",
                                   value);
    }
  soup_message_headers_append (soup_message_get_request_headers (message), "Accept",
                               "application/json, text/event-stream");
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  return message;
}

static SoupSession *
session_for (E2e *self, const char *path)
{
  return g_str_has_prefix (path, "unix:") ? self->unix_socket : self->tcp;
}

char *
e2e_http (E2e *self,
          const char *method,
          const char *path,
          const char *token,
          const char *body,
          guint *status)
{
  g_autoptr (SoupMessage) message = e2e_new_message (self, method, path, token, body);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
      soup_session_send_and_read (session_for (self, path), message, NULL, &error);

  g_assert_no_error (error);
  *status = soup_message_get_status (message);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

JsonObject *
e2e_http_json (E2e *self, const char *method, const char *path, const char *token, const char *body)
{
  guint status;
  g_autofree char *text = e2e_http (self, method, path, token, body, &status);

  g_test_message ("%s %s: %u %s", method, path, status, text);
  g_assert_cmpuint (status, ==, 200);
  return e2e_parse (text);
}

JsonObject *
e2e_create_session (E2e *self, const char *body)
{
  return e2e_http_json (self, "POST", "/session", NULL, body);
}

static GDataInputStream *
open_stream (E2e *self, const char *path, SoupMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream =
      soup_session_send (session_for (self, path), message, NULL, &error);
  GDataInputStream *lines;

  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 200);
  g_assert_cmpstr (
      soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL), ==,
      "text/event-stream");
  lines = g_data_input_stream_new (stream);
  g_data_input_stream_set_newline_type (lines, G_DATA_STREAM_NEWLINE_TYPE_LF);
  return lines;
}

/* The body of an answer, to be read event by event. */
GDataInputStream *
e2e_stream (E2e *self, const char *method, const char *path, const char *token, const char *body)
{
  g_autoptr (SoupMessage) message = e2e_new_message (self, method, path, token, body);

  return open_stream (self, path, message);
}

/* A session's events after the one given. */
GDataInputStream *
e2e_events_after (E2e *self, const char *session_id, const char *token, const char *last_event_id)
{
  g_autofree char *path = g_strdup_printf ("/session/%s/events", session_id);
  g_autoptr (SoupMessage) message = e2e_new_message (self, "GET", path, token, NULL);

  soup_message_headers_append (soup_message_get_request_headers (message), "Last-Event-ID",
                               last_event_id);
  return open_stream (self, path, message);
}

/* The next event, comments passed over; without data at the end of the stream. */
E2eEvent *
e2e_next_event (GDataInputStream *stream)
{
  E2eEvent *event = g_new0 (E2eEvent, 1);

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *line = g_data_input_stream_read_line (stream, NULL, NULL, &error);

      g_assert_no_error (error);
      if (line == NULL || (*line == '\0' && event->data != NULL))
        return event;
      if (g_str_has_prefix (line, "data:"))
        event->data = g_strdup (g_strchug (line + 5));
      else if (g_str_has_prefix (line, "event:"))
        event->name = g_strdup (g_strchug (line + 6));
      else if (g_str_has_prefix (line, "id:"))
        event->id = g_strdup (g_strchug (line + 3));
    }
}

void
e2e_event_free (E2eEvent *event)
{
  g_free (event->name);
  g_free (event->id);
  g_free (event->data);
  g_free (event);
}

JsonObject *
e2e_parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (json, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  return json_node_dup_object (node);
}

/* Waits for the end of a process that is not a child of this one. */
void
e2e_await_process_end (pid_t pid)
{
  int fd = pidfd_open (pid, 0);
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  if (fd < 0)
    return;
  if (poll (&poll_fd, 1, TIMEOUT_SECONDS * 1000) != 1)
    g_error ("process %d still runs", (int) pid);
  close (fd);
}

/* The numbers in a file, one a line. */
pid_t *
e2e_read_pids (E2e *self, const char *name, gsize *n_pids)
{
  g_autofree char *path = e2e_build (self, name);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (pid_t));

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      {
        pid_t pid = (pid_t) g_ascii_strtoll (lines[i], NULL, 10);

        g_array_append_val (pids, pid);
      }

  *n_pids = pids->len;
  return (pid_t *) (gpointer) g_array_free (pids, FALSE);
}
