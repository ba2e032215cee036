/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A request is pending from the moment it is added, whether it was sent or not: its client may
 * withdraw it in either case. What waits is a queue beside the table of pending requests, because
 * notifications keep their place among the requests.
 */
#include "upstream/dialogue/mcp-server-outbox.h"

/* What waits until the outbox is open. */
typedef struct
{
  gint64 id;       /* of a pending request; 0: a notification */
  GBytes *message; /* (owned) (nullable): the notification */
} Waiting;

static void
waiting_free (Waiting *waiting)
{
  g_clear_pointer (&waiting->message, g_bytes_unref);
  g_free (waiting);
}

static void
add_waiting (McpServerOutbox *self, gint64 id, GBytes *message)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->id = id;
  waiting->message = message != NULL ? g_bytes_ref (message) : NULL;
  g_queue_push_tail (&self->waiting, waiting);
}

/* Returns: whether the request was among those that wait */
static gboolean
forget_waiting (McpServerOutbox *self, gint64 id)
{
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      Waiting *waiting = link->data;

      if (waiting->id == id)
        {
          waiting_free (waiting);
          g_queue_delete_link (&self->waiting, link);
          return TRUE;
        }
    }
  return FALSE;
}

static void
abandoned_cb (gint64 id, const char *reason, gpointer user_data)
{
  McpServerOutbox *self = user_data;
  gboolean was_sent = !forget_waiting (self, id);

  self->funcs->withdrawn (id, reason, was_sent, self->user_data);
}

/**
 * mcp_server_outbox_init:
 * @self: uninitialised memory
 * @provider: (unowned): for the callbacks of requests
 * @funcs: static
 * @user_data: for @funcs
 *
 * The outbox is closed at first.
 */
void
mcp_server_outbox_init (McpServerOutbox *self,
                        McpProvider *provider,
                        const McpServerOutboxFuncs *funcs,
                        gpointer user_data)
{
  *self = (McpServerOutbox){ .funcs = funcs, .user_data = user_data };
  g_queue_init (&self->waiting);
  self->pending = mcp_pending_requests_new (provider, abandoned_cb, self);
}

/**
 * mcp_server_outbox_clear:
 * @self: an outbox
 */
void
mcp_server_outbox_clear (McpServerOutbox *self)
{
  mcp_server_outbox_drop_waiting (self);
  g_clear_pointer (&self->pending, mcp_pending_requests_free);
}

/**
 * mcp_server_outbox_keep_requests:
 * @self: an outbox that has had no request
 *
 * Keeps the text of each request until the request is answered, for mcp_server_outbox_repeat().
 */
void
mcp_server_outbox_keep_requests (McpServerOutbox *self)
{
  self->keeps_requests = TRUE;
}

/**
 * mcp_server_outbox_set_open:
 * @self: an outbox
 * @is_open: whether the server is ready
 *
 * Sends nothing by itself: see mcp_server_outbox_flush().
 */
void
mcp_server_outbox_set_open (McpServerOutbox *self, gboolean is_open)
{
  self->is_open = is_open;
}

static void
send_request (McpServerOutbox *self, gint64 id, const McpProviderRequest *request)
{
  GError *error = NULL;

  if (!mcp_pending_requests_start_timer (self->pending, id))
    return;
  if (!self->funcs->send_request (id, request, self->user_data, &error))
    mcp_pending_requests_fail (self->pending, id, error);
  else if (!self->keeps_requests)
    mcp_pending_requests_keep (self->pending, id, NULL);
}

/**
 * mcp_server_outbox_add_request:
 * @self: an outbox
 * @id: minted
 * @task: (transfer full): returns the answer, a #McpJsonrpcMessage
 * @request: what to ask; copied where it has to wait
 * @timeout_ms: without an answer or progress
 */
void
mcp_server_outbox_add_request (McpServerOutbox *self,
                               gint64 id,
                               GTask *task,
                               const McpProviderRequest *request,
                               guint timeout_ms)
{
  mcp_pending_requests_add (self->pending, id, task, request, timeout_ms);
  if (!self->is_open || self->keeps_requests)
    mcp_pending_requests_keep (self->pending, id, request);
  if (self->is_open)
    send_request (self, id, request);
  else
    add_waiting (self, id, NULL);
}

/**
 * mcp_server_outbox_add_notification:
 * @self: an outbox
 * @message: a JSON-RPC notification
 */
void
mcp_server_outbox_add_notification (McpServerOutbox *self, GBytes *message)
{
  if (self->is_open)
    self->funcs->send_notification (message, self->user_data);
  else
    add_waiting (self, 0, message);
}

/**
 * mcp_server_outbox_repeat:
 * @self: an outbox
 * @id: of a request that the server refused before it ran
 *
 * Has the request wait to be sent once more.
 *
 * Returns: whether it waits; a request that was not kept, or was sent twice, does not
 */
gboolean
mcp_server_outbox_repeat (McpServerOutbox *self, gint64 id)
{
  if (!mcp_pending_requests_note_repeat (self->pending, id))
    return FALSE;
  add_waiting (self, id, NULL);
  return TRUE;
}

static void
send_waiting (McpServerOutbox *self, const Waiting *waiting)
{
  const McpProviderRequest *kept;

  if (waiting->message != NULL)
    {
      self->funcs->send_notification (waiting->message, self->user_data);
      return;
    }
  kept = mcp_pending_requests_get_kept (self->pending, waiting->id);
  if (kept != NULL)
    send_request (self, waiting->id, kept);
}

/**
 * mcp_server_outbox_flush:
 * @self: an outbox; the caller holds a reference to its owner
 *
 * Sends what has waited, while the outbox is open.
 */
void
mcp_server_outbox_flush (McpServerOutbox *self)
{
  while (self->is_open && !g_queue_is_empty (&self->waiting))
    {
      Waiting *waiting = g_queue_pop_head (&self->waiting);

      send_waiting (self, waiting);
      waiting_free (waiting);
    }
}

/**
 * mcp_server_outbox_has_waiting:
 * @self: an outbox
 *
 * Returns: whether something waits until the outbox is open
 */
gboolean
mcp_server_outbox_has_waiting (const McpServerOutbox *self)
{
  return self->waiting.length > 0;
}

/**
 * mcp_server_outbox_drop_waiting:
 * @self: an outbox
 *
 * What waits is not sent; requests among it stay pending.
 */
void
mcp_server_outbox_drop_waiting (McpServerOutbox *self)
{
  g_queue_clear_full (&self->waiting, (GDestroyNotify) waiting_free);
}

/**
 * mcp_server_outbox_fail_all:
 * @self: an outbox; the caller holds a reference to its owner
 * @error: for each request
 *
 * Ends all requests, sent or not.
 */
void
mcp_server_outbox_fail_all (McpServerOutbox *self, const GError *error)
{
  mcp_server_outbox_drop_waiting (self);
  mcp_pending_requests_fail_all (self->pending, error);
}
