/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stdio-client.h"

#include <string.h>

StdioClient *
stdio_client_new (CliTest *test)
{
  static const char *const arguments[] = { "stdio", NULL };

  return stdio_client_new_with_arguments (test, arguments);
}

/* @arguments: with the name of the command first */
StdioClient *
stdio_client_new_with_arguments (CliTest *test, const char *const *arguments)
{
  StdioClient *self = g_new0 (StdioClient, 1);

  self->test = test;
  self->process = cli_test_spawn (
      test, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, arguments);
  self->in = g_subprocess_get_stdin_pipe (self->process);
  self->out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  return self;
}

void
stdio_client_send (StdioClient *self, const char *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (self->in, text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

typedef struct
{
  char *line;
  gboolean done;
} Reading;

static void
line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reading *reading = user_data;

  reading->line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  reading->done = TRUE;
}

char *
stdio_client_receive_any (StdioClient *self)
{
  Reading reading = { NULL, FALSE };

  g_data_input_stream_read_line_async (self->out, G_PRIORITY_DEFAULT, NULL, line_cb, &reading);
  test_await (&reading.done, "a line");
  g_test_message ("<- %s", reading.line);
  return reading.line;
}

/* The next line, but for what may come at any time; NULL at the end. */
char *
stdio_client_receive (StdioClient *self)
{
  char *line = stdio_client_receive_any (self);

  while (line != NULL && strstr (line, "list_changed\"}") != NULL)
    {
      g_free (line);
      line = stdio_client_receive_any (self);
    }
  return line;
}

void
stdio_client_expect (StdioClient *self, const char *part)
{
  g_autofree char *line = stdio_client_receive (self);

  if (line == NULL || strstr (line, part) == NULL)
    g_error ("“%s” is not in: %s", part, line);
}

void
stdio_client_initialize (StdioClient *self)
{
  stdio_client_send (self, INITIALIZE);
  stdio_client_expect (self, "\"protocolVersion\":\"2025-06-18\"");
  stdio_client_send (self, INITIALIZED);
}

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *(gboolean *) user_data = TRUE;
}

int
stdio_client_await_exit (StdioClient *self)
{
  gboolean exited = FALSE;

  g_subprocess_wait_async (self->process, NULL, exited_cb, &exited);
  test_await (&exited, "the bridge's end");
  return g_subprocess_get_if_exited (self->process) ? g_subprocess_get_exit_status (self->process)
                                                    : -1;
}

void
stdio_client_free (StdioClient *self)
{
  g_output_stream_close (self->in, NULL, NULL);
  stdio_client_await_exit (self);
  g_object_unref (self->out);
  g_object_unref (self->process);
  g_free (self);
}

JsonObject *
stdio_client_get_session (CliTest *test)
{
  g_autoptr (JsonObject) list = e2e_http_json (test->e2e, "GET", "unix:/session", NULL, NULL);
  JsonArray *sessions = json_object_get_array_member (list, "sessions");

  g_assert_cmpuint (json_array_get_length (sessions), ==, 1);
  return json_object_ref (json_array_get_object_element (sessions, 0));
}
