/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a session is charged for the requests of its MCP clients, until they are answered.
 */
#include "common/mcp-error.h"
#include "mcp-session-private.h"

/**
 * mcp_session_begin_request:
 * @self: a session
 * @n_bytes: its length
 * @error: return location
 *
 * Counts a request of an MCP client, for as long as it is held: mcp_session_end_request() follows
 * exactly once. One alone may be as long as it likes. Main context only.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: whether it may be taken
 */
gboolean
mcp_session_begin_request (McpSession *self, gsize n_bytes, GError **error)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);

  if (self->n_requests >= self->max_requests)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "%u requests are in flight in this session already; wait for one to end, or "
                   "raise RequestsPerSession",
                   self->n_requests);
      return FALSE;
    }
  if (self->n_requests > 0 && self->n_request_bytes + n_bytes > self->max_request_bytes)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "%" G_GSIZE_FORMAT " bytes of requests are in flight in this session already; "
                   "wait for one to end, or raise RequestBytesPerSession",
                   self->n_request_bytes);
      return FALSE;
    }
  self->n_requests++;
  self->n_request_bytes += n_bytes;
  return TRUE;
}

/**
 * mcp_session_end_request:
 * @self: a session, closed or not
 * @n_bytes: as it began
 *
 * Ends what mcp_session_begin_request() began. Main context only.
 */
void
mcp_session_end_request (McpSession *self, gsize n_bytes)
{
  g_return_if_fail (MCP_IS_SESSION (self));
  g_return_if_fail (self->n_requests > 0 && self->n_request_bytes >= n_bytes);

  self->n_requests--;
  self->n_request_bytes -= n_bytes;
}
