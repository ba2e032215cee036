/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the bridge does when the daemon was started anew, and its stream of messages that answer
 * nothing. The client knows of neither.
 */
#include "mcp-cli-bridge-private.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define LISTEN_AGAIN_MS 1000
/* A connection broke that had been there. */
#define LISTEN_SOON_MS  50
/* Nobody is asked for anything: a daemon that was stopped on purpose is not started. */
#define LOOK_EVERY_MS   500

#define PROBE       "{\"jsonrpc\":\"2.0\",\"id\":\"mcp-session\",\"method\":\"ping\"}"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"

static McpCliSession *
copy_session (const McpCliSession *session)
{
  McpCliSession *copy = g_new0 (McpCliSession, 1);

  copy->id = g_strdup (session->id);
  copy->token = g_strdup (session->token);
  return copy;
}

/* The same session where it is still there, else a new one like it. Not on the main thread. */
static McpCliSession *
find_place (McpCliConnection *connection, const McpCliSession *session, GError **error)
{
  const McpCliWish wish = { .idle_seconds = -1 };
  g_autofree char *path = g_strconcat ("/session/", session->id, NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (connection, "GET", path, session, NULL, &local_error);

  if (answer != NULL)
    return copy_session (session);
  if (!g_error_matches (local_error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  answer = mcp_cli_session_create (connection, &wish, error);
  if (answer == NULL)
    return NULL;
  mcp_cli_text_print (_ ("The session has ended meanwhile; a new one was made"));
  return mcp_cli_session_from_answer (answer, error);
}

static void
find_place_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (&error);
  McpCliSession *session = connection != NULL ? find_place (connection, task_data, &error) : NULL;

  if (session != NULL)
    g_task_return_pointer (task, session, (GDestroyNotify) mcp_cli_session_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
send_replay (McpCliBridge *self, McpCliBridgeItemKind kind, GBytes *text)
{
  mcp_cli_bridge_send (self, mcp_cli_bridge_item_new (self, kind, text));
}

static void
finish_recovery (McpCliBridge *self)
{
  McpCliBridgeItem *item;

  self->state = BRIDGE_READY;
  while ((item = g_queue_pop_head (&self->parked)) != NULL)
    g_queue_insert_sorted (&self->queue, item, mcp_cli_bridge_item_compare, NULL);
  mcp_cli_bridge_listen (self);
  mcp_cli_bridge_pump (self);
  mcp_cli_bridge_check_finished (self);
}

/* What the daemon asked before has nobody any more who waits for an answer. */
static void
withdraw_asks (McpCliBridge *self)
{
  g_autoptr (GPtrArray) cancelled = mcp_cli_asks_renew (self->asks);

  for (guint i = 0; i < cancelled->len; i++)
    mcp_cli_pipe_write (self->pipe, g_ptr_array_index (cancelled, i), MCP_CLI_PLACE_ANY);
  for (GList *link = self->queue.head; link != NULL;)
    {
      GList *next = link->next;

      if (mcp_cli_bridge_item_is_response (link->data))
        {
          mcp_cli_bridge_item_free (link->data);
          g_queue_delete_link (&self->queue, link);
        }
      link = next;
    }
}

/* Side by side: a server that starts slowly holds nothing up. */
static void
replay_requests (McpCliBridge *self)
{
  g_autoptr (GPtrArray) requests = mcp_cli_replay_dup_requests (self->replay);

  for (guint i = 0; i < requests->len; i++)
    send_replay (self, MCP_CLI_BRIDGE_ITEM_REPLAY_REQUEST, g_ptr_array_index (requests, i));
}

static void
attach_again (McpCliBridge *self)
{
  g_clear_pointer (&self->listener_last_id, g_free);
  withdraw_asks (self);
  send_replay (self, MCP_CLI_BRIDGE_ITEM_REPLAY_INITIALIZE, self->initialize);
}

static void
attached_again (McpCliBridge *self)
{
  g_autoptr (GBytes) text = g_bytes_new_static (INITIALIZED, strlen (INITIALIZED));

  if (self->is_initialized)
    send_replay (self, MCP_CLI_BRIDGE_ITEM_REPLAY_INITIALIZED, text);
  else
    finish_recovery (self);
}

static void
initialized_again (McpCliBridge *self)
{
  replay_requests (self);
  finish_recovery (self);
  mcp_cli_replay_tell_changes (self->replay, self->pipe);
}

/**
 * mcp_cli_bridge_recovered:
 * @self: a bridge
 * @item: one of ours that has ended
 *
 * Takes the next step on the way back.
 */
void
mcp_cli_bridge_recovered (McpCliBridge *self, McpCliBridgeItem *item)
{
  McpCliBridgeItemKind kind = item->kind;
  gboolean is_answered = item->is_answered;
  guint status = mcp_cli_exchange_get_status (item->exchange);

  if (self->sending == item)
    self->sending = NULL;
  g_ptr_array_remove (self->in_flight, item);
  if (kind == MCP_CLI_BRIDGE_ITEM_PROBE && (status == 401 || status == 404))
    attach_again (self);
  else if (kind == MCP_CLI_BRIDGE_ITEM_REPLAY_INITIALIZE && is_answered &&
           self->attachment_id != NULL)
    attached_again (self);
  else if (kind == MCP_CLI_BRIDGE_ITEM_REPLAY_INITIALIZED)
    initialized_again (self);
  else if (kind != MCP_CLI_BRIDGE_ITEM_REPLAY_REQUEST)
    finish_recovery (self);
  else
    {
      mcp_cli_bridge_pump (self);
      mcp_cli_bridge_check_finished (self);
    }
}

static void
found_place_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpCliBridge *self = MCP_CLI_BRIDGE (source);
  g_autoptr (GError) error = NULL;
  McpCliSession *session = g_task_propagate_pointer (G_TASK (result), &error);
  gboolean is_same;

  if (self->closed)
    {
      g_clear_pointer (&session, mcp_cli_session_free);
      return;
    }
  if (session == NULL || !mcp_cli_connection_reopen (self->connection, &error))
    {
      g_clear_pointer (&session, mcp_cli_session_free);
      mcp_cli_text_print_error (error);
      self->state = BRIDGE_READY;
      mcp_cli_bridge_fail_all (self, error->message);
      mcp_cli_bridge_look (self);
      return;
    }

  is_same = g_strcmp0 (session->id, self->session->id) == 0;
  mcp_cli_session_free (self->session);
  self->session = session;
  if (self->initialize == NULL || self->attachment_id == NULL)
    finish_recovery (self);
  else if (is_same)
    {
      g_autoptr (GBytes) text = g_bytes_new_static (PROBE, strlen (PROBE));

      send_replay (self, MCP_CLI_BRIDGE_ITEM_PROBE, text);
    }
  else
    attach_again (self);
}

/**
 * mcp_cli_bridge_recover:
 * @self: a bridge
 *
 * Finds the daemon again, or starts it; then the session, or makes one; then attaches the client
 * to it as it did itself. Messages wait meanwhile.
 */
void
mcp_cli_bridge_recover (McpCliBridge *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->state == BRIDGE_RECOVERING || self->closed)
    return;
  self->state = BRIDGE_RECOVERING;
  self->sending = NULL;
  mcp_cli_bridge_stop_listening (self);

  task = g_task_new (self, NULL, found_place_cb, NULL);
  g_task_set_task_data (task, copy_session (self->session), (GDestroyNotify) mcp_cli_session_free);
  g_task_run_in_thread (task, find_place_thread);
}

static gboolean
look_cb (gpointer user_data)
{
  McpCliBridge *self = user_data;

  if (!mcp_cli_connection_reopen (self->connection, NULL))
    return G_SOURCE_CONTINUE;
  self->look_id = 0;
  if (g_queue_is_empty (&self->parked))
    mcp_cli_bridge_listen (self);
  else
    mcp_cli_bridge_recover (self);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_cli_bridge_look:
 * @self: a bridge
 *
 * Waits until there is a daemon that can be listened to.
 */
void
mcp_cli_bridge_look (McpCliBridge *self)
{
  if (self->look_id == 0 && self->state != BRIDGE_RECOVERING)
    self->look_id = g_timeout_add (LOOK_EVERY_MS, look_cb, self);
}

static gboolean
listen_cb (gpointer user_data)
{
  McpCliBridge *self = user_data;

  self->listen_id = 0;
  mcp_cli_bridge_listen (self);
  return G_SOURCE_REMOVE;
}

static void
listen_after (McpCliBridge *self, guint delay_ms)
{
  self->listen_id = g_timeout_add (delay_ms, listen_cb, self);
}

static void
listener_sent_cb (McpCliExchange *exchange, gpointer user_data)
{
}

static void
listener_message_cb (McpCliExchange *exchange, GBytes *text, gpointer user_data)
{
  McpCliBridge *self = user_data;
  McpJsonSlice root;
  gboolean is_json = mcp_cli_json_parse_bytes (text, &root, NULL);

  mcp_cli_bridge_deliver (self, text, is_json ? root : MCP_JSON_SLICE_NONE);
}

static void
listener_ended_cb (McpCliExchange *exchange, McpCliOutcome outcome, gpointer user_data)
{
  McpCliBridge *self = user_data;
  g_autoptr (McpCliExchange) listener = g_steal_pointer (&self->listener);
  gint64 retry_ms = mcp_cli_exchange_get_retry_ms (listener);

  if (mcp_cli_exchange_get_last_id (listener) != NULL)
    {
      g_free (self->listener_last_id);
      self->listener_last_id = g_strdup (mcp_cli_exchange_get_last_id (listener));
    }

  switch (outcome)
    {
    case MCP_CLI_OUTCOME_DONE:
      listen_after (self, retry_ms >= 0 ? (guint) MIN (retry_ms, G_MAXINT) : LISTEN_AGAIN_MS);
      break;
    case MCP_CLI_OUTCOME_REFUSED:
      if (mcp_cli_exchange_get_status (listener) == 404 ||
          mcp_cli_exchange_get_status (listener) == 401)
        mcp_cli_bridge_recover (self);
      else
        self->cannot_listen = TRUE;
      break;
    case MCP_CLI_OUTCOME_BROKEN:
      if (mcp_cli_exchange_get_status (listener) != 0)
        listen_after (self, LISTEN_SOON_MS);
      else
        mcp_cli_bridge_look (self);
      break;
    case MCP_CLI_OUTCOME_UNREACHABLE:
      mcp_cli_bridge_look (self);
      break;
    }
}

/**
 * mcp_cli_bridge_new_get:
 * @self: a bridge with an attachment
 * @last_event_id: (nullable): after which the daemon is to go on
 *
 * Returns: (transfer full): a request for a stream
 */
SoupMessage *
mcp_cli_bridge_new_get (McpCliBridge *self, const char *last_event_id)
{
  SoupMessage *message =
      mcp_cli_connection_new_message (self->connection, "GET", "/mcp", self->session, NULL);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_replace (headers, "Accept", "text/event-stream");
  mcp_cli_bridge_add_headers (self, message);
  if (last_event_id != NULL)
    soup_message_headers_replace (headers, "Last-Event-ID", last_event_id);
  return message;
}

/**
 * mcp_cli_bridge_listen:
 * @self: a bridge
 *
 * Opens the stream of messages that answer nothing, where the client and the daemon have one.
 */
void
mcp_cli_bridge_listen (McpCliBridge *self)
{
  static const McpCliExchangeFuncs funcs = { listener_sent_cb, listener_message_cb,
                                             listener_ended_cb };
  SoupMessage *message;

  if (self->closed || self->listener != NULL || self->listen_id != 0 || self->cannot_listen ||
      !self->is_initialized || self->attachment_id == NULL || self->state != BRIDGE_READY)
    return;

  message = mcp_cli_bridge_new_get (self, self->listener_last_id);
  self->listener = mcp_cli_exchange_new (message, &funcs, self);
  mcp_cli_exchange_start (self->listener, mcp_cli_connection_get_soup (self->connection));
}

/**
 * mcp_cli_bridge_stop_listening:
 * @self: a bridge
 */
void
mcp_cli_bridge_stop_listening (McpCliBridge *self)
{
  g_clear_handle_id (&self->listen_id, g_source_remove);
  g_clear_handle_id (&self->look_id, g_source_remove);
  if (self->listener != NULL)
    mcp_cli_exchange_cancel (self->listener);
  g_clear_object (&self->listener);
}
