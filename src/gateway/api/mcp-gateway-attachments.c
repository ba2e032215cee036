/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which MCP clients a gateway knows.
 */

#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/methods/mcp-method.h"
#include "mcp-gateway-private.h"
#include "protocol/mcp-revision.h"
#include "session/session/mcp-token.h"

/* Clients that crashed never end their attachments. Where these have filled a session, the
 * attachment that was not used for longest makes room. If its client comes back, the client gets
 * 404 and initializes again (basic/transports, "Session Management"). */
#define UNUSED_SECONDS 3600

static gboolean
make_room (McpGateway *self, McpSession *session, GError **error)
{
  McpAttachmentTable *attachments = mcp_gateway_get_attachments (self);
  guint limit = mcp_gateway_get_limits (self)->attachments_per_session;
  const char *session_id = mcp_session_get_id (session);
  gint64 before_us = g_get_monotonic_time () - (gint64) UNUSED_SECONDS * G_USEC_PER_SEC;
  McpAttachment *unused;

  if (mcp_attachment_table_count (attachments, session_id) < limit)
    return TRUE;

  unused = mcp_attachment_table_find_unused (attachments, session_id, before_us);
  if (unused != NULL && !mcp_attachment_owns_session (unused))
    {
      mcp_gateway_detach (self, unused);
      return TRUE;
    }

  g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
               "The session has %u MCP clients already (limit AttachmentsPerSession)", limit);
  return FALSE;
}

/* For a client of which nothing is known yet. */
static McpAttachment *
new_attachment (McpGateway *self,
                McpSession *session,
                const char *server,
                McpAttachmentKind kind,
                const char *id,
                gboolean owns_session)
{
  g_autoptr (McpClient) anyone = mcp_client_new (session, MCP_REVISION_NEWEST_HANDSHAKE, NULL);
  g_autoptr (McpClient) client = mcp_client_with_server (anyone, server);

  return mcp_attachment_new (mcp_gateway_get_services (self), client, kind, id, owns_session);
}

/**
 * mcp_gateway_has_server:
 * @self: the gateway
 * @name: any text
 *
 * Returns: whether a server of this name is enabled, which a client can reach alone
 */
gboolean
mcp_gateway_has_server (McpGateway *self, const char *name)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);

  return mcp_catalogue_find_server (mcp_gateway_get_services (self)->catalogue, name) != NULL;
}

/* What a session that was made for clients is used for. */
typedef struct
{
  McpAttachment *except; /* (nullable) */
  gboolean any_owner;
  gboolean any_of_all_servers;
} Usage;

static void
note_usage (gpointer data, gpointer user_data)
{
  McpAttachment *attachment = data;
  Usage *usage = user_data;

  if (attachment == usage->except || !mcp_attachment_owns_session (attachment))
    return;
  usage->any_owner = TRUE;
  if (mcp_attachment_get_server (attachment) == NULL)
    usage->any_of_all_servers = TRUE;
}

/**
 * mcp_gateway_can_share:
 * @self: the gateway
 * @session: a session that was made for another client of the same process
 * @server: (nullable): name of the only server that the client wants; %NULL: all
 *
 * A process that has a client for each server needs one session. A second client of all servers is
 * another user of them, and gets a session of its own.
 *
 * Returns: whether a client may attach to the session as well
 */
gboolean
mcp_gateway_can_share (McpGateway *self, McpSession *session, const char *server)
{
  McpAttachmentTable *attachments = mcp_gateway_get_attachments (self);
  const char *session_id = mcp_session_get_id (session);
  Usage usage = { 0 };

  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);
  g_return_val_if_fail (MCP_IS_SESSION (session), FALSE);

  mcp_attachment_table_foreach (attachments, session_id, note_usage, &usage);
  return (server != NULL || !usage.any_of_all_servers) &&
         mcp_attachment_table_count (attachments, session_id) <
             mcp_gateway_get_limits (self)->attachments_per_session;
}

/**
 * mcp_gateway_attach:
 * @self: the gateway
 * @session: where the client belongs
 * @server: (nullable): name of the only server that the client reaches; %NULL: all
 * @owns_session: whether the session was made for clients like this, and ends with the last
 * @error: return location
 *
 * Attaches a client that is about to initialize. Its id is 128 bits from the
 * kernel, and no credential.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED; %MCP_ERROR_CLOSED when the session ended;
 * those of mcp_token_generate().
 *
 * Returns: (transfer none): the attachment
 */
McpAttachment *
mcp_gateway_attach (McpGateway *self,
                    McpSession *session,
                    const char *server,
                    gboolean owns_session,
                    GError **error)
{
  g_autoptr (McpAttachment) attachment = NULL;
  g_autofree char *id = NULL;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);
  g_return_val_if_fail (MCP_IS_SESSION (session), NULL);

  if (mcp_gateway_is_closed (self) || mcp_session_is_closed (session))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_CLOSED, "The session is closed");
      return NULL;
    }
  if (!make_room (self, session, error))
    return NULL;

  id = mcp_token_generate (error);
  if (id == NULL)
    return NULL;

  attachment = new_attachment (self, session, server, MCP_ATTACHMENT_LASTING, id, owns_session);
  mcp_attachment_table_add (mcp_gateway_get_attachments (self), attachment);
  mcp_session_touch (session);
  return attachment; /* the table's */
}

/* A client that initialized with an earlier daemon goes on as if that one still ran. */
static McpAttachment *
restore (McpGateway *self, const char *attachment_id)
{
  McpAttachmentKeep *keep = mcp_gateway_get_services (self)->attachment_keep;
  const McpAttachmentRecord *record =
      keep != NULL ? mcp_attachment_keep_lookup (keep, attachment_id) : NULL;
  McpSession *session =
      record != NULL ? mcp_session_store_lookup (mcp_gateway_get_store (self), record->session_id)
                     : NULL;
  g_autoptr (McpAttachment) attachment = NULL;
  g_autofree char *log_level = NULL;
  g_auto (GStrv) subscriptions = NULL;
  McpRevision revision;
  guint64 event_mark;
  gboolean owns_session;

  if (session == NULL || mcp_gateway_is_closed (self))
    return NULL;
  revision = mcp_revision_from_string (record->revision);
  if (revision == MCP_REVISION_UNKNOWN)
    return NULL;
  /* as mcp_gateway_attach() was told */
  owns_session =
      mcp_session_is_client_made (session) && mcp_session_get_ambient_client (session) == NULL;
  log_level = g_strdup (record->log_level);
  subscriptions = g_strdupv (record->subscriptions);
  event_mark = record->event_mark;
  attachment = new_attachment (self, session, record->server, MCP_ATTACHMENT_LASTING, attachment_id,
                               owns_session);
  mcp_attachment_table_add (mcp_gateway_get_attachments (self), attachment);
  mcp_attachment_initialize (attachment, revision, record->client,
                             mcp_json_slice (record->capabilities));
  mcp_attachment_confirm (attachment);
  mcp_attachment_go_on (attachment, event_mark);
  if (log_level != NULL)
    mcp_attachment_set_log_level (attachment, log_level);
  mcp_method_restore_subscriptions (attachment, (const char *const *) subscriptions);
  return attachment; /* the table's */
}

/**
 * mcp_gateway_lookup_attachment:
 * @self: the gateway
 * @attachment_id: an Mcp-Session-Id, any text
 *
 * Returns: (transfer none) (nullable): the attachment; %NULL: unknown, or ended
 */
McpAttachment *
mcp_gateway_lookup_attachment (McpGateway *self, const char *attachment_id)
{
  McpAttachment *attachment;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);
  g_return_val_if_fail (attachment_id != NULL, NULL);

  attachment = mcp_attachment_table_lookup (mcp_gateway_get_attachments (self), attachment_id);
  return attachment != NULL ? attachment : restore (self, attachment_id);
}

/**
 * mcp_gateway_get_default_attachment:
 * @self: the gateway
 * @session: one that is not closed
 * @server: (nullable): name of the only server that is reached; %NULL: all
 *
 * What requests that name a session only belong to; made at its first use.
 *
 * Returns: (transfer none): the attachment
 */
McpAttachment *
mcp_gateway_get_default_attachment (McpGateway *self, McpSession *session, const char *server)
{
  McpAttachmentTable *attachments;
  McpAttachment *attachment;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);
  g_return_val_if_fail (MCP_IS_SESSION (session), NULL);
  g_return_val_if_fail (!mcp_session_is_closed (session), NULL);

  attachments = mcp_gateway_get_attachments (self);
  attachment = mcp_attachment_table_get_default (attachments, mcp_session_get_id (session), server);
  if (attachment == NULL)
    {
      attachment = new_attachment (self, session, server, MCP_ATTACHMENT_DEFAULT, NULL, FALSE);
      mcp_attachment_table_add (attachments, attachment);
      g_object_unref (attachment); /* the table's */
    }
  return attachment;
}

/* What a request says of its client (2026-07-28, basic, "_meta"). */
static McpClient *
read_client (McpSession *session, const char *server, McpJsonSlice params)
{
  g_autoptr (McpClient) anyone = mcp_client_new (session, MCP_REVISION_2026_07_28, NULL);
  g_autoptr (McpClient) unknown = mcp_client_with_server (anyone, server);
  McpJsonSlice capabilities = MCP_JSON_SLICE_NONE;
  g_autofree char *client_name = NULL;
  McpJsonSlice meta;
  McpJsonSlice info;
  McpJsonSlice name;

  if (params.data == NULL || !mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta))
    return g_steal_pointer (&unknown);

  mcp_json_find_typed (meta, MCP_META_CLIENT_CAPABILITIES, MCP_JSON_OBJECT, &capabilities);
  if (mcp_json_find_typed (meta, MCP_META_CLIENT_INFO, MCP_JSON_OBJECT, &info) &&
      mcp_json_find_typed (info, "name", MCP_JSON_STRING, &name))
    client_name = mcp_json_dup_string (name);
  return mcp_client_with_facts (unknown, MCP_REVISION_2026_07_28, client_name, capabilities);
}

/**
 * mcp_gateway_attach_exchange:
 * @self: the gateway
 * @session: one that is not closed
 * @server: (nullable): name of the only server that is reached; %NULL: all
 * @message: a request of a client that says all there is to know with it (2026-07-28)
 * @param_headers: (nullable): lower-case name without “Mcp-Param-” -> value, decoded: what came in
 *   headers, to be held against the arguments
 *
 * Returns: (transfer full): an attachment for this one request
 */
McpAttachment *
mcp_gateway_attach_exchange (McpGateway *self,
                             McpSession *session,
                             const char *server,
                             McpJsonrpcMessage *message,
                             GHashTable *param_headers)
{
  g_autoptr (McpClient) said = NULL;
  g_autoptr (McpClient) client = NULL;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);
  g_return_val_if_fail (MCP_IS_SESSION (session), NULL);
  g_return_val_if_fail (message != NULL, NULL);

  said = read_client (session, server, mcp_jsonrpc_message_get_params (message));
  client = mcp_client_with_param_headers (said, param_headers);
  return mcp_attachment_new (mcp_gateway_get_services (self), client, MCP_ATTACHMENT_EXCHANGE, NULL,
                             FALSE);
}

/**
 * mcp_gateway_detach:
 * @self: the gateway
 * @attachment: one of its attachments
 *
 * The client is gone: its requests end without an answer, and so does the
 * session if that was made for this client, and for no other that is there. Does nothing the second
 * time.
 */
void
mcp_gateway_detach (McpGateway *self, McpAttachment *attachment)
{
  g_autoptr (McpAttachment) guard = NULL;
  Usage usage = { .except = attachment };
  McpAttachmentKeep *keep;
  McpSession *session;

  g_return_if_fail (MCP_IS_GATEWAY (self));
  g_return_if_fail (MCP_IS_ATTACHMENT (attachment));

  keep = mcp_gateway_get_services (self)->attachment_keep;

  guard = g_object_ref (attachment);
  if (keep != NULL && mcp_attachment_get_id (attachment) != NULL)
    mcp_attachment_keep_forget (keep, mcp_attachment_get_id (attachment));
  mcp_attachment_table_remove (mcp_gateway_get_attachments (self), attachment);
  mcp_attachment_detach (attachment);

  session = mcp_attachment_get_session (attachment);
  mcp_attachment_table_foreach (mcp_gateway_get_attachments (self), mcp_session_get_id (session),
                                note_usage, &usage);
  if (mcp_attachment_owns_session (attachment) && !usage.any_owner &&
      !mcp_session_is_closed (session))
    mcp_session_store_close (mcp_gateway_get_store (self), mcp_session_get_id (session),
                             MCP_REASON_CLOSED, NULL);
}
