/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "mcp-stdio-provider-private.h"
#include "upstream/dialogue/mcp-provider-messages.h"
#include "upstream/dialogue/mcp-stateless-messages.h"
#include "upstream/stdio/mcp-environment.h"

#include <string.h>

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
attach_timer (McpStdioProvider *self, guint ms, GSourceFunc callback)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
set_state (McpStdioProvider *self, McpProviderState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify (G_OBJECT (self), "state");
}

static void
log_info (McpStdioProvider *self, const char *text)
{
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_INFO, "MCP_PROVIDER", self->config->name, "MESSAGE",
                    "server %s: %s", self->config->name, text);
}

/* What fits nothing is not worth a line each: the 1st, 2nd, 4th, 8th … is told. */
static void
count_stray (McpStdioProvider *self, const char *what)
{
  self->n_strays++;
  if ((self->n_strays & (self->n_strays - 1)) == 0)
    {
      g_autofree char *text = g_strdup_printf ("%s (%u so far)", what, self->n_strays);

      log_info (self, text);
    }
}

/**
 * mcp_stdio_run_send:
 * @self: the provider, whose process runs
 * @message: to send; dropped where the server does not read
 */
void
mcp_stdio_run_send (McpStdioProvider *self, GBytes *message)
{
  if (!mcp_stdio_process_send (self->process, message))
    count_stray (self, "does not read what it is sent");
}

/**
 * mcp_stdio_run_is_stateless:
 * @self: the provider, which is ready
 *
 * Returns: whether each request must say all there is to know
 */
gboolean
mcp_stdio_run_is_stateless (McpStdioProvider *self)
{
  return self->facts.lifecycle == MCP_LIFECYCLE_STATELESS;
}

static void
clear_timers (McpStdioProvider *self)
{
  clear_source (&self->start_timer);
  clear_source (&self->probe_timer);
  clear_source (&self->idle_timer);
  mcp_subscription_stop (&self->subscription);
}

/**
 * mcp_stdio_run_stop:
 * @self: the provider, whose process runs
 *
 * Begins to end the process. The caller says that the state has changed.
 */
void
mcp_stdio_run_stop (McpStdioProvider *self)
{
  clear_timers (self);
  mcp_stdio_process_stop (self->process);
  self->state = MCP_PROVIDER_CLOSING;
}

/**
 * mcp_stdio_run_drop:
 * @self: the provider
 *
 * Leaves the process, if there is one, to its keeper, which ends it.
 */
void
mcp_stdio_run_drop (McpStdioProvider *self)
{
  clear_timers (self);
  g_clear_object (&self->process);
}

static gboolean
idle_cb (gpointer data)
{
  McpStdioProvider *self = data;

  log_info (self, "idle, is ended");
  mcp_stdio_run_stop (self);
  g_object_notify (G_OBJECT (self), "state");
  return G_SOURCE_REMOVE;
}

/**
 * mcp_stdio_run_update_idle:
 * @self: the provider
 *
 * To be called when a request, or who holds the provider, has come or gone.
 */
void
mcp_stdio_run_update_idle (McpStdioProvider *self)
{
  clear_source (&self->idle_timer);
  if (self->state == MCP_PROVIDER_READY && self->times.idle_ms > 0 && self->facts.n_holds == 0 &&
      mcp_pending_requests_get_size (self->pending) == 0)
    self->idle_timer = attach_timer (self, self->times.idle_ms, idle_cb);
}

/* An end that nobody asked for; @how goes on after "it". The caller holds a reference. */
static void
fail (McpStdioProvider *self, const char *how)
{
  gboolean is_start = self->state == MCP_PROVIDER_STARTING;
  g_autofree char *reason =
      self->process != NULL ? mcp_stdio_process_dup_reason (self->process) : NULL;
  g_autofree char *text = g_strdup_printf (
      "Server “%s” %s%s%s%s", self->config->name, is_start ? "could not be started: it " : "", how,
      reason != NULL ? ": " : "", reason != NULL ? reason : "");

  if (is_start)
    {
      mcp_backoff_fail (&self->backoff, g_get_monotonic_time ());
      self->facts.lifecycle = MCP_LIFECYCLE_UNKNOWN;
      self->config->known_lifecycle = MCP_LIFECYCLE_UNKNOWN;
    }
  self->has_failed = TRUE;
  g_free (self->last_error);
  self->last_error = g_strdup (text);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "MCP_PROVIDER", self->config->name,
                    "MESSAGE", "%s", text);

  mcp_stdio_run_drop (self);
  self->state = MCP_PROVIDER_STOPPED;
  mcp_stdio_provider_fail_all (self, MCP_ERROR_PROVIDER_FAILED, text);
  g_object_notify (G_OBJECT (self), "state");
}

/* Messages of the server. Each handler is called with a reference held: it runs foreign code. */

static void
take_ready (McpStdioProvider *self)
{
  g_autoptr (GBytes) message = NULL;

  clear_source (&self->start_timer);
  clear_source (&self->probe_timer);
  self->config->known_lifecycle = self->facts.lifecycle;
  if (!mcp_stdio_run_is_stateless (self))
    {
      message = mcp_provider_messages_build_initialized ();
      mcp_stdio_run_send (self, message);
    }
  set_state (self, MCP_PROVIDER_READY);
  /* Who follows the state may have ended it. */
  if (self->state != MCP_PROVIDER_READY)
    return;
  if (mcp_stdio_run_is_stateless (self))
    mcp_subscription_start (&self->subscription);
  else
    mcp_server_facts_subscribe_again (&self->facts, MCP_PROVIDER (self));
  mcp_stdio_provider_deliver_waiting (self);
  mcp_stdio_run_update_idle (self);
}

static void
send_initialize (McpStdioProvider *self)
{
  g_autoptr (GBytes) message = mcp_handshake_initialize (&self->handshake, ++self->last_id);

  clear_source (&self->probe_timer);
  mcp_stdio_run_send (self, message);
}

static gboolean
probe_timer_cb (gpointer data)
{
  g_autoptr (McpStdioProvider) self = g_object_ref (data);

  log_info (self, "does not answer server/discover, is asked initialize as well");
  send_initialize (self);
  return G_SOURCE_REMOVE;
}

static void
send_discover (McpStdioProvider *self)
{
  g_autoptr (GBytes) message = mcp_handshake_discover (&self->handshake, ++self->last_id);

  mcp_stdio_run_send (self, message);
  self->probe_until_us = g_get_monotonic_time () + self->times.probe_ms * (gint64) 1000;
  self->probe_timer = attach_timer (self, self->times.probe_ms, probe_timer_cb);
}

static void
handle_handshake (McpStdioProvider *self, gint64 id, McpJsonrpcMessage *answer)
{
  g_autoptr (GError) error = NULL;
  McpHandshakeStep step =
      mcp_handshake_take_answer (&self->handshake, &self->facts, id, answer, &error);

  switch (step)
    {
    case MCP_HANDSHAKE_INITIALIZE:
      send_initialize (self);
      break;
    case MCP_HANDSHAKE_DISCOVER:
      send_discover (self);
      break;
    case MCP_HANDSHAKE_READY:
      take_ready (self);
      break;
    case MCP_HANDSHAKE_FAILED:
      fail (self, error->message);
      break;
    case MCP_HANDSHAKE_WAIT:
      break;
    }
}

static void begin_handshake (McpStdioProvider *self);

/* Begins anew with the same process: it does not speak any more what it spoke. */
static void
probe_again (McpStdioProvider *self, gint64 id)
{
  log_info (self, "does not speak the revision any more that it spoke, is asked anew");
  self->facts.lifecycle = MCP_LIFECYCLE_UNKNOWN;
  mcp_subscription_end (&self->subscription);
  clear_timers (self);
  begin_handshake (self);
  set_state (self, MCP_PROVIDER_STARTING);
  mcp_pending_requests_fail (
      self->pending, id,
      g_error_new (
          MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
          "Server “%s” does not speak the MCP revision any more that it spoke; the request "
          "was not repeated",
          self->config->name));
}

static gboolean
is_unsupported_version (McpJsonrpcMessage *answer)
{
  return mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_FAILURE &&
         mcp_jsonrpc_message_get_error_code (answer) == MCP_ERROR_CODE_UNSUPPORTED_VERSION;
}

/* Many servers answer what they do not expect before `initialize` without saying what they
   answer. */
static gboolean
is_answer_to_probe (McpStdioProvider *self, McpJsonrpcMessage *message)
{
  McpJsonSlice id = mcp_jsonrpc_message_get_id (message);

  return self->state == MCP_PROVIDER_STARTING && self->handshake.discover_id != 0 &&
         self->handshake.initialize_id == 0 &&
         mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_FAILURE &&
         (id.data == NULL || mcp_json_get_type (id) == MCP_JSON_NULL);
}

static void
handle_answer (McpStdioProvider *self, McpJsonrpcMessage *message)
{
  gint64 id;

  if (is_answer_to_probe (self, message))
    handle_handshake (self, self->handshake.discover_id, message);
  else if (!mcp_provider_messages_get_own_id (message, &id))
    count_stray (self, "an answer to an id that is not ours");
  else if (self->state == MCP_PROVIDER_STARTING && mcp_handshake_owns (&self->handshake, id))
    handle_handshake (self, id, message);
  else if (mcp_subscription_owns (&self->subscription, id))
    mcp_subscription_take_end (&self->subscription, id,
                               mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_FAILURE);
  else if (self->state == MCP_PROVIDER_READY && mcp_stdio_run_is_stateless (self) &&
           is_unsupported_version (message))
    probe_again (self, id);
  else if (mcp_pending_requests_complete (self->pending, id, message))
    {
      mcp_backoff_reset (&self->backoff);
      mcp_stdio_run_update_idle (self);
    }
  else
    g_debug ("server %s: an answer to a request that is done for", self->config->name);
}

static void
handle_notification (McpStdioProvider *self, McpJsonrpcMessage *message)
{
  if (mcp_stdio_run_is_stateless (self) &&
      mcp_subscription_take_notification (&self->subscription, message))
    return;
  if (!mcp_provider_messages_take_notification (MCP_PROVIDER (self), self->pending, 0, message))
    count_stray (self, "progress of no request in flight");
}

static void
handle_request (McpStdioProvider *self, McpJsonrpcMessage *message)
{
  g_autoptr (GBytes) response = NULL;

  if (self->state == MCP_PROVIDER_READY && mcp_stdio_run_is_stateless (self))
    {
      count_stray (self, "a request, which no server of its revision may make");
      return;
    }
  response = mcp_provider_messages_take_request (MCP_PROVIDER (self), self->pending, 0, message,
                                                 self->cwd);
  if (response != NULL)
    mcp_stdio_run_send (self, response);
}

/* It is up; that it stays silent from now on says more. */
static void
spoke_cb (gpointer user_data)
{
  McpStdioProvider *self = user_data;

  if (self->probe_timer == NULL)
    return;
  self->probe_until_us = MIN (
      self->probe_until_us, g_get_monotonic_time () + self->times.probe_spoken_ms * (gint64) 1000);
  g_source_set_ready_time (self->probe_timer, self->probe_until_us);
}

static void
message_cb (McpJsonrpcMessage *message, gpointer user_data)
{
  g_autoptr (McpStdioProvider) self = g_object_ref (user_data);

  switch (mcp_jsonrpc_message_get_kind (message))
    {
    case MCP_JSONRPC_RESULT:
    case MCP_JSONRPC_FAILURE:
      handle_answer (self, message);
      break;
    case MCP_JSONRPC_NOTIFICATION:
      handle_notification (self, message);
      break;
    case MCP_JSONRPC_REQUEST:
      handle_request (self, message);
      break;
    }
}

/* Its text is not logged: it may hold a result. */
static void
malformed_cb (const char *id, const GError *error, gpointer user_data)
{
  g_autoptr (McpStdioProvider) self = g_object_ref (user_data);
  gint64 number = 0;

  if (id != NULL && mcp_json_get_int64 ((McpJsonSlice){ id, strlen (id) }, &number) &&
      number != 0 && number == self->handshake.discover_id && self->probe_timer != NULL)
    send_initialize (self);
  else if (id == NULL || !mcp_json_get_int64 ((McpJsonSlice){ id, strlen (id) }, &number) ||
           !mcp_pending_requests_fail (
               self->pending, number,
               g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                            "Server “%s” gave an answer that is no JSON-RPC message: %s",
                            self->config->name, error->message)))
    count_stray (self, "a line that is no JSON-RPC message");
  else
    mcp_stdio_run_update_idle (self);
}

static gboolean
start_timer_cb (gpointer data)
{
  g_autoptr (McpStdioProvider) self = g_object_ref (data);
  g_autofree char *how =
      g_strdup_printf ("did not answer the handshake for %g s", self->times.start_ms / 1000.0);

  fail (self, how);
  return G_SOURCE_REMOVE;
}

static void exited_cb (const char *how, gpointer user_data);

static McpStdioProcess *
spawn (McpStdioProvider *self, GError **error)
{
  static const McpStdioProcessFuncs funcs = { spoke_cb, message_cb, malformed_cb, exited_cb };
  g_auto (GStrv) argv = mcp_server_config_build_argv (self->config, self->cwd, error);
  g_auto (GStrv) base = g_get_environ ();
  g_auto (GStrv) environment = NULL;
  McpStdioProcessOptions options;

  if (argv == NULL)
    return NULL;
  environment = mcp_environment_build ((const char *const *) base,
                                       (const char *const *) self->config->env, self->cwd, error);
  if (environment == NULL)
    {
      g_prefix_error (error, "server “%s”: ", self->config->name);
      return NULL;
    }

  options = (McpStdioProcessOptions){
    .server = self->config->name,
    .keeper_path = self->keeper_path,
    .cgroup = self->cgroup,
    .argv = (const char *const *) argv,
    .environment = (const char *const *) environment,
    .cwd = self->cwd,
    .max_message_bytes = self->limits.upstream_message_bytes,
    .max_log_lines_per_second = self->limits.stderr_lines_per_second,
    .stop_grace_ms = self->times.stop_grace_ms,
    .kill_grace_ms = self->times.kill_grace_ms,
  };
  return mcp_stdio_process_new (&options, &funcs, self, error);
}

/* The server's process runs. */
static void
begin_handshake (McpStdioProvider *self)
{
  self->handshake = (McpHandshake){ 0 };
  self->start_timer = attach_timer (self, self->times.start_ms, start_timer_cb);
  if (self->facts.lifecycle == MCP_LIFECYCLE_HANDSHAKE)
    send_initialize (self);
  else
    send_discover (self);
}

/* What dies of a question that it does not know is asked another one, once. Returns: whether it
   was started again */
static gboolean
start_without_probe (McpStdioProvider *self, const char *how)
{
  g_autofree char *text =
      g_strdup_printf ("%s after server/discover, is started again without", how);

  if (self->handshake.discover_id == 0 || self->facts.lifecycle != MCP_LIFECYCLE_UNKNOWN)
    return FALSE;
  mcp_stdio_run_drop (self);
  self->process = spawn (self, NULL);
  if (self->process == NULL)
    return FALSE;
  log_info (self, text);
  self->facts.lifecycle = MCP_LIFECYCLE_HANDSHAKE;
  begin_handshake (self);
  return TRUE;
}

static void
exited_cb (const char *how, gpointer user_data)
{
  g_autoptr (McpStdioProvider) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;

  switch (self->state)
    {
    case MCP_PROVIDER_STARTING:
      if (!start_without_probe (self, how))
        fail (self, how);
      break;
    case MCP_PROVIDER_READY:
      fail (self, how);
      break;
    case MCP_PROVIDER_CLOSING:
      g_clear_object (&self->process);
      mcp_stdio_provider_finish_close (self);
      /* Asked for while it was ending because nobody had. */
      if (self->state == MCP_PROVIDER_STOPPED && !g_queue_is_empty (&self->waiting) &&
          !mcp_stdio_run_start (self, &error))
        mcp_stdio_provider_fail_all (self, error->code, error->message);
      break;
    case MCP_PROVIDER_STOPPED:
      break;
    }
}

/**
 * mcp_stdio_run_start:
 * @self: the provider, which is stopped
 * @error: return location
 *
 * Starts the process and the handshake; not when a start failed a moment ago.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED.
 *
 * Returns: whether the process was started
 */
gboolean
mcp_stdio_run_start (McpStdioProvider *self, GError **error)
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

  self->process = spawn (self, &local_error);
  if (self->process == NULL)
    {
      g_free (self->last_error);
      self->last_error = g_strdup (local_error->message);
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
  self->started_at = g_get_real_time ();
  begin_handshake (self);
  log_info (self, "started");
  set_state (self, MCP_PROVIDER_STARTING);
  return TRUE;
}
