/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-session-quota.h"

#include "common/mcp-error.h"

/**
 * mcp_session_quota_init:
 * @self: (out caller-allocates): a quota without limits, of which nothing is used
 */
void
mcp_session_quota_init (McpSessionQuota *self)
{
  *self = (McpSessionQuota){
    .max_calls = G_MAXUINT,
    .max_requests = G_MAXUINT,
    .max_request_bytes = G_MAXSIZE,
  };
}

/**
 * mcp_session_quota_set_limits:
 * @self: a quota
 * @limits: what may be in flight from now on; what is in flight already stays
 */
void
mcp_session_quota_set_limits (McpSessionQuota *self, const McpLimits *limits)
{
  self->max_calls = limits->calls_per_session;
  self->max_requests = limits->requests_per_session;
  self->max_request_bytes = limits->request_bytes_per_session;
}

/**
 * mcp_session_quota_take_call:
 * @self: a quota
 * @error: return location
 *
 * Counts a tool call in flight; mcp_session_quota_return_call() follows exactly once.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: whether the call may begin
 */
gboolean
mcp_session_quota_take_call (McpSessionQuota *self, GError **error)
{
  if (self->n_calls >= self->max_calls)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "%u calls are in flight in this session already; wait for one to end, or raise "
                   "CallsPerSession",
                   self->n_calls);
      return FALSE;
    }
  self->n_calls++;
  return TRUE;
}

/**
 * mcp_session_quota_return_call:
 * @self: a quota of which a call was taken
 */
void
mcp_session_quota_return_call (McpSessionQuota *self)
{
  g_return_if_fail (self->n_calls > 0);
  self->n_calls--;
}

/**
 * mcp_session_quota_take_request:
 * @self: a quota
 * @n_bytes: length of the request's text
 * @error: return location
 *
 * Counts a request that is not answered yet; mcp_session_quota_return_request() follows exactly
 * once. A request that is alone may have any length.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: whether the request is accepted
 */
gboolean
mcp_session_quota_take_request (McpSessionQuota *self, gsize n_bytes, GError **error)
{
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
 * mcp_session_quota_return_request:
 * @self: a quota of which a request was taken
 * @n_bytes: the same length as it was taken with
 */
void
mcp_session_quota_return_request (McpSessionQuota *self, gsize n_bytes)
{
  g_return_if_fail (self->n_requests > 0 && self->n_request_bytes >= n_bytes);

  self->n_requests--;
  self->n_request_bytes -= n_bytes;
}
