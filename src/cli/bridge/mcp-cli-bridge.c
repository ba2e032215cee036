/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A stdio client's messages, each as a request to the daemon's /mcp, and the answers back. Requests
 * run side by side; they leave in the client's order.
 */
#include "mcp-cli-bridge-private.h"

#include "cli/daemon/mcp-cli-stateless.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-names.h"

#include <glib/gi18n.h>
#include <string.h>

/* A message that fails so often is the reason itself. */
#define MAX_TRIES 3

G_DEFINE_FINAL_TYPE (McpCliBridge, mcp_cli_bridge, G_TYPE_OBJECT)

static void
mcp_cli_bridge_finalize (GObject *object)
{
  McpCliBridge *self = MCP_CLI_BRIDGE (object);

  g_clear_pointer (&self->pipe, mcp_cli_pipe_free);
  g_queue_clear_full (&self->parked, (GDestroyNotify) mcp_cli_bridge_item_free);
  g_queue_clear_full (&self->queue, (GDestroyNotify) mcp_cli_bridge_item_free);
  g_ptr_array_unref (self->in_flight);
  g_clear_pointer (&self->initialize, g_bytes_unref);
  g_clear_pointer (&self->tool_headers, mcp_cli_tool_headers_free);
  g_clear_pointer (&self->replay, mcp_cli_replay_free);
  g_clear_pointer (&self->asks, mcp_cli_asks_free);
  g_clear_pointer (&self->session, mcp_cli_session_free);
  g_clear_object (&self->connection);
  g_free (self->attachment_id);
  g_free (self->revision);
  g_free (self->listener_last_id);

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
  g_queue_init (&self->parked);
  g_queue_init (&self->queue);
  self->replay = mcp_cli_replay_new ();
  self->asks = mcp_cli_asks_new ();
  self->tool_headers = mcp_cli_tool_headers_new ();
  self->in_flight = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_cli_bridge_item_free);
}

/**
 * mcp_cli_bridge_new:
 * @connection: to the daemon
 * @session: (transfer full): whose tools the client gets
 *
 * Returns: (transfer full): a bridge that does not run
 */
McpCliBridge *
mcp_cli_bridge_new (McpCliConnection *connection, McpCliSession *session)
{
  McpCliBridge *self = g_object_new (MCP_TYPE_CLI_BRIDGE, NULL);

  self->connection = g_object_ref (connection);
  self->session = session;
  return self;
}

/* Who listens waits for nothing in particular. */
static gboolean
is_awaited (McpCliBridge *self)
{
  for (guint i = 0; i < self->in_flight->len; i++)
    {
      if (!mcp_cli_bridge_item_is_listening (g_ptr_array_index (self->in_flight, i)))
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_cli_bridge_check_finished:
 * @self: a bridge
 *
 * After the end of the input, the last answer ends it.
 */
void
mcp_cli_bridge_check_finished (McpCliBridge *self)
{
  if (self->closed || !self->input_ended || self->state == BRIDGE_RECOVERING ||
      !g_queue_is_empty (&self->queue) || is_awaited (self))
    return;
  self->finished (self->user_data);
}

static void
fail (McpCliBridge *self, McpCliBridgeItem *item, const char *text)
{
  g_autoptr (GBytes) answer = NULL;

  if (item->kind != MCP_CLI_BRIDGE_ITEM_MESSAGE || item->is_answered ||
      !mcp_cli_bridge_item_is_request (item))
    return;
  item->is_answered = TRUE;
  answer = mcp_cli_bridge_item_build_failure (item, text);
  mcp_cli_pipe_write (self->pipe, answer, MCP_CLI_PLACE_APART);
}

/**
 * mcp_cli_bridge_fail_all:
 * @self: a bridge
 * @text: why
 *
 * Answers all that waits with an error.
 */
void
mcp_cli_bridge_fail_all (McpCliBridge *self, const char *text)
{
  McpCliBridgeItem *item;

  while ((item = g_queue_pop_head (&self->queue)) != NULL)
    {
      fail (self, item, text);
      mcp_cli_bridge_item_free (item);
    }
  mcp_cli_bridge_check_finished (self);
}

/* Puts an item that was sent back to where it was. */
static void
requeue (McpCliBridge *self, McpCliBridgeItem *item, GQueue *queue)
{
  guint index;

  if (!g_ptr_array_find (self->in_flight, item, &index))
    return;
  g_ptr_array_steal_index (self->in_flight, index);
  g_clear_object (&item->exchange);
  mcp_cli_bridge_item_forget_stream (item);
  g_queue_insert_sorted (queue, item, mcp_cli_bridge_item_compare, NULL);
}

/**
 * mcp_cli_bridge_drop:
 * @self: a bridge
 * @item: one in flight, which is done with
 */
void
mcp_cli_bridge_drop (McpCliBridge *self, McpCliBridgeItem *item)
{
  if (self->sending == item)
    self->sending = NULL;
  g_ptr_array_remove (self->in_flight, item);
}

/**
 * mcp_cli_bridge_take_attachment:
 * @self: a bridge
 * @exchange: in which an initialize was answered
 * @text: the answer
 *
 * Learns what later messages must say in their headers.
 */
void
mcp_cli_bridge_take_attachment (McpCliBridge *self, McpCliExchange *exchange, GBytes *text)
{
  const char *id = mcp_cli_exchange_get_header (exchange, MCP_HEADER_SESSION_ID);
  McpJsonSlice root, result;

  g_free (self->attachment_id);
  self->attachment_id = g_strdup (id);
  g_clear_pointer (&self->revision, g_free);
  if (mcp_cli_json_parse_bytes (text, &root, NULL) &&
      mcp_json_find_typed (root, "result", MCP_JSON_OBJECT, &result))
    self->revision = mcp_cli_json_dup_member (result, "protocolVersion");
}

static McpCliPlace
get_place (McpJsonSlice root)
{
  McpJsonSlice method;

  if (root.data == NULL)
    return MCP_CLI_PLACE_ANY;
  if (!mcp_json_find (root, "method", &method))
    return MCP_CLI_PLACE_APART;
  return mcp_json_string_equal (method, "notifications/progress") ? MCP_CLI_PLACE_AHEAD
                                                                  : MCP_CLI_PLACE_ANY;
}

/**
 * mcp_cli_bridge_deliver:
 * @self: a bridge
 * @text: a message from the daemon
 * @root: the same
 *
 * Gives it to the client.
 */
void
mcp_cli_bridge_deliver (McpCliBridge *self, GBytes *text, McpJsonSlice root)
{
  McpJsonSlice method;
  g_autoptr (GBytes) passed = root.data != NULL && mcp_json_find (root, "method", &method)
                                  ? mcp_cli_asks_pass_request (self->asks, text, root)
                                  : g_bytes_ref (text);

  mcp_cli_pipe_write (self->pipe, passed, get_place (root));
}

static void
take_answer (McpCliBridgeItem *item, McpCliExchange *exchange, GBytes *text, McpJsonSlice root)
{
  McpCliBridge *self = item->bridge;
  McpJsonSlice result;

  item->is_answered = TRUE;
  if (mcp_cli_bridge_item_has_method (item, "initialize"))
    mcp_cli_bridge_take_attachment (self, exchange, text);
  if (item->is_stateless && mcp_cli_bridge_item_has_method (item, "tools/list"))
    mcp_cli_tool_headers_learn (self->tool_headers, text);
  if (item->message != NULL && mcp_json_find_typed (root, "result", MCP_JSON_OBJECT, &result))
    mcp_cli_replay_learn (self->replay, item, result);
}

/* A client's subscriptions/listen that was sent again is acknowledged again; it knows that. */
static gboolean
is_known_acknowledgement (McpCliBridgeItem *item, McpJsonSlice root)
{
  McpCliBridge *self = item->bridge;
  McpJsonSlice method;

  if (!mcp_cli_bridge_item_is_listening (item) || !mcp_json_find (root, "method", &method) ||
      !mcp_json_string_equal (method, "notifications/subscriptions/acknowledged"))
    return FALSE;
  item->n_tries = 0;
  if (!item->is_acknowledged)
    {
      item->is_acknowledged = TRUE;
      return FALSE;
    }
  mcp_cli_replay_tell_listener (item, root, self->pipe);
  return TRUE;
}

static void
message_cb (McpCliExchange *exchange, GBytes *text, gpointer user_data)
{
  McpCliBridgeItem *item = user_data;
  McpCliBridge *self = item->bridge;
  McpJsonSlice root = MCP_JSON_SLICE_NONE;
  McpJsonSlice method;
  gboolean is_json = mcp_cli_json_parse_bytes (text, &root, NULL);

  item->n_resumes = 0;
  if (is_json && !mcp_json_find (root, "method", &method))
    take_answer (item, exchange, text, root);
  if (item->kind == MCP_CLI_BRIDGE_ITEM_MESSAGE &&
      !(is_json && is_known_acknowledgement (item, root)))
    mcp_cli_bridge_deliver (self, text, is_json ? root : MCP_JSON_SLICE_NONE);
}

static void
sent_cb (McpCliExchange *exchange, gpointer user_data)
{
  McpCliBridgeItem *item = user_data;
  McpCliBridge *self = item->bridge;

  if (self->sending != item)
    return;
  self->sending = NULL;
  mcp_cli_bridge_pump (self);
}

/* The daemon's JSON-RPC error as it is; its other errors as one. */
static void
answer_refused (McpCliBridge *self, McpCliBridgeItem *item)
{
  GBytes *body = mcp_cli_exchange_get_refusal (item->exchange);
  g_autoptr (GError) error = NULL;
  McpJsonSlice root, value;

  if (item->kind != MCP_CLI_BRIDGE_ITEM_MESSAGE || !mcp_cli_bridge_item_is_request (item))
    return;
  if (mcp_cli_json_parse_bytes (body, &root, NULL) && mcp_json_find (root, "jsonrpc", &value))
    {
      mcp_cli_pipe_write (self->pipe, body, MCP_CLI_PLACE_APART);
      return;
    }
  mcp_cli_connection_set_error (&error, mcp_cli_exchange_get_status (item->exchange), body);
  fail (self, item, error->message);
}

/* Whether what the message was sent to has gone, and not the message is wrong. */
static gboolean
has_lost_place (McpCliBridge *self, McpCliBridgeItem *item)
{
  guint status = mcp_cli_exchange_get_status (item->exchange);

  return status == 401 || (status == 404 && !item->is_stateless && self->attachment_id != NULL);
}

static gboolean
may_retry (McpCliBridgeItem *item)
{
  return item->n_tries < MAX_TRIES && !item->is_answered && !mcp_cli_bridge_item_is_response (item);
}

static const char *
describe_loss (void)
{
  return _ ("The daemon ended before it answered; whether the call had an effect is not known");
}

/**
 * mcp_cli_bridge_lose:
 * @self: a bridge
 * @item: one whose answer cannot be had any more
 *
 * Asks again where that does no harm, else answers with an error.
 */
void
mcp_cli_bridge_lose (McpCliBridge *self, McpCliBridgeItem *item)
{
  if (may_retry (item) && mcp_cli_bridge_item_may_repeat (item))
    {
      requeue (self, item, &self->queue);
      mcp_cli_bridge_recover (self);
      return;
    }
  fail (self, item, describe_loss ());
  mcp_cli_bridge_drop (self, item);
  mcp_cli_bridge_pump (self);
  mcp_cli_bridge_check_finished (self);
}

/* Nobody is asked for anything: what listens waits until the daemon is there. */
static gboolean
park (McpCliBridge *self, McpCliBridgeItem *item, McpCliOutcome outcome)
{
  if (!mcp_cli_bridge_item_is_listening (item) || outcome == MCP_CLI_OUTCOME_REFUSED)
    return FALSE;
  if (self->sending == item)
    self->sending = NULL;
  requeue (self, item, &self->parked);
  mcp_cli_bridge_look (self);
  mcp_cli_bridge_pump (self);
  return TRUE;
}

/* Returns: whether the item is to be sent again when all is well again */
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
      if (may_retry (item) && mcp_cli_bridge_item_may_repeat (item))
        return TRUE;
      fail (self, item, describe_loss ());
      return FALSE;
    case MCP_CLI_OUTCOME_REFUSED:
      if (has_lost_place (self, item) && may_retry (item))
        return TRUE;
      answer_refused (self, item);
      return FALSE;
    case MCP_CLI_OUTCOME_UNREACHABLE:
      if (may_retry (item))
        return TRUE;
      fail (self, item, _ ("The daemon cannot be reached"));
      return FALSE;
    }
  g_return_val_if_reached (FALSE);
}

static void
ended_cb (McpCliExchange *exchange, McpCliOutcome outcome, gpointer user_data)
{
  McpCliBridgeItem *item = user_data;
  g_autoptr (McpCliBridge) self = g_object_ref (item->bridge);
  gboolean is_initialize = mcp_cli_bridge_item_has_method (item, "initialize");
  gboolean is_initialized = mcp_cli_bridge_item_has_method (item, "notifications/initialized");

  if (item->kind != MCP_CLI_BRIDGE_ITEM_MESSAGE)
    {
      mcp_cli_bridge_recovered (self, item);
      return;
    }

  if (park (self, item, outcome) || mcp_cli_bridge_resume (self, item, outcome))
    return;
  if (item->is_resumed && !item->is_answered)
    {
      mcp_cli_bridge_lose (self, item);
      return;
    }
  if (is_initialize && self->state == BRIDGE_INITIALIZING)
    self->state = BRIDGE_READY;
  if (handle_outcome (self, item, outcome))
    {
      requeue (self, item, &self->queue);
      mcp_cli_bridge_recover (self);
      return;
    }
  mcp_cli_bridge_drop (self, item);
  if (is_initialized && outcome == MCP_CLI_OUTCOME_DONE)
    {
      self->is_initialized = TRUE;
      mcp_cli_bridge_listen (self);
    }
  mcp_cli_bridge_pump (self);
  mcp_cli_bridge_check_finished (self);
}

/**
 * mcp_cli_bridge_add_headers:
 * @self: a bridge
 * @message: a request in the client's name
 *
 * Says to which attachment it belongs.
 */
void
mcp_cli_bridge_add_headers (McpCliBridge *self, SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  if (self->attachment_id != NULL)
    soup_message_headers_replace (headers, MCP_HEADER_SESSION_ID, self->attachment_id);
  if (self->revision != NULL)
    soup_message_headers_replace (headers, MCP_HEADER_PROTOCOL, self->revision);
}

/**
 * mcp_cli_bridge_start:
 * @self: a bridge
 * @item: one in flight, without an exchange
 * @message: (transfer full): what is sent for it now
 */
void
mcp_cli_bridge_start (McpCliBridge *self, McpCliBridgeItem *item, SoupMessage *message)
{
  static const McpCliExchangeFuncs funcs = { sent_cb, message_cb, ended_cb };

  item->exchange = mcp_cli_exchange_new (message, &funcs, item);
  if (!mcp_cli_bridge_item_may_repeat (item) && !item->is_resumed)
    mcp_cli_exchange_forbid_repeat (item->exchange);
  mcp_cli_exchange_start (item->exchange, mcp_cli_connection_get_soup (self->connection));
}

/**
 * mcp_cli_bridge_send:
 * @self: a bridge
 * @item: (transfer full): what is sent now
 */
void
mcp_cli_bridge_send (McpCliBridge *self, McpCliBridgeItem *item)
{
  SoupMessage *message =
      mcp_cli_connection_new_message (self->connection, "POST", "/mcp", self->session, NULL);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_set_request_body_from_bytes (message, "application/json", item->text);
  soup_message_headers_replace (headers, "Accept", "application/json, text/event-stream");
  /* Else libsoup opens a connection for each message, and keeps them all for a while. */
  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT);
  if (item->is_stateless)
    mcp_cli_stateless_add_headers (item->message, headers);
  if (item->is_stateless && mcp_cli_bridge_item_has_method (item, "tools/call"))
    mcp_cli_tool_headers_add (self->tool_headers, item->message, headers);
  if (!item->is_stateless && !mcp_cli_bridge_item_has_method (item, "initialize"))
    {
      mcp_cli_bridge_add_headers (self, message);
      item->attachment_id = g_strdup (self->attachment_id);
    }

  item->n_tries++;
  g_ptr_array_add (self->in_flight, item);
  self->sending = item;
  mcp_cli_bridge_start (self, item, message);
}

static void
note_initialize (McpCliBridge *self, McpCliBridgeItem *item)
{
  g_clear_pointer (&self->initialize, g_bytes_unref);
  self->initialize = g_bytes_ref (item->text);
  self->is_initialized = FALSE;
  mcp_cli_replay_clear (self->replay);
  mcp_cli_bridge_stop_listening (self);
  self->state = BRIDGE_INITIALIZING;
}

/**
 * mcp_cli_bridge_pump:
 * @self: a bridge
 *
 * Sends what may be sent.
 */
void
mcp_cli_bridge_pump (McpCliBridge *self)
{
  while (!self->closed && self->state == BRIDGE_READY && self->sending == NULL &&
         !g_queue_is_empty (&self->queue))
    {
      McpCliBridgeItem *item = g_queue_pop_head (&self->queue);

      if (mcp_cli_bridge_item_has_method (item, "initialize") &&
          mcp_cli_bridge_item_is_request (item) && !item->is_stateless)
        note_initialize (self, item);
      mcp_cli_bridge_send (self, item);
    }
}

/**
 * mcp_cli_bridge_close:
 * @self: a bridge
 *
 * Drops what is under way, and ends the session.
 */
void
mcp_cli_bridge_close (McpCliBridge *self)
{
  g_autoptr (GError) error = NULL;

  self->closed = TRUE;
  mcp_cli_bridge_stop_listening (self);
  self->sending = NULL;
  g_ptr_array_set_size (self->in_flight, 0);
  g_queue_clear_full (&self->parked, (GDestroyNotify) mcp_cli_bridge_item_free);
  if (!mcp_cli_session_close (self->connection, self->session, &error))
    g_debug ("The session did not end: %s", error->message);
}
