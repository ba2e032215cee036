/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-catalogue-waiter.h"

#include "common/mcp-error.h"

/**
 * mcp_catalogue_waiter_new:
 * @task: (transfer full): returns a boolean when the waiting is over
 * @client: who waits
 * @kinds: which items matter
 * @exposed: (nullable): the one name that matters; %NULL: all
 *
 * Returns: (transfer full): a waiter without a clock
 */
McpCatalogueWaiter *
mcp_catalogue_waiter_new (GTask *task, McpClient *client, McpItemKinds kinds, const char *exposed)
{
  McpCatalogueWaiter *self = g_new0 (McpCatalogueWaiter, 1);

  self->task = task;
  self->session = g_object_ref (client->session);
  self->server = g_strdup (client->server);
  self->kinds = kinds;
  self->exposed = g_strdup (exposed);
  return self;
}

static void
clear_timer (GSource **timer)
{
  if (*timer != NULL)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}

static void
disarm (McpCatalogueWaiter *self)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  clear_timer (&self->first_timer);
  clear_timer (&self->refresh_timer);
  if (cancellable != NULL)
    g_clear_signal_handler (&self->cancelled_id, cancellable);
  g_clear_signal_handler (&self->session_closed_id, mcp_session_get_cancellable (self->session));
}

/**
 * mcp_catalogue_waiter_free:
 * @self: (transfer full): the waiter, its task returned
 */
void
mcp_catalogue_waiter_free (McpCatalogueWaiter *self)
{
  disarm (self);
  g_object_unref (self->session);
  g_object_unref (self->task);
  g_free (self->server);
  g_free (self->exposed);
  g_free (self);
}

static void
give_up_cb (GCancellable *cancellable, McpCatalogueWaiter *self)
{
  self->is_over = TRUE;
  self->wake (self, self->wake_data);
}

static gboolean
first_cb (gpointer user_data)
{
  McpCatalogueWaiter *self = user_data;

  self->is_late = TRUE;
  self->wake (self, self->wake_data);
  return G_SOURCE_REMOVE;
}

static gboolean
refresh_cb (gpointer user_data)
{
  McpCatalogueWaiter *self = user_data;

  self->past_refresh = TRUE;
  self->wake (self, self->wake_data);
  return G_SOURCE_REMOVE;
}

static GSource *
start_timer (McpCatalogueWaiter *self, guint delay_ms, GSourceFunc callback)
{
  GSource *timer = g_timeout_source_new (delay_ms);

  g_source_set_callback (timer, callback, self, NULL);
  g_source_attach (timer, g_task_get_context (self->task));
  return timer;
}

/**
 * mcp_catalogue_waiter_arm:
 * @self: the waiter
 * @first_ms: how long it waits for servers that are not known
 * @refresh_ms: how long for servers that are listed again
 * @wake: called when one of the two is over, the task is cancelled or the session is closed;
 *   may free the waiter
 * @wake_data: for @wake
 *
 * Starts the clock. What is cancelled already does not call @wake.
 */
void
mcp_catalogue_waiter_arm (McpCatalogueWaiter *self,
                          guint first_ms,
                          guint refresh_ms,
                          McpCatalogueWaiterFunc wake,
                          gpointer wake_data)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  self->wake = wake;
  self->wake_data = wake_data;
  self->first_timer = start_timer (self, first_ms, first_cb);
  self->refresh_timer = start_timer (self, refresh_ms, refresh_cb);

  /* a plain signal: g_cancellable_disconnect() cannot be called from the handler itself */
  if (cancellable != NULL)
    self->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (give_up_cb), self);
  self->session_closed_id = g_signal_connect (mcp_session_get_cancellable (self->session),
                                              "cancelled", G_CALLBACK (give_up_cb), self);
}

/**
 * mcp_catalogue_waiter_return:
 * @self: (transfer full): the waiter
 *
 * Ends the waiting: an error if the session was closed or the task cancelled, else %TRUE.
 */
void
mcp_catalogue_waiter_return (McpCatalogueWaiter *self)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  disarm (self);
  if (mcp_session_is_closed (self->session))
    g_task_return_new_error (self->task, MCP_ERROR, MCP_ERROR_CLOSED, "The session was closed");
  else if (g_cancellable_is_cancelled (cancellable))
    g_task_return_new_error (self->task, MCP_ERROR, MCP_ERROR_CANCELLED,
                             "The request was cancelled");
  else
    g_task_return_boolean (self->task, TRUE);
  mcp_catalogue_waiter_free (self);
}
