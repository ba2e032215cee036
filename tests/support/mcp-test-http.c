/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A small HTTP client on plain sockets, so that tests see the bytes. Client and
 * server share the main context: whoever waits lets the server run.
 */
#include "mcp-test-http.h"

#include "common/mcp-names.h"
#include "http/wire/mcp-http-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/**
 * mcp_test_http_wait_streams:
 * @self: a server
 * @n_streams: how many event streams there will be
 */
void
mcp_test_http_wait_streams (McpTestHttp *self, guint n_streams)
{
  AWAIT (mcp_http_server_get_n_streams (self->server) == n_streams);
}

void
mcp_test_http_wait_connections (McpTestHttp *self, guint n_connections)
{
  AWAIT (mcp_http_server_get_n_connections (self->server) == n_connections);
}

/**
 * mcp_test_http_fence:
 * @self: a server
 *
 * Lets the server deal with all that was sent to it so far: asks something else, and waits for the
 * answer. Whatever has not happened then is not going to happen by itself.
 */
void
mcp_test_http_fence (McpTestHttp *self)
{
  McpTestReply *reply = mcp_test_http_request (self, MCP_TEST_UNIX, "GET", "/health", NULL, NULL);

  g_assert_cmpuint (reply->status, ==, 200);
  mcp_test_reply_free (reply);
  mcp_test_settle ();
}

McpTestHttp *
mcp_test_http_new (void)
{
  McpLimits limits;

  mcp_limits_init_defaults (&limits);
  return mcp_test_http_new_with_limits (&limits);
}

McpTestHttp *
mcp_test_http_new_with_limits (const McpLimits *limits)
{
  McpTestHttp *self = g_new0 (McpTestHttp, 1);
  g_autoptr (GError) error = NULL;

  self->limits = *limits;
  self->directory = g_dir_make_tmp ("mcp-http-XXXXXX", &error);
  g_assert_no_error (error);
  self->socket_path = g_build_filename (self->directory, MCP_SOCKET_FILE, NULL);

  self->store = mcp_session_store_new (&self->limits);
  self->gateway = mcp_gateway_new (self->store, &self->limits, g_getenv ("MCP_TEST_KEEPER"));
  /* Far above the patience of a test: what hangs fails the wait for it, and dozens of large calls
   * that share a busy machine do not run out of time. */
  mcp_gateway_set_call_timeout (self->gateway, 15 * MCP_TEST_PATIENCE_SECONDS * 1000);
  self->server =
      mcp_http_server_new (self->store, self->gateway, &self->limits, MCP_TEST_OWNER_KEY);
  mcp_http_server_set_direct (self->server, g_strcmp0 (g_getenv ("MCP_TEST_DIRECT"), "0") != 0);

  self->port = mcp_http_server_listen_tcp (self->server, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->port, !=, 0);
  g_assert_true (mcp_http_server_listen_unix (self->server, self->socket_path, &error));
  g_assert_no_error (error);

  return self;
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

void
mcp_test_http_free (McpTestHttp *self)
{
  gboolean closed = FALSE;

  mcp_session_store_close_all (self->store, MCP_REASON_SHUTDOWN);
  mcp_http_server_close (self->server);
  mcp_gateway_close_async (self->gateway, closed_cb, &closed);
  AWAIT (closed);
  /* What was put off to the main loop holds references. */
  mcp_test_settle ();

  mcp_test_await_finalized (self->server);
  mcp_test_await_finalized (self->gateway);
  mcp_test_await_finalized (self->store);
  g_unlink (self->socket_path);
  g_rmdir (self->directory);
  g_free (self->socket_path);
  g_free (self->directory);
  g_free (self);
}

McpTestStream *
mcp_test_stream_connect (McpTestHttp *self, McpTestTransport transport)
{
  McpTestStream *stream = g_new0 (McpTestStream, 1);

  stream->fd = transport == MCP_TEST_TCP ? mcp_test_socket_connect_tcp (self->port)
                                         : mcp_test_socket_connect_unix (self->socket_path);
  stream->input = g_string_new (NULL);
  return stream;
}

void
mcp_test_stream_free (McpTestStream *self)
{
  close (self->fd);
  g_string_free (self->input, TRUE);
  g_free (self);
}

void
mcp_test_stream_send (McpTestStream *self, const char *text, gsize length)
{
  mcp_test_socket_send (self->fd, text, length);
}

/* Takes what is there, or waits for something. */
static void
read_some (McpTestStream *self)
{
  char buffer[65536];
  gssize n = mcp_test_socket_receive (self->fd, buffer, sizeof buffer);

  if (n > 0)
    g_string_append_len (self->input, buffer, n);
  else
    self->eof = TRUE;
}

/**
 * mcp_test_stream_read_until:
 * @self: a stream
 * @end: what the piece ends with
 *
 * Returns: (transfer full): the input up to and with @end; %NULL: the stream ended before
 */
char *
mcp_test_stream_read_until (McpTestStream *self, const char *end)
{
  gsize n_seen = 0;
  const char *found;
  char *piece;

  while ((found = g_strstr_len (self->input->str + n_seen, -1, end)) == NULL)
    {
      if (self->eof)
        return NULL;
      n_seen = self->input->len > strlen (end) ? self->input->len - strlen (end) : 0;
      read_some (self);
    }

  piece = g_strndup (self->input->str, (gsize) (found - self->input->str) + strlen (end));
  g_string_erase (self->input, 0, (gssize) strlen (piece));
  return piece;
}

/**
 * mcp_test_stream_read_frame:
 * @self: an event stream
 *
 * Returns: (transfer full): the next frame with the empty line that ends it; %NULL: the stream
 *   ended
 */
char *
mcp_test_stream_read_frame (McpTestStream *self)
{
  return mcp_test_stream_read_until (self, "\n\n");
}

void
mcp_test_stream_expect_frame (McpTestStream *self, const char *frame)
{
  g_autofree char *got = mcp_test_stream_read_frame (self);

  g_assert_cmpstr (got, ==, frame);
}

void
mcp_test_stream_expect_eof (McpTestStream *self)
{
  while (!self->eof)
    read_some (self);
  g_assert_cmpstr (self->input->str, ==, "");
}

static char *
format_request (const char *method, const char *target, const char *fields, const char *body)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, target,
                   fields != NULL ? fields : "");
  if (body != NULL)
    g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\n", strlen (body));
  g_string_append (text, "\r\n");
  g_string_append (text, body != NULL ? body : "");

  return g_string_free (text, FALSE);
}

static McpTestReply *
read_reply (McpTestStream *stream)
{
  McpTestReply *reply = g_new0 (McpTestReply, 1);

  reply->head = mcp_test_stream_read_until (stream, "\r\n\r\n");
  if (reply->head == NULL)
    g_error ("The connection ended before an answer came");
  reply->status = mcp_test_socket_get_status (reply->head);

  while (!stream->eof)
    read_some (stream);
  reply->n_body = stream->input->len;
  reply->body = g_strndup (stream->input->str, stream->input->len);
  return reply;
}

McpTestReply *
mcp_test_http_request (McpTestHttp *self,
                       McpTestTransport transport,
                       const char *method,
                       const char *target,
                       const char *fields,
                       const char *body)
{
  g_autoptr (McpTestStream) stream = mcp_test_stream_connect (self, transport);
  g_autofree char *all_fields =
      g_strconcat ("Connection: close\r\n", fields != NULL ? fields : "", NULL);
  g_autofree char *text = format_request (method, target, all_fields, body);

  mcp_test_stream_send (stream, text, strlen (text));
  return read_reply (stream);
}

/* As the owner, over the Unix socket. */
McpTestReply *
mcp_test_http_owner (McpTestHttp *self, const char *method, const char *target)
{
  return mcp_test_http_request (self, MCP_TEST_UNIX, method, target, NULL, NULL);
}

char *
mcp_test_bearer (const char *token)
{
  return g_strconcat ("Authorization: Bearer ", token, "\r\n", NULL);
}

McpTestReply *
mcp_test_http_post_json (McpTestHttp *self, const char *target, const char *token, const char *json)
{
  g_autofree char *bearer = token != NULL ? mcp_test_bearer (token) : g_strdup ("");
  g_autofree char *fields = g_strconcat (bearer, "Content-Type: application/json\r\n", NULL);

  return mcp_test_http_request (self, MCP_TEST_TCP, "POST", target, fields, json);
}

/* Returns: (transfer none): a new session in the temporary directory. */
McpSession *
mcp_test_http_create_session (McpTestHttp *self, char **token)
{
  McpSessionParams params = { .cwd = self->directory, .idle_seconds = -1 };
  g_autoptr (GError) error = NULL;
  McpSession *session = mcp_session_store_create (self->store, &params, token, &error);

  g_assert_no_error (error);
  return session;
}

char *
mcp_test_reply_dup_field (McpTestReply *reply, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (reply->head, "\r\n", -1);
  g_autofree char *prefix = g_strconcat (name, ":", NULL);

  for (char **line = lines; *line != NULL; line++)
    if (g_ascii_strncasecmp (*line, prefix, strlen (prefix)) == 0)
      return g_strstrip (g_strdup (*line + strlen (prefix)));
  return NULL;
}

void
mcp_test_reply_free (McpTestReply *reply)
{
  g_free (reply->head);
  g_free (reply->body);
  g_free (reply);
}

/* Checks that an answer is an error in the daemon's form. */
void
mcp_test_assert_error (McpTestReply *reply, guint status, const char *code)
{
  g_autofree char *type = mcp_test_reply_dup_field (reply, "Content-Type");
  g_autofree char *begin = g_strdup_printf ("{\"error\":{\"code\":\"%s\",\"message\":\"", code);

  g_assert_cmpuint (reply->status, ==, status);
  g_assert_cmpstr (type, ==, MCP_HTTP_ERROR_CONTENT_TYPE);
  g_assert_cmpstr (code, ==, mcp_http_error_get_code (status));
  if (!g_str_has_prefix (reply->body, begin))
    g_error ("Not the error %s: %s", code, reply->body);
}

/**
 * mcp_test_stream_open:
 *
 * Opens an event stream, and checks its head.
 */
McpTestStream *
mcp_test_stream_open (McpTestHttp *self,
                      McpTestTransport transport,
                      const char *target,
                      const char *fields)
{
  McpTestStream *stream = mcp_test_stream_connect (self, transport);
  g_autofree char *text = format_request ("GET", target, fields, NULL);
  g_autofree char *head = NULL;

  mcp_test_stream_send (stream, text, strlen (text));
  head = mcp_test_stream_read_until (stream, "\r\n\r\n");
  g_assert_nonnull (head);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 200 "));
  g_assert_nonnull (strstr (head, "Content-Type: text/event-stream\r\n"));
  g_assert_nonnull (strstr (head, "Cache-Control: no-store\r\n"));
  g_assert_nonnull (strstr (head, "X-Accel-Buffering: no\r\n"));
  g_assert_nonnull (strstr (head, "Connection: close\r\n"));
  g_assert_null (strstr (head, "Content-Length"));
  g_assert_null (strstr (head, "Transfer-Encoding"));
  return stream;
}

McpTestStream *
mcp_test_stream_open_events (McpTestHttp *self, McpSession *session, const char *token)
{
  g_autofree char *target = g_strdup_printf ("/session/%s/events", mcp_session_get_id (session));
  g_autofree char *fields = mcp_test_bearer (token);

  return mcp_test_stream_open (self, MCP_TEST_TCP, target, fields);
}
