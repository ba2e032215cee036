/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The rest of an answer whose connection broke while the daemon lives: MCP 2025-11-25,
 * basic/transports, "Resumability and Redelivery". What the client has got is not sent again.
 */
#include "mcp-cli-bridge-private.h"

/* Which brought nothing. */
#define MAX_RESUMES 5
#define AGAIN_MS    200

static void
note_last_id (McpCliBridgeItem *item)
{
  const char *id = mcp_cli_exchange_get_last_id (item->exchange);

  if (id == NULL)
    return;
  g_free (item->last_event_id);
  item->last_event_id = g_strdup (id);
}

/* An id means something to the attachment alone that it was made for. */
static gboolean
is_attached (McpCliBridge *self, McpCliBridgeItem *item)
{
  return item->attachment_id != NULL && g_strcmp0 (item->attachment_id, self->attachment_id) == 0;
}

static gboolean
resume_cb (gpointer user_data)
{
  McpCliBridgeItem *item = user_data;
  McpCliBridge *self = item->bridge;
  SoupMessage *message;

  item->resume_id = 0;
  if (!is_attached (self, item))
    {
      mcp_cli_bridge_lose (self, item);
      return G_SOURCE_REMOVE;
    }
  message = mcp_cli_bridge_new_get (self, item->last_event_id);
  mcp_cli_bridge_start (self, item, message);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_cli_bridge_resume:
 * @self: a bridge
 * @item: whose exchange has ended
 * @outcome: how
 *
 * Asks for what is missing, where the daemon may have it.
 *
 * Returns: whether the item goes on
 */
gboolean
mcp_cli_bridge_resume (McpCliBridge *self, McpCliBridgeItem *item, McpCliOutcome outcome)
{
  note_last_id (item);
  if (item->is_answered || !mcp_cli_bridge_item_is_request (item) || item->is_stateless ||
      item->last_event_id == NULL || !is_attached (self, item) || item->n_resumes >= MAX_RESUMES ||
      (outcome != MCP_CLI_OUTCOME_DONE && outcome != MCP_CLI_OUTCOME_BROKEN))
    return FALSE;

  g_clear_object (&item->exchange);
  item->resume_id = g_timeout_add (item->n_resumes == 0 ? 0 : AGAIN_MS, resume_cb, item);
  item->is_resumed = TRUE;
  item->n_resumes++;
  return TRUE;
}
