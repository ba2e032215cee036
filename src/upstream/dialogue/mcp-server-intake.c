/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a server says, whichever transport brought it, and what that means for its link. Each
 * function may call foreign code: the caller holds a reference to the link.
 */
#include "upstream/dialogue/mcp-server-intake-inner.h"

#include "upstream/dialogue/mcp-provider-messages.h"
#include "upstream/dialogue/mcp-stateless-messages.h"

#include <string.h>

/* Of one report of progress, or one log message. */
#define MAX_NOTE_BYTES (1024 * 1024)

static gboolean
is_failure (McpJsonrpcMessage *answer, int code)
{
  return mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_FAILURE &&
         mcp_jsonrpc_message_get_error_code (answer) == code;
}

/* What a server of 2026-07-28 holds against the daemon, and not against the client. Returns:
   whether it did */
static gboolean
take_stateless_error (McpServerLink *self, gint64 id, McpJsonrpcMessage *answer)
{
  static const char changed[] = "does not speak the MCP revision any more that it spoke";

  if (mcp_server_link_get_state (self) != MCP_PROVIDER_READY ||
      !mcp_server_link_is_stateless (self))
    return FALSE;
  if (is_failure (answer, MCP_ERROR_CODE_UNSUPPORTED_VERSION))
    {
      mcp_server_link_repeat_or_fail (self, id, changed);
      if (mcp_server_link_get_state (self) != MCP_PROVIDER_READY)
        return TRUE;
      mcp_server_link_forget_revision (self);
      mcp_server_link_begin_again (self, changed);
      return TRUE;
    }
  if (is_failure (answer, MCP_ERROR_CODE_HEADER_MISMATCH))
    {
      g_autofree char *text = mcp_jsonrpc_message_dup_error_excerpt (answer);
      g_autofree char *how =
          g_strdup_printf ("finds that the HTTP headers do not fit the request: %s (%d)", text,
                           MCP_ERROR_CODE_HEADER_MISMATCH);

      mcp_server_link_fail_request (self, id, how);
      return TRUE;
    }
  return FALSE;
}

/**
 * mcp_server_intake_take_answer:
 * @self: a link; the caller holds a reference
 * @id: which request it answers
 * @answer: a response
 *
 * An answer to a request that has ended is dropped.
 */
void
mcp_server_intake_take_answer (McpServerLink *self, gint64 id, McpJsonrpcMessage *answer)
{
  if (mcp_handshake_owns (mcp_server_link_get_handshake (self), id))
    {
      mcp_handshake_take_answer (mcp_server_link_get_handshake (self), id, answer);
      mcp_server_link_forget_request (self, id);
      return;
    }
  if (mcp_subscription_owns (mcp_server_link_get_subscription (self), id))
    {
      mcp_server_link_forget_request (self, id);
      mcp_subscription_take_end (mcp_server_link_get_subscription (self), id,
                                 mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_FAILURE);
      return;
    }
  if (take_stateless_error (self, id, answer))
    return;

  mcp_server_link_forget_request (self, id);
  if (mcp_pending_requests_complete (mcp_server_link_get_pending (self), id, answer))
    mcp_server_link_note_answered (self);
  else
    g_debug ("server %s: an answer to a request that has ended",
             mcp_server_link_get_setup (self)->config->name);
}

static void
take_response (McpServerLink *self, McpJsonrpcMessage *message)
{
  McpHandshake *handshake = mcp_server_link_get_handshake (self);
  gint64 id;

  if (mcp_handshake_owns_error (handshake, message))
    mcp_server_intake_take_answer (self, handshake->discover_id, message);
  else if (mcp_provider_messages_get_own_id (message, &id))
    mcp_server_intake_take_answer (self, id, message);
  else
    mcp_server_link_count_stray (self, "an answer to no request of the daemon");
}

/* Everything that is done with it would keep the main context too long, and no watcher wants it. */
static gboolean
is_too_large (McpJsonrpcMessage *message)
{
  const char *method = mcp_jsonrpc_message_get_method (message);

  return g_bytes_get_size (mcp_jsonrpc_message_get_text (message)) > MAX_NOTE_BYTES &&
         (strcmp (method, "notifications/progress") == 0 ||
          strcmp (method, "notifications/message") == 0);
}

static void
take_notification (McpServerLink *self, gint64 id, McpJsonrpcMessage *message)
{
  if (is_too_large (message))
    {
      mcp_server_link_count_stray (self, "progress or a log message of more than 1 MiB, which is "
                                         "dropped");
      return;
    }
  if (mcp_server_link_is_stateless (self) &&
      mcp_subscription_take_notification (mcp_server_link_get_subscription (self), message))
    return;
  if (!mcp_provider_messages_take_notification (MCP_PROVIDER (self),
                                                mcp_server_link_get_pending (self), id, message))
    mcp_server_link_count_stray (self, "progress of no request in flight");
}

static void
take_request (McpServerLink *self, gint64 id, McpJsonrpcMessage *message)
{
  g_autoptr (GBytes) response = NULL;

  if (mcp_server_link_get_state (self) == MCP_PROVIDER_READY && mcp_server_link_is_stateless (self))
    {
      mcp_server_link_count_stray (self, "a request, which no server of its revision may make");
      return;
    }
  response =
      mcp_provider_messages_take_request (MCP_PROVIDER (self), mcp_server_link_get_pending (self),
                                          id, message, mcp_server_link_get_setup (self)->cwd);
  if (response != NULL && mcp_server_link_is_open (self))
    MCP_SERVER_LINK_GET_CLASS (self)->send (self, response);
}

/**
 * mcp_server_intake_take_message:
 * @self: a link; the caller holds a reference
 * @id: of the request whose stream brought it; 0: it came on a stream of all requests
 * @message: of the server
 */
void
mcp_server_intake_take_message (McpServerLink *self, gint64 id, McpJsonrpcMessage *message)
{
  switch (mcp_jsonrpc_message_get_kind (message))
    {
    case MCP_JSONRPC_RESULT:
    case MCP_JSONRPC_FAILURE:
      take_response (self, message);
      break;
    case MCP_JSONRPC_NOTIFICATION:
      take_notification (self, id, message);
      break;
    case MCP_JSONRPC_REQUEST:
      take_request (self, id, message);
      break;
    }
}

/**
 * mcp_server_intake_take_malformed:
 * @self: a link; the caller holds a reference
 * @id: (nullable): of the text, as JSON, where it could be read
 * @error: why the text is no message
 *
 * The text itself is not logged: it may hold a result.
 */
void
mcp_server_intake_take_malformed (McpServerLink *self, const char *id, const GError *error)
{
  g_autofree char *how =
      g_strdup_printf ("gave an answer that is no JSON-RPC message: %s", error->message);
  gint64 number = 0;

  if (id == NULL || !mcp_provider_messages_read_id ((McpJsonSlice){ id, strlen (id) }, &number))
    mcp_server_link_count_stray (self, "what is no JSON-RPC message");
  else if (mcp_handshake_owns (mcp_server_link_get_handshake (self), number))
    {
      mcp_handshake_take_no_answer (mcp_server_link_get_handshake (self), number, how);
      mcp_server_link_forget_request (self, number);
    }
  else
    mcp_server_link_fail_request (self, number, how);
}
