/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One message on its way to the server: its POST, the stream that may come back,
 * and the GETs that ask for the rest of a stream that broke (MCP 2025-11-25,
 * basic/transports, “Resumability and Redelivery”).
 */
#include "mcp-http-provider-private.h"

#include "common/mcp-error.h"
#include "upstream/dialogue/mcp-provider-messages.h"
#include "upstream/dialogue/mcp-stateless-messages.h"

#include <string.h>

/* In a row without anything new; the request's own time runs as well. */
#define MAX_RESUMES     5
/* Of the time that a server may name. */
#define MAX_RETRY_MS    60000
/* First of the codes that JSON-RPC 2.0, section 5.1, leaves to implementations. */
#define NO_SESSION_CODE -32000

/**
 * mcp_http_provider_call_new:
 * @provider: whose server it is for
 * @id: minted
 * @message: to send
 *
 * Returns: (transfer full): a message that is no request, until it is said to be one
 */
McpHttpProviderCall *
mcp_http_provider_call_new (McpHttpProvider *provider, gint64 id, GBytes *message)
{
  McpHttpProviderCall *self = g_rc_box_new0 (McpHttpProviderCall);

  self->provider = provider;
  self->id = id;
  self->message = g_bytes_ref (message);
  return self;
}

/* What only asks, and may be asked again when nobody can tell whether it was. */
static gboolean
is_repeatable (const char *method)
{
  return strcmp (method, "ping") == 0 || g_str_has_suffix (method, "/list");
}

/* How a request is said can be told once the server is ready. */
static void
build_message (McpHttpProviderCall *self, const McpProviderRequest *request)
{
  g_clear_pointer (&self->headers, g_strfreev);
  self->is_stateless = mcp_http_provider_run_is_stateless (self->provider);
  if (self->is_stateless)
    {
      self->message = mcp_stateless_messages_build_request (self->id, request);
      self->headers = mcp_stateless_messages_build_headers (request);
    }
  else
    self->message = mcp_provider_messages_build_request (self->id, request);
}

/**
 * mcp_http_provider_call_new_request:
 * @provider: whose server it is for
 * @id: minted
 * @request: what to ask
 *
 * Returns: (transfer full): a request
 */
McpHttpProviderCall *
mcp_http_provider_call_new_request (McpHttpProvider *provider,
                                    gint64 id,
                                    const McpProviderRequest *request)
{
  McpHttpProviderCall *self = g_rc_box_new0 (McpHttpProviderCall);

  self->provider = provider;
  self->id = id;
  self->is_request = TRUE;
  self->is_repeatable = is_repeatable (request->method);
  if (provider->state == MCP_PROVIDER_READY)
    build_message (self, request);
  if (self->message == NULL || self->is_repeatable)
    self->request = mcp_provider_request_copy (request);
  return self;
}

/**
 * mcp_http_provider_call_new_own:
 * @provider: whose server it is for
 * @id: minted
 * @method: of a request of 2026-07-28 that no client made
 * @message: the request
 *
 * Returns: (transfer full): a request
 */
McpHttpProviderCall *
mcp_http_provider_call_new_own (McpHttpProvider *provider,
                                gint64 id,
                                const char *method,
                                GBytes *message)
{
  const McpProviderRequest request = { .method = method };
  McpHttpProviderCall *self = mcp_http_provider_call_new (provider, id, message);

  self->is_request = TRUE;
  self->is_stateless = TRUE;
  self->headers = mcp_stateless_messages_build_headers (&request);
  return self;
}

/**
 * mcp_http_provider_call_ref:
 * @self: a message
 *
 * Returns: (transfer full): @self
 */
McpHttpProviderCall *
mcp_http_provider_call_ref (McpHttpProviderCall *self)
{
  return g_rc_box_acquire (self);
}

static void
mcp_http_provider_call_clear (gpointer data)
{
  McpHttpProviderCall *self = data;

  mcp_http_provider_run_clear_timer (&self->timer);
  if (self->fetch != NULL)
    mcp_http_fetch_cancel (self->fetch);
  g_clear_pointer (&self->fetch, mcp_http_fetch_unref);
  g_clear_pointer (&self->refusal, mcp_jsonrpc_message_unref);
  g_clear_pointer (&self->message, g_bytes_unref);
  g_clear_pointer (&self->request, mcp_provider_request_free);
  g_strfreev (self->headers);
  g_free (self->event_id);
}

/**
 * mcp_http_provider_call_unref:
 * @self: (transfer full): a message
 */
void
mcp_http_provider_call_unref (McpHttpProviderCall *self)
{
  g_rc_box_release_full (self, mcp_http_provider_call_clear);
}

/**
 * mcp_http_provider_call_stop:
 * @self: a message; the caller holds it
 *
 * Nothing more is awaited for it: what still runs is cut off.
 */
void
mcp_http_provider_call_stop (McpHttpProviderCall *self)
{
  mcp_http_provider_run_clear_timer (&self->timer);
  if (self->fetch != NULL)
    mcp_http_fetch_cancel (self->fetch);
  g_hash_table_remove (self->provider->calls, &self->id);
}

static void
message_cb (McpHttpFetch *fetch, GBytes *text, gpointer user_data)
{
  g_autoptr (McpHttpProviderCall) call = mcp_http_provider_call_ref (user_data);
  g_autoptr (McpHttpProvider) self = g_object_ref (call->provider);
  guint status = mcp_http_fetch_get_status (fetch);

  call->n_resumes = 0;
  if (status >= 200 && status < 300)
    {
      mcp_http_provider_inbox_take (self, call->is_request ? call->id : 0, text);
      return;
    }

  g_clear_pointer (&call->refusal, mcp_jsonrpc_message_unref);
  call->refusal = mcp_http_provider_inbox_parse (text, NULL, NULL);
}

/* Whether an error came with the HTTP status of one: the answer to this request, and to no other.
 */
static gboolean
is_refused (McpHttpProviderCall *call, guint status)
{
  gint64 id;

  if (call->refusal == NULL || status < 400 || status >= 500 ||
      status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN)
    return FALSE;
  if (mcp_jsonrpc_message_get_kind (call->refusal) != MCP_JSONRPC_FAILURE)
    return FALSE;
  return mcp_jsonrpc_message_get_id (call->refusal).data == NULL ||
         (mcp_provider_messages_get_own_id (call->refusal, &id) && id == call->id);
}

/* Whether the server does not seem to know any more what it is told with each request: what speaks
   MCP 2026-07-28 says which request it refuses, and why. */
static gboolean
is_lifecycle_lost (McpHttpProviderCall *call, guint status)
{
  if (call->is_repeated || (status != SOUP_STATUS_BAD_REQUEST && status != SOUP_STATUS_NOT_FOUND &&
                            status != SOUP_STATUS_METHOD_NOT_ALLOWED))
    return FALSE;
  return call->refusal == NULL || mcp_jsonrpc_message_get_id (call->refusal).data == NULL;
}

/* Whether the server does not know the session that the message named. Many say so by 400 with an
   error of no request and the code that their SDK has for what fails before any, instead of by 404
   (MCP 2025-11-25, basic/transports, “Session Management”). */
static gboolean
is_session_lost (McpHttpProviderCall *call, guint status)
{
  McpHttpProvider *self = call->provider;

  if (call->is_stateless)
    return is_lifecycle_lost (call, status);
  if (mcp_handshake_owns (&self->handshake, call->id) ||
      (self->session_id == NULL && call->n_session == self->n_session))
    return FALSE;
  if (status == SOUP_STATUS_NOT_FOUND)
    return TRUE;
  return status == SOUP_STATUS_BAD_REQUEST && !call->is_repeated && call->refusal != NULL &&
         mcp_jsonrpc_message_get_kind (call->refusal) == MCP_JSONRPC_FAILURE &&
         mcp_jsonrpc_message_get_id (call->refusal).data == NULL &&
         mcp_jsonrpc_message_get_error_code (call->refusal) == NO_SESSION_CODE;
}

static gboolean
resume_cb (gpointer data)
{
  g_autoptr (McpHttpProviderCall) call = mcp_http_provider_call_ref (data);

  mcp_http_provider_run_clear_timer (&call->timer);
  call->is_resumed = TRUE;
  mcp_http_provider_call_send (call);
  return G_SOURCE_REMOVE;
}

/* Returns: whether the rest of the stream will be asked for */
static gboolean
resume (McpHttpProviderCall *call, McpHttpFetch *fetch)
{
  McpHttpProvider *self = call->provider;
  const char *event_id = mcp_http_fetch_get_event_id (fetch);
  gint64 retry_ms = mcp_http_fetch_get_retry_ms (fetch);

  /* Only an id that is new is a step forward. */
  if (event_id != NULL && g_strcmp0 (event_id, call->event_id) != 0)
    {
      g_free (call->event_id);
      call->event_id = g_strdup (event_id);
      call->n_resumes = 0;
    }
  /* What answers initialize names the session, in a header that a resumed stream does not have. */
  if (call->event_id == NULL || mcp_handshake_owns (&self->handshake, call->id) ||
      call->n_session != self->n_session || call->n_resumes++ == MAX_RESUMES)
    return FALSE;

  if (retry_ms < 0)
    retry_ms = self->times.resume_ms;
  call->timer =
      mcp_http_provider_run_start_timer ((guint) MIN (retry_ms, MAX_RETRY_MS), resume_cb, call);
  return TRUE;
}

static char *
describe_failure (guint status, McpHttpFetch *fetch, const GError *error)
{
  if (error != NULL && error->code == MCP_ERROR_LIMIT_EXCEEDED)
    return g_strdup_printf ("said more than may be taken: %s", error->message);
  if (error != NULL)
    return g_strdup (error->message);
  if (status != SOUP_STATUS_OK)
    return g_strdup_printf ("answered HTTP %u (%s)", status, soup_status_get_phrase (status));
  if (mcp_http_fetch_is_stream (fetch))
    return g_strdup ("ended its stream of events before the answer");
  return g_strdup ("gave an HTTP answer without the request's answer in it");
}

/* A request of the handshake whose answer has not come. An error that came with the HTTP status of
   one tells what the server speaks. */
static void
handshake_ended (McpHttpProviderCall *call, McpHttpFetch *fetch, const GError *error)
{
  McpHttpProvider *self = call->provider;
  guint status = mcp_http_fetch_get_status (fetch);
  g_autofree char *how = describe_failure (status, fetch, error);

  if (error == NULL && call->is_stateless && is_refused (call, status))
    mcp_http_provider_start_take_answer (self, call, call->refusal);
  else
    mcp_http_provider_start_take_failure (self, call, status, how);
}

/* A request whose answer has not come. */
static void
request_ended (McpHttpProviderCall *call, McpHttpFetch *fetch, const GError *error)
{
  McpHttpProvider *self = call->provider;
  guint status = mcp_http_fetch_get_status (fetch);
  gboolean is_broken =
      mcp_http_fetch_is_stream (fetch) || (call->is_resumed && (status == 0 || status >= 500));

  if (mcp_http_provider_sse_is_open (self) && error == NULL && status >= 200 && status < 300)
    return;
  if (mcp_handshake_owns (&self->handshake, call->id))
    {
      handshake_ended (call, fetch, error);
      return;
    }
  if (is_broken && !call->is_stateless &&
      (error == NULL || error->code != MCP_ERROR_LIMIT_EXCEEDED) && resume (call, fetch))
    return;
  if (error == NULL && is_session_lost (call, status))
    {
      if (call->is_stateless)
        self->facts.lifecycle = self->config->known_lifecycle = MCP_LIFECYCLE_UNKNOWN;
      mcp_http_provider_run_lost_session (self, call,
                                          call->is_stateless
                                              ? "does not know the revision that it spoke"
                                              : "has ended the session");
    }
  else if (error == NULL && is_refused (call, status))
    mcp_http_provider_run_complete_call (self, call, call->refusal);
  else
    {
      g_autofree char *how = describe_failure (status, fetch, error);

      mcp_http_provider_run_fail_call (self, call, how);
    }
}

static void
post_ended (McpHttpProviderCall *call, McpHttpFetch *fetch, const GError *error)
{
  McpHttpProvider *self = call->provider;
  guint status = mcp_http_fetch_get_status (fetch);
  gboolean is_taken = error == NULL && status >= 200 && status < 300;

  mcp_http_provider_call_stop (call);
  if (call->id == self->initialized_id && self->state == MCP_PROVIDER_STARTING)
    {
      g_autofree char *how = is_taken ? NULL : describe_failure (status, fetch, error);

      if (is_taken)
        mcp_http_provider_start_take_ready (self);
      else
        mcp_http_provider_run_fail_call (self, call, how);
    }
  else if (error == NULL && is_session_lost (call, status))
    mcp_http_provider_run_lost_session (self, call, "has ended the session");
  else if (!is_taken)
    mcp_http_provider_run_count_stray (self, "does not take what it is sent");
}

static void
ended_cb (McpHttpFetch *fetch, const GError *error, gpointer user_data)
{
  g_autoptr (McpHttpProviderCall) call = mcp_http_provider_call_ref (user_data);
  g_autoptr (McpHttpProvider) self = g_object_ref (call->provider);

  if (call->is_request)
    request_ended (call, fetch, error);
  else
    post_ended (call, fetch, error);
}

/**
 * mcp_http_provider_call_send:
 * @self: a message; the caller holds it
 *
 * Sends the message, or asks for the rest of what it brought.
 */
void
mcp_http_provider_call_send (McpHttpProviderCall *self)
{
  static const McpHttpFetchFuncs funcs = { message_cb, NULL, ended_cb };
  McpHttpProvider *provider = self->provider;

  if (self->message == NULL)
    build_message (self, self->request);
  if (!self->is_repeatable)
    g_clear_pointer (&self->request, mcp_provider_request_free);
  g_clear_pointer (&self->fetch, mcp_http_fetch_unref);
  self->fetch =
      mcp_http_provider_run_new_fetch (provider, self->is_resumed ? "GET" : "POST", &funcs, self);
  if (self->is_resumed)
    {
      mcp_http_fetch_set_header (self->fetch, "Accept", "text/event-stream");
      mcp_http_fetch_set_header (self->fetch, "Last-Event-ID", self->event_id);
    }
  else
    {
      mcp_http_fetch_set_header (self->fetch, "Accept", "application/json, text/event-stream");
      for (char **at = self->headers; at != NULL && *at != NULL; at += 2)
        mcp_http_fetch_set_header (self->fetch, at[0], at[1]);
      mcp_http_fetch_set_body (self->fetch, self->message);
      self->n_session = provider->n_session;
      g_hash_table_replace (provider->calls, &self->id, mcp_http_provider_call_ref (self));
    }
  mcp_http_fetch_start (self->fetch, provider->soup,
                        self->is_request ? 0 : provider->times.post_ms);
}
