/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream-test.h"
#include "upstream/fetch/mcp-http-fetch.h"

#include <string.h>

/* A server that answers any request by bytes. */

typedef struct
{
  const char *name;
  const char *head;    /* sent once */
  const char *repeats; /* (nullable): sent again and again, until nobody reads */
  const char *message; /* (nullable): what comes out */
  const char *error;   /* (nullable): part of it */
  const char *summary; /* (nullable) */
} Answer;

static const Answer answers[] = {
  { "json",
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}",
    NULL, "{\"ok\":true}", NULL, NULL },
  { "continue",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    "Content-Length: 2\r\n\r\n{}",
    NULL, "{}", NULL, NULL },
  { "informational", "", "HTTP/1.1 100 Continue\r\n\r\n", NULL,
    "more than 16 informational answers", NULL },
  { "encoding",
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: pack\r\n"
    "Content-Length: 2\r\n\r\n{}",
    NULL, NULL, "the content encoding “pack”", NULL },
  { "page",
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<html>\nsign in</html>",
    NULL, NULL, NULL, "text/html: <html>" },
  { "refused",
    "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n"
    "{\"error\":\"token spent\"}",
    NULL, "{\"error\":\"token spent\"}", NULL, "application/json: {\"error\":\"token spent\"}" },
};

typedef struct
{
  const Answer *answer;
  GString *message;
  char *error;
  char *summary;
  gboolean has_ended;
} Case;

static gboolean
run_cb (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer data)
{
  const Answer *answer = data;
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  char buffer[4096];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                       sizeof buffer, NULL, NULL);
  if (!g_output_stream_write_all (out, answer->head, strlen (answer->head), NULL, NULL, NULL))
    return TRUE;
  while (
      answer->repeats != NULL &&
      g_output_stream_write_all (out, answer->repeats, strlen (answer->repeats), NULL, NULL, NULL))
    ;
  return TRUE;
}

static void
message_cb (McpHttpFetch *fetch, GBytes *text, gpointer user_data)
{
  Case *c = user_data;

  g_string_append_len (c->message, g_bytes_get_data (text, NULL), (gssize) g_bytes_get_size (text));
}

static void
ended_cb (McpHttpFetch *fetch, const GError *error, gpointer user_data)
{
  Case *c = user_data;

  c->error = error != NULL ? g_strdup (error->message) : NULL;
  c->summary = mcp_http_fetch_dup_summary (fetch);
  c->has_ended = TRUE;
}

static void
test_answer (gconstpointer data)
{
  static const McpHttpFetchFuncs funcs = { message_cb, NULL, ended_cb };
  Case c = { data, g_string_new (NULL), NULL, NULL, FALSE };
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (4);
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (McpHttpFetch) fetch = NULL;
  g_autoptr (GUri) uri = NULL;
  g_autofree char *url = NULL;
  guint16 port;

  g_test_summary ("An answer is told as what it is, and one without an end is ended");
  g_signal_connect (service, "run", G_CALLBACK (run_cb), (gpointer) c.answer);
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_assert_cmpuint (port, !=, 0);
  url = g_strdup_printf ("http://127.0.0.1:%u/mcp", port);
  uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  fetch = mcp_http_fetch_new ("GET", uri, 65536, &funcs, &c);
  mcp_http_fetch_start (fetch, session, 0);
  test_await (test_is_true, &c.has_ended);

  g_assert_cmpstr (c.message->str, ==, c.answer->message != NULL ? c.answer->message : "");
  g_assert_cmpint (c.error != NULL, ==, c.answer->error != NULL);
  if (c.error != NULL)
    g_assert_nonnull (strstr (c.error, c.answer->error));
  if (c.answer->summary != NULL)
    g_assert_nonnull (strstr (c.summary, c.answer->summary));
  soup_session_abort (session);
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  g_string_free (c.message, TRUE);
  g_free (c.error);
  g_free (c.summary);
}

/* A body that is packed: many bytes of few. */
static gboolean
run_packed_cb (GThreadedSocketService *service,
               GSocketConnection *connection,
               GObject *source,
               gpointer data)
{
  gsize n = *(const gsize *) data;
  g_autofree char *text = g_strdup_printf ("\"%0*d\"", (int) n, 0);
  g_autoptr (GZlibCompressor) compressor =
      g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  g_autoptr (GOutputStream) packed = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) packer =
      g_converter_output_stream_new (packed, G_CONVERTER (compressor));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autofree char *head = NULL;
  char buffer[4096];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                       sizeof buffer, NULL, NULL);
  g_output_stream_write_all (packer, text, strlen (text), NULL, NULL, NULL);
  g_output_stream_close (packer, NULL, NULL);
  head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                          "Content-Encoding: gzip\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                          g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (packed)));
  g_output_stream_write_all (out, head, strlen (head), NULL, NULL, NULL);
  g_output_stream_write_all (out, g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (packed)),
                             g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (packed)),
                             NULL, NULL, NULL);
  return TRUE;
}

static void
test_packed (void)
{
  static const McpHttpFetchFuncs funcs = { message_cb, NULL, ended_cb };
  static const gsize sizes[] = { 1000, 4 * 1024 * 1024 };

  g_test_summary ("A packed body is unpacked, as far as the limit of what comes out allows");
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      Case c = { NULL, g_string_new (NULL), NULL, NULL, FALSE };
      g_autoptr (GSocketService) service = g_threaded_socket_service_new (4);
      g_autoptr (SoupSession) session = soup_session_new ();
      g_autoptr (McpHttpFetch) fetch = NULL;
      g_autoptr (GUri) uri = NULL;
      guint16 port;

      g_signal_connect (service, "run", G_CALLBACK (run_packed_cb), (gpointer) &sizes[i]);
      port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
      uri = g_uri_build (SOUP_HTTP_URI_FLAGS, "http", NULL, "127.0.0.1", port, "/", NULL, NULL);
      fetch = mcp_http_fetch_new ("GET", uri, 65536, &funcs, &c);
      mcp_http_fetch_start (fetch, session, 0);
      test_await (test_is_true, &c.has_ended);
      if (sizes[i] < 65536)
        g_assert_cmpuint (c.message->len, ==, sizes[i] + 2);
      else
        g_assert_nonnull (strstr (c.error, "UpstreamMessageBytes"));
      soup_session_abort (session);
      g_socket_service_stop (service);
      g_socket_listener_close (G_SOCKET_LISTENER (service));
      g_string_free (c.message, TRUE);
      g_free (c.error);
      g_free (c.summary);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *path = g_strconcat ("/upstream/http-fetch/", answers[i].name, NULL);

      g_test_add_data_func (path, &answers[i], test_answer);
    }
  g_test_add_func ("/upstream/http-fetch/packed", test_packed);
  return g_test_run ();
}
