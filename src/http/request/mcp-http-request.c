/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A request between its carrier, which has the connection, and its route, which has the answer.
 * Either may be the first to let go: the route learns that the client has gone, and what a route
 * says to a client that has gone is dropped.
 */
#include "http/request/mcp-http-request.h"

#include "http/request/mcp-http-context.h"

#include <string.h>

/* As many as most clients send. */
#define USUAL_FIELDS 8

typedef enum
{
  STATE_OPEN,      /* not answered yet */
  STATE_ANSWERED,  /* the carrier has the answer */
  STATE_STREAMING, /* the carrier has the head of an event stream */
  STATE_GONE,      /* nobody waits for an answer */
} State;

typedef struct
{
  char *name;
  char *value;
} Field;

typedef struct
{
  McpHttpRequest public;

  McpHttpConnection *connection; /* (owned) */
  McpRequestHead head;           /* (owned) */
  char *path;                    /* (owned) */
  char *text;                    /* (owned) (nullable): what the fields point into */
  GArray *fields;    /* (owned) (nullable) (element-type Field): once one was asked for */
  GPtrArray *joined; /* (owned) (nullable): values of repeated fields */

  State state;
  McpHttpResponse response;
  const McpHttpCarrierFuncs *funcs;
  gpointer carrier;     /* (unowned) */
  McpSseStream *stream; /* (owned) (nullable): until the head is sent */

  McpHttpGoneFunc gone; /* (nullable) */
  gpointer gone_data;
  GDestroyNotify gone_destroy; /* (nullable) */
} Request;

/**
 * mcp_http_request_new:
 * @context: what the routes work with; outlives the request
 * @connection: the connection that the request came by
 * @head: the request's head; its contents are taken, and zeroes are left
 * @body: the request's body
 *
 * Makes a request, which needs a carrier before a route gets to see it.
 *
 * Returns: (transfer full): the request
 */
McpHttpRequest *
mcp_http_request_new (McpHttpContext *context,
                      McpHttpConnection *connection,
                      McpRequestHead *head,
                      GBytes *body)
{
  Request *self = g_rc_box_new0 (Request);
  char *query;

  self->head = *head;
  *head = (McpRequestHead){ 0 };
  self->connection = g_object_ref (connection);
  self->path = g_strdup (self->head.target);
  query = strchr (self->path, '?');
  if (query != NULL)
    *query++ = '\0';

  self->public.context = context;
  self->public.method = self->head.method;
  self->public.path = self->path;
  self->public.query = query;
  self->public.body = g_bytes_ref (body);
  return &self->public;
}

/**
 * mcp_http_request_ref:
 * @self: a request
 *
 * Returns: (transfer full): @self
 */
McpHttpRequest *
mcp_http_request_ref (McpHttpRequest *self)
{
  return g_rc_box_acquire (self);
}

static void
request_clear (gpointer data)
{
  Request *self = data;

  if (self->gone_destroy != NULL)
    self->gone_destroy (self->gone_data);
  g_clear_pointer (&self->stream, mcp_sse_stream_unref);
  mcp_http_response_clear (&self->response);
  g_clear_pointer (&self->joined, g_ptr_array_unref);
  g_clear_pointer (&self->fields, g_array_unref);
  g_free (self->text);
  g_free (self->path);
  mcp_request_head_clear (&self->head);
  g_object_unref (self->connection);
  mcp_body_scan_free (self->public.scan);
  g_bytes_unref (self->public.body);
  g_free (self->public.parameter);
  g_free (self->public.directory);
  g_clear_object (&self->public.session);
}

/**
 * mcp_http_request_unref:
 * @self: (transfer full): a request
 */
void
mcp_http_request_unref (McpHttpRequest *self)
{
  g_rc_box_release_full (self, request_clear);
}

/* Each line of the head is “Name:value CR LF”. */
static void
index_fields (Request *self)
{
  char *line;

  self->fields = g_array_sized_new (FALSE, FALSE, sizeof (Field), USUAL_FIELDS);
  self->text = g_strndup (self->head.fields->str, self->head.fields->len);
  for (line = self->text; *line != '\0';)
    {
      char *colon = strchr (line, ':');
      char *end = strchr (colon, '\r');
      Field field = { line, colon + 1 };

      *colon = *end = '\0';
      g_array_append_val (self->fields, field);
      line = end + 2;
    }
}

/* RFC 9110 section 5.3: values of a repeated field, joined by commas. */
static const char *
join_values (Request *self, const char *name)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < self->fields->len; i++)
    {
      const Field *field = &g_array_index (self->fields, Field, i);

      if (g_ascii_strcasecmp (field->name, name) == 0)
        g_string_append_printf (joined, "%s%s", joined->len > 0 ? ", " : "", field->value);
    }
  if (self->joined == NULL)
    self->joined = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->joined, joined->str);
  return g_string_free (joined, FALSE);
}

/**
 * mcp_http_request_get_header:
 * @request: a request
 * @name: of a header field, in any case
 *
 * Returns: (transfer none) (nullable): the value of the field; the values of a field that is
 *   repeated, joined by “, ”; %NULL: the request has no such field
 */
const char *
mcp_http_request_get_header (McpHttpRequest *request, const char *name)
{
  Request *self = (Request *) request;
  const char *value = NULL;

  if (self->fields == NULL)
    index_fields (self);
  for (guint i = 0; i < self->fields->len; i++)
    {
      const Field *field = &g_array_index (self->fields, Field, i);

      if (g_ascii_strcasecmp (field->name, name) != 0)
        continue;
      if (value != NULL)
        return join_values (self, name);
      value = field->value;
    }
  return value;
}

/**
 * mcp_http_request_foreach_header:
 * @request: a request
 * @func: (scope call): called with each header field, in the order in which they were sent
 * @user_data: for @func
 */
void
mcp_http_request_foreach_header (McpHttpRequest *request, McpHttpFieldFunc func, gpointer user_data)
{
  Request *self = (Request *) request;

  if (self->fields == NULL)
    index_fields (self);
  for (guint i = 0; i < self->fields->len; i++)
    {
      const Field *field = &g_array_index (self->fields, Field, i);

      func (field->name, field->value, user_data);
    }
}

/**
 * mcp_http_request_is_unix:
 * @request: a request
 *
 * Returns: whether the request came by the Unix socket
 */
gboolean
mcp_http_request_is_unix (McpHttpRequest *request)
{
  return mcp_http_connection_is_unix (((Request *) request)->connection);
}

/**
 * mcp_http_request_set_reply_header:
 * @request: a request that is not answered yet
 * @name: of a header field of the answer; static
 * @value: copied; replaces an earlier value
 */
void
mcp_http_request_set_reply_header (McpHttpRequest *request, const char *name, const char *value)
{
  mcp_http_response_take_field (&((Request *) request)->response, name, g_strdup (value));
}

/**
 * mcp_http_request_set_static_reply_header:
 * @request: a request that is not answered yet
 * @name: of a header field of the answer; static
 * @value: static; replaces an earlier value
 *
 * As mcp_http_request_set_reply_header(), without a copy.
 */
void
mcp_http_request_set_static_reply_header (McpHttpRequest *request,
                                          const char *name,
                                          const char *value)
{
  mcp_http_response_set_field (&((Request *) request)->response, name, value);
}

/**
 * mcp_http_request_is_open:
 * @request: a request
 *
 * Returns: whether somebody waits for an answer that was not given yet
 */
gboolean
mcp_http_request_is_open (McpHttpRequest *request)
{
  return ((Request *) request)->state == STATE_OPEN;
}

/**
 * mcp_http_request_set_gone:
 * @request: a request
 * @gone: (nullable): called once, when the client goes away before the request is answered; %NULL:
 *   not any more
 * @user_data: for @gone
 * @destroy: (nullable): frees @user_data once @gone cannot be called any more
 *
 * Has the route learn that nobody waits for its answer. An answer that is given nevertheless is
 * dropped. Does nothing but call @destroy for a request that is answered, or whose client has gone.
 */
void
mcp_http_request_set_gone (McpHttpRequest *request,
                           McpHttpGoneFunc gone,
                           gpointer user_data,
                           GDestroyNotify destroy)
{
  Request *self = (Request *) request;
  GDestroyNotify old_destroy = self->gone_destroy;
  gpointer old_data = self->gone_data;

  self->gone = self->state == STATE_OPEN ? gone : NULL;
  self->gone_data = user_data;
  self->gone_destroy = destroy;
  if (old_destroy != NULL)
    old_destroy (old_data);
  if (self->state != STATE_OPEN && self->gone_destroy != NULL)
    g_steal_pointer (&self->gone_destroy) (user_data);
}

static gboolean
leave_open (Request *self, State state)
{
  if (self->state != STATE_OPEN)
    return FALSE;

  self->state = state;
  mcp_http_request_set_gone (&self->public, NULL, NULL, NULL);
  return TRUE;
}

/**
 * mcp_http_request_reply:
 * @request: a request that is not answered yet
 * @status: the HTTP status
 * @body: (nullable): the body; its type must be set as a header
 *
 * Answers the request. Does nothing when the client has gone.
 */
void
mcp_http_request_reply (McpHttpRequest *request, guint status, GBytes *body)
{
  g_autoptr (McpHttpRequest) guard = mcp_http_request_ref (request);
  Request *self = (Request *) request;

  g_return_if_fail (self->state == STATE_OPEN || self->state == STATE_GONE);

  if (!leave_open (self, STATE_ANSWERED))
    return;

  self->response.status = status;
  self->response.body = body != NULL ? g_bytes_ref (body) : NULL;
  self->funcs->reply (self->carrier);
}

static void
set_stream_headers (McpHttpRequest *request)
{
  mcp_http_request_set_static_reply_header (request, "Content-Type", "text/event-stream");
  mcp_http_request_set_static_reply_header (request, "Cache-Control", "no-store");
  /* Proxies that understand this field pass on each event at once (nginx, X-Accel-Buffering). */
  mcp_http_request_set_static_reply_header (request, "X-Accel-Buffering", "no");
}

/**
 * mcp_http_request_stream:
 * @request: a request that is not answered yet
 * @fill: where the frames come from
 * @user_data: for @fill
 * @closed: called once with @user_data when the stream is over, for whatever reason, before or
 *   after its first frame, but not before this function returns
 *
 * Answers the request with an event stream.
 *
 * Returns: (transfer full): the stream
 */
McpSseStream *
mcp_http_request_stream (McpHttpRequest *request,
                         McpSseFillFunc fill,
                         gpointer user_data,
                         GDestroyNotify closed)
{
  Request *self = (Request *) request;
  McpSseStream *stream = mcp_sse_stream_new (request->context->flusher, fill, user_data, closed);

  g_return_val_if_fail (self->state == STATE_OPEN, stream);

  leave_open (self, STATE_STREAMING);
  set_stream_headers (request);
  self->response.status = 200;
  self->stream = mcp_sse_stream_ref (stream);
  self->funcs->stream (self->carrier);
  return stream;
}

/**
 * mcp_http_request_set_carrier:
 * @request: a new request
 * @funcs: called with @carrier
 * @carrier: what takes the answer
 */
void
mcp_http_request_set_carrier (McpHttpRequest *request,
                              const McpHttpCarrierFuncs *funcs,
                              gpointer carrier)
{
  Request *self = (Request *) request;

  self->funcs = funcs;
  self->carrier = carrier;
}

/**
 * mcp_http_request_get_connection:
 * @request: a request
 *
 * For carriers.
 *
 * Returns: (transfer none): the connection that the request came by
 */
McpHttpConnection *
mcp_http_request_get_connection (McpHttpRequest *request)
{
  return ((Request *) request)->connection;
}

/**
 * mcp_http_request_get_head:
 * @request: a request
 *
 * For carriers.
 *
 * Returns: (transfer none): the request's head
 */
const McpRequestHead *
mcp_http_request_get_head (McpHttpRequest *request)
{
  return &((Request *) request)->head;
}

/**
 * mcp_http_request_get_response:
 * @request: a request
 *
 * For carriers, once one of their functions is called.
 *
 * Returns: (transfer none): the answer
 */
const McpHttpResponse *
mcp_http_request_get_response (McpHttpRequest *request)
{
  return &((Request *) request)->response;
}

/**
 * mcp_http_request_head_sent:
 * @request: a request that is answered by an event stream
 *
 * For carriers: the head of the stream is in the socket, and from now on the socket is the
 * stream's.
 */
void
mcp_http_request_head_sent (McpHttpRequest *request)
{
  Request *self = (Request *) request;
  g_autoptr (McpSseStream) stream = g_steal_pointer (&self->stream);

  g_return_if_fail (self->state == STATE_STREAMING && stream != NULL);

  mcp_sse_stream_begin (stream, self->connection);
}

/**
 * mcp_http_request_client_gone:
 * @request: a request
 *
 * For carriers: nobody waits for the answer, or for the rest of the answer. Tells the route, where
 * the route has not answered. The carrier's functions are not called any more.
 */
void
mcp_http_request_client_gone (McpHttpRequest *request)
{
  g_autoptr (McpHttpRequest) guard = mcp_http_request_ref (request);
  Request *self = (Request *) request;
  g_autoptr (McpSseStream) stream = g_steal_pointer (&self->stream);
  McpHttpGoneFunc gone = self->gone;
  gpointer gone_data = self->gone_data;
  GDestroyNotify gone_destroy = g_steal_pointer (&self->gone_destroy);

  self->gone = NULL;
  if (stream != NULL)
    mcp_sse_stream_close (stream);
  if (self->state == STATE_OPEN)
    self->state = STATE_GONE;
  if (gone != NULL)
    gone (request, gone_data);
  if (gone_destroy != NULL)
    gone_destroy (gone_data);
}
