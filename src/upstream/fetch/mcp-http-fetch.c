/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One HTTP request and what comes back: a JSON text, a stream of events, or only a
 * status. It holds at most one event, or one body, of the cap's length. Redirects
 * are followed within the origin only: the headers of a request may be secrets of
 * that server.
 */
#include "upstream/fetch/mcp-http-fetch.h"

#include "common/mcp-error.h"
#include "common/mcp-text-clean.h"
#include "common/mcp-timer.h"
#include "protocol/mcp-sse-parser.h"

#include <string.h>

/* As of pipes: a large answer of one server starves no other server. */
#define READ_PRIORITY      (G_PRIORITY_DEFAULT + 10)
#define BUFFER_BYTES       (16 * 1024)
/* Of a body that nobody will read, such as the page that goes with an error. */
#define MAX_IGNORED_BYTES  (64 * 1024)
#define MAX_REDIRECTS      5
/* Answers of 1xx to one request (RFC 9110 section 15.2); libsoup reads on after each of them. */
#define MAX_INFORMATIONAL  16
/* Answers that say no to one request, each after another warrant was shown. */
#define MAX_REFUSALS       3
/* What the first words of a page have room in. */
#define MAX_WORDS_BYTES    200
/* What may be echoed to the server in a header. */
#define MAX_EVENT_ID_BYTES 1024

struct _McpHttpFetch
{
  const McpHttpFetchFuncs *funcs;
  gpointer user_data;

  char *method;
  GUri *uri;
  SoupMessageHeaders *headers; /* of the request */
  GBytes *body;                /* (nullable) */
  gsize max_bytes;

  McpHttpWarrant *warrant; /* (owned) (nullable) */
  char *authorization;     /* (nullable): what the warrant gave for the latest message */
  guint n_refusals;

  SoupSession *session;
  SoupMessage *message; /* (nullable): the latest, where it was redirected */
  GInputStream *stream; /* (nullable) */
  GCancellable *cancellable;
  GSource *timer; /* (nullable) */
  guint timeout_ms;
  guint n_redirects;
  guint n_informational;
  gboolean has_head;
  gboolean is_json;
  gboolean is_ended;
  gboolean is_held;     /* nothing is read, and the end is not told */
  gboolean is_complete; /* the end of the answer has come while it was held */
  gboolean is_waiting;  /* to read on */
  McpSseParser *parser; /* (nullable): of a stream */
  GByteArray *content;  /* of any other body */
  char *event_id;       /* (nullable): of the stream */
  char *words;          /* (nullable): of a body that brings no message */
  char buffer[BUFFER_BYTES];
};

static void send_message (McpHttpFetch *self);
static void take_answer (McpHttpFetch *self);
static void read_more (McpHttpFetch *self);

/**
 * mcp_http_fetch_is_same_origin:
 * @a: an address
 * @b: another
 *
 * Returns: whether what may be said to one may be said to the other (RFC 6454 section 5)
 */
gboolean
mcp_http_fetch_is_same_origin (GUri *a, GUri *b)
{
  return g_strcmp0 (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0 &&
         g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0 &&
         g_uri_get_port (a) == g_uri_get_port (b);
}

/**
 * mcp_http_fetch_new:
 * @method: of HTTP
 * @uri: where
 * @max_bytes: of one event, or one JSON body
 * @funcs: static; not called from within a function of this type
 * @user_data: for @funcs
 *
 * Main context only.
 *
 * Returns: (transfer full): a request that has not been sent
 */
McpHttpFetch *
mcp_http_fetch_new (const char *method,
                    GUri *uri,
                    gsize max_bytes,
                    const McpHttpFetchFuncs *funcs,
                    gpointer user_data)
{
  McpHttpFetch *self = g_rc_box_new0 (McpHttpFetch);

  self->funcs = funcs;
  self->user_data = user_data;
  self->method = g_strdup (method);
  self->uri = g_uri_ref (uri);
  self->max_bytes = max_bytes;
  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  self->cancellable = g_cancellable_new ();
  self->content = g_byte_array_new ();
  return self;
}

/* A token stays in no memory that is given back. */
static void
forget_authorization (McpHttpFetch *self)
{
  if (self->authorization != NULL)
    explicit_bzero (self->authorization, strlen (self->authorization));
  g_clear_pointer (&self->authorization, g_free);
}

static void
mcp_http_fetch_clear (gpointer data)
{
  McpHttpFetch *self = data;

  mcp_timer_clear (&self->timer);
  g_free (self->method);
  g_uri_unref (self->uri);
  soup_message_headers_unref (self->headers);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->stream);
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_clear_object (&self->warrant);
  forget_authorization (self);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->parser, mcp_sse_parser_free);
  g_byte_array_unref (self->content);
  g_free (self->event_id);
  g_free (self->words);
}

/**
 * mcp_http_fetch_ref:
 * @self: a request
 *
 * Returns: (transfer full): @self
 */
McpHttpFetch *
mcp_http_fetch_ref (McpHttpFetch *self)
{
  return g_rc_box_acquire (self);
}

/**
 * mcp_http_fetch_unref:
 * @self: (transfer full): a request
 */
void
mcp_http_fetch_unref (McpHttpFetch *self)
{
  g_rc_box_release_full (self, mcp_http_fetch_clear);
}

/**
 * mcp_http_fetch_set_header:
 * @self: a request that has not been sent
 * @name: of a header
 * @value: without control characters
 */
void
mcp_http_fetch_set_header (McpHttpFetch *self, const char *name, const char *value)
{
  soup_message_headers_replace (self->headers, name, value);
}

/**
 * mcp_http_fetch_set_body:
 * @self: a request that has not been sent
 * @body: JSON
 */
void
mcp_http_fetch_set_body (McpHttpFetch *self, GBytes *body)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = g_bytes_ref (body);
}

/**
 * mcp_http_fetch_set_warrant:
 * @self: a request that has not been sent
 * @warrant: (nullable): gives the field Authorization, and is asked what to do when the request is
 *   refused
 */
void
mcp_http_fetch_set_warrant (McpHttpFetch *self, McpHttpWarrant *warrant)
{
  g_set_object (&self->warrant, warrant);
}

/* The end, in whichever way; the caller holds a reference. */
static void
finish (McpHttpFetch *self, const GError *error)
{
  if (self->is_ended)
    return;
  mcp_http_fetch_cancel (self);
  self->funcs->ended (self, error, self->user_data);
}

static void G_GNUC_PRINTF (2, 3) finish_failed (McpHttpFetch *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  error = g_error_new_literal (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, text);
  finish (self, error);
}

static gboolean
timer_cb (gpointer data)
{
  g_autoptr (McpHttpFetch) self = mcp_http_fetch_ref (data);

  finish_failed (self, "did not answer for %g s", self->timeout_ms / 1000.0);
  return G_SOURCE_REMOVE;
}

static void
take_event_id (McpHttpFetch *self)
{
  const char *id = mcp_sse_parser_get_last_id (self->parser);

  if (id == NULL || g_strcmp0 (id, self->event_id) == 0)
    return;
  g_clear_pointer (&self->event_id, g_free);
  /* One that cannot stand in a header is none to resume at. */
  for (const char *at = id; *at != '\0'; at++)
    {
      if ((guchar) *at < 0x20 || *at == 0x7f)
        return;
    }
  if (*id != '\0' && strlen (id) <= MAX_EVENT_ID_BYTES)
    self->event_id = g_strdup (id);
}

/* Returns: whether to read on */
static gboolean
take_events (McpHttpFetch *self, const char *data, gsize length)
{
  while (length > 0)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (McpSseEvent) event = mcp_sse_parser_next (self->parser, &data, &length, &error);

      if (error != NULL)
        {
          g_prefix_error_literal (&error, "Beyond the limit UpstreamMessageBytes: ");
          finish (self, error);
          return FALSE;
        }
      take_event_id (self);
      if (event != NULL && (event->type == NULL || strcmp (event->type, "message") == 0))
        self->funcs->message (self, event->data, self->user_data);
      else if (event != NULL && self->funcs->event != NULL)
        self->funcs->event (self, event->type, event->data, self->user_data);
      if (self->is_ended)
        return FALSE;
    }
  return TRUE;
}

/* Returns: whether to read on */
static gboolean
take_content (McpHttpFetch *self, const char *data, gsize length)
{
  gsize max_bytes = self->is_json ? self->max_bytes : MAX_IGNORED_BYTES;

  if (length > max_bytes - self->content->len)
    {
      g_autoptr (GError) error = g_error_new (
          MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
          "Beyond the limit UpstreamMessageBytes: An answer is longer than %" G_GSIZE_FORMAT
          " bytes",
          max_bytes);

      finish (self, self->is_json ? error : NULL);
      return FALSE;
    }
  g_byte_array_append (self->content, (const guint8 *) data, (guint) length);
  return TRUE;
}

/* What an answer of another type, or with the status of an error, begins with. */
static void
keep_words (McpHttpFetch *self)
{
  gsize length = MIN (self->content->len, MAX_WORDS_BYTES);
  g_autofree char *text = NULL;

  g_clear_pointer (&self->words, g_free);
  if (length == 0)
    return;
  text = g_utf8_make_valid ((const char *) self->content->data, (gssize) length);
  self->words = g_strstrip (mcp_text_clean (text));
}

static void
take_end (McpHttpFetch *self)
{
  if (!self->is_json || mcp_http_fetch_get_status (self) >= 300)
    keep_words (self);
  if (self->is_json && self->content->len > 0)
    {
      g_autoptr (GBytes) text = g_byte_array_free_to_bytes (g_steal_pointer (&self->content));

      self->content = g_byte_array_new ();
      self->funcs->message (self, text, self->user_data);
    }
  self->is_complete = TRUE;
  if (!self->is_held)
    finish (self, NULL);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpFetch) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  gboolean read_on;

  if (self->is_ended)
    return;
  if (n < 0)
    {
      finish_failed (self, "broke off its answer: %s", error->message);
      return;
    }
  if (n == 0)
    {
      take_end (self);
      return;
    }

  read_on = self->parser != NULL ? take_events (self, self->buffer, (gsize) n)
                                 : take_content (self, self->buffer, (gsize) n);
  if (read_on)
    read_more (self);
}

static void
read_more (McpHttpFetch *self)
{
  if (self->is_held)
    {
      self->is_waiting = TRUE;
      return;
    }
  g_input_stream_read_async (self->stream, self->buffer, sizeof self->buffer, READ_PRIORITY,
                             self->cancellable, read_cb, mcp_http_fetch_ref (self));
}

/* 303 asks for a GET instead, which no MCP message is. */
static gboolean
is_redirect (guint status)
{
  return status == SOUP_STATUS_MOVED_PERMANENTLY || status == SOUP_STATUS_FOUND ||
         status == SOUP_STATUS_TEMPORARY_REDIRECT || status == SOUP_STATUS_PERMANENT_REDIRECT;
}

static void
follow_redirect (McpHttpFetch *self)
{
  const char *location = mcp_http_fetch_get_header (self, "Location");
  g_autoptr (GUri) uri = NULL;

  if (location != NULL)
    uri = g_uri_parse_relative (self->uri, location, SOUP_HTTP_URI_FLAGS, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL)
    finish_failed (self, "redirected the request without saying where to");
  else if (!mcp_http_fetch_is_same_origin (self->uri, uri) || g_uri_get_userinfo (uri) != NULL)
    finish_failed (self, "redirected the request to another origin, %s://%s, which is not followed",
                   g_uri_get_scheme (uri), g_uri_get_host (uri));
  else if (self->n_redirects++ == MAX_REDIRECTS)
    finish_failed (self, "redirected the request more than %d times", MAX_REDIRECTS);
  else
    {
      g_uri_unref (self->uri);
      self->uri = g_steal_pointer (&uri);
      g_clear_object (&self->stream);
      send_message (self);
    }
}

/* The warrant */

static void
got_warrant_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpFetch) self = user_data;
  g_autoptr (GError) error = NULL;

  forget_authorization (self);
  self->authorization = mcp_http_warrant_get_finish (self->warrant, result, &error);
  if (self->is_ended)
    return;
  if (error != NULL)
    finish (self, error);
  else
    send_message (self);
}

/* Sends the request, as soon as it may be sent. */
static void
send_with_warrant (McpHttpFetch *self)
{
  if (self->warrant != NULL)
    mcp_http_warrant_get (self->warrant, got_warrant_cb, mcp_http_fetch_ref (self));
  else
    send_message (self);
}

static void
refused_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpFetch) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean again = mcp_http_warrant_refused_finish (self->warrant, result, &error);

  if (self->is_ended)
    return;
  self->n_refusals++;
  if (again)
    {
      g_clear_object (&self->stream);
      send_with_warrant (self);
      return;
    }
  self->has_head = TRUE;
  if (error != NULL)
    finish (self, error);
  else
    take_answer (self);
}

static gboolean
is_refused (McpHttpFetch *self, guint status)
{
  return self->warrant != NULL && self->n_refusals < MAX_REFUSALS &&
         (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN);
}

static void
ask_warrant (McpHttpFetch *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  const McpHttpRefusal refusal = {
    self->authorization,
    soup_message_get_status (self->message),
    soup_message_headers_get_list (headers, "WWW-Authenticate"),
    self->n_refusals,
  };

  mcp_http_warrant_refused (self->warrant, &refusal, refused_cb, mcp_http_fetch_ref (self));
}

/* libsoup decodes these, where the session has its decoder; what is decoded counts. */
static gboolean
is_readable (McpHttpFetch *self)
{
  static const char *const known[] = { "identity", "gzip", "x-gzip", "deflate", "br", NULL };
  const char *encoding = mcp_http_fetch_get_header (self, "Content-Encoding");
  g_autofree char *lower = encoding != NULL ? g_ascii_strdown (encoding, -1) : NULL;

  return lower == NULL || g_strv_contains (known, g_strstrip (lower));
}

static void
take_answer (McpHttpFetch *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  guint status = soup_message_get_status (self->message);

  self->has_head = TRUE;
  if (!is_readable (self))
    {
      finish_failed (self, "answered in the content encoding “%s”, which is not read here",
                     mcp_http_fetch_get_header (self, "Content-Encoding"));
      return;
    }
  if (status == SOUP_STATUS_OK && type != NULL &&
      g_ascii_strcasecmp (type, "text/event-stream") == 0)
    self->parser = mcp_sse_parser_new (self->max_bytes);
  self->is_json = type != NULL && g_ascii_strcasecmp (type, "application/json") == 0;
  read_more (self);
}

static void
take_head (McpHttpFetch *self)
{
  guint status = soup_message_get_status (self->message);

  if (is_redirect (status))
    follow_redirect (self);
  else if (is_refused (self, status))
    ask_warrant (self);
  else
    take_answer (self);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpFetch) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream =
      soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (self->is_ended)
    return;
  if (self->n_informational > MAX_INFORMATIONAL)
    finish_failed (self, "sent more than %d informational answers (HTTP 1xx) and no other",
                   MAX_INFORMATIONAL);
  else if (stream == NULL)
    finish_failed (self, "could not be reached: %s", error->message);
  if (self->is_ended)
    return;
  self->stream = g_steal_pointer (&stream);
  take_head (self);
}

static void
informational_cb (SoupMessage *message, gpointer user_data)
{
  McpHttpFetch *self = user_data;

  if (self->message == message && ++self->n_informational > MAX_INFORMATIONAL)
    g_cancellable_cancel (self->cancellable);
}

static void
copy_header (const char *name, const char *value, gpointer user_data)
{
  soup_message_headers_append (user_data, name, value);
}

static void
send_message (McpHttpFetch *self)
{
  g_clear_object (&self->message);
  self->message = soup_message_new_from_uri (self->method, self->uri);
  soup_message_set_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect (self->message, "got-informational", G_CALLBACK (informational_cb), self);
  soup_message_headers_foreach (self->headers, copy_header,
                                soup_message_get_request_headers (self->message));
  if (self->authorization != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (self->message), "Authorization",
                                  self->authorization);
  if (self->body != NULL)
    soup_message_set_request_body_from_bytes (self->message, "application/json", self->body);
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->cancellable,
                           sent_cb, mcp_http_fetch_ref (self));
}

/**
 * mcp_http_fetch_start:
 * @self: a request that has not been sent
 * @session: to send it by
 * @timeout_ms: until its answer must have come whole; 0: no matter
 *
 * Sends the request. It keeps itself alive until it has ended.
 */
void
mcp_http_fetch_start (McpHttpFetch *self, SoupSession *session, guint timeout_ms)
{
  self->session = g_object_ref (session);
  self->timeout_ms = timeout_ms;
  if (timeout_ms > 0)
    self->timer = mcp_timer_new_ms ("http-fetch-timeout", timeout_ms, timer_cb, self);
  send_with_warrant (self);
}

/**
 * mcp_http_fetch_hold:
 * @self: a request that was sent
 *
 * Reads no more of the answer for now: what came has to be worked on first. Events that came in the
 * same piece are still told.
 */
void
mcp_http_fetch_hold (McpHttpFetch *self)
{
  self->is_held = TRUE;
}

/**
 * mcp_http_fetch_release:
 * @self: a request; the caller holds a reference
 *
 * Reads on after mcp_http_fetch_hold(), or tells the end.
 */
void
mcp_http_fetch_release (McpHttpFetch *self)
{
  gboolean is_waiting = self->is_waiting;

  if (!self->is_held || self->is_ended)
    return;
  self->is_held = FALSE;
  self->is_waiting = FALSE;
  if (self->is_complete)
    finish (self, NULL);
  else if (is_waiting)
    read_more (self);
}

/**
 * mcp_http_fetch_cancel:
 * @self: a request in any state
 *
 * Ends the request; none of its functions is called any more.
 */
void
mcp_http_fetch_cancel (McpHttpFetch *self)
{
  self->is_ended = TRUE;
  mcp_timer_clear (&self->timer);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->stream);
}

/**
 * mcp_http_fetch_get_status:
 * @self: a request
 *
 * Returns: the answer's status, once its head has come, or 0
 */
guint
mcp_http_fetch_get_status (McpHttpFetch *self)
{
  return self->has_head ? soup_message_get_status (self->message) : 0;
}

/**
 * mcp_http_fetch_is_stream:
 * @self: a request
 *
 * Returns: whether the answer is a stream of events
 */
gboolean
mcp_http_fetch_is_stream (McpHttpFetch *self)
{
  return self->parser != NULL;
}

/**
 * mcp_http_fetch_get_header:
 * @self: a request
 * @name: of a header
 *
 * Returns: (transfer none) (nullable): as the answer has it
 */
const char *
mcp_http_fetch_get_header (McpHttpFetch *self, const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (self->message), name);
}

/**
 * mcp_http_fetch_dup_summary:
 * @self: a request that has ended
 *
 * Returns: (transfer full) (nullable): type and first words of an answer that brought no message,
 *   for people; %NULL: there is nothing to tell
 */
char *
mcp_http_fetch_dup_summary (McpHttpFetch *self)
{
  const char *type = self->has_head ? mcp_http_fetch_get_header (self, "Content-Type") : NULL;

  if (self->words == NULL || *self->words == '\0')
    return g_strdup (type);
  return g_strdup_printf ("%s: %s", type != NULL ? type : "no content type", self->words);
}

/**
 * mcp_http_fetch_get_event_id:
 * @self: a request
 *
 * Returns: (transfer none) (nullable): of the stream's last event, where it can be resumed there
 */
const char *
mcp_http_fetch_get_event_id (McpHttpFetch *self)
{
  return self->event_id;
}

/**
 * mcp_http_fetch_get_retry_ms:
 * @self: a request
 *
 * Returns: how long the stream said to wait before it is resumed; -1: it did not
 */
gint64
mcp_http_fetch_get_retry_ms (McpHttpFetch *self)
{
  return self->parser != NULL ? mcp_sse_parser_get_retry_ms (self->parser) : -1;
}
