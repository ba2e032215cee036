/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The stream of messages that answer no request: GET /mcp. When it ends, whoever owns the listener
 * finds out whether the daemon is still the same, and starts the listener again; the stream then
 * continues after the last event that came.
 */
#include "cli/bridge/mcp-cli-listener.h"

#include "cli/daemon/mcp-cli-exchange.h"

/* The stream ended and named no time. */
#define AGAIN_MS 1000
/* The connection broke. */
#define SOON_MS  50
/* The daemon has gone. No request waits for it, so a daemon that was stopped on purpose is not
 * started; it is only looked for. */
#define LOOK_MS  500

struct _McpCliListener
{
  McpCliAttachment *attachment; /* (unowned) */
  McpCliListenerFuncs funcs;
  gpointer user_data;

  McpCliExchange *exchange; /* (owned) (nullable) */
  char *last_id;            /* (nullable) */
  guint look_id;            /* looks for the daemon */
  gboolean is_refused;      /* the daemon has no such stream */
};

/**
 * mcp_cli_listener_new:
 * @attachment: whose stream it is; must outlive the listener
 * @funcs: called on the main context
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a listener that does not listen
 */
McpCliListener *
mcp_cli_listener_new (McpCliAttachment *attachment,
                      const McpCliListenerFuncs *funcs,
                      gpointer user_data)
{
  McpCliListener *self = g_new0 (McpCliListener, 1);

  self->attachment = attachment;
  self->funcs = *funcs;
  self->user_data = user_data;
  return self;
}

/**
 * mcp_cli_listener_free:
 * @self: (transfer full): a listener
 */
void
mcp_cli_listener_free (McpCliListener *self)
{
  mcp_cli_listener_stop (self);
  g_free (self->last_id);
  g_free (self);
}

static gboolean
look_cb (gpointer user_data)
{
  McpCliListener *self = user_data;

  self->look_id = 0;
  if (mcp_cli_connection_reopen (mcp_cli_attachment_get_connection (self->attachment), NULL))
    self->funcs.lost (self->user_data);
  else
    self->look_id = g_timeout_add (LOOK_MS, look_cb, self);
  return G_SOURCE_REMOVE;
}

static void
look_for_daemon (McpCliListener *self, guint after_ms)
{
  self->look_id = g_timeout_add (after_ms, look_cb, self);
}

static void
sent_cb (McpCliExchange *exchange, gpointer user_data)
{
}

static void
message_cb (McpCliExchange *exchange, GBytes *text, gpointer user_data)
{
  McpCliListener *self = user_data;

  self->funcs.heard (text, self->user_data);
}

static void
note_last_id (McpCliListener *self, McpCliExchange *exchange)
{
  const char *id = mcp_cli_exchange_get_last_id (exchange);

  if (id == NULL)
    return;
  g_free (self->last_id);
  self->last_id = g_strdup (id);
}

static void
handle_refusal (McpCliListener *self, guint status)
{
  if (status == 404 || status == 401)
    self->funcs.lost (self->user_data);
  else
    self->is_refused = TRUE;
}

static void
ended_cb (McpCliExchange *exchange, McpCliOutcome outcome, gpointer user_data)
{
  McpCliListener *self = user_data;
  g_autoptr (McpCliExchange) ended = g_steal_pointer (&self->exchange);
  guint status = mcp_cli_exchange_get_status (ended);
  gint64 retry_ms = mcp_cli_exchange_get_retry_ms (ended);

  note_last_id (self, ended);
  switch (outcome)
    {
    case MCP_CLI_OUTCOME_DONE:
      look_for_daemon (self, retry_ms >= 0 ? (guint) MIN (retry_ms, G_MAXINT) : AGAIN_MS);
      break;
    case MCP_CLI_OUTCOME_REFUSED:
      handle_refusal (self, status);
      break;
    case MCP_CLI_OUTCOME_BROKEN:
      look_for_daemon (self, status != 0 ? SOON_MS : LOOK_MS);
      break;
    case MCP_CLI_OUTCOME_UNREACHABLE:
      look_for_daemon (self, LOOK_MS);
      break;
    }
}

/**
 * mcp_cli_listener_start:
 * @self: a listener
 *
 * Opens the stream, unless the listener listens already, is about to, or the daemon has no such
 * stream.
 */
void
mcp_cli_listener_start (McpCliListener *self)
{
  static const McpCliExchangeFuncs funcs = { sent_cb, message_cb, ended_cb };

  if (self->exchange != NULL || self->look_id != 0 || self->is_refused)
    return;
  self->exchange = mcp_cli_exchange_new (
      mcp_cli_attachment_new_get (self->attachment, self->last_id), &funcs, self);
  mcp_cli_exchange_start (self->exchange, mcp_cli_attachment_get_soup (self->attachment));
}

/**
 * mcp_cli_listener_stop:
 * @self: a listener
 *
 * Closes the stream; no function is called any more.
 */
void
mcp_cli_listener_stop (McpCliListener *self)
{
  g_clear_handle_id (&self->look_id, g_source_remove);
  if (self->exchange != NULL)
    mcp_cli_exchange_cancel (self->exchange);
  g_clear_object (&self->exchange);
}

/**
 * mcp_cli_listener_forget_position:
 * @self: a listener that does not listen
 *
 * Its next stream belongs to another attachment and has other event ids.
 */
void
mcp_cli_listener_forget_position (McpCliListener *self)
{
  g_clear_pointer (&self->last_id, g_free);
}
