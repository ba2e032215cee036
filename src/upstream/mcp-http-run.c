/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One session with the server, from the handshake to its end (MCP 2025-11-25,
 * basic/lifecycle and basic/transports, “Session Management”).
 */
#include "config.h"
#include "mcp-error.h"
#include "mcp-http-provider-private.h"
#include "mcp-names.h"
#include "mcp-provider-messages.h"

#include <string.h>

/* Of a session id, which comes back with each request. */
#define MAX_SESSION_ID_BYTES    1024
/* A shared server may serve every session of the daemon at once. */
#define MAX_CONNECTIONS         1024
#define CONNECTION_IDLE_SECONDS 15

/**
 * mcp_http_run_clear_timer:
 * @timer: (inout) (nullable): to stop
 */
void
mcp_http_run_clear_timer (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

/**
 * mcp_http_run_start_timer:
 * @ms: from now
 * @callback: to call
 * @user_data: for @callback
 *
 * Returns: (transfer full): the timer
 */
GSource *
mcp_http_run_start_timer (guint ms, GSourceFunc callback, gpointer user_data)
{
  GSource *timer = g_timeout_source_new (ms);

  g_source_set_callback (timer, callback, user_data, NULL);
  g_source_attach (timer, g_main_context_get_thread_default ());
  return timer;
}

static void
set_state (McpHttpProvider *self, McpProviderState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify (G_OBJECT (self), "state");
}

static void
log_text (McpHttpProvider *self, GLogLevelFlags level, const char *text)
{
  g_log_structured (G_LOG_DOMAIN, level, "MCP_PROVIDER", self->config->name, "MESSAGE",
                    "server %s: %s", self->config->name, text);
}

/**
 * mcp_http_run_count_stray:
 * @self: the provider
 * @what: came, or went, and fits nothing
 *
 * What fits nothing is not worth a line each: the 1st, 2nd, 4th, 8th … is told.
 */
void
mcp_http_run_count_stray (McpHttpProvider *self, const char *what)
{
  self->n_strays++;
  if ((self->n_strays & (self->n_strays - 1)) == 0)
    {
      g_autofree char *text = g_strdup_printf ("%s (%u so far)", what, self->n_strays);

      log_text (self, G_LOG_LEVEL_INFO, text);
    }
}

/**
 * mcp_http_run_new_fetch:
 * @self: the provider
 * @method: of HTTP
 * @funcs: static
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a request with the headers that each carries
 */
McpHttpFetch *
mcp_http_run_new_fetch (McpHttpProvider *self,
                        const char *method,
                        const McpHttpFetchFuncs *funcs,
                        gpointer user_data)
{
  McpHttpFetch *fetch =
      mcp_http_fetch_new (method, self->uri, self->limits.upstream_message_bytes, funcs, user_data);

  mcp_http_fetch_set_header (fetch, "User-Agent", "mcp-sessiond/" MCP_VERSION);
  for (char **at = self->headers; *at != NULL; at += 2)
    mcp_http_fetch_set_header (fetch, at[0], at[1]);
  if (self->session_id != NULL)
    mcp_http_fetch_set_header (fetch, MCP_HEADER_SESSION_ID, self->session_id);
  if (self->revision != NULL)
    mcp_http_fetch_set_header (fetch, MCP_HEADER_PROTOCOL, self->revision);
  return fetch;
}

/**
 * mcp_http_run_post:
 * @self: the provider
 * @message: no request; dropped where there is no session
 */
void
mcp_http_run_post (McpHttpProvider *self, GBytes *message)
{
  g_autoptr (McpHttpCall) call = NULL;

  if (self->state != MCP_PROVIDER_READY && self->state != MCP_PROVIDER_STARTING)
    return;
  call = mcp_http_call_new (self, ++self->last_id, message);
  mcp_http_call_send (call);
}

/* Cuts off whatever runs. */
static void
stop_all (McpHttpProvider *self)
{
  g_autoptr (GPtrArray) calls =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_http_call_unref);
  GHashTableIter iter;
  gpointer call;

  mcp_http_run_clear_timer (&self->start_timer);
  mcp_http_run_clear_timer (&self->idle_timer);
  mcp_http_run_clear_timer (&self->end_timer);
  mcp_http_listen_stop (self);
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, &call))
    g_ptr_array_add (calls, mcp_http_call_ref (call));
  for (guint i = 0; i < calls->len; i++)
    mcp_http_call_stop (calls->pdata[i]);
}

static void
forget_session (McpHttpProvider *self)
{
  g_clear_pointer (&self->session_id, g_free);
  self->revision = NULL;
  self->initialize_id = 0;
  self->initialized_id = 0;
}

/**
 * mcp_http_run_drop:
 * @self: the provider
 *
 * Leaves the server without a word.
 */
void
mcp_http_run_drop (McpHttpProvider *self)
{
  stop_all (self);
  forget_session (self);
  if (self->ending != NULL)
    mcp_http_fetch_cancel (self->ending);
  g_clear_pointer (&self->ending, mcp_http_fetch_unref);
  if (self->soup != NULL)
    soup_session_abort (self->soup);
}

/* The session has ended. */
static void
finish_stop (McpHttpProvider *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->ending, mcp_http_fetch_unref);
  mcp_http_run_clear_timer (&self->end_timer);
  mcp_http_provider_finish_close (self);
  /* Asked for while it was ending because nobody had. */
  if (self->state == MCP_PROVIDER_STOPPED && !g_queue_is_empty (&self->waiting) &&
      !mcp_http_run_start (self, &error))
    mcp_http_provider_fail_all (self, error->code, error->message);
}

/* However the server likes it (405: not at all), the session is left. */
static void
ending_ended_cb (McpHttpFetch *fetch, const GError *error, gpointer user_data)
{
  g_autoptr (McpHttpProvider) self = g_object_ref (user_data);

  if (error != NULL)
    log_text (self, G_LOG_LEVEL_INFO, error->message);
  finish_stop (self);
}

static void
ending_message_cb (McpHttpFetch *fetch, GBytes *text, gpointer user_data)
{
}

static gboolean
end_timer_cb (gpointer data)
{
  g_autoptr (McpHttpProvider) self = g_object_ref (data);

  finish_stop (self);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_http_run_stop:
 * @self: the provider, which is not stopped
 *
 * Begins to end the session. The caller says that the state has changed.
 */
void
mcp_http_run_stop (McpHttpProvider *self)
{
  static const McpHttpFetchFuncs funcs = { ending_message_cb, ending_ended_cb };

  if (self->state == MCP_PROVIDER_CLOSING)
    return;
  stop_all (self);
  self->state = MCP_PROVIDER_CLOSING;
  if (self->session_id != NULL)
    {
      self->ending = mcp_http_run_new_fetch (self, "DELETE", &funcs, self);
      mcp_http_fetch_start (self->ending, self->soup, self->times.close_ms);
    }
  else
    self->end_timer = mcp_http_run_start_timer (0, end_timer_cb, self);
  forget_session (self);
}

static gboolean
idle_cb (gpointer data)
{
  McpHttpProvider *self = data;

  log_text (self, G_LOG_LEVEL_INFO, "idle, is left");
  mcp_http_run_stop (self);
  g_object_notify (G_OBJECT (self), "state");
  return G_SOURCE_REMOVE;
}

/**
 * mcp_http_run_update_idle:
 * @self: the provider
 *
 * To be called when a request, or who holds the provider, has come or gone.
 */
void
mcp_http_run_update_idle (McpHttpProvider *self)
{
  mcp_http_run_clear_timer (&self->idle_timer);
  if (self->state == MCP_PROVIDER_READY && self->times.idle_ms > 0 && self->peer.n_holds == 0 &&
      mcp_pending_requests_get_size (self->pending) == 0)
    self->idle_timer = mcp_http_run_start_timer (self->times.idle_ms, idle_cb, self);
}

static void
note_error (McpHttpProvider *self, const char *text)
{
  g_free (self->last_error);
  self->last_error = g_strdup (text);
}

/**
 * mcp_http_run_fail:
 * @self: the provider, which is starting; the caller holds it
 * @how: goes on after “it”
 *
 * The handshake did not come about.
 */
void
mcp_http_run_fail (McpHttpProvider *self, const char *how)
{
  g_autofree char *text =
      g_strdup_printf ("Server “%s” could not be started: it %s", self->config->name, how);

  mcp_backoff_fail (&self->backoff, g_get_monotonic_time ());
  self->has_failed = TRUE;
  note_error (self, text);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MCP_PROVIDER", self->config->name,
                    "MESSAGE", "%s", text);

  stop_all (self);
  forget_session (self);
  self->state = MCP_PROVIDER_STOPPED;
  mcp_http_provider_fail_all (self, MCP_ERROR_PROVIDER_FAILED, text);
  g_object_notify (G_OBJECT (self), "state");
}

/**
 * mcp_http_run_fail_call:
 * @self: the provider; the caller holds it
 * @call: will not be answered; the caller holds it
 * @how: goes on after “it”
 *
 * Ends one request; the handshake's ends all.
 */
void
mcp_http_run_fail_call (McpHttpProvider *self, McpHttpCall *call, const char *how)
{
  g_autofree char *text = NULL;

  mcp_http_call_stop (call);
  if (self->state == MCP_PROVIDER_STARTING &&
      (call->id == self->initialize_id || call->id == self->initialized_id))
    {
      mcp_http_run_fail (self, how);
      return;
    }

  text = g_strdup_printf ("Server “%s” %s", self->config->name, how);
  note_error (self, text);
  log_text (self, G_LOG_LEVEL_INFO, how);
  if (mcp_pending_requests_fail (self->pending, call->id,
                                 g_error_new_literal (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, text)))
    mcp_http_run_update_idle (self);
}

/**
 * mcp_http_run_lost_session:
 * @self: the provider; the caller holds it
 * @call: was answered so; the caller holds it
 *
 * The server knows the session no more, and must be asked for a new one. What changes
 * nothing there is asked once again.
 */
void
mcp_http_run_lost_session (McpHttpProvider *self, McpHttpCall *call)
{
  gboolean is_current = call->n_session == self->n_session && self->state == MCP_PROVIDER_READY;
  g_autoptr (GError) error = NULL;

  mcp_http_call_stop (call);
  if (call->is_request && call->is_repeatable && !call->is_repeated)
    {
      call->is_repeated = TRUE;
      call->is_resumed = FALSE;
      call->n_resumes = 0;
      g_clear_pointer (&call->event_id, g_free);
      g_clear_pointer (&call->refusal, mcp_jsonrpc_message_unref);
      g_queue_push_tail (&self->waiting, mcp_http_call_ref (call));
    }
  else if (call->is_request)
    mcp_http_run_fail_call (self, call, "has ended the session; the request was not repeated");

  if (is_current && self->state == MCP_PROVIDER_READY)
    {
      log_text (self, G_LOG_LEVEL_INFO, "has ended the session, a new one is begun");
      note_error (self, "The server ended the session");
      mcp_http_run_clear_timer (&self->idle_timer);
      mcp_http_listen_stop (self);
      forget_session (self);
      self->has_failed = TRUE;
      self->state = MCP_PROVIDER_STOPPED;
      if (!mcp_http_run_start (self, &error))
        {
          stop_all (self);
          mcp_http_provider_fail_all (self, error->code, error->message);
          g_object_notify (G_OBJECT (self), "state");
        }
    }
  else
    mcp_http_provider_deliver_waiting (self);
}

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
 * mcp_http_run_take_initialized:
 * @self: the provider; the caller holds it
 * @call: of initialize; the caller holds it
 * @answer: to it
 *
 * The first half of the handshake is done.
 */
void
mcp_http_run_take_initialized (McpHttpProvider *self, McpHttpCall *call, McpJsonrpcMessage *answer)
{
  const char *session_id = mcp_http_fetch_get_header (call->fetch, MCP_HEADER_SESSION_ID);
  McpRevision revision;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = NULL;
  g_autoptr (McpHttpCall) initialized = NULL;

  mcp_http_call_stop (call);
  revision = mcp_provider_messages_check_initialized (answer, &error);
  if (revision == MCP_REVISION_UNKNOWN)
    {
      mcp_http_run_fail (self, error->message);
      return;
    }
  if (session_id != NULL && !is_session_id (session_id))
    {
      mcp_http_run_fail (self, "gave a session id that is none");
      return;
    }

  self->initialize_id = 0;
  self->session_id = g_strdup (session_id);
  self->revision = mcp_revision_to_string (revision);
  mcp_peer_learn (&self->peer, revision, mcp_jsonrpc_message_get_result (answer));
  /* The server must have taken it before it sees a request: connections overtake each other. */
  message = mcp_provider_messages_build_initialized ();
  self->initialized_id = ++self->last_id;
  initialized = mcp_http_call_new (self, self->initialized_id, message);
  mcp_http_call_send (initialized);
}

/**
 * mcp_http_run_take_ready:
 * @self: the provider, which is starting; the caller holds it
 *
 * The handshake is done.
 */
void
mcp_http_run_take_ready (McpHttpProvider *self)
{
  mcp_http_run_clear_timer (&self->start_timer);
  self->initialized_id = 0;
  mcp_http_listen_start (self);
  set_state (self, MCP_PROVIDER_READY);
  if (self->state == MCP_PROVIDER_READY)
    mcp_peer_subscribe_again (&self->peer, MCP_PROVIDER (self));
  mcp_http_provider_deliver_waiting (self);
  mcp_http_run_update_idle (self);
}

static gboolean
start_timer_cb (gpointer data)
{
  g_autoptr (McpHttpProvider) self = g_object_ref (data);
  g_autofree char *how =
      g_strdup_printf ("did not finish the handshake for %g s", self->times.start_ms / 1000.0);

  mcp_http_run_fail (self, how);
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

/**
 * mcp_http_run_start:
 * @self: the provider, which is stopped
 * @error: return location
 *
 * Starts the handshake; not when a start failed a moment ago.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED.
 *
 * Returns: whether it was started
 */
gboolean
mcp_http_run_start (McpHttpProvider *self, GError **error)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 wait_us = mcp_backoff_get_wait_us (&self->backoff, now_us);
  g_autoptr (GBytes) message = NULL;
  g_autoptr (McpHttpCall) call = NULL;
  g_autoptr (GError) local_error = NULL;

  if (wait_us > 0)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "%s (next attempt in %.1f s)",
                   self->last_error, (double) wait_us / G_USEC_PER_SEC);
      return FALSE;
    }
  if (!prepare (self, &local_error))
    {
      note_error (self, local_error->message);
      self->has_failed = TRUE;
      mcp_backoff_fail (&self->backoff, now_us);
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, local_error->message);
      return FALSE;
    }

  self->n_restarts += self->has_failed ? 1 : 0;
  self->has_failed = FALSE;
  self->n_strays = 0;
  self->peer.n_run++;
  mcp_pending_requests_forget_asks (self->pending);
  self->n_session++;
  self->started_at = g_get_real_time ();
  self->initialize_id = ++self->last_id;
  message = mcp_provider_messages_build_initialize (self->initialize_id);
  call = mcp_http_call_new (self, self->initialize_id, message);
  call->is_request = TRUE;
  mcp_http_call_send (call);
  self->start_timer = mcp_http_run_start_timer (self->times.start_ms, start_timer_cb, self);
  set_state (self, MCP_PROVIDER_STARTING);
  return TRUE;
}
