/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http-upstream.h"

#include "common/mcp-error.h"

#include <stdlib.h>
#include <string.h>

#define SSE "text/event-stream"

static void
answer_text (SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
finished_cb (SoupServerMessage *message, HttpUpstream *upstream)
{
  if (g_ptr_array_remove (upstream->open, message))
    upstream->n_closed++;
}

/* Begins a stream that goes on. */
static void
open_stream (HttpUpstream *upstream, SoupServerMessage *message, const char *events)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_headers_set_content_type (headers, SSE, NULL);
  if (events != NULL)
    soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY,
                              events, strlen (events));
  g_ptr_array_add (upstream->open, g_object_ref (message));
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), upstream);
}

void
http_send_event (HttpFixture *f, guint index, const char *text)
{
  SoupServerMessage *message = f->upstream.open->pdata[index];

  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, text,
                            strlen (text));
  soup_server_message_unpause (message);
}

static char *
build_answer (const char *id, const char *text)
{
  return g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}}",
      id, text);
}

static char *
build_progress (const char *token, int progress)
{
  return g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{"
                          "\"progressToken\":%s,\"progress\":%d}}",
                          token, progress);
}

static void
redirect (HttpUpstream *upstream, SoupServerMessage *message, const char *host, const char *path)
{
  g_autofree char *location = g_strdup_printf ("http://%s:%u%s", host, upstream->port, path);

  soup_server_message_set_redirect (message, SOUP_STATUS_TEMPORARY_REDIRECT, location);
}

/* Takes the request and says nothing. */
static void
keep_silent (HttpUpstream *upstream, SoupServerMessage *message)
{
  soup_server_message_pause (message);
  g_ptr_array_add (upstream->open, g_object_ref (message));
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), upstream);
}

/* Streams of some tools. */
static gboolean
answer_stream (HttpUpstream *upstream, SoupServerMessage *message, const char *tool, const char *id)
{
  g_autofree char *answer = build_answer (id, tool);
  g_autofree char *one = build_progress (id, 1);
  g_autofree char *two = build_progress (id, 2);
  g_autofree char *text = NULL;

  if (g_str_equal (tool, "sse"))
    text = g_strdup_printf (": hello\n\ndata: %s\n\nevent: other\ndata: {\n\ndata: %s\r\n\r\n"
                            "event: message\ndata: %s\n\ndata: %s\n\n",
                            one, two, answer, one);
  else if (g_str_equal (tool, "batch"))
    text = g_strdup_printf ("data: [%s,%s]\n\n", one, answer);
  else if (g_str_equal (tool, "lines"))
    text = g_strdup_printf ("data: {\"jsonrpc\":\"2.0\",\ndata:\"id\":%s,\"result\":{\"content\":["
                            "{\"type\":\"text\",\"text\":\"lines\"}]}}\n\n",
                            id);
  else if (g_str_equal (tool, "break") || g_str_equal (tool, "break-lost"))
    text = g_strdup_printf ("id: %s::%s\nretry: 1\ndata: \n\ndata: %s\n\n", tool, id, one);
  else if (g_str_equal (tool, "break-mute"))
    text = g_strdup_printf ("data: %s\n\n", one);
  else if (g_str_equal (tool, "huge"))
    text = g_strdup_printf ("id: 1\ndata: %0100000d\n\n", 1);
  else if (g_str_equal (tool, "garbage"))
    text = g_strdup_printf ("data: nothing\n\ndata: {\"id\":true}\n\ndata: %s\n\n", answer);
  else if (g_str_equal (tool, "garbage-answer"))
    text = g_strdup_printf ("data: {\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":5}\n\n", id);
  else if (g_str_equal (tool, "ask"))
    text = g_strdup_printf ("data: {\"jsonrpc\":\"2.0\",\"id\":\"r\",\"method\":\"roots/list\"}\n\n"
                            "data: {\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}\n\n"
                            "data: {\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"sampling/x\"}\n\n"
                            "data: %s\n\n",
                            answer);
  else
    return FALSE;
  answer_text (message, SOUP_STATUS_OK, SSE, text);
  return TRUE;
}

/* Complaints of 2026-07-28. */
static void
answer_complaint (HttpUpstream *upstream, SoupServerMessage *message, int code, const char *id)
{
  g_autofree char *text =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":"
                       "\"as asked\"}}",
                       id, code);

  /* From now on an older one. */
  if (code == -32022)
    upstream->is_stateless = FALSE;
  answer_text (message, SOUP_STATUS_BAD_REQUEST, "application/json", text);
}

static void
answer_tool (HttpUpstream *upstream, SoupServerMessage *message, const char *tool, const char *id)
{
  g_autofree char *answer = build_answer (id, tool);
  g_autofree char *text = NULL;

  if (answer_stream (upstream, message, tool, id))
    return;
  if (g_str_has_prefix (tool, "status-"))
    answer_text (message, (guint) atoi (tool + strlen ("status-")), "text/html", "<p>");
  else if (g_str_has_prefix (tool, "refuse-"))
    {
      text = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":-32602,"
                              "\"message\":\"no\"}}",
                              g_str_equal (tool, "refuse-own")      ? id
                              : g_str_equal (tool, "refuse-nobody") ? "null"
                                                                    : "12345678");
      answer_text (message, 400, "application/json", text);
    }
  else if (g_str_equal (tool, "hang"))
    open_stream (upstream, message, ": hello\n\n");
  else if (g_str_equal (tool, "cut"))
    {
      g_autofree char *progress = build_progress (id, 1);

      text = g_strdup_printf ("id: break::%s\nretry: 1\ndata: %s\n\n", id, progress);
      open_stream (upstream, message, text);
    }
  else if (g_str_has_prefix (tool, "code-"))
    answer_complaint (upstream, message, atoi (tool + strlen ("code-")), id);
  else if (g_str_equal (tool, "silent"))
    keep_silent (upstream, message);
  else if (g_str_equal (tool, "huge-json"))
    {
      text = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"x\":\"%0100000d\"}}",
                              id, 1);
      answer_text (message, SOUP_STATUS_OK, "application/json", text);
    }
  else if (g_str_equal (tool, "wrong"))
    answer_text (message, SOUP_STATUS_OK, "application/json",
                 "{\"jsonrpc\":\"2.0\",\"id\":12345678,\"result\":{}}");
  else if (g_str_equal (tool, "redirect"))
    redirect (upstream, message, "127.0.0.1", "/other");
  else if (g_str_equal (tool, "redirect-away"))
    redirect (upstream, message, "localhost", "/away");
  else if (g_str_equal (tool, "redirect-loop"))
    redirect (upstream, message, "127.0.0.1", "/mcp");
  else
    answer_text (message, SOUP_STATUS_OK, "application/json", answer);
}

static void
answer_initialize (HttpUpstream *upstream, SoupServerMessage *message, const char *id)
{
  g_autofree char *text = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"protocolVersion\":\"%s\",\"capabilities\":{},"
      "\"serverInfo\":{\"name\":\"t\",\"version\":\"1\"}}}",
      id, upstream->initialize_revision);

  if (upstream->is_silent)
    {
      keep_silent (upstream, message);
      return;
    }
  if (upstream->initialize_status != 0)
    {
      answer_text (message, upstream->initialize_status, "text/plain", "no");
      return;
    }
  if (upstream->session_id != NULL)
    soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                  "mcp-session-id", upstream->session_id);
  answer_text (message, SOUP_STATUS_OK, "application/json", text);
}

/* What server/discover is answered with. Returns: whether it is not an unknown method */
static gboolean
answer_discover (HttpUpstream *upstream, SoupServerMessage *message, const char *id)
{
  g_autofree char *text = NULL;

  if (upstream->is_probe_silent)
    keep_silent (upstream, message);
  else if (upstream->discover_error != NULL)
    {
      text = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{%s}}", id,
                              upstream->discover_error);
      answer_text (message, upstream->discover_status, "application/json", text);
    }
  else if (upstream->discover_status != 0)
    answer_text (message, upstream->discover_status, "text/plain", "no");
  else if (upstream->is_stateless)
    {
      text = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"supportedVersions\":["
                              "\"2026-07-28\"],\"capabilities\":{\"tools\":{\"listChanged\":true},"
                              "\"prompts\":{}}}}",
                              id);
      /* An older server's; nobody may heed it. */
      soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                    "mcp-session-id", "none");
      answer_text (message, SOUP_STATUS_OK, "application/json", text);
    }
  else
    return FALSE;
  return TRUE;
}

static void
answer_listen (HttpUpstream *upstream,
               SoupServerMessage *message,
               const char *id,
               McpJsonSlice params)
{
  g_autofree char *event = g_strdup_printf (
      "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\","
      "\"params\":{\"notifications\":{},\"_meta\":{"
      "\"io.modelcontextprotocol/subscriptionId\":%s}}}\n\n",
      id);

  g_free (upstream->listened);
  upstream->listened = g_strndup (params.data, params.length);
  open_stream (upstream, message, event);
}

static void
answer_post (HttpUpstream *upstream, SoupServerMessage *message, McpJsonrpcMessage *request)
{
  g_autofree char *id = NULL;
  g_autofree char *tool = NULL;
  const char *method = mcp_jsonrpc_message_get_method (request);
  McpJsonSlice slice = mcp_jsonrpc_message_get_id (request);

  if (mcp_jsonrpc_message_get_kind (request) != MCP_JSONRPC_REQUEST)
    {
      gboolean is_initialized = g_strcmp0 (method, "notifications/initialized") == 0;

      soup_server_message_set_status (message,
                                      is_initialized && upstream->initialized_status != 0
                                          ? upstream->initialized_status
                                          : SOUP_STATUS_ACCEPTED,
                                      NULL);
      return;
    }

  id = g_strndup (slice.data, slice.length);
  if (g_str_equal (method, "server/discover") && answer_discover (upstream, message, id))
    return;
  if (g_str_equal (method, "initialize"))
    answer_initialize (upstream, message, id);
  else if (g_str_equal (method, "tools/list") && upstream->list_status != 0)
    {
      answer_text (message, upstream->list_status, "text/plain", "no");
      upstream->list_status = 0;
    }
  else if (g_str_equal (method, "subscriptions/listen"))
    answer_listen (upstream, message, id, mcp_jsonrpc_message_get_params (request));
  else if (g_str_equal (method, "tools/call") &&
           mcp_json_find (mcp_jsonrpc_message_get_params (request), "name", &slice))
    {
      tool = mcp_json_dup_string (slice);
      answer_tool (upstream, message, tool, id);
    }
  else
    answer_tool (upstream, message, "json", id);
}

/* Of "break::5": the rest of that stream; nothing is ever left of "break-lost". */
static void
answer_resume (SoupServerMessage *message, const char *event_id)
{
  const char *id = strstr (event_id, "::");
  g_autofree char *answer = build_answer (id + 2, "resumed");
  g_autofree char *text = g_strdup_printf ("data: %s\n\n", answer);

  answer_text (message, SOUP_STATUS_OK, SSE,
               g_str_has_prefix (event_id, "break::") ? text : ": nothing\n\n");
}

static void
answer_get (HttpUpstream *upstream, SoupServerMessage *message, SoupMessageHeaders *headers)
{
  const char *event_id = soup_message_headers_get_one (headers, "Last-Event-ID");

  if (event_id != NULL && strstr (event_id, "::") != NULL)
    answer_resume (message, event_id);
  else if (upstream->get_status != 0)
    soup_server_message_set_status (message, upstream->get_status, NULL);
  else if (upstream->get_ends)
    answer_text (message, SOUP_STATUS_OK, SSE, upstream->get_events);
  else
    open_stream (upstream, message, upstream->get_events);
}

static McpJsonrpcMessage *
parse_body (SoupServerMessage *message)
{
  static const McpJsonrpcLimits limits = { 64, 10000, MCP_JSON_SCAN_DEFAULT };
  g_autoptr (GBytes) body =
      soup_message_body_flatten (soup_server_message_get_request_body (message));

  return g_bytes_get_size (body) > 0 ? mcp_jsonrpc_message_parse (body, &limits, NULL, NULL) : NULL;
}

static void
note (HttpUpstream *upstream,
      SoupServerMessage *message,
      const char *path,
      McpJsonrpcMessage *request)
{
  const char *method = soup_server_message_get_method (message);
  const char *what = path;
  McpJsonSlice params;
  McpJsonSlice name;
  g_autofree char *tool = NULL;

  if (request != NULL)
    {
      what = mcp_jsonrpc_message_get_method (request);
      params = mcp_jsonrpc_message_get_params (request);
      if (params.data != NULL && mcp_json_find_typed (params, "name", MCP_JSON_STRING, &name))
        what = tool = mcp_json_dup_string (name);
    }
  if (what == NULL) /* a response: the whole */
    what = tool = g_strndup (g_bytes_get_data (mcp_jsonrpc_message_get_text (request), NULL),
                             g_bytes_get_size (mcp_jsonrpc_message_get_text (request)));
  g_ptr_array_add (upstream->seen, g_strdup_printf ("%s %s", method, what));
  g_ptr_array_add (upstream->heads,
                   soup_message_headers_ref (soup_server_message_get_request_headers (message)));
}

static void
handle_cb (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer data)
{
  HttpUpstream *upstream = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *session_id = soup_message_headers_get_one (headers, "Mcp-Session-Id");
  g_autoptr (McpJsonrpcMessage) request = parse_body (message);

  note (upstream, message, path, request);
  if (session_id != NULL && (g_strcmp0 (session_id, upstream->session_id) != 0 ||
                             (upstream->forgets && request != NULL &&
                              mcp_jsonrpc_message_get_kind (request) == MCP_JSONRPC_REQUEST)))
    answer_text (message, upstream->says_400 ? 400 : 404, "application/json",
                 "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"?\"}}");
  else if (g_str_equal (soup_server_message_get_method (message), "GET"))
    answer_get (upstream, message, headers);
  else if (g_str_equal (soup_server_message_get_method (message), "DELETE"))
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  else if (g_str_equal (path, "/other"))
    {
      McpJsonSlice id = mcp_jsonrpc_message_get_id (request);
      g_autofree char *id_text = g_strndup (id.data, id.length);
      g_autofree char *answer = build_answer (id_text, "other");

      answer_text (message, SOUP_STATUS_OK, "application/json; charset=utf-8", answer);
    }
  else
    answer_post (upstream, message, request);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             HttpUpstream *upstream)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (GIOStream) stream = g_object_ref (G_IO_STREAM (connection));
  g_autoptr (GError) error = NULL;

  if (upstream->certificate != NULL)
    {
      g_object_unref (stream);
      stream =
          g_tls_server_connection_new (G_IO_STREAM (connection), upstream->certificate, &error);
      g_assert_no_error (error);
    }
  g_ptr_array_add (upstream->connections, g_object_ref (connection));
  soup_server_accept_iostream (upstream->server, stream, local, remote, &error);
  g_assert_no_error (error);
  return TRUE;
}

/* libsoup's own listener would not let go of connections (fixed in 3.3). */
static void
upstream_start (HttpUpstream *upstream)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  upstream->seen = g_ptr_array_new_with_free_func (g_free);
  upstream->heads = g_ptr_array_new_with_free_func ((GDestroyNotify) soup_message_headers_unref);
  upstream->open = g_ptr_array_new_with_free_func (g_object_unref);
  upstream->connections = g_ptr_array_new_with_free_func (g_object_unref);
  upstream->session_id = g_strdup ("first");
  upstream->initialize_revision = "2025-11-25";
  upstream->get_status = SOUP_STATUS_METHOD_NOT_ALLOWED;

  upstream->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (upstream->server, NULL, handle_cb, upstream, NULL);
  upstream->service = g_socket_service_new ();
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (upstream->service), 100);
  g_signal_connect (upstream->service, "incoming", G_CALLBACK (incoming_cb), upstream);
  g_socket_listener_add_address (G_SOCKET_LISTENER (upstream->service), address,
                                 G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  upstream->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  upstream->url = g_strdup_printf (
      "%s://127.0.0.1:%u/mcp", upstream->certificate != NULL ? "https" : "http", upstream->port);
}

/* Nobody is there any more. */
void
http_stop (HttpFixture *f)
{
  g_socket_service_stop (f->upstream.service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->upstream.service));
}

void
http_cut (HttpFixture *f)
{
  for (guint i = 0; i < f->upstream.connections->len; i++)
    {
      GSocket *socket = g_socket_connection_get_socket (f->upstream.connections->pdata[i]);

      if (!g_socket_is_closed (socket))
        g_socket_shutdown (socket, TRUE, TRUE, NULL);
    }
}

void
http_setup (HttpFixture *f, gconstpointer data)
{
  http_setup_tls (f, NULL);
}

void
http_setup_tls (HttpFixture *f, GTlsCertificate *certificate)
{
  McpServerTimes times;

  f->upstream.certificate = certificate;
  upstream_start (&f->upstream);
  f->base.directory = g_dir_make_tmp ("mcp-XXXXXX", NULL);
  f->base.config = mcp_server_config_new_http ("fake", f->upstream.url);
  g_strfreev (f->base.config->headers);
  f->base.config->headers = g_strsplit ("Authorization,Bearer ${env:MCP_TEST_KEY}", ",", -1);
  g_setenv ("MCP_TEST_KEY", "secret", TRUE);
  mcp_limits_init_defaults (&f->base.limits);
  f->base.limits.upstream_message_bytes = 64 * 1024;
  f->base.provider = mcp_http_provider_new (f->base.config, f->base.directory, &f->base.limits,
                                            MCP_TEST_PATIENCE_SECONDS * 1000);

  times = http_times (f);
  times.resume_ms = 1;
  times.backoff_min_ms = 5;
  http_set_times (f, &times);
}

void
http_teardown (HttpFixture *f, gconstpointer data)
{
  HttpUpstream *upstream = &f->upstream;

  provider_teardown (&f->base, NULL);
  for (guint i = 0; i < upstream->open->len; i++)
    g_signal_handlers_disconnect_by_data (upstream->open->pdata[i], upstream);
  http_stop (f);
  soup_server_disconnect (upstream->server);
  g_clear_object (&upstream->server);
  g_clear_object (&upstream->service);
  g_ptr_array_unref (upstream->open);
  g_ptr_array_unref (upstream->connections);
  g_ptr_array_unref (upstream->seen);
  g_ptr_array_unref (upstream->heads);
  g_free (upstream->session_id);
  g_free (upstream->listened);
  g_free (upstream->url);
}

void
http_begin (HttpFixture *f, ProviderCall *call, const char *tool)
{
  provider_begin (&f->base, call, tool, NULL, 0, NULL);
}

char *
http_call_text (HttpFixture *f, const char *tool)
{
  return provider_call_text (&f->base, tool, NULL);
}

void
http_fail (HttpFixture *f, const char *tool, const char *says)
{
  ProviderCall call;

  http_begin (f, &call, tool);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, says);
}

guint
http_count (HttpFixture *f, const char *seen)
{
  guint n = 0;

  for (guint i = 0; i < f->upstream.seen->len; i++)
    n += g_str_equal (f->upstream.seen->pdata[i], seen);
  return n;
}

typedef struct
{
  HttpFixture *f;
  const char *seen;
  guint n;
} Wait;

static gboolean
has_seen (gpointer data)
{
  Wait *wait = data;

  return http_count (wait->f, wait->seen) >= wait->n;
}

void
http_await (HttpFixture *f, const char *seen, guint n)
{
  Wait wait = { f, seen, n };

  test_await (has_seen, &wait);
}

/* Of the last request of this method. */
const char *
http_get_header (HttpFixture *f, const char *seen, const char *name)
{
  for (guint i = f->upstream.seen->len; i > 0; i--)
    {
      if (g_str_equal (f->upstream.seen->pdata[i - 1], seen))
        return soup_message_headers_get_one (f->upstream.heads->pdata[i - 1], name);
    }
  g_assert_not_reached ();
}
