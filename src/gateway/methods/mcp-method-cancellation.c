/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * basic/utilities/cancellation: where a client's notification is matched to a request.
 */
#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-request-inner.h"
#include "gateway/methods/mcp-method.h"

/**
 * mcp_method_note_cancelled:
 * @attachment: the attachment that received the notification
 * @params: names the request
 *
 * Withdraws a request of this attachment. Unknown ids and malformed notifications
 * are ignored, as basic/utilities/cancellation, "Error Handling", says: the
 * request may have been answered meanwhile.
 */
void
mcp_method_note_cancelled (McpAttachment *attachment, McpJsonSlice params)
{
  McpRequest *request;
  McpJsonSlice id;

  if (params.data == NULL || !mcp_json_find (params, "requestId", &id))
    return;

  request = mcp_attachment_find_request (attachment, id);
  if (request != NULL && mcp_request_is_cancellable (request))
    mcp_request_withdraw (request);
}
