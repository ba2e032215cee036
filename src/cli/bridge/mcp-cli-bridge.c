/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A stdio client's messages, each as a request to the daemon's /mcp, and the answers back. The
 * parts: McpCliPipe has the client's streams, McpCliDelivery what goes to the client, McpCliOutbox
 * its messages, McpCliAttachment the place where they go, McpCliListener the stream of messages
 * that answer no request, and McpCliRecovery the way back to a daemon that has gone.
 */
#include "cli/bridge/mcp-cli-bridge.h"

#include "cli/bridge/mcp-cli-delivery.h"
#include "cli/bridge/mcp-cli-listener.h"
#include "cli/bridge/mcp-cli-outbox.h"
#include "cli/bridge/mcp-cli-pipe.h"
#include "cli/bridge/mcp-cli-recovery.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-names.h"

#include <glib/gi18n.h>

#define LOSS N_ ("The daemon ended before it answered; whether the call had an effect is not known")

struct _McpCliBridge
{
  GObject parent_instance;

  McpCliAttachment *attachment;    /* (owned) */
  McpCliOutbox *outbox;            /* (owned) */
  McpCliListener *listener;        /* (owned) */
  McpCliRecovery *recovery;        /* (owned) */
  McpCliPipe *pipe;                /* (owned) (nullable) */
  McpCliToolHeaders *tool_headers; /* (owned) */
  McpCliReplay *replay;            /* (owned) */
  McpCliDelivery *delivery;        /* (owned) (nullable) */
  McpCliBridgeFinished finished;
  gpointer user_data;

  gboolean is_initializing; /* the client's initialize is in flight; other messages wait for it */
  gboolean input_ended;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (McpCliBridge, mcp_cli_bridge, G_TYPE_OBJECT)

static void
mcp_cli_bridge_finalize (GObject *object)
{
  McpCliBridge *self = MCP_CLI_BRIDGE (object);

  g_clear_pointer (&self->delivery, mcp_cli_delivery_free);
  g_clear_pointer (&self->pipe, mcp_cli_pipe_free);
  g_clear_pointer (&self->outbox, mcp_cli_outbox_free);
  g_clear_pointer (&self->listener, mcp_cli_listener_free);
  g_clear_pointer (&self->recovery, mcp_cli_recovery_free);
  g_clear_pointer (&self->attachment, mcp_cli_attachment_free);
  g_clear_pointer (&self->tool_headers, mcp_cli_tool_headers_free);
  g_clear_pointer (&self->replay, mcp_cli_replay_free);

  G_OBJECT_CLASS (mcp_cli_bridge_parent_class)->finalize (object);
}

static void
mcp_cli_bridge_class_init (McpCliBridgeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_cli_bridge_finalize;
}

static void
mcp_cli_bridge_init (McpCliBridge *self)
{
  self->outbox = mcp_cli_outbox_new ();
  self->replay = mcp_cli_replay_new ();
  self->tool_headers = mcp_cli_tool_headers_new ();
}

/* After the end of the input, the last answer ends the bridge. */
static void
check_finished (McpCliBridge *self)
{
  if (!self->closed && self->input_ended && !mcp_cli_recovery_is_running (self->recovery) &&
      mcp_cli_outbox_is_done (self->outbox))
    self->finished (self->user_data);
}

static void
learn_answer (McpCliBridge *self, McpCliBridgeItem *item, GBytes *text, McpJsonSlice root)
{
  McpJsonSlice result;

  item->is_answered = TRUE;
  if (mcp_cli_bridge_item_has_method (item, "initialize"))
    mcp_cli_attachment_learn (self->attachment,
                              mcp_cli_exchange_get_header (item->exchange, MCP_HEADER_SESSION_ID),
                              text);
  if (item->is_stateless && mcp_cli_bridge_item_has_method (item, "tools/list"))
    mcp_cli_tool_headers_learn (self->tool_headers, text);
  if (item->message != NULL && !item->is_stateless && mcp_cli_bridge_item_is_request (item) &&
      mcp_json_find_typed (root, "result", MCP_JSON_OBJECT, &result))
    mcp_cli_replay_learn (self->replay, item->message, result);
}

static void
message_cb (McpCliBridgeItem *item, GBytes *text, gpointer user_data)
{
  McpCliBridge *self = user_data;
  McpJsonSlice root, method;

  if (mcp_cli_json_parse_bytes (text, &root, NULL))
    {
      if (!mcp_json_find (root, "method", &method))
        learn_answer (self, item, text, root);
      else if (mcp_cli_bridge_item_note_acknowledgement (item, root))
        {
          mcp_cli_replay_notify_listener (item->message, root, self->pipe);
          return;
        }
    }
  mcp_cli_delivery_pass (self->delivery, text);
}

/* What the client sends, on its way to the daemon. */

static void pump (McpCliBridge *self);

static void
sent_cb (McpCliBridgeItem *item, gpointer user_data)
{
  McpCliBridge *self = user_data;

  if (mcp_cli_outbox_note_sent (self->outbox, item))
    pump (self);
}

static void
recover (McpCliBridge *self)
{
  if (self->closed || mcp_cli_recovery_is_running (self->recovery))
    return;
  mcp_cli_outbox_forget_sending (self->outbox);
  mcp_cli_listener_stop (self->listener);
  mcp_cli_recovery_start (self->recovery);
}

static void
start_listening (McpCliBridge *self)
{
  if (!self->closed && !self->is_initializing && !mcp_cli_recovery_is_running (self->recovery) &&
      mcp_cli_recovery_is_initialized (self->recovery) &&
      mcp_cli_attachment_get_id (self->attachment) != NULL)
    mcp_cli_listener_start (self->listener);
}

static void
send_again (McpCliBridge *self, McpCliBridgeItem *item)
{
  mcp_cli_outbox_requeue (self->outbox, item);
  recover (self);
}

static void
remove_item (McpCliBridge *self, McpCliBridgeItem *item)
{
  mcp_cli_outbox_remove (self->outbox, item);
  pump (self);
  check_finished (self);
}

static void
lost_cb (McpCliBridgeItem *item, gpointer user_data)
{
  g_autoptr (McpCliBridge) self = g_object_ref (user_data);

  if (mcp_cli_bridge_item_may_repeat (item) && mcp_cli_bridge_item_may_retry (item))
    {
      send_again (self, item);
      return;
    }
  mcp_cli_delivery_fail (self->delivery, item, _ (LOSS));
  remove_item (self, item);
}

/* Whether the session or the attachment has gone; otherwise the message itself is wrong. */
static gboolean
has_lost_session (McpCliBridge *self, McpCliBridgeItem *item)
{
  guint status = mcp_cli_exchange_get_status (item->exchange);

  return status == 401 || (status == 404 && !item->is_stateless &&
                           mcp_cli_attachment_get_id (self->attachment) != NULL);
}

/* Returns: whether the item is to be sent again after a recovery; if not, it is answered */
static gboolean
handle_outcome (McpCliBridge *self, McpCliBridgeItem *item, McpCliOutcome outcome)
{
  switch (outcome)
    {
    case MCP_CLI_OUTCOME_DONE:
      if (!mcp_cli_bridge_item_is_request (item))
        return FALSE;
      G_GNUC_FALLTHROUGH; /* the end of a stream does not tell whether it was meant */
    case MCP_CLI_OUTCOME_BROKEN:
      if (mcp_cli_bridge_item_may_repeat (item) && mcp_cli_bridge_item_may_retry (item))
        return TRUE;
      mcp_cli_delivery_fail (self->delivery, item, _ (LOSS));
      return FALSE;
    case MCP_CLI_OUTCOME_REFUSED:
      if (has_lost_session (self, item) && mcp_cli_bridge_item_may_retry (item))
        return TRUE;
      mcp_cli_delivery_refuse (self->delivery, item);
      return FALSE;
    case MCP_CLI_OUTCOME_UNREACHABLE:
      if (mcp_cli_bridge_item_may_retry (item))
        return TRUE;
      mcp_cli_delivery_fail (self->delivery, item, _ ("The daemon cannot be reached"));
      return FALSE;
    }
  g_return_val_if_reached (FALSE);
}

static void
ended_cb (McpCliBridgeItem *item, McpCliOutcome outcome, gpointer user_data)
{
  g_autoptr (McpCliBridge) self = g_object_ref (user_data);
  gboolean is_initialized = mcp_cli_bridge_item_has_method (item, "notifications/initialized");

  if (mcp_cli_bridge_item_is_listening (item) && outcome != MCP_CLI_OUTCOME_REFUSED)
    {
      mcp_cli_recovery_park (self->recovery, mcp_cli_outbox_steal (self->outbox, item));
      pump (self);
      return;
    }
  if (mcp_cli_bridge_item_has_method (item, "initialize"))
    self->is_initializing = FALSE;
  if (handle_outcome (self, item, outcome))
    {
      send_again (self, item);
      return;
    }
  if (is_initialized && outcome == MCP_CLI_OUTCOME_DONE)
    {
      mcp_cli_recovery_note_initialized (self->recovery);
      start_listening (self);
    }
  remove_item (self, item);
}

static void
begin_initialize (McpCliBridge *self, McpCliBridgeItem *item)
{
  mcp_cli_recovery_note_initialize (self->recovery, item->text);
  mcp_cli_replay_clear (self->replay);
  mcp_cli_listener_stop (self->listener);
  self->is_initializing = TRUE;
}

static gboolean
may_send (McpCliBridge *self)
{
  return !self->closed && !self->is_initializing && !mcp_cli_recovery_is_running (self->recovery);
}

/* Sends what may be sent. */
static void
pump (McpCliBridge *self)
{
  static const McpCliBridgeItemFuncs funcs = { sent_cb, message_cb, ended_cb, lost_cb };
  McpCliBridgeItem *item;

  while (may_send (self) && (item = mcp_cli_outbox_begin_next (self->outbox)) != NULL)
    {
      if (mcp_cli_bridge_item_has_method (item, "initialize") &&
          mcp_cli_bridge_item_is_request (item) && !item->is_stateless)
        begin_initialize (self, item);
      mcp_cli_bridge_item_send (item, self->attachment, self->tool_headers, &funcs, self);
    }
}

/* The listener and the recovery. */
static void
heard_cb (GBytes *text, gpointer user_data)
{
  McpCliBridge *self = user_data;

  mcp_cli_delivery_pass (self->delivery, text);
}

static void
listener_lost_cb (gpointer user_data)
{
  recover (user_data);
}

static void
attaching_cb (gpointer user_data)
{
  McpCliBridge *self = user_data;

  mcp_cli_listener_forget_position (self->listener);
  mcp_cli_delivery_withdraw_asks (self->delivery);
  mcp_cli_outbox_remove_responses (self->outbox);
  mcp_cli_outbox_lose_streams (self->outbox);
}

static void
back_cb (gboolean is_new, gpointer user_data)
{
  g_autoptr (McpCliBridge) self = g_object_ref (user_data);
  McpCliBridgeItem *item;

  while ((item = mcp_cli_recovery_steal_parked (self->recovery)) != NULL)
    mcp_cli_outbox_return (self->outbox, item);
  start_listening (self);
  pump (self);
  if (is_new)
    mcp_cli_replay_notify_client (self->replay, self->pipe);
  check_finished (self);
}

static void
failed_cb (const char *text, gpointer user_data)
{
  McpCliBridge *self = user_data;
  McpCliBridgeItem *item;

  while ((item = mcp_cli_outbox_steal_queued (self->outbox)) != NULL)
    {
      mcp_cli_delivery_fail (self->delivery, item, text);
      mcp_cli_bridge_item_free (item);
    }
  start_listening (self);
  check_finished (self);
}

/* What the client writes. */

/*
 * A request that is cancelled is owed no answer. Over HTTP, 2026-07-28 cancels by closing the
 * connection. Returns: whether the notification needs not be sent
 */
static gboolean
cancel_request (McpCliBridge *self, McpCliBridgeItem *notification)
{
  McpJsonSlice params = mcp_jsonrpc_message_get_params (notification->message);
  McpCliBridgeItem *item;
  McpJsonSlice id;

  if (params.data == NULL || !mcp_json_find (params, "requestId", &id))
    return FALSE;
  if (mcp_cli_outbox_remove_queued (self->outbox, id) ||
      mcp_cli_recovery_remove_parked (self->recovery, id))
    return TRUE;
  item = mcp_cli_outbox_find_in_flight (self->outbox, id);
  if (item == NULL)
    return notification->is_stateless;
  item->is_answered = TRUE;
  if (!item->is_stateless)
    return FALSE;
  mcp_cli_outbox_remove (self->outbox, item);
  return TRUE;
}

/* Returns: (transfer full) (nullable): what is to be sent for the line */
static McpCliBridgeItem *
build_item (McpCliBridge *self, GBytes *line)
{
  McpCliBridgeItem *item = mcp_cli_bridge_item_new (line);
  g_autoptr (GBytes) answer = NULL;

  if (mcp_cli_bridge_item_has_method (item, "notifications/cancelled") &&
      cancel_request (self, item))
    {
      mcp_cli_bridge_item_free (item);
      return NULL;
    }
  if (!mcp_cli_bridge_item_is_response (item))
    return item;

  answer = mcp_cli_delivery_translate_answer (self->delivery, line);
  if (answer == line)
    return item;
  mcp_cli_bridge_item_free (item);
  return answer != NULL ? mcp_cli_bridge_item_new (answer) : NULL;
}

/* The first message names the client, so the session is made then. */
static void
begin_session (McpCliBridge *self, McpCliBridgeItem *item)
{
  g_autofree char *label = mcp_cli_bridge_item_dup_client_name (item);

  if (mcp_cli_attachment_get_session (self->attachment) != NULL ||
      mcp_cli_recovery_is_running (self->recovery))
    return;
  mcp_cli_recovery_set_label (self->recovery, label);
  recover (self);
}

static void
line_cb (GBytes *line, gpointer user_data)
{
  McpCliBridge *self = user_data;
  McpCliBridgeItem *item = build_item (self, line);

  if (item != NULL)
    {
      mcp_cli_outbox_add (self->outbox, item);
      begin_session (self, item);
    }
  pump (self);
}

static void
input_ended_cb (gpointer user_data)
{
  McpCliBridge *self = user_data;

  self->input_ended = TRUE;
  check_finished (self);
}

static void
output_broken_cb (gpointer user_data)
{
  McpCliBridge *self = user_data;

  if (!self->closed)
    self->finished (self->user_data);
}

/**
 * mcp_cli_bridge_new:
 * @connection: to the daemon
 * @params: of the session that the client gets; its label is the client's name if none is given
 * @server: (nullable): name of the only server that the client gets; %NULL: all
 *
 * Returns: (transfer full): a bridge that does not run
 */
McpCliBridge *
mcp_cli_bridge_new (McpCliConnection *connection,
                    const McpCliSessionParams *params,
                    const char *server)
{
  static const McpCliListenerFuncs listener_funcs = { heard_cb, listener_lost_cb };
  static const McpCliRecoveryFuncs recovery_funcs = { attaching_cb, back_cb, failed_cb };
  McpCliBridge *self = g_object_new (MCP_TYPE_CLI_BRIDGE, NULL);

  self->attachment = mcp_cli_attachment_new (connection, server);
  self->listener = mcp_cli_listener_new (self->attachment, &listener_funcs, self);
  self->recovery =
      mcp_cli_recovery_new (self->attachment, self->replay, params, &recovery_funcs, self);
  return self;
}

/**
 * mcp_cli_bridge_run:
 * @self: a bridge
 * @in_fd: where the client writes its messages
 * @out_fd: where the client reads
 * @finished: called when there is nothing more to do
 * @user_data: for @finished
 *
 * Begins to carry messages, on the default main context.
 */
void
mcp_cli_bridge_run (McpCliBridge *self,
                    int in_fd,
                    int out_fd,
                    McpCliBridgeFinished finished,
                    gpointer user_data)
{
  static const McpCliPipeFuncs funcs = { line_cb, input_ended_cb, output_broken_cb };

  self->finished = finished;
  self->user_data = user_data;
  self->pipe = mcp_cli_pipe_new (in_fd, out_fd, &funcs, self);
  self->delivery = mcp_cli_delivery_new (self->pipe);
  mcp_cli_pipe_start (self->pipe);
}

/**
 * mcp_cli_bridge_close:
 * @self: a bridge
 *
 * Cancels what is in flight, and ends the session.
 */
void
mcp_cli_bridge_close (McpCliBridge *self)
{
  McpCliSession *session = mcp_cli_attachment_get_session (self->attachment);
  g_autoptr (GError) error = NULL;

  self->closed = TRUE;
  mcp_cli_listener_stop (self->listener);
  mcp_cli_recovery_stop (self->recovery);
  mcp_cli_outbox_clear_in_flight (self->outbox);
  if (session != NULL && !mcp_cli_session_close (
                             mcp_cli_attachment_get_connection (self->attachment), session, &error))
    g_debug ("The session did not end: %s", error->message);
}
