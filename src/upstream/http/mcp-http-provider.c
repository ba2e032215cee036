/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/http/mcp-http-provider.h"

#include "common/mcp-error.h"
#include "mcp-http-provider-private.h"
#include "upstream/dialogue/mcp-provider-messages.h"

#include <string.h>

#define DEFAULT_START_MS       30000
#define DEFAULT_PROBE_MS       5000
#define DEFAULT_POST_MS        30000
#define DEFAULT_CLOSE_MS       2000
#define DEFAULT_RESUME_MS      1000
#define DEFAULT_BACKOFF_MIN_MS 500
#define DEFAULT_BACKOFF_MAX_MS 30000

static void mcp_http_provider_iface_init (McpProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpHttpProvider,
                               mcp_http_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MCP_TYPE_PROVIDER,
                                                      mcp_http_provider_iface_init))

enum
{
  PROP_STATE = 1
};

/* What goes to the server */

static void
deliver (McpHttpProvider *self, McpHttpProviderCall *call)
{
  /* MCP 2026-07-28 has no notification for servers that would be posted. */
  if (!call->is_request && mcp_http_provider_run_is_stateless (self))
    return;
  if (call->is_request && !call->is_timed)
    {
      if (!mcp_pending_requests_start_timer (self->pending, call->id))
        return;
      call->is_timed = TRUE;
    }
  mcp_http_provider_call_send (call);
}

static void
deliver_or_wait (McpHttpProvider *self, McpHttpProviderCall *call)
{
  if (self->state == MCP_PROVIDER_READY)
    deliver (self, call);
  else
    g_queue_push_tail (&self->waiting, mcp_http_provider_call_ref (call));
}

/**
 * mcp_http_provider_deliver_waiting:
 * @self: the provider
 *
 * Sends what was asked for meanwhile, where the server is ready now. The caller holds a reference.
 */
void
mcp_http_provider_deliver_waiting (McpHttpProvider *self)
{
  while (self->state == MCP_PROVIDER_READY && !g_queue_is_empty (&self->waiting))
    {
      g_autoptr (McpHttpProviderCall) call = g_queue_pop_head (&self->waiting);

      deliver (self, call);
    }
}

static void
forget_waiting (McpHttpProvider *self, gint64 id)
{
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      McpHttpProviderCall *call = link->data;

      if (call->id == id)
        {
          g_queue_delete_link (&self->waiting, link);
          mcp_http_provider_call_unref (call);
          return;
        }
    }
}

static void
abandoned_cb (gint64 id, const char *reason, gpointer user_data)
{
  McpHttpProvider *self = user_data;
  McpHttpProviderCall *call = g_hash_table_lookup (self->calls, &id);

  mcp_http_provider_run_update_idle (self);
  forget_waiting (self, id);
  if (call != NULL)
    {
      g_autoptr (McpHttpProviderCall) held = mcp_http_provider_call_ref (call);
      g_autoptr (GBytes) message = mcp_provider_messages_build_cancelled (id, reason);

      mcp_http_provider_call_stop (held);
      /* MCP 2026-07-28, basic/patterns/cancellation: that its stream was closed says it. */
      if (!held->is_stateless)
        mcp_http_provider_run_post (self, message);
    }
}

/**
 * mcp_http_provider_fail_all:
 * @self: the provider; the caller holds a reference
 * @code: a #McpError
 * @text: why
 *
 * Ends all requests, sent or not.
 */
void
mcp_http_provider_fail_all (McpHttpProvider *self, int code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (MCP_ERROR, code, text);

  g_queue_clear_full (&self->waiting, (GDestroyNotify) mcp_http_provider_call_unref);
  mcp_pending_requests_fail_all (self->pending, error);
}

/**
 * mcp_http_provider_finish_close:
 * @self: the provider, whose session has ended; the caller holds a reference
 *
 * Tells who waits for it.
 */
void
mcp_http_provider_finish_close (McpHttpProvider *self)
{
  g_autoptr (GPtrArray) closers = g_steal_pointer (&self->closers);

  self->closers = g_ptr_array_new_with_free_func (g_object_unref);
  self->state = MCP_PROVIDER_STOPPED;
  g_object_notify (G_OBJECT (self), "state");
  for (guint i = 0; i < closers->len; i++)
    g_task_return_boolean (closers->pdata[i], TRUE);
}

/* McpProvider */

static guint
choose_timeout_ms (McpHttpProvider *self, const McpProviderRequest *request)
{
  if (request->timeout_ms > 0)
    return request->timeout_ms;
  return self->config->timeout_seconds > 0 ? self->config->timeout_seconds * 1000
                                           : self->timeout_ms;
}

static void
mcp_http_provider_request_async (McpProvider *provider,
                                 const McpProviderRequest *request,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (McpHttpProviderCall) call = NULL;
  GError *error = NULL;
  gint64 id;

  g_task_set_source_tag (task, mcp_http_provider_request_async);
  /* The errors are ours: MCP_ERROR_CANCELLED, and no result is thrown away. */
  g_task_set_check_cancellable (task, FALSE);

  if (g_cancellable_is_cancelled (cancellable))
    error = g_error_new_literal (MCP_ERROR, MCP_ERROR_CANCELLED, "The call was withdrawn");
  else if (self->closers->len > 0)
    error = g_error_new (MCP_ERROR, MCP_ERROR_CLOSED, "Server “%s” is being closed",
                         self->config->name);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* Whoever follows the state sees the request among those in flight. */
  g_object_freeze_notify (G_OBJECT (self));
  if (self->state == MCP_PROVIDER_STOPPED && !mcp_http_provider_start (self, &error))
    g_task_return_error (task, error);
  else
    {
      id = ++self->last_id;
      mcp_pending_requests_add (self->pending, id, g_steal_pointer (&task), request,
                                choose_timeout_ms (self, request));
      mcp_http_provider_run_update_idle (self);
      call = mcp_http_provider_call_new_request (self, id, request);
      deliver_or_wait (self, call);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static McpJsonrpcMessage *
mcp_http_provider_request_finish (McpProvider *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
mcp_http_provider_notify (McpProvider *provider, const char *method, const char *params)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (provider);
  McpJsonSlice slice = { params, params != NULL ? strlen (params) : 0 };
  g_autoptr (GBytes) message = NULL;
  g_autoptr (McpHttpProviderCall) call = NULL;

  if (self->state != MCP_PROVIDER_READY && self->state != MCP_PROVIDER_STARTING)
    return;
  message = mcp_jsonrpc_build_notification (method, slice);
  call = mcp_http_provider_call_new (self, ++self->last_id, message);
  deliver_or_wait (self, call);
}

static void
mcp_http_provider_respond (McpProvider *provider, GBytes *response)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (provider);

  if (mcp_provider_messages_take_response (self->pending, response))
    mcp_http_provider_run_post (self, response);
}

static void
mcp_http_provider_close_async (McpProvider *provider,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (McpHttpProvider) self = g_object_ref (MCP_HTTP_PROVIDER (provider));
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *text = g_strdup_printf ("Server “%s” was left", self->config->name);
  gboolean was_closing;

  g_task_set_source_tag (task, mcp_http_provider_close_async);
  if (self->state == MCP_PROVIDER_STOPPED)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  g_ptr_array_add (self->closers, g_steal_pointer (&task));
  was_closing = self->state == MCP_PROVIDER_CLOSING;
  mcp_http_provider_run_stop (self);
  mcp_http_provider_fail_all (self, MCP_ERROR_CLOSED, text);
  if (!was_closing)
    g_object_notify (G_OBJECT (self), "state");
}

static gboolean
mcp_http_provider_close_finish (McpProvider *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static McpProviderState
mcp_http_provider_get_state (McpProvider *self)
{
  return MCP_HTTP_PROVIDER (self)->state;
}

static const char *
mcp_http_provider_get_name (McpProvider *self)
{
  return MCP_HTTP_PROVIDER (self)->config->name;
}

static McpRevision
mcp_http_provider_get_revision (McpProvider *self)
{
  return MCP_HTTP_PROVIDER (self)->facts.revision;
}

static const char *
mcp_http_provider_get_capabilities (McpProvider *self)
{
  return MCP_HTTP_PROVIDER (self)->facts.capabilities;
}

static void
mcp_http_provider_hold (McpProvider *provider)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (provider);

  self->facts.n_holds++;
  mcp_http_provider_run_update_idle (self);
}

static void
mcp_http_provider_release (McpProvider *provider)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (provider);

  g_return_if_fail (self->facts.n_holds > 0);
  self->facts.n_holds--;
  mcp_http_provider_run_update_idle (self);
}

static void
mcp_http_provider_watch (McpProvider *provider, const char *uri)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (provider);

  if (mcp_server_facts_watch (&self->facts, uri))
    mcp_subscription_update (&self->subscription);
}

static void
mcp_http_provider_unwatch (McpProvider *provider, const char *uri)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (provider);

  if (mcp_server_facts_unwatch (&self->facts, uri))
    mcp_subscription_update (&self->subscription);
}

static void
mcp_http_provider_set_limits (McpProvider *provider, const McpLimits *limits)
{
  MCP_HTTP_PROVIDER (provider)->limits = *limits;
}

static void
mcp_http_provider_iface_init (McpProviderInterface *iface)
{
  iface->request_async = mcp_http_provider_request_async;
  iface->request_finish = mcp_http_provider_request_finish;
  iface->notify = mcp_http_provider_notify;
  iface->respond = mcp_http_provider_respond;
  iface->close_async = mcp_http_provider_close_async;
  iface->close_finish = mcp_http_provider_close_finish;
  iface->get_state = mcp_http_provider_get_state;
  iface->get_name = mcp_http_provider_get_name;
  iface->get_revision = mcp_http_provider_get_revision;
  iface->get_capabilities = mcp_http_provider_get_capabilities;
  iface->hold = mcp_http_provider_hold;
  iface->release = mcp_http_provider_release;
  iface->watch = mcp_http_provider_watch;
  iface->unwatch = mcp_http_provider_unwatch;
  iface->set_limits = mcp_http_provider_set_limits;
}

/* GObject */

static void
mcp_http_provider_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (object);

  if (id == PROP_STATE)
    g_value_set_uint (value, self->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mcp_http_provider_dispose (GObject *object)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (object);

  mcp_http_provider_run_drop (self);
  self->state = MCP_PROVIDER_STOPPED;
  g_queue_clear_full (&self->waiting, (GDestroyNotify) mcp_http_provider_call_unref);

  G_OBJECT_CLASS (mcp_http_provider_parent_class)->dispose (object);
}

static void
mcp_http_provider_finalize (GObject *object)
{
  McpHttpProvider *self = MCP_HTTP_PROVIDER (object);

  mcp_pending_requests_free (self->pending);
  mcp_server_facts_clear (&self->facts);
  g_ptr_array_unref (self->closers);
  g_hash_table_unref (self->calls);
  g_clear_object (&self->soup);
  g_clear_pointer (&self->uri, g_uri_unref);
  g_strfreev (self->headers);
  g_clear_pointer (&self->config, mcp_server_config_unref);
  g_free (self->cwd);
  g_free (self->last_error);

  G_OBJECT_CLASS (mcp_http_provider_parent_class)->finalize (object);
}

static void
mcp_http_provider_class_init (McpHttpProviderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mcp_http_provider_get_property;
  object_class->dispose = mcp_http_provider_dispose;
  object_class->finalize = mcp_http_provider_finalize;
  g_object_class_override_property (object_class, PROP_STATE, "state");
}

static void
open_subscription (gint64 id, GBytes *message, gpointer user_data)
{
  g_autoptr (McpHttpProviderCall) call =
      mcp_http_provider_call_new_own (user_data, id, "subscriptions/listen", message);

  mcp_http_provider_call_send (call);
}

static void
close_subscription (gint64 id, gpointer user_data)
{
  McpHttpProvider *self = user_data;
  McpHttpProviderCall *call = g_hash_table_lookup (self->calls, &id);

  if (call != NULL)
    {
      g_autoptr (McpHttpProviderCall) held = mcp_http_provider_call_ref (call);

      mcp_http_provider_call_stop (held);
    }
}

static void
mcp_http_provider_init (McpHttpProvider *self)
{
  static const McpSubscriptionFuncs subscription_funcs = { open_subscription, close_subscription };

  g_queue_init (&self->waiting);
  mcp_server_facts_init (&self->facts);
  mcp_subscription_init (&self->subscription, &self->facts, &self->last_id, &subscription_funcs,
                         self);
  self->closers = g_ptr_array_new_with_free_func (g_object_unref);
  self->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                       (GDestroyNotify) mcp_http_provider_call_unref);
  self->pending = mcp_pending_requests_new (MCP_PROVIDER (self), abandoned_cb, self);
}

/**
 * mcp_http_provider_new:
 * @config: the server, which has a URL
 * @cwd: absolute; the server's MCP root
 * @limits: how large a message of the server may be; copied
 * @timeout_ms: for requests that name none, without an answer or progress, where @config has none
 *
 * A server that is reached over HTTP, of any MCP revision. What is kept of it begins at the first
 * request, in the thread-default main context of then. Dropping the last reference leaves the
 * server without a word; closing ends the session.
 *
 * Returns: (transfer full): a new provider
 */
McpProvider *
mcp_http_provider_new (McpServerConfig *config,
                       const char *cwd,
                       const McpLimits *limits,
                       guint timeout_ms)
{
  McpHttpProvider *self;
  McpHttpProviderTimes times = {
    .start_ms = DEFAULT_START_MS,
    .probe_ms = DEFAULT_PROBE_MS,
    .post_ms = DEFAULT_POST_MS,
    .close_ms = DEFAULT_CLOSE_MS,
    .resume_ms = DEFAULT_RESUME_MS,
    .backoff_min_ms = DEFAULT_BACKOFF_MIN_MS,
    .backoff_max_ms = DEFAULT_BACKOFF_MAX_MS,
  };

  g_return_val_if_fail (config != NULL && config->url != NULL, NULL);
  g_return_val_if_fail (cwd != NULL && g_path_is_absolute (cwd), NULL);
  g_return_val_if_fail (limits != NULL, NULL);
  g_return_val_if_fail (timeout_ms > 0, NULL);

  self = g_object_new (MCP_TYPE_HTTP_PROVIDER, NULL);
  self->config = mcp_server_config_ref (config);
  self->cwd = g_strdup (cwd);
  self->limits = *limits;
  self->timeout_ms = timeout_ms;
  mcp_pending_requests_set_of_one_session (self->pending,
                                           config->scope == MCP_SERVER_SCOPE_SESSION);
  times.idle_ms = config->idle_seconds > G_MAXUINT / 1000 ? 0 : config->idle_seconds * 1000;
  mcp_http_provider_set_times (self, &times);
  return MCP_PROVIDER (self);
}

/**
 * mcp_http_provider_get_times:
 * @self: a provider
 *
 * Returns: (transfer none): how long it waits for what
 */
const McpHttpProviderTimes *
mcp_http_provider_get_times (McpHttpProvider *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_PROVIDER (self), NULL);
  return &self->times;
}

/**
 * mcp_http_provider_set_times:
 * @self: a provider
 * @times: how long to wait for what; copied
 *
 * For what begins from now on.
 */
void
mcp_http_provider_set_times (McpHttpProvider *self, const McpHttpProviderTimes *times)
{
  g_return_if_fail (MCP_IS_HTTP_PROVIDER (self));
  g_return_if_fail (times != NULL);

  self->times = *times;
  self->backoff.min_ms = times->backoff_min_ms;
  self->backoff.max_ms = times->backoff_max_ms;
  self->subscription.backoff.min_ms = times->backoff_min_ms;
  self->subscription.backoff.max_ms = times->backoff_max_ms;
  self->listen_backoff.min_ms = times->backoff_min_ms;
  self->listen_backoff.max_ms = times->backoff_max_ms;
}

/**
 * mcp_http_provider_get_started_at:
 * @self: a provider
 *
 * Returns: when the last session was begun, in microseconds since 1970; 0: never
 */
gint64
mcp_http_provider_get_started_at (McpHttpProvider *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_PROVIDER (self), 0);
  return self->started_at;
}

/**
 * mcp_http_provider_get_n_restarts:
 * @self: a provider
 *
 * Returns: how often a session was begun again after one had failed
 */
guint
mcp_http_provider_get_n_restarts (McpHttpProvider *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_PROVIDER (self), 0);
  return self->n_restarts;
}

/**
 * mcp_http_provider_get_last_error:
 * @self: a provider
 *
 * Returns: (transfer none) (nullable): why the server last failed, for people; stays after a
 * restart
 */
const char *
mcp_http_provider_get_last_error (McpHttpProvider *self)
{
  g_return_val_if_fail (MCP_IS_HTTP_PROVIDER (self), NULL);
  return self->last_error;
}
