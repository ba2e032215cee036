/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/request/mcp-http-reply.h"

#include "common/mcp-error.h"
#include "http/wire/mcp-http-error.h"

/**
 * mcp_http_reply_json:
 * @msg: a request
 * @status: the answer's status
 * @json: the answer's body
 *
 * Answers a request. Nothing that the daemon says may be cached: answers hold
 * tokens, or are out of date at once.
 */
void
mcp_http_reply_json (SoupServerMessage *msg, guint status, GBytes *json)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (msg);

  soup_server_message_set_status (msg, status,
                                  status >= 400 ? mcp_http_error_get_reason (status) : NULL);
  soup_message_headers_replace (headers, "Content-Type", "application/json");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_body_append_bytes (soup_server_message_get_response_body (msg), json);
}

/**
 * mcp_http_reply_string:
 * @msg: a request
 * @status: the answer's status
 * @json: (transfer full): the answer's body
 *
 * As mcp_http_reply_json().
 */
void
mcp_http_reply_string (SoupServerMessage *msg, guint status, GString *json)
{
  g_autoptr (GBytes) body = g_string_free_to_bytes (json);

  mcp_http_reply_json (msg, status, body);
}

/**
 * mcp_http_reply_empty:
 * @msg: a request
 * @status: the answer's status, one that needs no body
 *
 * Answers a request without a body.
 */
void
mcp_http_reply_empty (SoupServerMessage *msg, guint status)
{
  soup_server_message_set_status (msg, status, NULL);
}

/**
 * mcp_http_reply_error:
 * @msg: a request
 * @status: 400 to 599
 * @message: for the person who must act
 *
 * Answers a request with an error in the daemon's form.
 */
void
mcp_http_reply_error (SoupServerMessage *msg, guint status, const char *message)
{
  g_autoptr (GBytes) body = mcp_http_error_build_body (status, message);

  mcp_http_reply_json (msg, status, body);
}

/**
 * mcp_http_reply_not_allowed:
 * @msg: a request by a method that cannot be taken here
 * @allow: which can
 * @message: for people
 */
void
mcp_http_reply_not_allowed (SoupServerMessage *msg, const char *allow, const char *message)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (msg), "Allow", allow);
  mcp_http_reply_error (msg, 405, message);
}

/**
 * mcp_http_reply_gerror:
 * @msg: a request
 * @error: why it failed
 *
 * Answers a request with the status that belongs to an error.
 */
void
mcp_http_reply_gerror (SoupServerMessage *msg, const GError *error)
{
  mcp_http_reply_error (msg, mcp_http_error_get_status (error), error->message);
}

/**
 * mcp_http_reply_no_session:
 * @msg: a request that needs a new session
 * @store: which did not make it
 * @error: why not
 *
 * As mcp_http_reply_gerror(); where only time is missing, the answer says how much.
 */
void
mcp_http_reply_no_session (SoupServerMessage *msg, McpSessionStore *store, const GError *error)
{
  if (g_error_matches (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED))
    {
      guint wait_seconds = mcp_session_store_get_wait_seconds (store);
      g_autofree char *text = g_strdup_printf ("%u", wait_seconds);

      /* RFC 9110 section 10.2.3, RFC 6585 section 4 */
      if (wait_seconds > 0)
        soup_message_headers_replace (soup_server_message_get_response_headers (msg), "Retry-After",
                                      text);
    }
  mcp_http_reply_gerror (msg, error);
}

/**
 * mcp_http_reply_unauthorized:
 * @msg: a request
 *
 * The one answer to a credential that is missing, wrong, or for something else,
 * and to a session that does not exist: none can be told from another.
 */
void
mcp_http_reply_unauthorized (SoupServerMessage *msg)
{
  /* RFC 9110 section 11.6.1 */
  soup_message_headers_replace (soup_server_message_get_response_headers (msg), "WWW-Authenticate",
                                "Bearer");
  mcp_http_reply_error (msg, 401,
                        "This needs the session's token or the owner key: Authorization: Bearer …");
}
