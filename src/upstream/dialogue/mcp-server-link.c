/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The state of a connection, its requests and its handshake; see mcp-server-link-inner.h for the
 * states and for what a transport adds.
 */
#include "upstream/dialogue/mcp-server-link.h"

#include "common/mcp-error.h"
#include "common/mcp-log.h"
#include "common/mcp-timer.h"
#include "upstream/dialogue/mcp-provider-messages.h"
#include "upstream/dialogue/mcp-server-link-inner.h"
#include "upstream/dialogue/mcp-stateless-messages.h"

#include <string.h>

/* What waits until the server is ready. */
typedef struct
{
  gint64 id;       /* of a pending request; 0: a notification */
  GBytes *message; /* (owned) (nullable): the notification */
} Waiting;

typedef struct
{
  McpServerLinkSetup setup;
  McpProviderState state;
  McpServerFacts facts;
  McpPendingRequests *pending; /* (owned) */
  GQueue waiting;              /* (element-type Waiting) */
  gint64 last_id;              /* minted; never used twice, so that a late answer fits nothing */
  McpHandshake handshake;
  McpSubscription subscription;
  McpServerRuns runs;
  GSource *idle_timer; /* (owned) (nullable) */
  GPtrArray *closers;  /* (element-type GTask): of mcp_provider_close_async() */
} McpServerLinkPrivate;

static void mcp_server_link_iface_init (McpProviderInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (McpServerLink,
                                  mcp_server_link,
                                  G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (McpServerLink)
                                      G_IMPLEMENT_INTERFACE (MCP_TYPE_PROVIDER,
                                                             mcp_server_link_iface_init))

enum
{
  PROP_STATE = 1
};

static McpServerLinkPrivate *
get_private (McpServerLink *self)
{
  return mcp_server_link_get_instance_private (self);
}

/**
 * mcp_server_link_log:
 * @self: a link
 * @text: goes on after the server's name
 */
void
mcp_server_link_log (McpServerLink *self, const char *text)
{
  const char *name = get_private (self)->setup.config->name;

  mcp_log (G_LOG_LEVEL_INFO, &(McpLogSubject){ .provider = name }, "server %s: %s", name, text);
}

/**
 * mcp_server_link_count_stray:
 * @self: a link
 * @what: came, or could not be sent, and fits nothing
 *
 * Notes a message that fits nothing.
 */
void
mcp_server_link_count_stray (McpServerLink *self, const char *what)
{
  McpServerRuns *runs = &get_private (self)->runs;

  if (mcp_server_runs_count_stray (runs))
    {
      g_autofree char *text = g_strdup_printf ("%s (%u so far)", what, runs->n_strays);

      mcp_server_link_log (self, text);
    }
}

static void
set_state (McpServerLink *self, McpProviderState state)
{
  McpServerLinkPrivate *priv = get_private (self);

  if (priv->state == state)
    return;
  priv->state = state;
  g_object_notify (G_OBJECT (self), "state");
}

static void
set_lifecycle (McpServerLink *self, McpLifecycle lifecycle)
{
  McpServerLinkPrivate *priv = get_private (self);

  priv->facts.lifecycle = lifecycle;
}

static void
clear_timers (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);

  mcp_handshake_stop (&priv->handshake);
  mcp_subscription_stop (&priv->subscription);
  mcp_timer_clear (&priv->idle_timer);
}

/**
 * mcp_server_link_forget_request:
 * @self: a link
 * @id: of a request that has ended; 0: none
 *
 * The transport awaits nothing more for it.
 */
void
mcp_server_link_forget_request (McpServerLink *self, gint64 id)
{
  McpServerLinkClass *klass = MCP_SERVER_LINK_GET_CLASS (self);

  if (klass->forget != NULL && id != 0)
    klass->forget (self, id);
}

/* Idleness */

static void
stop (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);

  if (priv->state == MCP_PROVIDER_CLOSING)
    return;
  clear_timers (self);
  MCP_SERVER_LINK_GET_CLASS (self)->stop (self);
  set_state (self, MCP_PROVIDER_CLOSING);
}

static gboolean
idle_cb (gpointer data)
{
  g_autoptr (McpServerLink) self = g_object_ref (data);

  mcp_server_link_log (self, "idle, is ended");
  stop (self);
  return G_SOURCE_REMOVE;
}

/* To be called when a request, or a hold, has come or gone. */
static void
update_idle (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);

  mcp_timer_clear (&priv->idle_timer);
  if (priv->state == MCP_PROVIDER_READY && priv->setup.times.idle_ms > 0 &&
      priv->facts.n_holds == 0 && mcp_pending_requests_get_size (priv->pending) == 0)
    priv->idle_timer = mcp_timer_new_ms ("server-idle", priv->setup.times.idle_ms, idle_cb, self);
}

/* What goes to the server */

static void
waiting_free (Waiting *waiting)
{
  g_clear_pointer (&waiting->message, g_bytes_unref);
  g_free (waiting);
}

static void
add_waiting (McpServerLink *self, gint64 id, GBytes *message)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->id = id;
  waiting->message = message != NULL ? g_bytes_ref (message) : NULL;
  g_queue_push_tail (&get_private (self)->waiting, waiting);
}

/* Returns: whether the request was among those that wait */
static gboolean
forget_waiting (McpServerLink *self, gint64 id)
{
  McpServerLinkPrivate *priv = get_private (self);

  for (GList *link = priv->waiting.head; link != NULL; link = link->next)
    {
      Waiting *waiting = link->data;

      if (waiting->id == id)
        {
          waiting_free (waiting);
          g_queue_delete_link (&priv->waiting, link);
          return TRUE;
        }
    }
  return FALSE;
}

static void
abandoned_cb (gint64 id, const char *reason, gpointer user_data)
{
  McpServerLink *self = user_data;

  update_idle (self);
  if (!forget_waiting (self, id) && mcp_server_link_is_open (self))
    MCP_SERVER_LINK_GET_CLASS (self)->withdraw (self, id, reason);
}

static void
deliver_request (McpServerLink *self, gint64 id, const McpProviderRequest *request)
{
  McpServerLinkPrivate *priv = get_private (self);
  McpServerLinkClass *klass = MCP_SERVER_LINK_GET_CLASS (self);
  GError *error = NULL;

  if (!mcp_pending_requests_start_timer (priv->pending, id))
    return;
  if (!klass->send_request (self, id, request, &error))
    mcp_pending_requests_fail (priv->pending, id, error);
  else if (!klass->keeps_requests)
    mcp_pending_requests_keep (priv->pending, id, NULL);
}

/* MCP 2026-07-28 has no notification of a client's that a server would take. */
static void
deliver_notification (McpServerLink *self, GBytes *message)
{
  if (!mcp_server_link_is_stateless (self))
    MCP_SERVER_LINK_GET_CLASS (self)->send (self, message);
}

/**
 * mcp_server_link_deliver_waiting:
 * @self: a link; the caller holds a reference
 *
 * Sends what has waited, if the server is ready.
 */
void
mcp_server_link_deliver_waiting (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);

  while (priv->state == MCP_PROVIDER_READY && !g_queue_is_empty (&priv->waiting))
    {
      Waiting *waiting = g_queue_pop_head (&priv->waiting);

      if (waiting->message != NULL)
        deliver_notification (self, waiting->message);
      else
        {
          const McpProviderRequest *kept =
              mcp_pending_requests_get_kept (priv->pending, waiting->id);

          if (kept != NULL)
            deliver_request (self, waiting->id, kept);
        }
      waiting_free (waiting);
    }
}

/* Ends all requests, sent or not. */
static void
fail_all (McpServerLink *self, int code, const char *text)
{
  McpServerLinkPrivate *priv = get_private (self);
  g_autoptr (GError) error = g_error_new_literal (MCP_ERROR, code, text);

  g_queue_clear_full (&priv->waiting, (GDestroyNotify) waiting_free);
  mcp_pending_requests_fail_all (priv->pending, error);
}

/**
 * mcp_server_link_build_request:
 * @self: a link whose server is ready
 * @id: minted
 * @request: what to ask
 *
 * Returns: (transfer full): the message, in the form that the server's revision has
 */
GBytes *
mcp_server_link_build_request (McpServerLink *self, gint64 id, const McpProviderRequest *request)
{
  return mcp_server_link_is_stateless (self) ? mcp_stateless_messages_build_request (id, request)
                                             : mcp_provider_messages_build_request (id, request);
}

/* Start and handshake */

/* The handshake begins; the caller sets the state. */
static void
begin (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);

  mcp_server_runs_note_start (&priv->runs);
  priv->facts.n_run++;
  mcp_server_asks_forget (mcp_pending_requests_get_asks (priv->pending));
  mcp_handshake_begin (&priv->handshake, priv->setup.times.start_ms, priv->setup.times.probe_ms);
  MCP_SERVER_LINK_GET_CLASS (self)->begin (self);
}

/* Not when a start failed a moment ago. Returns: whether the server is being started */
static gboolean
start (McpServerLink *self, GError **error)
{
  McpServerLinkPrivate *priv = get_private (self);
  g_autoptr (GError) local_error = NULL;

  if (!mcp_server_runs_may_start (&priv->runs, error))
    return FALSE;
  if (!MCP_SERVER_LINK_GET_CLASS (self)->open (self, &local_error))
    {
      mcp_server_runs_note_failure (&priv->runs, local_error->message, TRUE);
      mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = priv->setup.config->name }, "%s",
               local_error->message);
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, local_error->message);
      return FALSE;
    }

  begin (self);
  mcp_server_link_log (self, "started");
  set_state (self, MCP_PROVIDER_STARTING);
  return TRUE;
}

static void
mcp_server_link_real_begin (McpServerLink *self)
{
  mcp_handshake_ask (&get_private (self)->handshake);
}

/**
 * mcp_server_link_take_ready:
 * @self: a link that is starting; the caller holds a reference
 *
 * The handshake is done: what has waited is sent.
 */
void
mcp_server_link_take_ready (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);

  mcp_handshake_stop (&priv->handshake);
  set_state (self, MCP_PROVIDER_READY);
  /* A handler of notify::state may have ended it. */
  if (priv->state != MCP_PROVIDER_READY)
    return;
  if (mcp_server_link_is_stateless (self))
    mcp_subscription_start (&priv->subscription);
  else
    mcp_server_facts_subscribe_again (&priv->facts, MCP_PROVIDER (self));
  mcp_server_link_deliver_waiting (self);
  update_idle (self);
}

/* The end */

static char *
dup_reason (McpServerLink *self)
{
  McpServerLinkClass *klass = MCP_SERVER_LINK_GET_CLASS (self);

  return klass->dup_reason != NULL ? klass->dup_reason (self) : NULL;
}

/**
 * mcp_server_link_fail:
 * @self: a link that is starting or ready; the caller holds a reference
 * @how: goes on after “it”
 *
 * The connection has ended, and nobody asked for that: all requests fail.
 */
void
mcp_server_link_fail (McpServerLink *self, const char *how)
{
  McpServerLinkPrivate *priv = get_private (self);
  gboolean is_start = priv->state == MCP_PROVIDER_STARTING;
  g_autofree char *reason = dup_reason (self);
  g_autofree char *text = g_strdup_printf (
      "Server “%s” %s%s%s%s", priv->setup.config->name, is_start ? "could not be started: it " : "",
      how, reason != NULL ? ": " : "", reason != NULL ? reason : "");

  if (is_start)
    set_lifecycle (self, MCP_LIFECYCLE_UNKNOWN);
  mcp_server_runs_note_failure (&priv->runs, text, is_start);
  mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = priv->setup.config->name }, "%s",
           text);

  clear_timers (self);
  MCP_SERVER_LINK_GET_CLASS (self)->drop (self);
  priv->state = MCP_PROVIDER_STOPPED;
  fail_all (self, MCP_ERROR_PROVIDER_FAILED, text);
  g_object_notify (G_OBJECT (self), "state");
}

/* Tells those who wait for the end. */
static void
finish_close (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);
  g_autoptr (GPtrArray) closers = g_steal_pointer (&priv->closers);

  priv->closers = g_ptr_array_new_with_free_func (g_object_unref);
  set_state (self, MCP_PROVIDER_STOPPED);
  for (guint i = 0; i < closers->len; i++)
    g_task_return_boolean (closers->pdata[i], TRUE);
}

/**
 * mcp_server_link_take_stopped:
 * @self: a link that is closing; the caller holds a reference
 *
 * The connection has ended, as was asked for.
 */
void
mcp_server_link_take_stopped (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);
  g_autoptr (GError) error = NULL;

  finish_close (self);
  /* Requests came while an idle server was ending. */
  if (priv->state == MCP_PROVIDER_STOPPED && !g_queue_is_empty (&priv->waiting) &&
      !start (self, &error))
    fail_all (self, error->code, error->message);
}

/* What the server says */

/**
 * mcp_server_link_fail_request:
 * @self: a link; the caller holds a reference
 * @id: of a request that was sent
 * @how: goes on after the server's name
 *
 * One request, or the subscription, gets no answer.
 */
void
mcp_server_link_fail_request (McpServerLink *self, gint64 id, const char *how)
{
  McpServerLinkPrivate *priv = get_private (self);
  g_autofree char *text = g_strdup_printf ("Server “%s” %s", priv->setup.config->name, how);

  mcp_server_link_forget_request (self, id);
  if (mcp_subscription_owns (&priv->subscription, id))
    {
      mcp_subscription_take_end (&priv->subscription, id, FALSE);
      return;
    }
  mcp_server_runs_note_error (&priv->runs, text);
  mcp_server_link_log (self, how);
  if (mcp_pending_requests_fail (priv->pending, id,
                                 g_error_new_literal (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, text)))
    update_idle (self);
}

/**
 * mcp_server_link_is_repeated:
 * @self: a link
 * @id: of a request
 *
 * Returns: whether the request was sent, or waits to be sent, once more
 */
gboolean
mcp_server_link_is_repeated (McpServerLink *self, gint64 id)
{
  return mcp_pending_requests_is_repeated (get_private (self)->pending, id);
}

/**
 * mcp_server_link_repeat_or_fail:
 * @self: a link; the caller holds a reference
 * @id: of a request that the server refused before it ran
 * @how: goes on after the server's name
 *
 * The request waits to be sent once more, where it was kept and was sent only once. Otherwise it
 * fails.
 */
void
mcp_server_link_repeat_or_fail (McpServerLink *self, gint64 id, const char *how)
{
  g_autofree char *refusal = NULL;

  if (mcp_pending_requests_note_repeat (get_private (self)->pending, id))
    {
      mcp_server_link_forget_request (self, id);
      add_waiting (self, id, NULL);
      return;
    }
  refusal = g_strdup_printf ("%s; the request was not repeated", how);
  mcp_server_link_fail_request (self, id, refusal);
}

/**
 * mcp_server_link_forget_revision:
 * @self: a link
 *
 * The server does not speak what it spoke: the next handshake finds out what it speaks.
 */
void
mcp_server_link_forget_revision (McpServerLink *self)
{
  set_lifecycle (self, MCP_LIFECYCLE_UNKNOWN);
}

/**
 * mcp_server_link_begin_again:
 * @self: a link that is ready; the caller holds a reference
 * @how: goes on after the server's name
 *
 * The server can be talked to, but has forgotten the session, or speaks another revision now: the
 * handshake is made again.
 */
void
mcp_server_link_begin_again (McpServerLink *self, const char *how)
{
  McpServerLinkPrivate *priv = get_private (self);
  McpServerLinkClass *klass = MCP_SERVER_LINK_GET_CLASS (self);
  g_autofree char *text = g_strdup_printf ("The server %s", how);

  mcp_server_link_log (self, how);
  mcp_server_runs_note_failure (&priv->runs, text, FALSE);
  mcp_subscription_end (&priv->subscription);
  clear_timers (self);
  if (klass->leave != NULL)
    klass->leave (self);
  begin (self);
  set_state (self, MCP_PROVIDER_STARTING);
}

/* McpProvider */

static guint
choose_timeout_ms (McpServerLinkPrivate *priv, const McpProviderRequest *request)
{
  if (request->timeout_ms > 0)
    return request->timeout_ms;
  return priv->setup.config->timeout_seconds > 0 ? priv->setup.config->timeout_seconds * 1000
                                                 : priv->setup.timeout_ms;
}

static GError *
check_request (McpServerLinkPrivate *priv, GCancellable *cancellable)
{
  if (g_cancellable_is_cancelled (cancellable))
    return g_error_new_literal (MCP_ERROR, MCP_ERROR_CANCELLED, "The call was withdrawn");
  if (priv->closers->len > 0)
    return g_error_new (MCP_ERROR, MCP_ERROR_CLOSED, "Server “%s” is being closed",
                        priv->setup.config->name);
  return NULL;
}

static void
add_request (McpServerLink *self, GTask *task, const McpProviderRequest *request)
{
  McpServerLinkPrivate *priv = get_private (self);
  gboolean is_ready = priv->state == MCP_PROVIDER_READY;
  gint64 id = mcp_server_link_mint_id (self);

  mcp_pending_requests_add (priv->pending, id, task, request, choose_timeout_ms (priv, request));
  update_idle (self);
  if (!is_ready || MCP_SERVER_LINK_GET_CLASS (self)->keeps_requests)
    mcp_pending_requests_keep (priv->pending, id, request);
  if (is_ready)
    deliver_request (self, id, request);
  else
    add_waiting (self, id, NULL);
}

static void
mcp_server_link_request_async (McpProvider *provider,
                               const McpProviderRequest *request,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  McpServerLink *self = MCP_SERVER_LINK (provider);
  McpServerLinkPrivate *priv = get_private (self);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = check_request (priv, cancellable);

  g_task_set_source_tag (task, mcp_server_link_request_async);
  /* The errors are our own: MCP_ERROR_CANCELLED, and no result is thrown away. */
  g_task_set_check_cancellable (task, FALSE);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* A handler of notify::state sees the request among those in flight. */
  g_object_freeze_notify (G_OBJECT (self));
  if (priv->state == MCP_PROVIDER_STOPPED && !start (self, &error))
    g_task_return_error (task, error);
  else
    add_request (self, g_steal_pointer (&task), request);
  g_object_thaw_notify (G_OBJECT (self));
}

static McpJsonrpcMessage *
mcp_server_link_request_finish (McpProvider *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
mcp_server_link_notify (McpProvider *provider, const char *method, const char *params)
{
  McpServerLink *self = MCP_SERVER_LINK (provider);
  McpJsonSlice slice = { params, params != NULL ? strlen (params) : 0 };
  g_autoptr (GBytes) message = NULL;

  if (!mcp_server_link_is_open (self))
    return;
  message = mcp_jsonrpc_build_notification (method, slice);
  if (get_private (self)->state == MCP_PROVIDER_READY)
    deliver_notification (self, message);
  else
    add_waiting (self, 0, message);
}

static void
mcp_server_link_respond (McpProvider *provider, GBytes *response)
{
  McpServerLink *self = MCP_SERVER_LINK (provider);

  if (mcp_provider_messages_take_response (get_private (self)->pending, response) &&
      mcp_server_link_is_open (self))
    MCP_SERVER_LINK_GET_CLASS (self)->send (self, response);
}

static void
mcp_server_link_close_async (McpProvider *provider,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (McpServerLink) self = g_object_ref (MCP_SERVER_LINK (provider));
  McpServerLinkPrivate *priv = get_private (self);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *text = g_strdup_printf ("Server “%s” was closed", priv->setup.config->name);

  g_task_set_source_tag (task, mcp_server_link_close_async);
  if (priv->state == MCP_PROVIDER_STOPPED)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  g_ptr_array_add (priv->closers, g_steal_pointer (&task));
  g_object_freeze_notify (G_OBJECT (self));
  stop (self);
  fail_all (self, MCP_ERROR_CLOSED, text);
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
mcp_server_link_close_finish (McpProvider *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static McpProviderState
mcp_server_link_provider_get_state (McpProvider *self)
{
  return mcp_server_link_get_state (MCP_SERVER_LINK (self));
}

static const char *
mcp_server_link_get_name (McpProvider *self)
{
  return get_private (MCP_SERVER_LINK (self))->setup.config->name;
}

static McpRevision
mcp_server_link_get_revision (McpProvider *self)
{
  return get_private (MCP_SERVER_LINK (self))->facts.revision;
}

static const char *
mcp_server_link_get_capabilities (McpProvider *self)
{
  return get_private (MCP_SERVER_LINK (self))->facts.capabilities;
}

static McpLifecycle
mcp_server_link_get_lifecycle (McpProvider *self)
{
  return get_private (MCP_SERVER_LINK (self))->facts.lifecycle;
}

static void
mcp_server_link_set_lifecycle (McpProvider *self, McpLifecycle lifecycle)
{
  McpServerLinkPrivate *priv = get_private (MCP_SERVER_LINK (self));

  if (priv->facts.lifecycle == MCP_LIFECYCLE_UNKNOWN)
    priv->facts.lifecycle = lifecycle;
}

static const char *
mcp_server_link_get_instructions (McpProvider *self)
{
  return get_private (MCP_SERVER_LINK (self))->facts.instructions;
}

static void
mcp_server_link_hold (McpProvider *provider)
{
  McpServerLink *self = MCP_SERVER_LINK (provider);

  get_private (self)->facts.n_holds++;
  update_idle (self);
}

static void
mcp_server_link_release (McpProvider *provider)
{
  McpServerLink *self = MCP_SERVER_LINK (provider);
  McpServerLinkPrivate *priv = get_private (self);

  g_return_if_fail (priv->facts.n_holds > 0);
  priv->facts.n_holds--;
  update_idle (self);
}

static void
mcp_server_link_watch (McpProvider *provider, const char *uri)
{
  McpServerLinkPrivate *priv = get_private (MCP_SERVER_LINK (provider));

  if (mcp_server_facts_watch (&priv->facts, uri))
    mcp_subscription_update (&priv->subscription);
}

static void
mcp_server_link_unwatch (McpProvider *provider, const char *uri)
{
  McpServerLinkPrivate *priv = get_private (MCP_SERVER_LINK (provider));

  if (mcp_server_facts_unwatch (&priv->facts, uri))
    mcp_subscription_update (&priv->subscription);
}

static void
mcp_server_link_set_limits (McpProvider *provider, const McpLimits *limits)
{
  get_private (MCP_SERVER_LINK (provider))->setup.limits = *limits;
}

static void
mcp_server_link_iface_init (McpProviderInterface *iface)
{
  iface->request_async = mcp_server_link_request_async;
  iface->request_finish = mcp_server_link_request_finish;
  iface->notify = mcp_server_link_notify;
  iface->respond = mcp_server_link_respond;
  iface->close_async = mcp_server_link_close_async;
  iface->close_finish = mcp_server_link_close_finish;
  iface->get_state = mcp_server_link_provider_get_state;
  iface->get_name = mcp_server_link_get_name;
  iface->get_revision = mcp_server_link_get_revision;
  iface->get_capabilities = mcp_server_link_get_capabilities;
  iface->get_instructions = mcp_server_link_get_instructions;
  iface->get_lifecycle = mcp_server_link_get_lifecycle;
  iface->set_lifecycle = mcp_server_link_set_lifecycle;
  iface->hold = mcp_server_link_hold;
  iface->release = mcp_server_link_release;
  iface->watch = mcp_server_link_watch;
  iface->unwatch = mcp_server_link_unwatch;
  iface->set_limits = mcp_server_link_set_limits;
}

/* GObject */

static void
mcp_server_link_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_STATE)
    g_value_set_uint (value, get_private (MCP_SERVER_LINK (object))->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mcp_server_link_dispose (GObject *object)
{
  McpServerLink *self = MCP_SERVER_LINK (object);
  McpServerLinkPrivate *priv = get_private (self);

  clear_timers (self);
  MCP_SERVER_LINK_GET_CLASS (self)->drop (self);
  priv->state = MCP_PROVIDER_STOPPED;
  g_queue_clear_full (&priv->waiting, (GDestroyNotify) waiting_free);

  G_OBJECT_CLASS (mcp_server_link_parent_class)->dispose (object);
}

static void
mcp_server_link_finalize (GObject *object)
{
  McpServerLinkPrivate *priv = get_private (MCP_SERVER_LINK (object));

  mcp_pending_requests_free (priv->pending);
  mcp_server_facts_clear (&priv->facts);
  g_ptr_array_unref (priv->closers);
  g_clear_pointer (&priv->setup.config, mcp_server_config_unref);
  g_free (priv->setup.cwd);
  mcp_server_runs_clear (&priv->runs);

  G_OBJECT_CLASS (mcp_server_link_parent_class)->finalize (object);
}

static void
mcp_server_link_class_init (McpServerLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mcp_server_link_get_property;
  object_class->dispose = mcp_server_link_dispose;
  object_class->finalize = mcp_server_link_finalize;
  klass->begin = mcp_server_link_real_begin;
  g_object_class_override_property (object_class, PROP_STATE, "state");
}

static void
send_handshake (gint64 id, const char *method, GBytes *message, gpointer user_data)
{
  McpServerLink *self = user_data;

  MCP_SERVER_LINK_GET_CLASS (self)->send_own (self, id, method, message);
}

static void
handshake_ready (gint64 id, gint64 other_id, gpointer user_data)
{
  McpServerLink *self = user_data;

  mcp_server_link_forget_request (self, other_id);
  MCP_SERVER_LINK_GET_CLASS (self)->established (self, id);
}

static void
handshake_failed (const char *how, gpointer user_data)
{
  g_autoptr (McpServerLink) self = g_object_ref (user_data);

  mcp_server_link_fail (self, how);
}

static void
server_silent (gpointer user_data)
{
  mcp_server_link_log (user_data, "does not answer server/discover, is asked initialize as well");
}

static void
open_subscription (gint64 id, GBytes *message, gpointer user_data)
{
  McpServerLink *self = user_data;

  MCP_SERVER_LINK_GET_CLASS (self)->send_own (self, id, "subscriptions/listen", message);
}

static void
close_subscription (gint64 id, gpointer user_data)
{
  McpServerLink *self = user_data;

  MCP_SERVER_LINK_GET_CLASS (self)->withdraw (self, id, "another subscription takes its place");
}

static void
mcp_server_link_init (McpServerLink *self)
{
  static const McpHandshakeFuncs handshake_funcs = { send_handshake, handshake_ready,
                                                     handshake_failed, server_silent };
  static const McpSubscriptionFuncs subscription_funcs = { open_subscription, close_subscription };
  McpServerLinkPrivate *priv = get_private (self);

  g_queue_init (&priv->waiting);
  mcp_server_facts_init (&priv->facts);
  mcp_handshake_init (&priv->handshake, &priv->facts, &priv->last_id, &handshake_funcs, self);
  mcp_subscription_init (&priv->subscription, &priv->facts, &priv->last_id, &subscription_funcs,
                         self);
  priv->closers = g_ptr_array_new_with_free_func (g_object_unref);
  priv->pending = mcp_pending_requests_new (MCP_PROVIDER (self), abandoned_cb, self);
}

/**
 * mcp_server_link_construct:
 * @self: a link that was made just now
 * @config: the server
 * @cwd: absolute; the server's MCP root
 * @limits: how large a message of the server may be; copied
 * @timeout_ms: for requests that name none, without an answer or progress, where @config has none
 * @times: how long to wait for what; copied
 */
void
mcp_server_link_construct (McpServerLink *self,
                           McpServerConfig *config,
                           const char *cwd,
                           const McpLimits *limits,
                           guint timeout_ms,
                           const McpServerTimes *times)
{
  McpServerLinkPrivate *priv = get_private (self);
  McpServerTimes own = *times;

  g_return_if_fail (config != NULL);
  g_return_if_fail (cwd != NULL && g_path_is_absolute (cwd));
  g_return_if_fail (limits != NULL);
  g_return_if_fail (timeout_ms > 0);

  priv->setup.config = mcp_server_config_ref (config);
  priv->setup.cwd = g_strdup (cwd);
  priv->setup.limits = *limits;
  priv->setup.timeout_ms = timeout_ms;
  mcp_server_asks_set_of_one_session (mcp_pending_requests_get_asks (priv->pending),
                                      config->scope == MCP_SERVER_SCOPE_SESSION);
  if (config->start_seconds > 0)
    own.start_ms = config->start_seconds * 1000;
  own.idle_ms = config->idle_seconds > G_MAXUINT / 1000 ? 0 : config->idle_seconds * 1000;
  mcp_server_link_set_times (self, &own);
}

/**
 * mcp_server_link_get_setup:
 * @self: a link
 *
 * Returns: (transfer none): what the link was made with
 */
const McpServerLinkSetup *
mcp_server_link_get_setup (McpServerLink *self)
{
  return &get_private (self)->setup;
}

/**
 * mcp_server_link_set_times:
 * @self: a link
 * @times: how long to wait for what; copied
 *
 * For what begins from now on.
 */
void
mcp_server_link_set_times (McpServerLink *self, const McpServerTimes *times)
{
  McpServerLinkPrivate *priv = get_private (self);

  priv->setup.times = *times;
  priv->runs.backoff.min_ms = times->backoff_min_ms;
  priv->runs.backoff.max_ms = times->backoff_max_ms;
  priv->subscription.backoff.min_ms = times->backoff_min_ms;
  priv->subscription.backoff.max_ms = times->backoff_max_ms;
}

/**
 * mcp_server_link_get_runs:
 * @self: a link
 *
 * Returns: (transfer none): how the server's runs went
 */
const McpServerRuns *
mcp_server_link_get_runs (McpServerLink *self)
{
  return &get_private (self)->runs;
}

/**
 * mcp_server_link_get_state:
 * @self: a link
 *
 * Returns: what it does at the moment
 */
McpProviderState
mcp_server_link_get_state (McpServerLink *self)
{
  return get_private (self)->state;
}

/**
 * mcp_server_link_get_facts:
 * @self: a link
 *
 * Returns: (transfer none): what is known of the server
 */
McpServerFacts *
mcp_server_link_get_facts (McpServerLink *self)
{
  return &get_private (self)->facts;
}

/**
 * mcp_server_link_note_answered:
 * @self: a link
 *
 * A request of a client was answered.
 */
void
mcp_server_link_note_answered (McpServerLink *self)
{
  mcp_backoff_reset (&get_private (self)->runs.backoff);
  update_idle (self);
}

/**
 * mcp_server_link_get_pending:
 * @self: a link
 *
 * Returns: (transfer none): the requests without an answer
 */
McpPendingRequests *
mcp_server_link_get_pending (McpServerLink *self)
{
  return get_private (self)->pending;
}

/**
 * mcp_server_link_get_subscription:
 * @self: a link
 *
 * Returns: (transfer none): what a server of 2026-07-28 tells of changes
 */
McpSubscription *
mcp_server_link_get_subscription (McpServerLink *self)
{
  return &get_private (self)->subscription;
}

/**
 * mcp_server_link_get_handshake:
 * @self: a link
 *
 * Returns: (transfer none): the handshake, as far as it has got
 */
McpHandshake *
mcp_server_link_get_handshake (McpServerLink *self)
{
  return &get_private (self)->handshake;
}

/**
 * mcp_server_link_is_stateless:
 * @self: a link whose server is ready
 *
 * Returns: whether the server is told everything with each request
 */
gboolean
mcp_server_link_is_stateless (McpServerLink *self)
{
  return get_private (self)->facts.lifecycle == MCP_LIFECYCLE_STATELESS;
}

/**
 * mcp_server_link_is_open:
 * @self: a link
 *
 * Returns: whether messages can be sent
 */
gboolean
mcp_server_link_is_open (McpServerLink *self)
{
  McpProviderState state = get_private (self)->state;

  return state == MCP_PROVIDER_READY || state == MCP_PROVIDER_STARTING;
}

/**
 * mcp_server_link_mint_id:
 * @self: a link
 *
 * Returns: an id for a request that this link has not used before
 */
gint64
mcp_server_link_mint_id (McpServerLink *self)
{
  return ++get_private (self)->last_id;
}
