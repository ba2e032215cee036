/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One session with the server, once it was begun, to its end (MCP 2025-11-25,
 * basic/lifecycle and basic/transports, “Session Management”).
 */
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "config.h"
#include "mcp-http-provider-private.h"
#include "upstream/dialogue/mcp-stateless-messages.h"

/**
 * mcp_http_provider_run_clear_timer:
 * @timer: (inout) (nullable): to stop
 */
void
mcp_http_provider_run_clear_timer (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

/**
 * mcp_http_provider_run_start_timer:
 * @ms: from now
 * @callback: to call
 * @user_data: for @callback
 *
 * Returns: (transfer full): the timer
 */
GSource *
mcp_http_provider_run_start_timer (guint ms, GSourceFunc callback, gpointer user_data)
{
  GSource *timer = g_timeout_source_new (ms);

  g_source_set_callback (timer, callback, user_data, NULL);
  g_source_attach (timer, g_main_context_get_thread_default ());
  return timer;
}

/**
 * mcp_http_provider_run_is_stateless:
 * @self: the provider, which is ready
 *
 * Returns: whether each request must say all there is to know
 */
gboolean
mcp_http_provider_run_is_stateless (McpHttpProvider *self)
{
  return self->facts.lifecycle == MCP_LIFECYCLE_STATELESS;
}

/**
 * mcp_http_provider_run_set_state:
 * @self: the provider; the caller holds it
 * @state: from now on
 */
void
mcp_http_provider_run_set_state (McpHttpProvider *self, McpProviderState state)
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
 * mcp_http_provider_run_count_stray:
 * @self: the provider
 * @what: came, or went, and fits nothing
 *
 * What fits nothing is not worth a line each: the 1st, 2nd, 4th, 8th … is told.
 */
void
mcp_http_provider_run_count_stray (McpHttpProvider *self, const char *what)
{
  self->n_strays++;
  if ((self->n_strays & (self->n_strays - 1)) == 0)
    {
      g_autofree char *text = g_strdup_printf ("%s (%u so far)", what, self->n_strays);

      log_text (self, G_LOG_LEVEL_INFO, text);
    }
}

/**
 * mcp_http_provider_run_new_fetch:
 * @self: the provider
 * @method: of HTTP
 * @funcs: static
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a request with the headers that each carries
 */
McpHttpFetch *
mcp_http_provider_run_new_fetch (McpHttpProvider *self,
                                 const char *method,
                                 const McpHttpFetchFuncs *funcs,
                                 gpointer user_data)
{
  GUri *uri = self->post_uri != NULL ? self->post_uri : self->uri;
  McpHttpFetch *fetch =
      mcp_http_fetch_new (method, uri, self->limits.upstream_message_bytes, funcs, user_data);

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
 * mcp_http_provider_run_post:
 * @self: the provider
 * @message: no request; dropped where there is no session
 */
void
mcp_http_provider_run_post (McpHttpProvider *self, GBytes *message)
{
  g_autoptr (McpHttpProviderCall) call = NULL;

  if (self->state != MCP_PROVIDER_READY && self->state != MCP_PROVIDER_STARTING)
    return;
  call = mcp_http_provider_call_new (self, ++self->last_id, message);
  mcp_http_provider_call_send (call);
}

/* Cuts off whatever runs. */
static void
stop_all (McpHttpProvider *self)
{
  g_autoptr (GPtrArray) calls =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_http_provider_call_unref);
  GHashTableIter iter;
  gpointer call;

  mcp_subscription_stop (&self->subscription);
  mcp_http_provider_run_clear_timer (&self->start_timer);
  mcp_http_provider_run_clear_timer (&self->probe_timer);
  mcp_http_provider_run_clear_timer (&self->idle_timer);
  mcp_http_provider_run_clear_timer (&self->end_timer);
  mcp_http_provider_listen_stop (self);
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, &call))
    g_ptr_array_add (calls, mcp_http_provider_call_ref (call));
  for (guint i = 0; i < calls->len; i++)
    mcp_http_provider_call_stop (calls->pdata[i]);
}

/**
 * mcp_http_provider_run_forget_session:
 * @self: the provider
 */
void
mcp_http_provider_run_forget_session (McpHttpProvider *self)
{
  g_clear_pointer (&self->session_id, g_free);
  g_clear_pointer (&self->post_uri, g_uri_unref);
  g_clear_pointer (&self->post_refusal, g_free);
  self->revision = NULL;
  self->handshake = (McpHandshake){ 0 };
  self->initialized_id = 0;
}

/**
 * mcp_http_provider_run_drop:
 * @self: the provider
 *
 * Leaves the server without a word.
 */
void
mcp_http_provider_run_drop (McpHttpProvider *self)
{
  stop_all (self);
  mcp_http_provider_run_forget_session (self);
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
  mcp_http_provider_run_clear_timer (&self->end_timer);
  mcp_http_provider_finish_close (self);
  /* Asked for while it was ending because nobody had. */
  if (self->state == MCP_PROVIDER_STOPPED && !g_queue_is_empty (&self->waiting) &&
      !mcp_http_provider_start (self, &error))
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
 * mcp_http_provider_run_stop:
 * @self: the provider, which is not stopped
 *
 * Begins to end the session. The caller says that the state has changed.
 */
void
mcp_http_provider_run_stop (McpHttpProvider *self)
{
  static const McpHttpFetchFuncs funcs = { ending_message_cb, NULL, ending_ended_cb };

  if (self->state == MCP_PROVIDER_CLOSING)
    return;
  stop_all (self);
  self->state = MCP_PROVIDER_CLOSING;
  if (self->session_id != NULL)
    {
      self->ending = mcp_http_provider_run_new_fetch (self, "DELETE", &funcs, self);
      mcp_http_fetch_start (self->ending, self->soup, self->times.close_ms);
    }
  else
    self->end_timer = mcp_http_provider_run_start_timer (0, end_timer_cb, self);
  mcp_http_provider_run_forget_session (self);
}

static gboolean
idle_cb (gpointer data)
{
  McpHttpProvider *self = data;

  log_text (self, G_LOG_LEVEL_INFO, "idle, is left");
  mcp_http_provider_run_stop (self);
  g_object_notify (G_OBJECT (self), "state");
  return G_SOURCE_REMOVE;
}

/**
 * mcp_http_provider_run_update_idle:
 * @self: the provider
 *
 * To be called when a request, or who holds the provider, has come or gone.
 */
void
mcp_http_provider_run_update_idle (McpHttpProvider *self)
{
  mcp_http_provider_run_clear_timer (&self->idle_timer);
  if (self->state == MCP_PROVIDER_READY && self->times.idle_ms > 0 && self->facts.n_holds == 0 &&
      mcp_pending_requests_get_size (self->pending) == 0)
    self->idle_timer = mcp_http_provider_run_start_timer (self->times.idle_ms, idle_cb, self);
}

/**
 * mcp_http_provider_run_note_error:
 * @self: the provider
 * @text: why the server failed
 */
void
mcp_http_provider_run_note_error (McpHttpProvider *self, const char *text)
{
  g_free (self->last_error);
  self->last_error = g_strdup (text);
}

/**
 * mcp_http_provider_run_fail:
 * @self: the provider, which is starting; the caller holds it
 * @how: goes on after “it”
 *
 * The handshake did not come about.
 */
void
mcp_http_provider_run_fail (McpHttpProvider *self, const char *how)
{
  g_autofree char *text =
      g_strdup_printf ("Server “%s” could not be started: it %s", self->config->name, how);

  mcp_backoff_fail (&self->backoff, g_get_monotonic_time ());
  self->facts.lifecycle = MCP_LIFECYCLE_UNKNOWN;
  self->config->known_lifecycle = MCP_LIFECYCLE_UNKNOWN;
  self->has_failed = TRUE;
  mcp_http_provider_run_note_error (self, text);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MCP_PROVIDER", self->config->name,
                    "MESSAGE", "%s", text);

  stop_all (self);
  mcp_http_provider_run_forget_session (self);
  self->state = MCP_PROVIDER_STOPPED;
  mcp_http_provider_fail_all (self, MCP_ERROR_PROVIDER_FAILED, text);
  g_object_notify (G_OBJECT (self), "state");
}

/**
 * mcp_http_provider_run_lost_stream:
 * @self: the provider, which is ready; the caller holds it
 * @how: goes on after the server's name
 *
 * There is no way any more by which answers could come; the next request begins anew.
 */
void
mcp_http_provider_run_lost_stream (McpHttpProvider *self, const char *how)
{
  g_autofree char *text = g_strdup_printf ("Server “%s” %s", self->config->name, how);

  self->has_failed = TRUE;
  mcp_http_provider_run_note_error (self, text);
  log_text (self, G_LOG_LEVEL_INFO, how);
  stop_all (self);
  mcp_http_provider_run_forget_session (self);
  self->state = MCP_PROVIDER_STOPPED;
  mcp_http_provider_fail_all (self, MCP_ERROR_PROVIDER_FAILED, text);
  g_object_notify (G_OBJECT (self), "state");
}

/**
 * mcp_http_provider_run_fail_call:
 * @self: the provider; the caller holds it
 * @call: will not be answered; the caller holds it
 * @how: goes on after “it”
 *
 * Ends one request; that of the end of the handshake ends all.
 */
void
mcp_http_provider_run_fail_call (McpHttpProvider *self, McpHttpProviderCall *call, const char *how)
{
  g_autofree char *text = NULL;

  mcp_http_provider_call_stop (call);
  if (mcp_subscription_owns (&self->subscription, call->id))
    {
      mcp_subscription_take_end (&self->subscription, call->id, FALSE);
      return;
    }
  if (self->state == MCP_PROVIDER_STARTING && call->id == self->initialized_id)
    {
      mcp_http_provider_run_fail (self, how);
      return;
    }

  text = g_strdup_printf ("Server “%s” %s", self->config->name, how);
  mcp_http_provider_run_note_error (self, text);
  log_text (self, G_LOG_LEVEL_INFO, how);
  if (mcp_pending_requests_fail (self->pending, call->id,
                                 g_error_new_literal (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, text)))
    mcp_http_provider_run_update_idle (self);
}

/* What a modern server holds against us, and not against the client. Returns: whether it did */
static gboolean
handle_stateless_error (McpHttpProvider *self, McpHttpProviderCall *call, McpJsonrpcMessage *answer)
{
  g_autofree char *text = NULL;
  g_autofree char *how = NULL;

  if (!call->is_stateless || mcp_jsonrpc_message_get_kind (answer) != MCP_JSONRPC_FAILURE)
    return FALSE;
  switch (mcp_jsonrpc_message_get_error_code (answer))
    {
    case MCP_ERROR_CODE_UNSUPPORTED_VERSION:
      self->facts.lifecycle = MCP_LIFECYCLE_UNKNOWN;
      self->config->known_lifecycle = MCP_LIFECYCLE_UNKNOWN;
      mcp_http_provider_run_lost_session (self, call,
                                          "does not speak the MCP revision any more that it spoke");
      return TRUE;
    case MCP_ERROR_CODE_HEADER_MISMATCH:
      text = mcp_jsonrpc_message_dup_error_text (answer);
      how = g_strdup_printf ("finds that the HTTP headers do not fit the request: %s (%d)",
                             text != NULL ? text : "", MCP_ERROR_CODE_HEADER_MISMATCH);
      mcp_http_provider_run_fail_call (self, call, how);
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * mcp_http_provider_run_complete_call:
 * @self: the provider; the caller holds it
 * @call: a request; the caller holds it
 * @answer: to it
 */
void
mcp_http_provider_run_complete_call (McpHttpProvider *self,
                                     McpHttpProviderCall *call,
                                     McpJsonrpcMessage *answer)
{
  if (mcp_subscription_owns (&self->subscription, call->id))
    {
      mcp_http_provider_call_stop (call);
      mcp_subscription_take_end (&self->subscription, call->id,
                                 mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_FAILURE);
      return;
    }
  if (handle_stateless_error (self, call, answer))
    return;
  mcp_http_provider_call_stop (call);
  if (mcp_pending_requests_complete (self->pending, call->id, answer))
    mcp_http_provider_run_update_idle (self);
}

/**
 * mcp_http_provider_run_lost_session:
 * @self: the provider; the caller holds it
 * @call: was answered so; the caller holds it
 * @how: goes on after the server's name
 *
 * The server knows the session no more, and must be asked for a new one. What changes
 * nothing there is asked once again.
 */
void
mcp_http_provider_run_lost_session (McpHttpProvider *self,
                                    McpHttpProviderCall *call,
                                    const char *how)
{
  gboolean is_current = call->n_session == self->n_session && self->state == MCP_PROVIDER_READY;
  g_autofree char *refusal = g_strdup_printf ("%s; the request was not repeated", how);
  g_autofree char *text = g_strdup_printf ("The server %s", how);
  g_autoptr (GError) error = NULL;

  mcp_http_provider_call_stop (call);
  if (call->is_request && call->is_repeatable && !call->is_repeated)
    {
      call->is_repeated = TRUE;
      call->is_resumed = FALSE;
      call->n_resumes = 0;
      g_clear_pointer (&call->message, g_bytes_unref);
      g_clear_pointer (&call->event_id, g_free);
      g_clear_pointer (&call->refusal, mcp_jsonrpc_message_unref);
      g_queue_push_tail (&self->waiting, mcp_http_provider_call_ref (call));
    }
  else if (call->is_request)
    mcp_http_provider_run_fail_call (self, call, refusal);

  if (is_current && self->state == MCP_PROVIDER_READY)
    {
      log_text (self, G_LOG_LEVEL_INFO, how);
      mcp_http_provider_run_note_error (self, text);
      mcp_subscription_end (&self->subscription);
      mcp_http_provider_run_clear_timer (&self->idle_timer);
      mcp_http_provider_listen_stop (self);
      mcp_http_provider_run_forget_session (self);
      self->has_failed = TRUE;
      self->state = MCP_PROVIDER_STOPPED;
      if (!mcp_http_provider_start (self, &error))
        {
          stop_all (self);
          mcp_http_provider_fail_all (self, error->code, error->message);
          g_object_notify (G_OBJECT (self), "state");
        }
    }
  else
    mcp_http_provider_deliver_waiting (self);
}
