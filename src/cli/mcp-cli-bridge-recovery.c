/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the bridge does when the daemon was started anew, and its stream of messages that answer
 * nothing. The client knows of neither.
 */
#include "mcp-cli-bridge-private.h"

#include "mcp-cli-text.h"
#include "mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define LISTEN_AGAIN_MS 1000
/* Nobody is asked for anything: a daemon that was stopped on purpose is not started. */
#define LOOK_EVERY_MS   500

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
  mcp_cli_say (_ ("The session has ended meanwhile; a new one was made"));
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
send_replay (McpCliBridge *self, McpCliItemKind kind, GBytes *text)
{
  mcp_cli_bridge_send (self, mcp_cli_item_new (self, kind, text));
}

static void
go_on (McpCliBridge *self)
{
  self->state = BRIDGE_READY;
  mcp_cli_bridge_listen (self);
  mcp_cli_bridge_pump (self);
}

/**
 * mcp_cli_bridge_recovered:
 * @self: a bridge
 * @item: one of ours that has ended
 *
 * Takes the next step on the way back.
 */
void
mcp_cli_bridge_recovered (McpCliBridge *self, McpCliItem *item)
{
  McpCliItemKind kind = item->kind;
  gboolean is_answered = item->is_answered;

  if (self->sending == item)
    self->sending = NULL;
  g_ptr_array_remove (self->in_flight, item);
  if (kind == MCP_CLI_ITEM_REPLAY_INITIALIZE && is_answered && self->attachment_id != NULL &&
      self->is_initialized)
    {
      g_autoptr (GBytes) text = g_bytes_new_static (INITIALIZED, strlen (INITIALIZED));

      send_replay (self, MCP_CLI_ITEM_REPLAY_INITIALIZED, text);
      return;
    }
  go_on (self);
}

static void
found_place_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpCliBridge *self = MCP_CLI_BRIDGE (source);
  g_autoptr (GError) error = NULL;
  McpCliSession *session = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->closed)
    {
      g_clear_pointer (&session, mcp_cli_session_free);
      return;
    }
  if (session == NULL || !mcp_cli_connection_reopen (self->connection, &error))
    {
      g_clear_pointer (&session, mcp_cli_session_free);
      mcp_cli_say_error (error);
      self->state = BRIDGE_READY;
      mcp_cli_bridge_fail_all (self, error->message);
      return;
    }

  mcp_cli_session_free (self->session);
  self->session = session;
  if (self->initialize != NULL && self->attachment_id != NULL)
    send_replay (self, MCP_CLI_ITEM_REPLAY_INITIALIZE, self->initialize);
  else
    go_on (self);
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
  g_clear_pointer (&self->listener_last_id, g_free);

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
  mcp_cli_bridge_recover (self);
  return G_SOURCE_REMOVE;
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
heard_sent_cb (McpCliExchange *exchange, gpointer user_data)
{
}

static void
heard_cb (McpCliExchange *exchange, GBytes *text, gpointer user_data)
{
  McpCliBridge *self = user_data;

  mcp_cli_pipe_write (self->pipe, text);
}

static void
heard_end_cb (McpCliExchange *exchange, McpCliOutcome outcome, gpointer user_data)
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
      self->listen_id = g_timeout_add (
          retry_ms >= 0 ? (guint) MIN (retry_ms, G_MAXINT) : LISTEN_AGAIN_MS, listen_cb, self);
      break;
    case MCP_CLI_OUTCOME_REFUSED:
      if (mcp_cli_exchange_get_status (listener) == 404 ||
          mcp_cli_exchange_get_status (listener) == 401)
        mcp_cli_bridge_recover (self);
      else
        self->cannot_listen = TRUE;
      break;
    case MCP_CLI_OUTCOME_UNREACHABLE:
    case MCP_CLI_OUTCOME_BROKEN:
      self->look_id = g_timeout_add (LOOK_EVERY_MS, look_cb, self);
      break;
    }
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
  static const McpCliExchangeFuncs funcs = { heard_sent_cb, heard_cb, heard_end_cb };
  SoupMessage *message;
  SoupMessageHeaders *headers;

  if (self->closed || self->listener != NULL || self->listen_id != 0 || self->cannot_listen ||
      !self->is_initialized || self->attachment_id == NULL || self->state != BRIDGE_READY)
    return;

  message = mcp_cli_connection_new_message (self->connection, "GET", "/mcp", self->session, NULL);
  headers = soup_message_get_request_headers (message);
  soup_message_headers_replace (headers, "Accept", "text/event-stream");
  mcp_cli_bridge_add_headers (self, message);
  if (self->listener_last_id != NULL)
    soup_message_headers_replace (headers, "Last-Event-ID", self->listener_last_id);
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
