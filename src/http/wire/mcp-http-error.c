/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The one form of HTTP errors, from the connection layer and from routes alike:
 * {"error": {"code": "…", "message": "…"}}.
 */
#include "http/wire/mcp-http-error.h"

#include "common/mcp-error.h"
#include "common/mcp-json.h"

/* RFC 9110 section 15, RFC 6585: the statuses that the daemon answers with. */
static const struct
{
  guint status;
  const char *code;
  const char *reason;
} statuses[] = {
  { 400, "bad_request", "Bad Request" },
  { 401, "unauthorized", "Unauthorized" },
  { 403, "forbidden", "Forbidden" },
  { 404, "not_found", "Not Found" },
  { 405, "method_not_allowed", "Method Not Allowed" },
  { 406, "not_acceptable", "Not Acceptable" },
  { 408, "request_timeout", "Request Timeout" },
  { 409, "conflict", "Conflict" },
  { 410, "gone", "Gone" },
  { 411, "length_required", "Length Required" },
  { 413, "payload_too_large", "Content Too Large" },
  { 414, "uri_too_long", "URI Too Long" },
  { 415, "unsupported_media_type", "Unsupported Media Type" },
  { 417, "expectation_failed", "Expectation Failed" },
  { 429, "too_many_requests", "Too Many Requests" },
  { 431, "headers_too_large", "Request Header Fields Too Large" },
  { 500, "internal_error", "Internal Server Error" },
  { 501, "not_implemented", "Not Implemented" },
  { 502, "bad_gateway", "Bad Gateway" },
  { 503, "service_unavailable", "Service Unavailable" },
  { 505, "version_not_supported", "HTTP Version Not Supported" },
};

/**
 * mcp_http_error_get_code:
 * @status: an HTTP status, 400 to 599
 *
 * The stable word of an error, for programs to branch on. Any thread.
 *
 * Returns: (transfer none): the code; "error" for a status that the daemon does not use
 */
const char *
mcp_http_error_get_code (guint status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].status == status)
      return statuses[i].code;

  return "error";
}

/**
 * mcp_http_error_get_reason:
 * @status: an HTTP status, 400 to 599
 *
 * The reason phrase of a status line. Any thread.
 *
 * Returns: (transfer none): the phrase; "Error" for a status that the daemon does not use
 */
const char *
mcp_http_error_get_reason (guint status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].status == status)
      return statuses[i].reason;

  return "Error";
}

/**
 * mcp_http_error_get_status:
 * @error: an error of any domain
 *
 * The status that an error of the daemon is answered with. Any thread.
 *
 * Returns: the status; 500 for an error that is not an #McpError
 */
guint
mcp_http_error_get_status (const GError *error)
{
  if (error->domain != MCP_ERROR)
    return 500;

  switch ((McpError) error->code)
    {
    case MCP_ERROR_INVALID_ARGUMENTS:
      return 400;
    case MCP_ERROR_NOT_FOUND:
      return 404;
    case MCP_ERROR_AUTHENTICATION_FAILED:
      return 401;
    case MCP_ERROR_LIMIT_EXCEEDED:
      return 429;
    case MCP_ERROR_PROVIDER_FAILED:
      return 502;
    case MCP_ERROR_CANCELLED:
      return 409;
    case MCP_ERROR_CLOSED:
      return 410;
    }

  return 500;
}

/**
 * mcp_http_error_build_body:
 * @status: an HTTP status, 400 to 599
 * @message: for the person who must act; UTF-8
 *
 * Builds the JSON body of an error answer. Any thread.
 *
 * Returns: (transfer full): the body
 */
GBytes *
mcp_http_error_build_body (guint status, const char *message)
{
  g_autoptr (GString) body = g_string_new ("{\"error\":{\"code\":");

  g_return_val_if_fail (message != NULL, NULL);

  mcp_json_append_string (body, mcp_http_error_get_code (status));
  g_string_append (body, ",\"message\":");
  mcp_json_append_string (body, message);
  g_string_append (body, "}}");

  return g_string_free_to_bytes (g_steal_pointer (&body));
}
