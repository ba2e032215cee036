/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/stdio/mcp-stdio-provider.h"

#include "common/mcp-error.h"
#include "mcp-stdio-provider-private.h"
#include "upstream/dialogue/mcp-provider-messages.h"
#include "upstream/dialogue/mcp-stateless-messages.h"

#include <string.h>

/* npx and uvx download a server's packages at its first run. */
#define DEFAULT_START_MS        60000
/* A server that is up answers at once, even what it does not understand. */
#define DEFAULT_PROBE_MS        5000
#define DEFAULT_PROBE_SPOKEN_MS 2000
#define DEFAULT_STOP_GRACE_MS   2000
#define DEFAULT_KILL_GRACE_MS   2000
#define DEFAULT_BACKOFF_MIN_MS  500
#define DEFAULT_BACKOFF_MAX_MS  30000

static void mcp_stdio_provider_iface_init (McpProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpStdioProvider,
                               mcp_stdio_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MCP_TYPE_PROVIDER,
                                                      mcp_stdio_provider_iface_init))

enum
{
  PROP_STATE = 1
};

/* What goes to the server */

static void
waiting_free (Waiting *waiting)
{
  g_clear_pointer (&waiting->request, mcp_provider_request_free);
  g_clear_pointer (&waiting->message, g_bytes_unref);
  g_free (waiting);
}

static void
deliver_request (McpStdioProvider *self, gint64 id, const McpProviderRequest *request)
{
  g_autoptr (GBytes) message = NULL;

  if (!mcp_pending_requests_start_timer (self->pending, id))
    return;
  message = mcp_stdio_run_is_stateless (self) ? mcp_stateless_messages_build_request (id, request)
                                              : mcp_provider_messages_build_request (id, request);
  if (!mcp_stdio_process_send (self->process, message))
    mcp_pending_requests_fail (
        self->pending, id,
        g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                     "Server “%s” does not read what it is sent: 64 MiB are waiting",
                     self->config->name));
}

/* MCP 2026-07-28 has no notification for servers but the one that cancels. */
static void
deliver_notification (McpStdioProvider *self, GBytes *message)
{
  if (!mcp_stdio_run_is_stateless (self))
    mcp_stdio_run_send (self, message);
}

static Waiting *
add_waiting (McpStdioProvider *self)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  g_queue_push_tail (&self->waiting, waiting);
  return waiting;
}

/**
 * mcp_stdio_provider_deliver_waiting:
 * @self: the provider, which is ready now
 *
 * Sends what was asked for meanwhile. The caller holds a reference.
 */
void
mcp_stdio_provider_deliver_waiting (McpStdioProvider *self)
{
  Waiting *waiting;

  while (self->state == MCP_PROVIDER_READY && (waiting = g_queue_pop_head (&self->waiting)) != NULL)
    {
      if (waiting->request != NULL)
        deliver_request (self, waiting->id, waiting->request);
      else
        deliver_notification (self, waiting->message);
      waiting_free (waiting);
    }
}

static gboolean
forget_waiting (McpStdioProvider *self, gint64 id)
{
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      Waiting *waiting = link->data;

      if (waiting->id == id)
        {
          waiting_free (waiting);
          g_queue_delete_link (&self->waiting, link);
          return TRUE;
        }
    }
  return FALSE;
}

static void
abandoned_cb (gint64 id, const char *reason, gpointer user_data)
{
  McpStdioProvider *self = user_data;

  mcp_stdio_run_update_idle (self);
  if (!forget_waiting (self, id) && self->process != NULL)
    {
      g_autoptr (GBytes) message = mcp_provider_messages_build_cancelled (id, reason);

      mcp_stdio_run_send (self, message);
    }
}

/**
 * mcp_stdio_provider_fail_all:
 * @self: the provider; the caller holds a reference
 * @code: a #McpError
 * @text: why
 *
 * Ends all requests, sent or not.
 */
void
mcp_stdio_provider_fail_all (McpStdioProvider *self, int code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (MCP_ERROR, code, text);

  g_queue_clear_full (&self->waiting, (GDestroyNotify) waiting_free);
  g_queue_init (&self->waiting);
  mcp_pending_requests_fail_all (self->pending, error);
}

/**
 * mcp_stdio_provider_finish_close:
 * @self: the provider, whose process has ended; the caller holds a reference
 *
 * Tells who waits for it.
 */
void
mcp_stdio_provider_finish_close (McpStdioProvider *self)
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
choose_timeout_ms (McpStdioProvider *self, const McpProviderRequest *request)
{
  if (request->timeout_ms > 0)
    return request->timeout_ms;
  return self->config->timeout_seconds > 0 ? self->config->timeout_seconds * 1000
                                           : self->timeout_ms;
}

static void
mcp_stdio_provider_request_async (McpProvider *provider,
                                  const McpProviderRequest *request,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Waiting *waiting;
  GError *error = NULL;
  gint64 id;

  g_task_set_source_tag (task, mcp_stdio_provider_request_async);
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
  if (self->state == MCP_PROVIDER_STOPPED && !mcp_stdio_run_start (self, &error))
    g_task_return_error (task, error);
  else
    {
      id = ++self->last_id;
      mcp_pending_requests_add (self->pending, id, g_steal_pointer (&task), request,
                                choose_timeout_ms (self, request));
      mcp_stdio_run_update_idle (self);
      if (self->state == MCP_PROVIDER_READY)
        deliver_request (self, id, request);
      else
        {
          waiting = add_waiting (self);
          waiting->id = id;
          waiting->request = mcp_provider_request_copy (request);
        }
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static McpJsonrpcMessage *
mcp_stdio_provider_request_finish (McpProvider *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
mcp_stdio_provider_notify (McpProvider *provider, const char *method, const char *params)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (provider);
  McpJsonSlice slice = { params, params != NULL ? strlen (params) : 0 };
  g_autoptr (GBytes) message = NULL;

  if (self->state != MCP_PROVIDER_READY && self->state != MCP_PROVIDER_STARTING)
    return;
  message = mcp_jsonrpc_build_notification (method, slice);
  if (self->state == MCP_PROVIDER_READY)
    deliver_notification (self, message);
  else
    add_waiting (self)->message = g_steal_pointer (&message);
}

static void
mcp_stdio_provider_respond (McpProvider *provider, GBytes *response)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (provider);

  if (self->process != NULL && mcp_provider_messages_take_response (self->pending, response))
    mcp_stdio_run_send (self, response);
}

static void
mcp_stdio_provider_close_async (McpProvider *provider,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (McpStdioProvider) self = g_object_ref (MCP_STDIO_PROVIDER (provider));
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *text = g_strdup_printf ("Server “%s” was closed", self->config->name);
  gboolean was_closing;

  g_task_set_source_tag (task, mcp_stdio_provider_close_async);
  if (self->state == MCP_PROVIDER_STOPPED)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  g_ptr_array_add (self->closers, g_steal_pointer (&task));
  was_closing = self->state == MCP_PROVIDER_CLOSING;
  mcp_stdio_run_stop (self);
  mcp_stdio_provider_fail_all (self, MCP_ERROR_CLOSED, text);
  if (!was_closing)
    g_object_notify (G_OBJECT (self), "state");
}

static gboolean
mcp_stdio_provider_close_finish (McpProvider *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static McpProviderState
mcp_stdio_provider_get_state (McpProvider *self)
{
  return MCP_STDIO_PROVIDER (self)->state;
}

static const char *
mcp_stdio_provider_get_name (McpProvider *self)
{
  return MCP_STDIO_PROVIDER (self)->config->name;
}

static McpRevision
mcp_stdio_provider_get_revision (McpProvider *self)
{
  return MCP_STDIO_PROVIDER (self)->facts.revision;
}

static const char *
mcp_stdio_provider_get_capabilities (McpProvider *self)
{
  return MCP_STDIO_PROVIDER (self)->facts.capabilities;
}

static void
mcp_stdio_provider_hold (McpProvider *provider)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (provider);

  self->facts.n_holds++;
  mcp_stdio_run_update_idle (self);
}

static void
mcp_stdio_provider_release (McpProvider *provider)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (provider);

  g_return_if_fail (self->facts.n_holds > 0);
  self->facts.n_holds--;
  mcp_stdio_run_update_idle (self);
}

static void
mcp_stdio_provider_watch (McpProvider *provider, const char *uri)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (provider);

  if (mcp_server_facts_watch (&self->facts, uri))
    mcp_subscription_update (&self->subscription);
}

static void
mcp_stdio_provider_unwatch (McpProvider *provider, const char *uri)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (provider);

  if (mcp_server_facts_unwatch (&self->facts, uri))
    mcp_subscription_update (&self->subscription);
}

static void
mcp_stdio_provider_set_limits (McpProvider *provider, const McpLimits *limits)
{
  MCP_STDIO_PROVIDER (provider)->limits = *limits;
}

static void
mcp_stdio_provider_iface_init (McpProviderInterface *iface)
{
  iface->request_async = mcp_stdio_provider_request_async;
  iface->request_finish = mcp_stdio_provider_request_finish;
  iface->notify = mcp_stdio_provider_notify;
  iface->respond = mcp_stdio_provider_respond;
  iface->close_async = mcp_stdio_provider_close_async;
  iface->close_finish = mcp_stdio_provider_close_finish;
  iface->get_state = mcp_stdio_provider_get_state;
  iface->get_name = mcp_stdio_provider_get_name;
  iface->get_revision = mcp_stdio_provider_get_revision;
  iface->get_capabilities = mcp_stdio_provider_get_capabilities;
  iface->hold = mcp_stdio_provider_hold;
  iface->release = mcp_stdio_provider_release;
  iface->watch = mcp_stdio_provider_watch;
  iface->unwatch = mcp_stdio_provider_unwatch;
  iface->set_limits = mcp_stdio_provider_set_limits;
}

/* GObject */

static void
mcp_stdio_provider_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (object);

  if (id == PROP_STATE)
    g_value_set_uint (value, self->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mcp_stdio_provider_dispose (GObject *object)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (object);

  mcp_stdio_run_drop (self);
  self->state = MCP_PROVIDER_STOPPED;
  g_queue_clear_full (&self->waiting, (GDestroyNotify) waiting_free);

  G_OBJECT_CLASS (mcp_stdio_provider_parent_class)->dispose (object);
}

static void
mcp_stdio_provider_finalize (GObject *object)
{
  McpStdioProvider *self = MCP_STDIO_PROVIDER (object);

  mcp_pending_requests_free (self->pending);
  mcp_server_facts_clear (&self->facts);
  g_ptr_array_unref (self->closers);
  g_clear_pointer (&self->config, mcp_server_config_unref);
  g_free (self->cwd);
  g_free (self->keeper_path);
  g_free (self->cgroup);
  g_free (self->last_error);

  G_OBJECT_CLASS (mcp_stdio_provider_parent_class)->finalize (object);
}

static void
mcp_stdio_provider_class_init (McpStdioProviderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mcp_stdio_provider_get_property;
  object_class->dispose = mcp_stdio_provider_dispose;
  object_class->finalize = mcp_stdio_provider_finalize;
  g_object_class_override_property (object_class, PROP_STATE, "state");
}

static void
open_subscription (gint64 id, GBytes *message, gpointer user_data)
{
  McpStdioProvider *self = user_data;

  mcp_stdio_run_send (self, message);
}

static void
close_subscription (gint64 id, gpointer user_data)
{
  McpStdioProvider *self = user_data;
  g_autoptr (GBytes) message =
      mcp_provider_messages_build_cancelled (id, "another subscription takes its place");

  mcp_stdio_run_send (self, message);
}

static void
mcp_stdio_provider_init (McpStdioProvider *self)
{
  static const McpSubscriptionFuncs subscription_funcs = { open_subscription, close_subscription };

  g_queue_init (&self->waiting);
  mcp_server_facts_init (&self->facts);
  mcp_subscription_init (&self->subscription, &self->facts, &self->last_id, &subscription_funcs,
                         self);
  self->closers = g_ptr_array_new_with_free_func (g_object_unref);
  self->pending = mcp_pending_requests_new (MCP_PROVIDER (self), abandoned_cb, self);
}

/**
 * mcp_stdio_provider_new:
 * @config: the server
 * @cwd: absolute; where its process starts, and its MCP root
 * @keeper_path: the program mcp-sessiond-keeper
 * @limits: how large a message of the server may be; copied
 * @timeout_ms: for requests that name none, without an answer or progress, where @config has none
 *
 * A server that is started by its first request, in the thread-default main context
 * of then. Dropping the last reference ends it without waiting: the keeper sees to
 * it that nothing is left.
 *
 * Returns: (transfer full): a new provider
 */
McpProvider *
mcp_stdio_provider_new (McpServerConfig *config,
                        const char *cwd,
                        const char *keeper_path,
                        const McpLimits *limits,
                        guint timeout_ms)
{
  McpStdioProvider *self;
  McpStdioProviderTimes times = {
    .start_ms = DEFAULT_START_MS,
    .probe_ms = DEFAULT_PROBE_MS,
    .probe_spoken_ms = DEFAULT_PROBE_SPOKEN_MS,
    .stop_grace_ms = DEFAULT_STOP_GRACE_MS,
    .kill_grace_ms = DEFAULT_KILL_GRACE_MS,
    .backoff_min_ms = DEFAULT_BACKOFF_MIN_MS,
    .backoff_max_ms = DEFAULT_BACKOFF_MAX_MS,
  };

  g_return_val_if_fail (config != NULL, NULL);
  g_return_val_if_fail (cwd != NULL && g_path_is_absolute (cwd), NULL);
  g_return_val_if_fail (keeper_path != NULL, NULL);
  g_return_val_if_fail (limits != NULL, NULL);
  g_return_val_if_fail (timeout_ms > 0, NULL);

  self = g_object_new (MCP_TYPE_STDIO_PROVIDER, NULL);
  self->config = mcp_server_config_ref (config);
  self->cwd = g_strdup (cwd);
  self->keeper_path = g_strdup (keeper_path);
  self->limits = *limits;
  self->timeout_ms = timeout_ms;
  mcp_pending_requests_set_of_one_session (self->pending,
                                           config->scope == MCP_SERVER_SCOPE_SESSION);
  times.idle_ms = config->idle_seconds > G_MAXUINT / 1000 ? 0 : config->idle_seconds * 1000;
  mcp_stdio_provider_set_times (self, &times);
  return MCP_PROVIDER (self);
}

/**
 * mcp_stdio_provider_set_cgroup:
 * @self: a provider that has not started anything
 * @cgroup: (nullable): directory of a control group that is ours
 *
 * Each of its processes gets a control group of its own in there.
 */
void
mcp_stdio_provider_set_cgroup (McpStdioProvider *self, const char *cgroup)
{
  g_return_if_fail (MCP_IS_STDIO_PROVIDER (self));

  g_free (self->cgroup);
  self->cgroup = g_strdup (cgroup);
}

/**
 * mcp_stdio_provider_get_times:
 * @self: a provider
 *
 * Returns: (transfer none): how long it waits for what
 */
const McpStdioProviderTimes *
mcp_stdio_provider_get_times (McpStdioProvider *self)
{
  g_return_val_if_fail (MCP_IS_STDIO_PROVIDER (self), NULL);
  return &self->times;
}

/**
 * mcp_stdio_provider_set_times:
 * @self: a provider
 * @times: how long to wait for what; copied
 *
 * For what begins from now on.
 */
void
mcp_stdio_provider_set_times (McpStdioProvider *self, const McpStdioProviderTimes *times)
{
  g_return_if_fail (MCP_IS_STDIO_PROVIDER (self));
  g_return_if_fail (times != NULL);

  self->times = *times;
  self->backoff.min_ms = times->backoff_min_ms;
  self->backoff.max_ms = times->backoff_max_ms;
  self->subscription.backoff.min_ms = times->backoff_min_ms;
  self->subscription.backoff.max_ms = times->backoff_max_ms;
}

/**
 * mcp_stdio_provider_get_pid:
 * @self: a provider
 *
 * Returns: the keeper's process number, under which all of the server is; 0 when none runs
 */
int
mcp_stdio_provider_get_pid (McpStdioProvider *self)
{
  g_return_val_if_fail (MCP_IS_STDIO_PROVIDER (self), 0);
  return self->process != NULL ? mcp_stdio_process_get_pid (self->process) : 0;
}

/**
 * mcp_stdio_provider_get_started_at:
 * @self: a provider
 *
 * Returns: when the server was last started, in microseconds since 1970; 0: never
 */
gint64
mcp_stdio_provider_get_started_at (McpStdioProvider *self)
{
  g_return_val_if_fail (MCP_IS_STDIO_PROVIDER (self), 0);
  return self->started_at;
}

/**
 * mcp_stdio_provider_get_n_restarts:
 * @self: a provider
 *
 * Returns: how often the server was started again after it had failed
 */
guint
mcp_stdio_provider_get_n_restarts (McpStdioProvider *self)
{
  g_return_val_if_fail (MCP_IS_STDIO_PROVIDER (self), 0);
  return self->n_restarts;
}

/**
 * mcp_stdio_provider_get_last_error:
 * @self: a provider
 *
 * Returns: (transfer none) (nullable): why the server last failed, for people; stays after a
 * restart
 */
const char *
mcp_stdio_provider_get_last_error (McpStdioProvider *self)
{
  g_return_val_if_fail (MCP_IS_STDIO_PROVIDER (self), NULL);
  return self->last_error;
}
