/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http-fixture.h"

#include "http/connection/mcp-http-connection-exchange.h"
#include "http/connection/mcp-http-connection-stream.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BIG_BYTES (6 * 1024 * 1024)

static void
append_field (const char *name, const char *value, gpointer user_data)
{
  g_string_append_printf (user_data, "%s: %s\n", name, value);
}

static void
stream_wrote_headers (SoupServerMessage *msg, HttpFixture *f)
{
  GSocketAddress *address = soup_server_message_get_remote_address (msg);
  g_autoptr (McpHttpConnection) connection =
      g_object_ref (g_object_get_data (G_OBJECT (address), "connection"));
  g_autoptr (GIOStream) stolen = soup_server_message_steal_connection (msg);

  g_assert_nonnull (stolen);
  f->stream_socket = mcp_http_connection_stream_begin (connection);
  g_assert_cmpint (f->stream_socket, >=, 0);
  g_set_object (&f->stream, connection);
}

static void
answer (SoupServerMessage *msg, const char *body, gsize length)
{
  soup_server_message_set_status (msg, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (msg, "text/plain", SOUP_MEMORY_COPY, body, length);
}

static void
answer_chunked (SoupServerMessage *msg)
{
  SoupMessageBody *body = soup_server_message_get_response_body (msg);

  soup_server_message_set_status (msg, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (msg),
                                     SOUP_ENCODING_CHUNKED);
  soup_message_body_append (body, SOUP_MEMORY_STATIC, "one ", 4);
  soup_message_body_append (body, SOUP_MEMORY_STATIC, "two", 3);
  soup_message_body_complete (body);
}

static void
answer_stream (SoupServerMessage *msg, HttpFixture *f)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (msg);

  soup_server_message_set_status (msg, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_EOF);
  g_signal_connect (msg, "wrote-headers", G_CALLBACK (stream_wrote_headers), f);
}

static void
answer_big (SoupServerMessage *msg)
{
  char *text = g_malloc (BIG_BYTES);

  memset (text, 'x', BIG_BYTES);
  soup_server_message_set_status (msg, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (msg, "text/plain", SOUP_MEMORY_TAKE, text, BIG_BYTES);
}

static void
handle (SoupServer *server,
        SoupServerMessage *msg,
        const char *path,
        GHashTable *query G_GNUC_UNUSED,
        gpointer user_data)
{
  HttpFixture *f = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (msg);
  GString *fields = g_string_new (NULL);

  soup_message_headers_foreach (soup_server_message_get_request_headers (msg), append_field,
                                fields);
  g_free (f->last_fields);
  f->last_fields = g_string_free (fields, FALSE);

  if (g_str_equal (path, "/hello"))
    answer (msg, "hello", 5);
  else if (g_str_equal (path, "/echo"))
    answer (msg, body->data != NULL ? body->data : "", (gsize) body->length);
  else if (g_str_equal (path, "/big"))
    answer_big (msg);
  else if (g_str_equal (path, "/chunked"))
    answer_chunked (msg);
  else if (g_str_equal (path, "/none"))
    soup_server_message_set_status (msg, SOUP_STATUS_NO_CONTENT, NULL);
  else if (g_str_equal (path, "/stream"))
    answer_stream (msg, f);
  else if (g_str_equal (path, "/close"))
    {
      answer (msg, "bye", 3);
      soup_message_headers_replace (soup_server_message_get_response_headers (msg), "Connection",
                                    "close");
    }
  else if (g_str_equal (path, "/slow"))
    {
      g_assert_null (f->paused);
      f->paused = g_object_ref (msg);
      answer (msg, "at last", 7);
      soup_server_message_pause (msg);
    }
  else
    soup_server_message_set_status (msg, SOUP_STATUS_NOT_FOUND, NULL);
}

static void
count_peer_gone (McpHttpConnection *connection, gpointer user_data)
{
  ((HttpFixture *) user_data)->n_peer_gone++;
}

static void
found_cb (pid_t pid, gpointer user_data)
{
  HttpFixture *f = user_data;

  f->last_pid = pid;
  f->n_pids++;
}

static void
take_request (McpHttpConnection *connection, McpRequestHead *head, GBytes *body, gpointer user_data)
{
  HttpFixture *f = user_data;
  g_autoptr (GBytes) bytes = mcp_request_head_to_bytes (head, g_bytes_get_size (body));
  g_autoptr (GIOStream) stream = mcp_http_connection_exchange_open (connection, bytes, body);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);

  f->n_exchanges++;
  if (f->asks_pid)
    mcp_peer_process_find (mcp_http_connection_get_process (connection), found_cb, f);
  f->last_is_unix = mcp_http_connection_is_unix (connection);
  g_object_set_data_full (G_OBJECT (address), "connection", g_object_ref (connection),
                          g_object_unref);
  mcp_http_connection_set_gone (connection, count_peer_gone, f);
  g_assert_true (soup_server_accept_iostream (f->server, stream, address, address, NULL));
}

void
http_fixture_listen (HttpFixture *f)
{
  g_autoptr (GError) error = NULL;

  f->listener = mcp_http_listener_new (&f->limits, take_request, f);
  f->port = mcp_http_listener_add_tcp (f->listener, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (f->port, !=, 0);
  mcp_http_listener_add_unix (f->listener, f->socket_path, &error);
  g_assert_no_error (error);
}

void
http_fixture_set_up (HttpFixture *f, gconstpointer data)
{
  f->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (f->server, NULL, handle, f, NULL);
  f->directory = g_dir_make_tmp ("mcp-http-XXXXXX", NULL);
  f->socket_path = g_build_filename (f->directory, "http.sock", NULL);
  mcp_limits_init_defaults (&f->limits);
  http_fixture_listen (f);
}

/* For other limits. */
void
http_fixture_restart (HttpFixture *f)
{
  g_assert_finalize_object (g_steal_pointer (&f->listener));
  http_fixture_listen (f);
}

void
http_fixture_tear_down (HttpFixture *f, gconstpointer data)
{
  g_clear_object (&f->paused);
  mcp_http_listener_close (f->listener);
  mcp_test_settle ();
  g_clear_object (&f->stream);
  g_assert_finalize_object (g_steal_pointer (&f->server));
  g_assert_finalize_object (g_steal_pointer (&f->listener));
  g_free (f->last_fields);
  /* the socket is gone with the listener */
  g_assert_cmpint (g_rmdir (f->directory), ==, 0);
  g_free (f->socket_path);
  g_free (f->directory);
}

int
http_connect (HttpFixture *f)
{
  return mcp_test_socket_connect_tcp (f->port);
}

/* One request on a connection of its own, and all that comes back. */
char *
http_ask (HttpFixture *f, const char *request)
{
  int fd = http_connect (f);
  char *text;

  mcp_test_socket_send_text (fd, request);
  shutdown (fd, SHUT_WR);
  text = mcp_test_socket_read_all (fd);
  close (fd);
  return text;
}
