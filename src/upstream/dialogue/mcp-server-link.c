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
#include "upstream/dialogue/mcp-server-outbox.h"
#include "upstream/secrets/mcp-secret-values.h"

#include <string.h>

typedef struct
{
  McpServerLinkSetup setup;
  McpProviderState state;
  McpServerDialogue dialogue;
  McpServerOutbox outbox;
  McpServerRuns runs;
  GSource *idle_timer;           /* (owned) (nullable): may fire while the link is busy */
  gint64 idle_until_us;          /* when an idle link ends, monotonic; 0: it is busy */
  GPtrArray *closers;            /* (element-type GTask): of mcp_provider_close_async() */
  McpSecretStore *secret_store;  /* (owned) (nullable): none, no secrets */
  GCancellable *reading_secrets; /* (owned) (nullable): while a start waits for them */
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
 * mcp_server_link_tell:
 * @self: a link; the caller holds a reference
 * @text: a line for people, without control characters: what the server says to them, or what is
 *   waited for
 *
 * Tells all who listen: McpProvider::said.
 */
void
mcp_server_link_tell (McpServerLink *self, const char *text)
{
  g_signal_emit_by_name (self, "said", text);
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

/* What is not there any more cannot be seen in a dump of memory. */
static void
forget_secrets (McpServerLinkPrivate *priv)
{
  g_clear_pointer (&priv->setup.secrets, mcp_secret_values_free);
}

/* Handlers of notify::state are called later. */
static void
note_state (McpServerLinkPrivate *priv, McpProviderState state)
{
  priv->state = state;
  if (state != MCP_PROVIDER_STARTING)
    forget_secrets (priv);
  mcp_server_outbox_set_open (&priv->outbox, state == MCP_PROVIDER_READY);
}

static void
set_state (McpServerLink *self, McpProviderState state)
{
  McpServerLinkPrivate *priv = get_private (self);

  if (priv->state == state)
    return;
  note_state (priv, state);
  g_object_notify (G_OBJECT (self), "state");
}

static void
clear_timers (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);

  mcp_server_dialogue_stop (&priv->dialogue);
  mcp_timer_clear (&priv->idle_timer);
  if (priv->reading_secrets != NULL)
    g_cancellable_cancel (priv->reading_secrets);
  g_clear_object (&priv->reading_secrets);
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

static void start_idle_timer (McpServerLink *self);

static gboolean
idle_cb (gpointer data)
{
  g_autoptr (McpServerLink) self = g_object_ref (data);
  McpServerLinkPrivate *priv = get_private (self);

  mcp_timer_clear (&priv->idle_timer);
  if (priv->idle_until_us > g_get_monotonic_time ())
    start_idle_timer (self);
  else if (priv->idle_until_us != 0)
    {
      mcp_server_link_log (self, "idle, is ended");
      stop (self);
    }
  return G_SOURCE_REMOVE;
}

static void
start_idle_timer (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);
  gint64 left_us = priv->idle_until_us - g_get_monotonic_time ();

  priv->idle_timer =
      mcp_timer_new_ms ("server-idle", (guint) (MAX (left_us, 0) / 1000 + 1), idle_cb, self);
}

static gboolean
is_idle (McpServerLinkPrivate *priv)
{
  return priv->state == MCP_PROVIDER_READY && priv->setup.times.idle_ms > 0 &&
         priv->dialogue.facts.n_holds == 0 &&
         mcp_pending_requests_get_size (priv->outbox.pending) == 0;
}

/* To be called when a request, or a hold, has come or gone. The timer of an earlier pause goes on:
 * it finds out when it fires whether there was work since. */
static void
update_idle (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);

  priv->idle_until_us = 0;
  if (!is_idle (priv))
    return;
  priv->idle_until_us =
      g_get_monotonic_time () + priv->setup.times.idle_ms * G_TIME_SPAN_MILLISECOND;
  /* The time may have been made shorter. */
  if (priv->idle_timer != NULL &&
      g_source_get_ready_time (priv->idle_timer) > priv->idle_until_us + G_TIME_SPAN_MILLISECOND)
    mcp_timer_clear (&priv->idle_timer);
  if (priv->idle_timer == NULL)
    start_idle_timer (self);
}

/* What goes to the server */

static gboolean
send_request (gint64 id, const McpProviderRequest *request, gpointer user_data, GError **error)
{
  McpServerLink *self = user_data;

  return MCP_SERVER_LINK_GET_CLASS (self)->send_request (self, id, request, error);
}

/* In MCP 2026-07-28 a client has no notification that a server would take. */
static void
send_notification (GBytes *message, gpointer user_data)
{
  McpServerLink *self = user_data;

  if (!mcp_server_link_is_stateless (self))
    MCP_SERVER_LINK_GET_CLASS (self)->send (self, message);
}

static void
request_withdrawn (gint64 id, const char *reason, gboolean was_sent, gpointer user_data)
{
  McpServerLink *self = user_data;

  update_idle (self);
  if (was_sent && mcp_server_link_is_open (self))
    MCP_SERVER_LINK_GET_CLASS (self)->withdraw (self, id, reason);
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
  mcp_server_outbox_flush (&get_private (self)->outbox);
}

/* Ends all requests, sent or not. */
static void
fail_all (McpServerLink *self, int code, const char *text)
{
  McpServerLinkPrivate *priv = get_private (self);
  g_autoptr (GError) error = g_error_new_literal (MCP_ERROR, code, text);

  mcp_server_outbox_fail_all (&priv->outbox, error);
}

/* Start and handshake */

/* The handshake begins; the caller sets the state. */
static void
begin (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);

  mcp_server_runs_note_start (&priv->runs);
  mcp_server_asks_forget (mcp_pending_requests_get_asks (priv->outbox.pending));
  mcp_server_dialogue_begin (&priv->dialogue, priv->setup.times.start_ms,
                             priv->setup.times.probe_ms);
  MCP_SERVER_LINK_GET_CLASS (self)->begin (self);
}

static gboolean
open_transport (McpServerLink *self, GError **error)
{
  McpServerLinkPrivate *priv = get_private (self);
  g_autoptr (GError) local_error = NULL;
  gboolean is_open = MCP_SERVER_LINK_GET_CLASS (self)->open (self, &local_error);

  if (!is_open)
    {
      mcp_server_runs_note_failure (&priv->runs, local_error->message, TRUE);
      mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = priv->setup.config->name }, "%s",
               local_error->message);
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, local_error->message);
      return FALSE;
    }

  begin (self);
  mcp_server_link_log (self, "started");
  return TRUE;
}

static void
secrets_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpServerLink) self = user_data;
  McpServerLinkPrivate *priv = get_private (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *how = NULL;
  char **secrets = mcp_secret_values_read_finish (result, &error);

  /* Given up, and perhaps begun again since. */
  if (g_task_get_cancellable (G_TASK (result)) != priv->reading_secrets)
    {
      mcp_secret_values_free (secrets);
      return;
    }
  g_clear_object (&priv->reading_secrets);
  priv->setup.secrets = secrets;
  priv->runs.is_locked = g_error_matches (error, MCP_SECRET_ERROR, MCP_SECRET_ERROR_LOCKED);
  if (secrets == NULL)
    {
      how = g_strdup_printf ("needs %s", error->message);
      mcp_server_link_fail (self, how);
    }
  else if (!open_transport (self, &error))
    {
      note_state (priv, MCP_PROVIDER_STOPPED);
      fail_all (self, error->code, error->message);
      g_object_notify (G_OBJECT (self), "state");
    }
}

/* Returns: whether the start goes on when the secrets have been read */
static gboolean
read_secrets (McpServerLink *self)
{
  McpServerLinkPrivate *priv = get_private (self);
  g_auto (GStrv) names = mcp_server_config_list_secrets (priv->setup.config);

  if (priv->secret_store == NULL || *names == NULL)
    return FALSE;
  priv->reading_secrets = g_cancellable_new ();
  mcp_secret_values_read_async (priv->secret_store, (const char *const *) names,
                                priv->reading_secrets, secrets_read_cb, g_object_ref (self));
  return TRUE;
}

/* Not when a start failed a moment ago. Returns: whether the server is being started */
static gboolean
start (McpServerLink *self, GError **error)
{
  McpServerLinkPrivate *priv = get_private (self);

  if (!mcp_server_runs_may_start (&priv->runs, error))
    return FALSE;
  if (!read_secrets (self) && !open_transport (self, error))
    return FALSE;
  set_state (self, MCP_PROVIDER_STARTING);
  return TRUE;
}

static void
mcp_server_link_real_begin (McpServerLink *self)
{
  mcp_handshake_ask (mcp_server_link_get_handshake (self));
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

  mcp_handshake_stop (&priv->dialogue.handshake);
  set_state (self, MCP_PROVIDER_READY);
  /* A handler of notify::state may have ended it. */
  if (priv->state != MCP_PROVIDER_READY)
    return;
  mcp_server_dialogue_follow_changes (&priv->dialogue, MCP_PROVIDER (self));
  mcp_server_outbox_flush (&priv->outbox);
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
    mcp_server_link_forget_revision (self);
  mcp_server_runs_note_failure (&priv->runs, text, is_start);
  mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = priv->setup.config->name }, "%s",
           text);

  clear_timers (self);
  MCP_SERVER_LINK_GET_CLASS (self)->drop (self);
  note_state (priv, MCP_PROVIDER_STOPPED);
  fail_all (self, MCP_ERROR_PROVIDER_FAILED, text);
  g_object_notify (G_OBJECT (self), "state");
}

/**
 * mcp_server_link_take_left:
 * @self: a link that is ready and has no requests; the caller holds a reference
 *
 * The server has ended of its own accord, as it may: the next request starts it.
 */
void
mcp_server_link_take_left (McpServerLink *self)
{
  mcp_server_link_log (self, "has ended");
  clear_timers (self);
  MCP_SERVER_LINK_GET_CLASS (self)->drop (self);
  set_state (self, MCP_PROVIDER_STOPPED);
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
  if (priv->state == MCP_PROVIDER_STOPPED && mcp_server_outbox_has_waiting (&priv->outbox) &&
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
  if (mcp_subscription_owns (&priv->dialogue.subscription, id))
    {
      mcp_subscription_take_end (&priv->dialogue.subscription, id, FALSE);
      return;
    }
  mcp_server_runs_note_error (&priv->runs, text);
  mcp_server_link_log (self, how);
  if (mcp_pending_requests_fail (priv->outbox.pending, id,
                                 g_error_new_literal (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, text)))
    update_idle (self);
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

  if (mcp_server_outbox_repeat (&get_private (self)->outbox, id))
    {
      mcp_server_link_forget_request (self, id);
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
  get_private (self)->dialogue.facts.lifecycle = MCP_LIFECYCLE_UNKNOWN;
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
  mcp_subscription_end (&priv->dialogue.subscription);
  clear_timers (self);
  if (klass->leave != NULL)
    klass->leave (self);
  begin (self);
  set_state (self, MCP_PROVIDER_STARTING);
}

/* McpProvider */

/**
 * mcp_server_link_get_timeout_ms:
 * @self: a link
 * @request: what is asked
 *
 * Returns: how long the server may take without an answer or progress
 */
guint
mcp_server_link_get_timeout_ms (McpServerLink *self, const McpProviderRequest *request)
{
  McpServerLinkPrivate *priv = get_private (self);

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
    {
      mcp_server_outbox_add_request (&priv->outbox, mcp_server_link_mint_id (self),
                                     g_steal_pointer (&task), request,
                                     mcp_server_link_get_timeout_ms (self, request));
      update_idle (self);
    }
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
  mcp_server_outbox_add_notification (&get_private (self)->outbox, message);
}

static void
mcp_server_link_respond (McpProvider *provider, GBytes *response)
{
  McpServerLink *self = MCP_SERVER_LINK (provider);

  if (mcp_provider_messages_take_response (mcp_server_link_get_pending (self), response) &&
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
  return get_private (MCP_SERVER_LINK (self))->dialogue.facts.revision;
}

static const char *
mcp_server_link_get_capabilities (McpProvider *self)
{
  return get_private (MCP_SERVER_LINK (self))->dialogue.facts.capabilities;
}

static gboolean
mcp_server_link_is_locked (McpProvider *self)
{
  return get_private (MCP_SERVER_LINK (self))->runs.is_locked;
}

static McpLifecycle
mcp_server_link_get_lifecycle (McpProvider *self)
{
  return get_private (MCP_SERVER_LINK (self))->dialogue.facts.lifecycle;
}

static void
mcp_server_link_set_lifecycle (McpProvider *self, McpLifecycle lifecycle)
{
  McpServerLinkPrivate *priv = get_private (MCP_SERVER_LINK (self));

  if (priv->dialogue.facts.lifecycle == MCP_LIFECYCLE_UNKNOWN)
    priv->dialogue.facts.lifecycle = lifecycle;
}

static const char *
mcp_server_link_get_instructions (McpProvider *self)
{
  return get_private (MCP_SERVER_LINK (self))->dialogue.facts.instructions;
}

static const char *
mcp_server_link_get_server_info (McpProvider *self)
{
  return get_private (MCP_SERVER_LINK (self))->dialogue.facts.server_info;
}

static const McpServerPeer *
mcp_server_link_get_peer (McpProvider *self)
{
  return mcp_server_link_get_facts (MCP_SERVER_LINK (self))->peer;
}

static void
mcp_server_link_hold (McpProvider *provider)
{
  McpServerLink *self = MCP_SERVER_LINK (provider);

  get_private (self)->dialogue.facts.n_holds++;
  update_idle (self);
}

static void
mcp_server_link_release (McpProvider *provider)
{
  McpServerLink *self = MCP_SERVER_LINK (provider);
  McpServerLinkPrivate *priv = get_private (self);

  g_return_if_fail (priv->dialogue.facts.n_holds > 0);
  priv->dialogue.facts.n_holds--;
  update_idle (self);
}

static void
mcp_server_link_watch (McpProvider *provider, const char *uri)
{
  mcp_server_dialogue_watch (&get_private (MCP_SERVER_LINK (provider))->dialogue, uri);
}

static void
mcp_server_link_unwatch (McpProvider *provider, const char *uri)
{
  mcp_server_dialogue_unwatch (&get_private (MCP_SERVER_LINK (provider))->dialogue, uri);
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
  iface->get_server_info = mcp_server_link_get_server_info;
  iface->get_peer = mcp_server_link_get_peer;
  iface->is_locked = mcp_server_link_is_locked;
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
  note_state (priv, MCP_PROVIDER_STOPPED);
  mcp_server_outbox_drop_waiting (&priv->outbox);

  G_OBJECT_CLASS (mcp_server_link_parent_class)->dispose (object);
}

static void
mcp_server_link_finalize (GObject *object)
{
  McpServerLinkPrivate *priv = get_private (MCP_SERVER_LINK (object));

  mcp_server_outbox_clear (&priv->outbox);
  mcp_server_dialogue_clear (&priv->dialogue);
  g_ptr_array_unref (priv->closers);
  g_clear_pointer (&priv->setup.config, mcp_server_config_unref);
  g_free (priv->setup.cwd);
  forget_secrets (priv);
  g_clear_object (&priv->secret_store);
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
  static const McpServerOutboxFuncs outbox_funcs = { send_request, send_notification,
                                                     request_withdrawn };
  McpServerLinkPrivate *priv = get_private (self);

  mcp_server_dialogue_init (&priv->dialogue, &handshake_funcs, &subscription_funcs, self);
  mcp_server_outbox_init (&priv->outbox, MCP_PROVIDER (self), &outbox_funcs, self);
  priv->closers = g_ptr_array_new_with_free_func (g_object_unref);
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
  mcp_server_asks_set_of_one_session (mcp_pending_requests_get_asks (priv->outbox.pending),
                                      config->scope == MCP_SERVER_SCOPE_SESSION);
  if (MCP_SERVER_LINK_GET_CLASS (self)->keeps_requests)
    mcp_server_outbox_keep_requests (&priv->outbox);
  if (config->start_seconds > 0)
    own.start_ms = config->start_seconds * 1000;
  own.idle_ms = config->idle_seconds > G_MAXUINT / 1000 ? 0 : config->idle_seconds * 1000;
  mcp_server_link_set_times (self, &own);
}

/**
 * mcp_server_link_set_secrets:
 * @self: a link that has not started anything
 * @store: where the secrets lie that the entry names
 */
void
mcp_server_link_set_secrets (McpServerLink *self, McpSecretStore *store)
{
  g_return_if_fail (MCP_IS_SERVER_LINK (self));

  g_set_object (&get_private (self)->secret_store, store);
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
  priv->dialogue.subscription.backoff.min_ms = times->backoff_min_ms;
  priv->dialogue.subscription.backoff.max_ms = times->backoff_max_ms;
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
 * mcp_server_link_get_dialogue:
 * @self: a link
 *
 * Returns: (transfer none): what is spoken with the server
 */
McpServerDialogue *
mcp_server_link_get_dialogue (McpServerLink *self)
{
  return &get_private (self)->dialogue;
}

/**
 * mcp_server_link_fail_locked:
 * @self: a link that is starting; the caller holds a reference
 * @how: goes on after “it”
 *
 * What the server needs lies in a keyring that is locked: all requests fail. The server was not
 * asked in vain, and not all keyrings say when they are unlocked: the next request tries again.
 */
void
mcp_server_link_fail_locked (McpServerLink *self, const char *how)
{
  get_private (self)->runs.is_locked = TRUE;
  mcp_server_link_fail (self, how);
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
  return get_private (self)->outbox.pending;
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
