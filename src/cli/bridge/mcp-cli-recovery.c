/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The way back to a daemon that has gone; the client knows nothing of it. The steps are: find the
 * daemon or start it; find the session or make one like it; ask whether the attachment is still
 * there, which a daemon that was started again keeps, too; if not, send the client's initialize
 * again, and then what the daemon knew of the client.
 * The first session of a bridge is made in the same way.
 */
#include "cli/bridge/mcp-cli-recovery.h"

#include "cli/bridge/mcp-cli-session-search.h"
#include "cli/daemon/mcp-cli-exchange.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-names.h"

#include <string.h>

/* A daemon that was stopped on purpose is not started for a client that only listens. */
#define LOOK_MS 500

#define PING        "{\"jsonrpc\":\"2.0\",\"id\":\"mcp-session\",\"method\":\"ping\"}"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"

typedef enum
{
  STEP_NONE,
  STEP_SESSION,     /* a thread finds the daemon and the session */
  STEP_PING,        /* asks whether the attachment is still there */
  STEP_INITIALIZE,  /* makes another one */
  STEP_INITIALIZED, /* completes it */
  STEP_REQUESTS,    /* tells it what the daemon knew of the client */
} Step;

struct _McpCliRecovery
{
  McpCliAttachment *attachment; /* (unowned) */
  McpCliReplay *replay;         /* (unowned) */
  McpCliSessionParams params;   /* (owned): of a new session */
  McpCliRecoveryFuncs funcs;
  gpointer user_data;

  Step step;
  GBytes *initialize; /* (owned) (nullable): of the client */
  gboolean is_initialized;
  gboolean is_answered;      /* the exchange of this step brought an answer */
  gboolean is_other_daemon;  /* than the one that had the attachment last */
  GCancellable *cancellable; /* (owned) (nullable): of the thread */
  GPtrArray *exchanges;      /* (owned) (element-type McpCliExchange) */
  guint n_unsent;            /* of these */
  GQueue parked;             /* (owned) (element-type McpCliBridgeItem): by sequence */
  guint look_id;             /* looks for the daemon while items are parked */
};

static void
cancel_exchange (gpointer data)
{
  mcp_cli_exchange_cancel (data);
  g_object_unref (data);
}

/**
 * mcp_cli_recovery_new:
 * @attachment: what is recovered; must outlive the recovery
 * @replay: what is repeated to the next attachment; likewise
 * @params: of the sessions that are made
 * @funcs: called on the main context
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a recovery that does not run
 */
McpCliRecovery *
mcp_cli_recovery_new (McpCliAttachment *attachment,
                      McpCliReplay *replay,
                      const McpCliSessionParams *params,
                      const McpCliRecoveryFuncs *funcs,
                      gpointer user_data)
{
  McpCliRecovery *self = g_new0 (McpCliRecovery, 1);

  self->attachment = attachment;
  self->replay = replay;
  mcp_cli_session_params_copy (&self->params, params);
  self->funcs = *funcs;
  self->user_data = user_data;
  self->exchanges = g_ptr_array_new_with_free_func (cancel_exchange);
  g_queue_init (&self->parked);
  return self;
}

/**
 * mcp_cli_recovery_free:
 * @self: (transfer full): a recovery
 */
void
mcp_cli_recovery_free (McpCliRecovery *self)
{
  mcp_cli_recovery_stop (self);
  g_ptr_array_unref (self->exchanges);
  g_clear_pointer (&self->initialize, g_bytes_unref);
  mcp_cli_session_params_clear (&self->params);
  g_free (self);
}

/**
 * mcp_cli_recovery_set_label:
 * @self: a recovery
 * @label: (nullable): of the sessions that are made; a label that was given stays
 */
void
mcp_cli_recovery_set_label (McpCliRecovery *self, const char *label)
{
  if (self->params.label == NULL)
    self->params.label = g_strdup (label);
}

/**
 * mcp_cli_recovery_note_initialize:
 * @self: a recovery
 * @text: the initialize that the client sends
 */
void
mcp_cli_recovery_note_initialize (McpCliRecovery *self, GBytes *text)
{
  g_clear_pointer (&self->initialize, g_bytes_unref);
  self->initialize = g_bytes_ref (text);
  self->is_initialized = FALSE;
}

/**
 * mcp_cli_recovery_note_initialized:
 * @self: a recovery
 *
 * The client has sent notifications/initialized.
 */
void
mcp_cli_recovery_note_initialized (McpCliRecovery *self)
{
  self->is_initialized = TRUE;
}

/**
 * mcp_cli_recovery_is_initialized:
 * @self: a recovery
 *
 * Returns: whether the client has completed its handshake
 */
gboolean
mcp_cli_recovery_is_initialized (McpCliRecovery *self)
{
  return self->is_initialized;
}

static void take_step (McpCliRecovery *self, guint status);

static void
finish (McpCliRecovery *self, gboolean is_new)
{
  self->step = STEP_NONE;
  self->funcs.back (is_new, self->user_data);
}

static gboolean
look_cb (gpointer user_data)
{
  McpCliRecovery *self = user_data;

  if (!mcp_cli_connection_reopen (mcp_cli_attachment_get_connection (self->attachment), NULL))
    return G_SOURCE_CONTINUE;
  self->look_id = 0;
  mcp_cli_recovery_start (self);
  return G_SOURCE_REMOVE;
}

static void
look_for_daemon (McpCliRecovery *self)
{
  if (self->look_id == 0 && self->step == STEP_NONE && !g_queue_is_empty (&self->parked))
    self->look_id = g_timeout_add (LOOK_MS, look_cb, self);
}

static void
sent_cb (McpCliExchange *exchange, gpointer user_data)
{
  McpCliRecovery *self = user_data;

  if (--self->n_unsent == 0 && self->step == STEP_REQUESTS)
    finish (self, TRUE);
}

static void
message_cb (McpCliExchange *exchange, GBytes *text, gpointer user_data)
{
  McpCliRecovery *self = user_data;
  McpJsonSlice root, result;

  self->is_answered = TRUE;
  if (self->step != STEP_INITIALIZE || !mcp_cli_json_parse_bytes (text, &root, NULL) ||
      !mcp_json_find_typed (root, "result", MCP_JSON_OBJECT, &result))
    return;
  mcp_cli_attachment_learn (self->attachment,
                            mcp_cli_exchange_get_header (exchange, MCP_HEADER_SESSION_ID), text);
  mcp_cli_replay_learn_capabilities (self->replay, result);
}

static void
ended_cb (McpCliExchange *exchange, McpCliOutcome outcome, gpointer user_data)
{
  McpCliRecovery *self = user_data;
  guint status = mcp_cli_exchange_get_status (exchange);

  g_ptr_array_remove (self->exchanges, exchange);
  if (self->step != STEP_NONE && self->step != STEP_REQUESTS)
    take_step (self, status);
}

static void
send_text (McpCliRecovery *self, GBytes *text)
{
  static const McpCliExchangeFuncs funcs = { sent_cb, message_cb, ended_cb };
  SoupMessage *message =
      mcp_cli_attachment_new_post (self->attachment, text, self->step != STEP_INITIALIZE);
  McpCliExchange *exchange = mcp_cli_exchange_new (message, &funcs, self);

  g_ptr_array_add (self->exchanges, exchange);
  self->n_unsent++;
  mcp_cli_exchange_start (exchange, mcp_cli_attachment_get_soup (self->attachment));
}

static void
begin_step (McpCliRecovery *self, Step step, GBytes *text)
{
  self->step = step;
  self->is_answered = FALSE;
  send_text (self, text);
}

static void
attach (McpCliRecovery *self)
{
  self->funcs.attaching (self->user_data);
  begin_step (self, STEP_INITIALIZE, self->initialize);
}

/* Side by side: a server that starts slowly holds nothing up. */
static void
send_requests (McpCliRecovery *self)
{
  g_autoptr (GPtrArray) requests = mcp_cli_replay_dup_requests (self->replay);

  self->step = STEP_REQUESTS;
  for (guint i = 0; i < requests->len; i++)
    send_text (self, g_ptr_array_index (requests, i));
  if (requests->len == 0)
    finish (self, TRUE);
}

/* The attachment is there. What another daemon had asked or was doing is lost all the same. */
static void
go_on (McpCliRecovery *self)
{
  if (self->is_other_daemon)
    {
      mcp_cli_attachment_begin_generation (self->attachment);
      self->funcs.attaching (self->user_data);
    }
  finish (self, self->is_other_daemon);
}

/* The exchange of a step has ended. */
static void
take_step (McpCliRecovery *self, guint status)
{
  g_autoptr (GBytes) initialized = g_bytes_new_static (INITIALIZED, strlen (INITIALIZED));

  switch (self->step)
    {
    case STEP_PING:
      if (status == 401 || status == 404)
        attach (self);
      else
        go_on (self);
      break;
    case STEP_INITIALIZE:
      if (self->is_answered && mcp_cli_attachment_get_id (self->attachment) != NULL &&
          self->is_initialized)
        begin_step (self, STEP_INITIALIZED, initialized);
      else
        finish (self, FALSE);
      break;
    case STEP_INITIALIZED:
      send_requests (self);
      break;
    case STEP_NONE:
    case STEP_SESSION:
    case STEP_REQUESTS:
      break;
    }
}

static void
take_session (McpCliRecovery *self, McpCliSession *session)
{
  McpCliSession *old = mcp_cli_attachment_get_session (self->attachment);
  gboolean is_same = old != NULL && strcmp (session->id, old->id) == 0;
  g_autoptr (GBytes) ping = g_bytes_new_static (PING, strlen (PING));

  self->is_other_daemon = old != NULL && g_strcmp0 (session->daemon, old->daemon) != 0;
  mcp_cli_attachment_take_session (self->attachment, session);
  if (self->initialize == NULL || mcp_cli_attachment_get_id (self->attachment) == NULL)
    finish (self, FALSE);
  else if (is_same)
    begin_step (self, STEP_PING, ping);
  else
    attach (self);
}

static void
fail (McpCliRecovery *self, const GError *error)
{
  self->step = STEP_NONE;
  mcp_cli_text_print_error (error);
  self->funcs.failed (error->message, self->user_data);
  look_for_daemon (self);
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpCliRecovery *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliSession) session = mcp_cli_session_search_finish (result, &error);

  /* The recovery may be gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  if (session != NULL &&
      mcp_cli_connection_reopen (mcp_cli_attachment_get_connection (self->attachment), &error))
    take_session (self, g_steal_pointer (&session));
  else
    fail (self, error);
}

/**
 * mcp_cli_recovery_start:
 * @self: a recovery
 *
 * Begins the recovery; does nothing while one runs. One of the functions is called at its end.
 */
void
mcp_cli_recovery_start (McpCliRecovery *self)
{
  if (self->step != STEP_NONE)
    return;
  g_clear_handle_id (&self->look_id, g_source_remove);
  self->step = STEP_SESSION;
  self->n_unsent = 0;
  self->cancellable = g_cancellable_new ();
  mcp_cli_session_search_async (mcp_cli_attachment_get_session (self->attachment), &self->params,
                                self->cancellable, searched_cb, self);
}

/**
 * mcp_cli_recovery_stop:
 * @self: a recovery
 *
 * Ends it in any state; no function is called any more, and what was parked is dropped.
 */
void
mcp_cli_recovery_stop (McpCliRecovery *self)
{
  self->step = STEP_NONE;
  g_clear_handle_id (&self->look_id, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_ptr_array_set_size (self->exchanges, 0);
  g_queue_clear_full (&self->parked, (GDestroyNotify) mcp_cli_bridge_item_free);
}

/**
 * mcp_cli_recovery_is_running:
 * @self: a recovery
 *
 * Returns: whether messages have to wait
 */
gboolean
mcp_cli_recovery_is_running (McpCliRecovery *self)
{
  return self->step != STEP_NONE;
}

/**
 * mcp_cli_recovery_park:
 * @self: a recovery
 * @item: (transfer full): a request that only listens
 *
 * Keeps the item until the daemon is there again. The daemon is looked for, but not started.
 */
void
mcp_cli_recovery_park (McpCliRecovery *self, McpCliBridgeItem *item)
{
  g_queue_insert_sorted (&self->parked, item, mcp_cli_bridge_item_compare, NULL);
  look_for_daemon (self);
}

/**
 * mcp_cli_recovery_remove_parked:
 * @self: a recovery
 * @id: of a request
 *
 * Returns: whether the request was parked; it is not any more
 */
gboolean
mcp_cli_recovery_remove_parked (McpCliRecovery *self, McpJsonSlice id)
{
  for (GList *link = self->parked.head; link != NULL; link = link->next)
    {
      if (!mcp_cli_bridge_item_has_id (link->data, id))
        continue;
      mcp_cli_bridge_item_free (link->data);
      g_queue_delete_link (&self->parked, link);
      return TRUE;
    }
  return FALSE;
}

/**
 * mcp_cli_recovery_steal_parked:
 * @self: a recovery
 *
 * Returns: (transfer full) (nullable): the first item that was parked
 */
McpCliBridgeItem *
mcp_cli_recovery_steal_parked (McpCliRecovery *self)
{
  return g_queue_pop_head (&self->parked);
}
