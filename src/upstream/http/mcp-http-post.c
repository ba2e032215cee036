/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One message on its way to the server: its POST, the stream that may come back,
 * and the GETs that ask for the rest of a stream that broke (MCP 2025-11-25,
 * basic/transports, “Resumability and Redelivery”).
 */
#include "mcp-http-post-private.h"

#include "common/mcp-error.h"
#include "common/mcp-timer.h"
#include "upstream/dialogue/mcp-provider-messages.h"

/* In a row without anything new; the request's own time runs as well. */
#define MAX_RESUMES     5
/* Of the time that a server may name. */
#define MAX_RETRY_MS    60000
/* First of the codes that JSON-RPC 2.0, section 5.1, leaves to implementations. */
#define NO_SESSION_CODE -32000

struct _McpHttpPost
{
  const McpHttpEndpoint *endpoint; /* (unowned): outlives it, or stops it */
  gint64 id;
  McpHttpPostKind kind;
  GBytes *message;
  char **headers; /* (nullable): for this message only; name, value, … */
  const McpHttpPostFuncs *funcs;
  gpointer user_data;
  guint resume_ms;

  McpHttpInbox *inbox; /* (owned) (nullable): none once it was stopped */
  McpHttpFetch *fetch; /* (owned) (nullable) */
  guint n_session;     /* of the endpoint, when it was sent */
  gboolean is_resumed; /* the fetch asks for the rest of a stream */
  char *event_id;      /* (nullable): where its stream can be resumed */
  guint n_resumes;     /* in a row that brought nothing */
  GSource *timer;      /* (owned) (nullable): until it is resumed */
  McpJsonrpcMessage
      *refusal; /* (owned) (nullable): an error that came with the HTTP status of one */
};

static void start_fetch (McpHttpPost *self, guint timeout_ms);

/**
 * mcp_http_post_new:
 * @endpoint: (transfer none): the server
 * @id: minted, also for what is no request
 * @kind: what it is
 * @message: to send
 * @funcs: static
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a message that has not been sent
 */
McpHttpPost *
mcp_http_post_new (const McpHttpEndpoint *endpoint,
                   gint64 id,
                   McpHttpPostKind kind,
                   GBytes *message,
                   const McpHttpPostFuncs *funcs,
                   gpointer user_data)
{
  McpHttpPost *self = g_rc_box_new0 (McpHttpPost);

  self->endpoint = endpoint;
  self->id = id;
  self->kind = kind;
  self->message = g_bytes_ref (message);
  self->funcs = funcs;
  self->user_data = user_data;
  self->inbox =
      mcp_http_inbox_new (kind == MCP_HTTP_POST_MESSAGE ? 0 : id, &funcs->inbox, user_data);
  return self;
}

/**
 * mcp_http_post_ref:
 * @self: a message
 *
 * Returns: (transfer full): @self
 */
McpHttpPost *
mcp_http_post_ref (McpHttpPost *self)
{
  return g_rc_box_acquire (self);
}

static void
mcp_http_post_clear (gpointer data)
{
  McpHttpPost *self = data;

  mcp_http_post_stop (self);
  g_clear_pointer (&self->fetch, mcp_http_fetch_unref);
  g_clear_pointer (&self->refusal, mcp_jsonrpc_message_unref);
  g_clear_pointer (&self->message, g_bytes_unref);
  g_strfreev (self->headers);
  g_free (self->event_id);
}

/**
 * mcp_http_post_unref:
 * @self: (transfer full): a message
 */
void
mcp_http_post_unref (McpHttpPost *self)
{
  g_rc_box_release_full (self, mcp_http_post_clear);
}

/**
 * mcp_http_post_take_headers:
 * @self: a message that has not been sent
 * @headers: (transfer full) (nullable): for it alone; name, value, …
 */
void
mcp_http_post_take_headers (McpHttpPost *self, char **headers)
{
  g_strfreev (self->headers);
  self->headers = headers;
}

/**
 * mcp_http_post_stop:
 * @self: a message
 *
 * Nothing more is awaited for it: what still runs is cut off, and no function is called any more.
 */
void
mcp_http_post_stop (McpHttpPost *self)
{
  mcp_timer_clear (&self->timer);
  if (self->fetch != NULL)
    mcp_http_fetch_cancel (self->fetch);
  g_clear_pointer (&self->inbox, mcp_http_inbox_free);
}

static void
message_cb (McpHttpFetch *fetch, GBytes *text, gpointer user_data)
{
  g_autoptr (McpHttpPost) self = mcp_http_post_ref (user_data);
  guint status = mcp_http_fetch_get_status (fetch);

  self->n_resumes = 0;
  if (status >= 200 && status < 300)
    {
      mcp_http_inbox_take (self->inbox, fetch, text);
      return;
    }

  g_clear_pointer (&self->refusal, mcp_jsonrpc_message_unref);
  self->refusal = mcp_message_parser_parse (text, NULL, NULL);
}

static gboolean
resume_cb (gpointer data)
{
  g_autoptr (McpHttpPost) self = mcp_http_post_ref (data);

  mcp_timer_clear (&self->timer);
  self->is_resumed = TRUE;
  start_fetch (self, 0);
  return G_SOURCE_REMOVE;
}

static gboolean
is_broken (McpHttpPost *self, const GError *error)
{
  guint status = mcp_http_fetch_get_status (self->fetch);

  if (self->kind != MCP_HTTP_POST_REQUEST || self->endpoint->post_uri != NULL ||
      (error != NULL && error->code == MCP_ERROR_LIMIT_EXCEEDED))
    return FALSE;
  return mcp_http_fetch_is_stream (self->fetch) ||
         (self->is_resumed && (status == 0 || status >= 500));
}

/* Returns: whether the rest of the stream will be asked for */
static gboolean
resume (McpHttpPost *self)
{
  const char *event_id = mcp_http_fetch_get_event_id (self->fetch);
  gint64 retry_ms = mcp_http_fetch_get_retry_ms (self->fetch);

  /* Only an id that is new is a step forward. */
  if (event_id != NULL && g_strcmp0 (event_id, self->event_id) != 0)
    {
      g_free (self->event_id);
      self->event_id = g_strdup (event_id);
      self->n_resumes = 0;
    }
  if (self->event_id == NULL || !mcp_http_post_is_of_session (self) ||
      self->n_resumes++ == MAX_RESUMES)
    return FALSE;

  if (retry_ms < 0)
    retry_ms = self->resume_ms;
  self->timer =
      mcp_timer_new_ms ("http-resume", (guint) MIN (retry_ms, MAX_RETRY_MS), resume_cb, self);
  return TRUE;
}

static void
ended_cb (McpHttpFetch *fetch, const GError *error, gpointer user_data)
{
  g_autoptr (McpHttpPost) self = mcp_http_post_ref (user_data);

  if (!is_broken (self, error) || !resume (self))
    self->funcs->ended (self, error, self->user_data);
}

static void
set_post (McpHttpPost *self)
{
  mcp_http_fetch_set_header (self->fetch, "Accept", "application/json, text/event-stream");
  for (char **at = self->headers; at != NULL && *at != NULL; at += 2)
    mcp_http_fetch_set_header (self->fetch, at[0], at[1]);
  mcp_http_fetch_set_body (self->fetch, self->message);
}

static void
start_fetch (McpHttpPost *self, guint timeout_ms)
{
  static const McpHttpFetchFuncs funcs = { message_cb, NULL, ended_cb };

  g_clear_pointer (&self->fetch, mcp_http_fetch_unref);
  self->fetch =
      mcp_http_endpoint_new_fetch (self->endpoint, self->is_resumed ? "GET" : "POST", &funcs, self);
  if (self->is_resumed)
    {
      mcp_http_fetch_set_header (self->fetch, "Accept", "text/event-stream");
      mcp_http_fetch_set_header (self->fetch, "Last-Event-ID", self->event_id);
    }
  else
    set_post (self);
  mcp_http_fetch_start (self->fetch, self->endpoint->soup, timeout_ms);
}

/**
 * mcp_http_post_send:
 * @self: a message that has not been sent
 * @timeout_ms: until its answer must have come whole; 0: no matter
 * @resume_ms: before a broken stream is asked for again, where the server names no time
 *
 * Sends the message. Owner and endpoint must be there until it is stopped.
 */
void
mcp_http_post_send (McpHttpPost *self, guint timeout_ms, guint resume_ms)
{
  self->resume_ms = resume_ms;
  self->n_session = self->endpoint->n_session;
  start_fetch (self, timeout_ms);
}

/**
 * mcp_http_post_get_id:
 * @self: a message
 *
 * Returns: its id
 */
gint64
mcp_http_post_get_id (McpHttpPost *self)
{
  return self->id;
}

/**
 * mcp_http_post_get_kind:
 * @self: a message
 *
 * Returns: what it is
 */
McpHttpPostKind
mcp_http_post_get_kind (McpHttpPost *self)
{
  return self->kind;
}

/**
 * mcp_http_post_get_status:
 * @self: a message that was sent
 *
 * Returns: the HTTP status of the answer; 0: there is none
 */
guint
mcp_http_post_get_status (McpHttpPost *self)
{
  return mcp_http_fetch_get_status (self->fetch);
}

/**
 * mcp_http_post_get_header:
 * @self: a message whose answer has begun
 * @name: of a header
 *
 * Returns: (transfer none) (nullable): as the answer has it
 */
const char *
mcp_http_post_get_header (McpHttpPost *self, const char *name)
{
  return mcp_http_fetch_get_header (self->fetch, name);
}

/**
 * mcp_http_post_get_refusal:
 * @self: a message
 *
 * Returns: (transfer none) (nullable): the error that came with the HTTP status of one
 */
McpJsonrpcMessage *
mcp_http_post_get_refusal (McpHttpPost *self)
{
  return self->refusal;
}

/**
 * mcp_http_post_is_refused:
 * @self: a message whose answer has ended
 *
 * Returns: whether an error came with the HTTP status of one, and answers this request and no other
 */
gboolean
mcp_http_post_is_refused (McpHttpPost *self)
{
  guint status = mcp_http_post_get_status (self);
  gint64 id;

  if (self->refusal == NULL || status < 400 || status >= 500 ||
      status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN)
    return FALSE;
  if (mcp_jsonrpc_message_get_kind (self->refusal) != MCP_JSONRPC_FAILURE)
    return FALSE;
  return mcp_jsonrpc_message_get_id (self->refusal).data == NULL ||
         (mcp_provider_messages_get_own_id (self->refusal, &id) && id == self->id);
}

/* What speaks MCP 2026-07-28 says which request it refuses, and why. */
static gboolean
is_revision_lost (McpHttpPost *self, guint status)
{
  if (status != SOUP_STATUS_BAD_REQUEST && status != SOUP_STATUS_NOT_FOUND &&
      status != SOUP_STATUS_METHOD_NOT_ALLOWED)
    return FALSE;
  return self->refusal == NULL || mcp_jsonrpc_message_get_id (self->refusal).data == NULL;
}

/**
 * mcp_http_post_is_session_lost:
 * @self: a message whose answer has ended
 * @is_repeated: it was sent once more already: only a plain 404 says that the new session is lost,
 * too
 *
 * Whether the server does not know the session that the message named, or the revision of a message
 * that needs none. Many servers say so by 400 with an error of no request and the code that their
 * SDK has for what fails before any, instead of by 404 (MCP 2025-11-25, basic/transports, “Session
 * Management”).
 *
 * Returns: whether the message was refused before it was looked at
 */
gboolean
mcp_http_post_is_session_lost (McpHttpPost *self, gboolean is_repeated)
{
  guint status = mcp_http_post_get_status (self);

  if (self->kind == MCP_HTTP_POST_STATELESS)
    return !is_repeated && is_revision_lost (self, status);
  if (self->kind == MCP_HTTP_POST_HANDSHAKE ||
      (self->endpoint->session_id == NULL && mcp_http_post_is_of_session (self)))
    return FALSE;
  if (status == SOUP_STATUS_NOT_FOUND)
    return TRUE;
  return status == SOUP_STATUS_BAD_REQUEST && !is_repeated && self->refusal != NULL &&
         mcp_jsonrpc_message_get_kind (self->refusal) == MCP_JSONRPC_FAILURE &&
         mcp_jsonrpc_message_get_id (self->refusal).data == NULL &&
         mcp_jsonrpc_message_get_error_code (self->refusal) == NO_SESSION_CODE;
}

/**
 * mcp_http_post_is_of_session:
 * @self: a message that was sent
 *
 * Returns: whether the session in which it was sent goes on
 */
gboolean
mcp_http_post_is_of_session (McpHttpPost *self)
{
  return self->n_session == self->endpoint->n_session;
}

/**
 * mcp_http_post_describe_end:
 * @self: a message whose answer has ended
 * @error: (nullable): why the answer did not come whole
 *
 * Returns: (transfer full): why it was not answered; goes on after “it”
 */
char *
mcp_http_post_describe_end (McpHttpPost *self, const GError *error)
{
  guint status = mcp_http_post_get_status (self);
  g_autofree char *summary = mcp_http_fetch_dup_summary (self->fetch);
  const char *colon = summary != NULL ? ": " : "";
  const char *rest = summary != NULL ? summary : "";

  if (error != NULL && error->code == MCP_ERROR_LIMIT_EXCEEDED)
    return g_strdup_printf ("said more than may be taken: %s", error->message);
  if (error != NULL)
    return g_strdup (error->message);
  if (status != SOUP_STATUS_OK)
    return g_strdup_printf ("answered HTTP %u (%s)%s%s", status, soup_status_get_phrase (status),
                            colon, rest);
  if (mcp_http_fetch_is_stream (self->fetch))
    return g_strdup ("ended its stream of events before the answer");
  return g_strdup_printf ("gave an HTTP answer without the request's answer in it%s%s", colon,
                          rest);
}
