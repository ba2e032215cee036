/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How the session with a server begins: by finding out what it speaks, and the
 * handshake of those that have one.
 */
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "mcp-http-provider-private.h"
#include "upstream/dialogue/mcp-provider-messages.h"

#include <string.h>

/* Of a session id, which comes back with each request. */
#define MAX_SESSION_ID_BYTES    1024
/* A shared server may serve every session of the daemon at once. */
#define MAX_CONNECTIONS         1024
#define CONNECTION_IDLE_SECONDS 15

/* Visible ASCII (MCP 2025-11-25, basic/transports, “Session Management”). */
static gboolean
is_session_id (const char *id)
{
  gsize length = strlen (id);

  for (gsize i = 0; i < length; i++)
    {
      if (id[i] < 0x21 || id[i] > 0x7e)
        return FALSE;
    }
  return length > 0 && length <= MAX_SESSION_ID_BYTES;
}

/**
 * mcp_http_provider_start_take_ready:
 * @self: the provider, which is starting; the caller holds it
 *
 * The handshake is done.
 */
void
mcp_http_provider_start_take_ready (McpHttpProvider *self)
{
  gboolean is_stateless = mcp_http_provider_run_is_stateless (self);

  mcp_http_provider_run_clear_timer (&self->start_timer);
  mcp_http_provider_run_clear_timer (&self->probe_timer);
  self->initialized_id = 0;
  self->config->known_lifecycle = self->facts.lifecycle;
  if (!is_stateless && !mcp_http_provider_sse_is_open (self))
    mcp_http_provider_listen_start (self);
  mcp_http_provider_run_set_state (self, MCP_PROVIDER_READY);
  /* Who follows the state may have ended it. */
  if (self->state != MCP_PROVIDER_READY)
    return;
  if (is_stateless)
    mcp_subscription_start (&self->subscription);
  else
    mcp_server_facts_subscribe_again (&self->facts, MCP_PROVIDER (self));
  mcp_http_provider_deliver_waiting (self);
  mcp_http_provider_run_update_idle (self);
}

/* The answer to initialize. @call: that brought it */
static void
take_session (McpHttpProvider *self, McpHttpProviderCall *call)
{
  const char *session_id = NULL;
  g_autoptr (GBytes) message = NULL;
  g_autoptr (McpHttpProviderCall) initialized = NULL;

  if (!mcp_http_provider_sse_is_open (self))
    session_id = mcp_http_fetch_get_header (call->fetch, MCP_HEADER_SESSION_ID);
  if (session_id != NULL && !is_session_id (session_id))
    {
      mcp_http_provider_run_fail (self, "gave a session id that is none");
      return;
    }

  mcp_http_provider_run_clear_timer (&self->probe_timer);
  self->session_id = g_strdup (session_id);
  self->revision = mcp_revision_to_string (self->facts.revision);
  /* The server must have taken it before it sees a request: connections overtake each other. */
  message = mcp_provider_messages_build_initialized ();
  self->initialized_id = ++self->last_id;
  initialized = mcp_http_provider_call_new (self, self->initialized_id, message);
  mcp_http_provider_call_send (initialized);
}

/**
 * mcp_http_provider_start_initialize:
 * @self: the provider, which is starting
 *
 * Asks for a session.
 */
void
mcp_http_provider_start_initialize (McpHttpProvider *self)
{
  g_autoptr (GBytes) message = mcp_handshake_initialize (&self->handshake, ++self->last_id);
  g_autoptr (McpHttpProviderCall) call = mcp_http_provider_call_new (self, self->last_id, message);

  mcp_http_provider_run_clear_timer (&self->probe_timer);
  call->is_request = TRUE;
  mcp_http_provider_call_send (call);
}

static gboolean
probe_timer_cb (gpointer data)
{
  mcp_http_provider_start_initialize (data);
  return G_SOURCE_REMOVE;
}

static void
discover (McpHttpProvider *self)
{
  g_autoptr (GBytes) message = mcp_handshake_discover (&self->handshake, ++self->last_id);
  g_autoptr (McpHttpProviderCall) call =
      mcp_http_provider_call_new_own (self, self->last_id, "server/discover", message);

  mcp_http_provider_call_send (call);
  self->probe_timer =
      mcp_http_provider_run_start_timer (self->times.probe_ms, probe_timer_cb, self);
}

/* What was asked as well, and has not been answered, is of no interest any more. */
static void
stop_other (McpHttpProvider *self, gint64 id)
{
  McpHttpProviderCall *call = id != 0 ? g_hash_table_lookup (self->calls, &id) : NULL;

  if (call != NULL)
    {
      g_autoptr (McpHttpProviderCall) held = mcp_http_provider_call_ref (call);

      mcp_http_provider_call_stop (held);
    }
}

/**
 * mcp_http_provider_start_take_answer:
 * @self: the provider, which is starting; the caller holds it
 * @call: one of the handshake's; the caller holds it
 * @answer: to it
 */
void
mcp_http_provider_start_take_answer (McpHttpProvider *self,
                                     McpHttpProviderCall *call,
                                     McpJsonrpcMessage *answer)
{
  const McpHandshake asked = self->handshake;
  g_autoptr (GError) error = NULL;
  McpHandshakeStep step =
      mcp_handshake_take_answer (&self->handshake, &self->facts, call->id, answer, &error);

  mcp_http_provider_call_stop (call);
  switch (step)
    {
    case MCP_HANDSHAKE_INITIALIZE:
      mcp_http_provider_start_initialize (self);
      break;
    case MCP_HANDSHAKE_DISCOVER:
      discover (self);
      break;
    case MCP_HANDSHAKE_READY:
      stop_other (self, call->id == asked.discover_id ? asked.initialize_id : asked.discover_id);
      if (mcp_http_provider_run_is_stateless (self))
        mcp_http_provider_start_take_ready (self);
      else
        take_session (self, call);
      break;
    case MCP_HANDSHAKE_FAILED:
      mcp_http_provider_run_fail (self, error->message);
      break;
    case MCP_HANDSHAKE_WAIT:
      break;
    }
}

/**
 * mcp_http_provider_start_take_failure:
 * @self: the provider, which is starting; the caller holds it
 * @call: one of the handshake's, which will not be answered; the caller holds it
 * @status: of HTTP; 0: the server could not be talked to at all
 * @how: goes on after “it”
 *
 * MCP 2026-07-28, basic/versioning, and 2025-11-25, basic/transports, “Backwards
 * Compatibility”: whatever a server answers to what it does not know, the next older way
 * is tried.
 */
void
mcp_http_provider_start_take_failure (McpHttpProvider *self,
                                      McpHttpProviderCall *call,
                                      guint status,
                                      const char *how)
{
  gboolean is_probe = call->id == self->handshake.discover_id;
  gboolean is_unknown = status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_METHOD_NOT_ALLOWED;

  mcp_http_provider_call_stop (call);
  if (is_probe && status != 0)
    {
      self->handshake.discover_id = 0;
      if (mcp_handshake_take_silence (&self->handshake) == MCP_HANDSHAKE_INITIALIZE)
        mcp_http_provider_start_initialize (self);
    }
  else if (!is_probe && status != 0 && !self->handshake.has_discovered &&
           !mcp_http_provider_sse_is_open (self))
    {
      /* It was known to be an older one, and may be another by now. */
      self->handshake.initialize_id = 0;
      discover (self);
    }
  else if (!is_probe && !is_unknown && self->handshake.discover_id != 0)
    self->handshake.initialize_id = 0; /* asked because the server is slow: it may yet answer */
  else if (!is_probe && is_unknown && !mcp_http_provider_sse_is_open (self) &&
           call->id == self->handshake.initialize_id)
    {
      stop_other (self, self->handshake.discover_id);
      self->handshake = (McpHandshake){ 0 };
      mcp_http_provider_sse_start (self, how);
    }
  else
    mcp_http_provider_run_fail (self, how);
}

static gboolean
start_timer_cb (gpointer data)
{
  g_autoptr (McpHttpProvider) self = g_object_ref (data);
  g_autofree char *how =
      g_strdup_printf ("did not finish the handshake for %g s", self->times.start_ms / 1000.0);

  mcp_http_provider_run_fail (self, how);
  return G_SOURCE_REMOVE;
}

/* TLS is verified, since nothing says otherwise; neither cookies nor passwords are kept. */
static SoupSession *
new_soup_session (void)
{
  SoupSession *soup = soup_session_new_with_options (
      "max-conns", MAX_CONNECTIONS, "max-conns-per-host", MAX_CONNECTIONS, "timeout", 0u,
      "idle-timeout", CONNECTION_IDLE_SECONDS, NULL);

  soup_session_remove_feature_by_type (soup, SOUP_TYPE_AUTH_MANAGER);
  /* What is decoded counts, and nobody can make little into much. */
  soup_session_remove_feature_by_type (soup, SOUP_TYPE_CONTENT_DECODER);
  return soup;
}

static gboolean
prepare (McpHttpProvider *self, GError **error)
{
  GUri *uri = mcp_server_config_build_url (self->config, self->cwd, error);
  char **headers = NULL;

  if (uri != NULL)
    headers = mcp_server_config_build_headers (self->config, self->cwd, error);
  g_clear_pointer (&self->uri, g_uri_unref);
  self->uri = uri;
  g_strfreev (self->headers);
  self->headers = headers;
  if (self->soup == NULL)
    self->soup = new_soup_session ();
  return headers != NULL;
}

static void
begin (McpHttpProvider *self)
{
  self->handshake = (McpHandshake){ 0 };
  self->start_timer =
      mcp_http_provider_run_start_timer (self->times.start_ms, start_timer_cb, self);
  if (self->config->is_sse)
    self->facts.lifecycle = MCP_LIFECYCLE_HTTP_SSE;
  switch (self->facts.lifecycle)
    {
    case MCP_LIFECYCLE_HTTP_SSE:
      mcp_http_provider_sse_start (self, NULL);
      break;
    case MCP_LIFECYCLE_HANDSHAKE:
      mcp_http_provider_start_initialize (self);
      break;
    case MCP_LIFECYCLE_STATELESS:
    case MCP_LIFECYCLE_UNKNOWN:
      discover (self);
      break;
    }
}

/**
 * mcp_http_provider_start:
 * @self: the provider, which is stopped
 * @error: return location
 *
 * Begins with the server; not when that failed a moment ago.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED.
 *
 * Returns: whether it was begun
 */
gboolean
mcp_http_provider_start (McpHttpProvider *self, GError **error)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 wait_us = mcp_backoff_get_wait_us (&self->backoff, now_us);
  g_autoptr (GError) local_error = NULL;

  if (wait_us > 0)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "%s (next attempt in %.1f s)",
                   self->last_error, (double) wait_us / G_USEC_PER_SEC);
      return FALSE;
    }
  if (!prepare (self, &local_error))
    {
      mcp_http_provider_run_note_error (self, local_error->message);
      self->has_failed = TRUE;
      mcp_backoff_fail (&self->backoff, now_us);
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, local_error->message);
      return FALSE;
    }

  self->n_restarts += self->has_failed ? 1 : 0;
  self->has_failed = FALSE;
  self->n_strays = 0;
  if (self->facts.lifecycle == MCP_LIFECYCLE_UNKNOWN)
    self->facts.lifecycle = self->config->known_lifecycle;
  self->facts.n_run++;
  mcp_pending_requests_forget_asks (self->pending);
  self->n_session++;
  self->started_at = g_get_real_time ();
  begin (self);
  mcp_http_provider_run_set_state (self, MCP_PROVIDER_STARTING);
  return TRUE;
}
