/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the client writes, in the order in which it is to be sent.
 */
#include "mcp-cli-bridge-private.h"

/* Takes out what was not sent yet. */
static gboolean
remove_waiting (GQueue *queue, McpJsonSlice id)
{
  for (GList *link = queue->head; link != NULL; link = link->next)
    {
      McpCliBridgeItem *item = link->data;

      if (!mcp_cli_bridge_item_has_id (item, id))
        continue;
      g_queue_delete_link (queue, link);
      mcp_cli_bridge_item_free (item);
      return TRUE;
    }
  return FALSE;
}

/*
 * A request that is cancelled is owed no answer. Over HTTP, 2026-07-28 cancels by dropping the
 * connection. Returns: whether the notification is done with
 */
static gboolean
note_cancelled (McpCliBridge *self, McpCliBridgeItem *notification)
{
  McpJsonSlice params = mcp_jsonrpc_message_get_params (notification->message);
  McpJsonSlice id;

  if (params.data == NULL || !mcp_json_find (params, "requestId", &id))
    return FALSE;
  if (remove_waiting (&self->queue, id) || remove_waiting (&self->parked, id))
    return TRUE;
  for (guint i = 0; i < self->in_flight->len; i++)
    {
      McpCliBridgeItem *item = g_ptr_array_index (self->in_flight, i);

      if (!mcp_cli_bridge_item_has_id (item, id))
        continue;
      item->is_answered = TRUE;
      if (!item->is_stateless)
        return FALSE;
      mcp_cli_bridge_drop (self, item);
      return TRUE;
    }
  return notification->is_stateless;
}

/* Returns: (nullable): what there is to send */
static McpCliBridgeItem *
take_line (McpCliBridge *self, GBytes *line)
{
  McpCliBridgeItem *item = mcp_cli_bridge_item_new (self, MCP_CLI_BRIDGE_ITEM_MESSAGE, line);
  g_autoptr (GBytes) answer = NULL;

  if (mcp_cli_bridge_item_has_method (item, "notifications/cancelled") &&
      note_cancelled (self, item))
    {
      mcp_cli_bridge_item_free (item);
      return NULL;
    }
  if (!mcp_cli_bridge_item_is_response (item))
    return item;

  answer = mcp_cli_asks_pass_answer (self->asks, line);
  if (answer == line)
    return item;
  mcp_cli_bridge_item_free (item);
  return answer != NULL ? mcp_cli_bridge_item_new (self, MCP_CLI_BRIDGE_ITEM_MESSAGE, answer)
                        : NULL;
}

static void
line_cb (GBytes *line, gpointer user_data)
{
  McpCliBridge *self = user_data;
  McpCliBridgeItem *item = take_line (self, line);

  if (item != NULL)
    {
      item->sequence = ++self->last_sequence;
      g_queue_push_tail (&self->queue, item);
    }
  mcp_cli_bridge_pump (self);
}

static void
input_ended_cb (gpointer user_data)
{
  McpCliBridge *self = user_data;

  self->input_ended = TRUE;
  mcp_cli_bridge_check_finished (self);
}

static void
output_broken_cb (gpointer user_data)
{
  McpCliBridge *self = user_data;

  if (!self->closed)
    self->finished (self->user_data);
}

/**
 * mcp_cli_bridge_run:
 * @self: a bridge
 * @in_fd: where the client's messages come from
 * @out_fd: where it reads
 * @finished: told when there is nothing more to do
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
  mcp_cli_pipe_start (self->pipe);
}
