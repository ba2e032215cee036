/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-web-private.h"

#include "common/mcp-timer.h"
#include "mcp-oauth-bounds-private.h"
#include "upstream/oauth/mcp-oauth-error.h"
#include "upstream/secrets/mcp-secret.h"

#include <string.h>

#define TIMEOUT_MS    10000
#define MAX_BYTES     (64 * 1024)
/* Most are no larger. */
#define ANSWER_BYTES  (16 * 1024)
#define MAX_REDIRECTS 5
/* Asked one after the other, by one server. */
#define MAX_CONNS     4

struct _McpOauthWeb
{
  McpOauthBounds bounds;
  SoupSession *session; /* (owned) */
};

/* One request, with its redirects. */
typedef struct
{
  McpOauthWeb *web; /* (owned) */
  GUri *uri;        /* (owned) */
  char *method;
  char *type;                /* (nullable): of the body */
  GBytes *body;              /* (owned) (nullable) */
  char *authorization;       /* (nullable) */
  SoupMessage *message;      /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned) */
  GSource *timer;            /* (owned) (nullable) */
  char *problem;             /* (nullable): why it was cut off */
  gboolean is_lost;          /* @problem is that no answer came */
  gboolean is_bad;           /* the connection leads where it must not, unless that is a proxy */
  guint n_redirects;
  GByteArray *content;
  char buffer[4096];
} Exchange;

static void send (GTask *task);
static void read_more (GTask *task, GInputStream *stream);

/**
 * mcp_oauth_web_new:
 * @server: the address that a person configured
 *
 * Returns: (transfer full): the web, as far as that server may send us
 */
McpOauthWeb *
mcp_oauth_web_new (GUri *server)
{
  McpOauthWeb *self = g_rc_box_new0 (McpOauthWeb);

  mcp_oauth_bounds_init (&self->bounds, server);
  self->session = soup_session_new_with_options ("max-conns", MAX_CONNS, "timeout", 0U,
                                                 "idle-timeout", 5U, NULL);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
  if (self->bounds.place == MCP_OAUTH_PLACE_LOOPBACK)
    soup_session_set_proxy_resolver (self->session, NULL);
  return self;
}

/**
 * mcp_oauth_web_ref:
 * @self: the web
 *
 * Returns: (transfer full): @self
 */
McpOauthWeb *
mcp_oauth_web_ref (McpOauthWeb *self)
{
  return g_rc_box_acquire (self);
}

static void
mcp_oauth_web_clear (gpointer data)
{
  McpOauthWeb *self = data;

  mcp_oauth_bounds_clear (&self->bounds);
  soup_session_abort (self->session);
  g_object_unref (self->session);
}

/**
 * mcp_oauth_web_unref:
 * @self: (transfer full): the web
 */
void
mcp_oauth_web_unref (McpOauthWeb *self)
{
  g_rc_box_release_full (self, mcp_oauth_web_clear);
}

/**
 * mcp_oauth_web_get_server:
 * @self: the web
 *
 * Returns: (transfer none): the address that a person configured
 */
GUri *
mcp_oauth_web_get_server (McpOauthWeb *self)
{
  return self->bounds.server;
}

/* GUri takes any character. An address is shown to people, in a terminal too, and given to programs
   that open pages: RFC 3986 section 2 has no other characters. */
static gboolean
is_plain (const char *address)
{
  for (const char *at = address; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at) || strchr ("\"<>\\^`{|}", *at) != NULL)
      return FALSE;
  return TRUE;
}

/**
 * mcp_oauth_web_parse:
 * @self: the web
 * @address: of a server
 * @error: return location
 *
 * Errors: %MCP_OAUTH_ERROR_FAILED.
 *
 * Returns: (transfer full) (nullable): the address, if it may be asked, or a browser be sent there
 */
GUri *
mcp_oauth_web_parse (McpOauthWeb *self, const char *address, GError **error)
{
  g_autoptr (GUri) uri =
      is_plain (address) ? g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  if (uri == NULL)
    g_set_error_literal (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
                         "An address that the server names is none");
  else if (mcp_oauth_bounds_check (&self->bounds, uri, error))
    return g_steal_pointer (&uri);
  return NULL;
}

/**
 * mcp_oauth_web_free_reply:
 * @self: (transfer full): an answer
 */
void
mcp_oauth_web_free_reply (McpOauthReply *self)
{
  mcp_secret_free (self->text);
  g_free (self->challenge);
  g_free (self);
}

static void
exchange_free (gpointer data)
{
  Exchange *exchange = data;

  mcp_timer_clear (&exchange->timer);
  if (exchange->message != NULL)
    g_signal_handlers_disconnect_by_data (exchange->message, exchange);
  g_clear_object (&exchange->message);
  g_object_unref (exchange->cancellable);
  g_uri_unref (exchange->uri);
  mcp_oauth_web_unref (exchange->web);
  g_clear_pointer (&exchange->body, g_bytes_unref);
  explicit_bzero (exchange->content->data, exchange->content->len);
  explicit_bzero (exchange->buffer, sizeof exchange->buffer);
  g_byte_array_unref (exchange->content);
  g_free (exchange->method);
  g_free (exchange->type);
  mcp_secret_free (exchange->authorization);
  g_free (exchange->problem);
  g_free (exchange);
}

static void
cut_off (Exchange *exchange, gboolean is_lost, const char *problem)
{
  if (exchange->problem == NULL)
    exchange->problem = g_strdup (problem);
  exchange->is_lost = is_lost;
  g_cancellable_cancel (exchange->cancellable);
}

/* Tells the end. @error: (nullable) (transfer none) */
static void
fail (GTask *task, const GError *error)
{
  Exchange *exchange = g_task_get_task_data (task);
  const char *host = g_uri_get_host (exchange->uri);

  if (exchange->problem == NULL)
    g_task_return_new_error (task, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_LOST,
                             "%s could not be reached: %s", host, error->message);
  else
    g_task_return_new_error (task, MCP_OAUTH_ERROR,
                             exchange->is_lost ? MCP_OAUTH_ERROR_LOST : MCP_OAUTH_ERROR_FAILED,
                             "%s %s", host, exchange->problem);
}

static McpOauthReply *
build_reply (Exchange *exchange)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  McpOauthReply *reply = g_new0 (McpOauthReply, 1);
  const char *data = (const char *) exchange->content->data;
  gsize length = exchange->content->len;

  reply->status = soup_message_get_status (exchange->message);
  reply->challenge = g_strdup (soup_message_headers_get_list (headers, "WWW-Authenticate"));
  if (length > 0 && g_utf8_validate_len (data, length, NULL))
    reply->text = g_strndup (data, length);
  return reply;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GInputStream *stream = G_INPUT_STREAM (source);
  g_autoptr (GError) error = NULL;
  gssize n = g_input_stream_read_finish (stream, result, &error);

  if (n > 0 && exchange->content->len + (gsize) n > MAX_BYTES)
    {
      cut_off (exchange, FALSE, "answered with more than 64 KiB");
      fail (task, NULL);
    }
  else if (n < 0)
    fail (task, error);
  else if (n == 0)
    g_task_return_pointer (task, build_reply (exchange), (GDestroyNotify) mcp_oauth_web_free_reply);
  else
    {
      g_byte_array_append (exchange->content, (const guint8 *) exchange->buffer, (guint) n);
      read_more (g_steal_pointer (&task), stream);
    }
}

/* @task: (transfer full) */
static void
read_more (GTask *task, GInputStream *stream)
{
  Exchange *exchange = g_task_get_task_data (task);

  g_input_stream_read_async (stream, exchange->buffer, sizeof exchange->buffer, G_PRIORITY_DEFAULT,
                             exchange->cancellable, read_cb, task);
}

/* @task: (transfer full) */
static void
follow (GTask *task)
{
  g_autoptr (GTask) guard = task;
  Exchange *exchange = g_task_get_task_data (task);
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  const char *location = soup_message_headers_get_one (headers, "Location");
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GError) error = NULL;

  if (location != NULL)
    uri = g_uri_parse_relative (exchange->uri, location, SOUP_HTTP_URI_FLAGS, NULL);
  if (uri == NULL)
    cut_off (exchange, FALSE, "redirected the request without saying where to");
  else if (exchange->n_redirects++ == MAX_REDIRECTS)
    cut_off (exchange, FALSE, "redirected the request more than 5 times");
  else if (!mcp_oauth_bounds_check (&exchange->web->bounds, uri, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (exchange->problem != NULL)
    {
      fail (task, NULL);
      return;
    }
  g_uri_unref (exchange->uri);
  exchange->uri = g_steal_pointer (&uri);
  send (g_steal_pointer (&guard));
}

static gboolean
is_redirect (guint status)
{
  return status == SOUP_STATUS_MOVED_PERMANENTLY || status == SOUP_STATUS_FOUND ||
         status == SOUP_STATUS_SEE_OTHER || status == SOUP_STATUS_TEMPORARY_REDIRECT ||
         status == SOUP_STATUS_PERMANENT_REDIRECT;
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream =
      soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (stream == NULL)
    fail (task, error);
  else if (!is_redirect (soup_message_get_status (exchange->message)))
    read_more (g_steal_pointer (&task), stream);
  else if (strcmp (exchange->method, "GET") == 0)
    follow (g_steal_pointer (&task));
  else
    {
      /* What is posted may be a secret, and was meant for that address alone. */
      cut_off (exchange, FALSE, "redirected what was posted to it, which is not followed");
      fail (task, NULL);
    }
}

/* Before a byte of the request goes out. */
static void
network_event_cb (SoupMessage *message,
                  GSocketClientEvent event,
                  GIOStream *stream,
                  gpointer user_data)
{
  Exchange *exchange = user_data;

  if (event == G_SOCKET_CLIENT_CONNECTED)
    exchange->is_bad = !mcp_oauth_bounds_check_peer (&exchange->web->bounds, exchange->uri, stream);
  else if (event == G_SOCKET_CLIENT_PROXY_NEGOTIATING)
    exchange->is_bad = FALSE; /* the proxy is the user's choice, and knows the rest */
  else if ((event == G_SOCKET_CLIENT_TLS_HANDSHAKING || event == G_SOCKET_CLIENT_COMPLETE) &&
           exchange->is_bad)
    cut_off (exchange, FALSE,
             "is at an address of a private network or of this machine, where a "
             "server elsewhere may not send this daemon");
}

/* @task: (transfer full) */
static void
send (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  SoupMessageHeaders *headers;

  if (exchange->message != NULL)
    g_signal_handlers_disconnect_by_data (exchange->message, exchange);
  g_clear_object (&exchange->message);
  exchange->message = soup_message_new_from_uri (exchange->method, exchange->uri);
  soup_message_add_flags (exchange->message,
                          SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  headers = soup_message_get_request_headers (exchange->message);
  soup_message_headers_replace (headers, "Accept", "application/json");
  if (exchange->authorization != NULL)
    soup_message_headers_replace (headers, "Authorization", exchange->authorization);
  if (exchange->body != NULL)
    soup_message_set_request_body_from_bytes (exchange->message, exchange->type, exchange->body);
  g_signal_connect (exchange->message, "network-event", G_CALLBACK (network_event_cb), exchange);
  soup_session_send_async (exchange->web->session, exchange->message, G_PRIORITY_DEFAULT,
                           exchange->cancellable, sent_cb, task);
}

static gboolean
timeout_cb (gpointer data)
{
  cut_off (data, TRUE, "did not answer for 10 s");
  return G_SOURCE_REMOVE;
}

/* @exchange: (transfer full) */
static void
start (Exchange *exchange, const char *address, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, start);
  exchange->uri = mcp_oauth_web_parse (exchange->web, address, &error);
  /* What grows leaves copies of tokens behind. */
  exchange->content = g_byte_array_sized_new (ANSWER_BYTES);
  exchange->cancellable = g_cancellable_new ();
  if (exchange->uri == NULL)
    {
      exchange->uri = g_uri_ref (exchange->web->bounds.server);
      g_task_set_task_data (task, exchange, exchange_free);
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  g_task_set_task_data (task, exchange, exchange_free);
  exchange->timer = mcp_timer_new_ms ("oauth-web", TIMEOUT_MS, timeout_cb, exchange);
  send (task);
}

/**
 * mcp_oauth_web_get_async:
 * @self: the web
 * @address: what to ask for
 * @callback: (scope async): when the answer is there
 * @user_data: for @callback
 *
 * Asks for a document. Redirects are followed, each as far as it is allowed.
 */
void
mcp_oauth_web_get_async (McpOauthWeb *self,
                         const char *address,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  Exchange *exchange = g_new0 (Exchange, 1);

  exchange->web = mcp_oauth_web_ref (self);
  exchange->method = g_strdup ("GET");
  start (exchange, address, callback, user_data);
}

static void
free_secret (gpointer data)
{
  mcp_secret_free (data);
}

/* A body may hold a token. */
static GBytes *
new_secret_bytes (const char *text)
{
  char *copy = g_strdup (text);

  return g_bytes_new_with_free_func (copy, strlen (copy), free_secret, copy);
}

/**
 * mcp_oauth_web_post_async:
 * @self: the web
 * @address: where to
 * @type: of @body
 * @body: what to post
 * @authorization: (nullable): the field Authorization
 * @callback: (scope async): when the answer is there
 * @user_data: for @callback
 *
 * Posts a text. Redirects are not followed.
 */
void
mcp_oauth_web_post_async (McpOauthWeb *self,
                          const char *address,
                          const char *type,
                          const char *body,
                          const char *authorization,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  Exchange *exchange = g_new0 (Exchange, 1);

  exchange->web = mcp_oauth_web_ref (self);
  exchange->method = g_strdup ("POST");
  exchange->type = g_strdup (type);
  exchange->body = new_secret_bytes (body);
  exchange->authorization = g_strdup (authorization);
  start (exchange, address, callback, user_data);
}

/**
 * mcp_oauth_web_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_OAUTH_ERROR_FAILED where an address must not be asked or an answer cannot be used,
 * %MCP_OAUTH_ERROR_LOST where none came.
 *
 * Returns: (transfer full) (nullable): the answer, whatever its status
 */
McpOauthReply *
mcp_oauth_web_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
