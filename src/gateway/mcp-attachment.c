/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-attachment-private.h"
#include "mcp-method.h"
#include "mcp-request-private.h"

struct _McpAttachment
{
  GObject parent_instance;

  McpRouter *router;   /* (owned) */
  McpSession *session; /* (owned) */
  char *id;            /* (owned) (nullable): of the default attachment, none */
  gboolean owns_session;
  McpRevision revision;
  gboolean initialized; /* initialize was answered */
  gboolean confirmed;   /* notifications/initialized came */
  char *client;         /* (owned) (nullable): as the client calls itself */
  GHashTable *requests; /* (owned): JSON text of the id (owned) -> McpRequest (unowned) */
  GHashTable *ids;      /* (owned): McpRequest (unowned) -> that text (unowned) */
  gint64 last_used_us;  /* monotonic */
  gboolean is_detached;
};

G_DEFINE_FINAL_TYPE (McpAttachment, mcp_attachment, G_TYPE_OBJECT)

static char *
dup_slice (McpJsonSlice slice)
{
  return g_strndup (slice.data, slice.length);
}

/**
 * mcp_attachment_find_request:
 * @self: an attachment
 * @id: as a message says it
 *
 * Returns: (transfer none) (nullable): the request of that id, of that type, that is in flight
 */
McpRequest *
mcp_attachment_find_request (McpAttachment *self, McpJsonSlice id)
{
  g_autofree char *text = dup_slice (id);

  return g_hash_table_lookup (self->requests, text);
}

/**
 * mcp_attachment_remove_request:
 * @self: an attachment
 * @request: a request that has ended
 *
 * Makes its id free again; a request that was refused never had one.
 */
void
mcp_attachment_remove_request (McpAttachment *self, McpRequest *request)
{
  const char *id = g_hash_table_lookup (self->ids, request);

  if (id == NULL)
    return;

  g_hash_table_remove (self->ids, request);
  g_hash_table_remove (self->requests, id);
  self->last_used_us = g_get_monotonic_time ();
}

static void
add_request (McpAttachment *self, McpRequest *request, McpJsonSlice id)
{
  char *text = dup_slice (id);

  g_hash_table_insert (self->requests, text, request);
  g_hash_table_insert (self->ids, request, text);
}

static McpRequest *
receive_request (McpAttachment *self, McpJsonrpcMessage *message)
{
  McpJsonSlice id = mcp_jsonrpc_message_get_id (message);
  const McpMethod *method = mcp_method_find (mcp_jsonrpc_message_get_method (message));
  McpRequest *request = mcp_request_new (self, message, method);

  if (self->is_detached || mcp_session_is_closed (self->session))
    mcp_request_refuse (request, MCP_JSONRPC_ERROR_INTERNAL, "The session was closed");
  else if (mcp_attachment_find_request (self, id) != NULL)
    mcp_request_refuse (request, MCP_JSONRPC_ERROR_INVALID_REQUEST,
                        "A request with this id is in flight already");
  else if (method == NULL)
    mcp_request_refuse (request, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, "Method not found");
  else
    add_request (self, request, id);

  return request;
}

/**
 * mcp_attachment_receive:
 * @self: an attachment
 * @message: what its client sent
 *
 * Takes a message of the client. A request comes back, to be started once its
 * signals are connected; that it is malformed, unknown or a duplicate is its
 * answer. A notification or a response has been dealt with. Main context only.
 *
 * Returns: (transfer full) (nullable): the request; %NULL: nothing is to be answered
 */
McpRequest *
mcp_attachment_receive (McpAttachment *self, McpJsonrpcMessage *message)
{
  g_autoptr (McpAttachment) guard = NULL;
  const McpNotification *notification;

  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), NULL);
  g_return_val_if_fail (message != NULL, NULL);

  guard = g_object_ref (self);
  self->last_used_us = g_get_monotonic_time ();
  if (!mcp_session_is_closed (self->session))
    mcp_session_touch (self->session);

  switch (mcp_jsonrpc_message_get_kind (message))
    {
    case MCP_JSONRPC_REQUEST:
      return receive_request (self, message);
    case MCP_JSONRPC_NOTIFICATION:
      notification = mcp_notification_find (mcp_jsonrpc_message_get_method (message));
      if (notification != NULL && !self->is_detached)
        notification->take (self, mcp_jsonrpc_message_get_params (message));
      return NULL;
    case MCP_JSONRPC_RESULT:
    case MCP_JSONRPC_FAILURE:
      /* the daemon asks its clients nothing yet: an answer belongs to nothing */
      return NULL;
    }
  g_return_val_if_reached (NULL);
}

static GPtrArray *
dup_requests (McpAttachment *self)
{
  GPtrArray *requests = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer request;

  g_hash_table_iter_init (&iter, self->ids);
  while (g_hash_table_iter_next (&iter, &request, NULL))
    g_ptr_array_add (requests, g_object_ref (request));
  return requests;
}

/**
 * mcp_attachment_detach:
 * @self: an attachment
 *
 * The client left: its requests end without an answer, and no more are taken.
 */
void
mcp_attachment_detach (McpAttachment *self)
{
  g_autoptr (GPtrArray) requests = dup_requests (self);

  self->is_detached = TRUE;
  for (guint i = 0; i < requests->len; i++)
    mcp_request_withdraw (g_ptr_array_index (requests, i));
}

/**
 * mcp_attachment_session_closed:
 * @self: an attachment
 *
 * The session ended: its requests are answered by an error, and no more are taken.
 */
void
mcp_attachment_session_closed (McpAttachment *self)
{
  g_autoptr (GPtrArray) requests = dup_requests (self);

  self->is_detached = TRUE;
  for (guint i = 0; i < requests->len; i++)
    mcp_request_refuse (g_ptr_array_index (requests, i), MCP_JSONRPC_ERROR_INTERNAL,
                        "The session was closed");
}

/**
 * mcp_attachment_initialize:
 * @self: an attachment
 * @revision: what was settled
 * @client: (nullable): the client's name
 *
 * Keeps what initialize settled.
 */
void
mcp_attachment_initialize (McpAttachment *self, McpRevision revision, const char *client)
{
  self->initialized = TRUE;
  self->revision = revision;
  g_free (self->client);
  self->client = g_strdup (client);
}

/**
 * mcp_attachment_is_initialized:
 * @self: an attachment
 *
 * Returns: whether initialize was answered
 */
gboolean
mcp_attachment_is_initialized (McpAttachment *self)
{
  return self->initialized;
}

/**
 * mcp_attachment_confirm:
 * @self: an attachment
 *
 * The client is ready for requests of ours.
 */
void
mcp_attachment_confirm (McpAttachment *self)
{
  self->confirmed = TRUE;
}

/**
 * mcp_attachment_is_confirmed:
 * @self: an attachment
 *
 * Returns: whether the client said that it is ready
 */
gboolean
mcp_attachment_is_confirmed (McpAttachment *self)
{
  return self->confirmed;
}

/**
 * mcp_attachment_get_client:
 * @self: an attachment
 *
 * Returns: (transfer none) (nullable): how the client calls itself
 */
const char *
mcp_attachment_get_client (McpAttachment *self)
{
  return self->client;
}

/**
 * mcp_attachment_get_id:
 * @self: an attachment
 *
 * Returns: (transfer none) (nullable): its Mcp-Session-Id; %NULL for a default attachment
 */
const char *
mcp_attachment_get_id (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), NULL);

  return self->id;
}

/**
 * mcp_attachment_get_session:
 * @self: an attachment
 *
 * Returns: (transfer none): where it belongs
 */
McpSession *
mcp_attachment_get_session (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), NULL);

  return self->session;
}

/**
 * mcp_attachment_get_revision:
 * @self: an attachment
 *
 * Returns: the revision that was negotiated, or the newest before that
 */
McpRevision
mcp_attachment_get_revision (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), MCP_REVISION_UNKNOWN);

  return self->revision;
}

/**
 * mcp_attachment_is_default:
 * @self: an attachment
 *
 * Returns: whether it is what a session's token alone leads to
 */
gboolean
mcp_attachment_is_default (McpAttachment *self)
{
  g_return_val_if_fail (MCP_IS_ATTACHMENT (self), FALSE);

  return self->id == NULL;
}

/**
 * mcp_attachment_get_router:
 * @self: an attachment
 *
 * Returns: (transfer none): who makes its calls
 */
McpRouter *
mcp_attachment_get_router (McpAttachment *self)
{
  return self->router;
}

/**
 * mcp_attachment_owns_session:
 * @self: an attachment
 *
 * Returns: whether the session was made for it, and ends with it
 */
gboolean
mcp_attachment_owns_session (McpAttachment *self)
{
  return self->owns_session;
}

/**
 * mcp_attachment_get_last_used:
 * @self: an attachment
 *
 * Returns: when its client was last heard or answered, in µs of the monotonic clock
 */
gint64
mcp_attachment_get_last_used (McpAttachment *self)
{
  return self->last_used_us;
}

/**
 * mcp_attachment_is_busy:
 * @self: an attachment
 *
 * Returns: whether a request is in flight
 */
gboolean
mcp_attachment_is_busy (McpAttachment *self)
{
  return g_hash_table_size (self->ids) > 0;
}

static void
mcp_attachment_finalize (GObject *object)
{
  McpAttachment *self = MCP_ATTACHMENT (object);

  /* requests hold a reference: there are none */
  g_hash_table_unref (self->ids);
  g_hash_table_unref (self->requests);
  g_object_unref (self->session);
  g_object_unref (self->router);
  g_free (self->client);
  g_free (self->id);

  G_OBJECT_CLASS (mcp_attachment_parent_class)->finalize (object);
}

static void
mcp_attachment_class_init (McpAttachmentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_attachment_finalize;
}

static void
mcp_attachment_init (McpAttachment *self)
{
  self->revision = MCP_REVISION_NEWEST_LEGACY;
  self->requests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->ids = g_hash_table_new (NULL, NULL);
  self->last_used_us = g_get_monotonic_time ();
}

/**
 * mcp_attachment_new:
 * @router: who makes its calls
 * @session: where it belongs
 * @attachment_id: (nullable): its Mcp-Session-Id; %NULL: the default attachment
 * @owns_session: whether the session ends with it
 *
 * Returns: (transfer full): an attachment
 */
McpAttachment *
mcp_attachment_new (McpRouter *router,
                    McpSession *session,
                    const char *attachment_id,
                    gboolean owns_session)
{
  McpAttachment *self = g_object_new (MCP_TYPE_ATTACHMENT, NULL);

  self->router = g_object_ref (router);
  self->session = g_object_ref (session);
  self->id = g_strdup (attachment_id);
  self->owns_session = owns_session;
  return self;
}
