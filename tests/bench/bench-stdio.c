/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stdio-client.h"

#include <gio/gunixsocketaddress.h>
#include <stdlib.h>
#include <string.h>

/*
 * How long a tool's call takes through "mcp-session stdio", next to the same call over the
 * daemon's Unix socket, in the same run: in turns, one call after the other. A ratio says the same
 * on every machine.
 */

#define N_ROUNDS  5
#define N_CALLS   400
/* Two more processes' turns for a call; twice the time is what is expected. */
#define MAX_RATIO 5.0
#define CALL                                                                                     \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__echo\"," \
  "\"arguments\":{\"n\":1}}}"

typedef struct
{
  GSocketConnection *connection;
  GDataInputStream *in;
  char *request;
} Direct;

static void
direct_open (Direct *self, const char *path, const char *token)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  self->connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_assert_no_error (error);
  self->in =
      g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)));
  g_data_input_stream_set_newline_type (self->in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  self->request =
      g_strdup_printf ("POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                       "Content-Type: application/json\r\n"
                       "Accept: application/json, text/event-stream\r\n"
                       "Content-Length: %zu\r\n\r\n" CALL,
                       token, strlen (CALL));
}

static void
direct_close (Direct *self)
{
  g_object_unref (self->in);
  g_object_unref (self->connection);
  g_free (self->request);
}

static void
direct_call (Direct *self)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (self->connection));
  g_autofree char *body = NULL;
  gsize length = 0;

  g_assert_true (
      g_output_stream_write_all (out, self->request, strlen (self->request), NULL, NULL, NULL));
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (self->in, NULL, NULL, NULL);

      g_assert_nonnull (line);
      if (g_ascii_strncasecmp (line, "Content-Length: ", 16) == 0)
        length = strtoul (line + 16, NULL, 10);
      if (*line == '\0')
        break;
    }
  g_assert_cmpuint (length, >, 0);
  body = g_malloc0 (length + 1);
  g_assert_true (
      g_input_stream_read_all (G_INPUT_STREAM (self->in), body, length, NULL, NULL, NULL));
  g_assert_nonnull (strstr (body, "\\\"n\\\":1"));
}

static void
bridge_call (StdioClient *client)
{
  g_autofree char *line = NULL;

  stdio_client_send (client, CALL);
  do
    {
      g_free (line);
      line = g_data_input_stream_read_line (client->out, NULL, NULL, NULL);
      g_assert_nonnull (line);
    }
  while (strstr (line, "\"id\":1,") == NULL);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double *x = a;
  const double *y = b;

  return *x < *y ? -1 : *x > *y;
}

static double
median (double *values)
{
  qsort (values, N_ROUNDS, sizeof *values, compare);
  return values[N_ROUNDS / 2];
}

int
main (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (StdioClient) client = NULL;
  g_autoptr (JsonObject) session = NULL;
  double direct_us[N_ROUNDS], bridge_us[N_ROUNDS];
  double ratio;
  Direct direct;

  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e, "{}");
  client = stdio_client_new (test);
  stdio_client_initialize (client);
  direct_open (&direct, json_object_get_string_member (test->e2e->discovery, "socket"),
               json_object_get_string_member (session, "token"));
  direct_call (&direct); /* starts the servers */
  bridge_call (client);

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      gint64 start_us = g_get_monotonic_time ();

      for (guint i = 0; i < N_CALLS; i++)
        direct_call (&direct);
      direct_us[round] = (double) (g_get_monotonic_time () - start_us) / N_CALLS;
      start_us = g_get_monotonic_time ();
      for (guint i = 0; i < N_CALLS; i++)
        bridge_call (client);
      bridge_us[round] = (double) (g_get_monotonic_time () - start_us) / N_CALLS;
    }
  direct_close (&direct);
  ratio = median (bridge_us) / median (direct_us);
  g_print ("a call over the Unix socket: %.0f µs; through mcp-session stdio: %.0f µs; ratio %.2f "
           "(at most %.1f)\n",
           median (direct_us), median (bridge_us), ratio, MAX_RATIO);
  return ratio <= MAX_RATIO ? EXIT_SUCCESS : EXIT_FAILURE;
}
