/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/request/mcp-http-reply.h"

#include "common/mcp-error.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-request.h"
#include "http/wire/mcp-http-error.h"

/* @content_type: static */
static void
reply (McpHttpRequest *request, guint status, const char *content_type, GBytes *body)
{
  mcp_http_request_set_static_reply_header (request, "Content-Type", content_type);
  /* Answers hold tokens, or are out of date at once. */
  mcp_http_request_set_static_reply_header (request, "Cache-Control", "no-store");
  mcp_http_request_reply (request, status, body);
}

/**
 * mcp_http_reply_json:
 * @request: a request
 * @status: the answer's status
 * @json: the answer's body
 *
 * Answers a request. The answer says that it may not be cached.
 */
void
mcp_http_reply_json (McpHttpRequest *request, guint status, GBytes *json)
{
  reply (request, status, "application/json", json);
}

/**
 * mcp_http_reply_text:
 * @request: a request
 * @status: the answer's status
 * @content_type: the type of @text; static
 * @text: (transfer full): the answer's body
 *
 * As mcp_http_reply_json().
 */
void
mcp_http_reply_text (McpHttpRequest *request, guint status, const char *content_type, GString *text)
{
  g_autoptr (GBytes) body = g_string_free_to_bytes (text);

  reply (request, status, content_type, body);
}

/**
 * mcp_http_reply_string:
 * @request: a request
 * @status: the answer's status
 * @json: (transfer full): the answer's body
 *
 * As mcp_http_reply_json().
 */
void
mcp_http_reply_string (McpHttpRequest *request, guint status, GString *json)
{
  g_autoptr (GBytes) body = g_string_free_to_bytes (json);

  mcp_http_reply_json (request, status, body);
}

/**
 * mcp_http_reply_empty:
 * @request: a request
 * @status: the answer's status, one that needs no body
 *
 * Answers a request without a body.
 */
void
mcp_http_reply_empty (McpHttpRequest *request, guint status)
{
  mcp_http_request_reply (request, status, NULL);
}

/**
 * mcp_http_reply_error:
 * @request: a request
 * @status: 400 to 599
 * @message: for the person who must act
 *
 * Answers a request with an error in the daemon's form.
 */
void
mcp_http_reply_error (McpHttpRequest *request, guint status, const char *message)
{
  g_autoptr (GBytes) body = mcp_http_error_build_body (status, message);

  mcp_http_reply_json (request, status, body);
}

/**
 * mcp_http_reply_not_allowed:
 * @request: a request by a method that its path does not take
 * @allow: the methods that the path takes, joined by “, ”
 * @message: for people
 */
void
mcp_http_reply_not_allowed (McpHttpRequest *request, const char *allow, const char *message)
{
  mcp_http_request_set_reply_header (request, "Allow", allow);
  mcp_http_reply_error (request, 405, message);
}

/**
 * mcp_http_reply_gerror:
 * @request: a request
 * @error: why it failed
 *
 * Answers a request with the status that belongs to an error.
 */
void
mcp_http_reply_gerror (McpHttpRequest *request, const GError *error)
{
  mcp_http_reply_error (request, mcp_http_error_get_status (error), error->message);
}

/**
 * mcp_http_reply_no_session:
 * @request: a request that needs a new session
 * @error: why the store did not make one
 *
 * As mcp_http_reply_gerror(). Where the client only has to wait, the answer says how long.
 */
void
mcp_http_reply_no_session (McpHttpRequest *request, const GError *error)
{
  if (g_error_matches (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED))
    {
      guint wait_seconds = mcp_session_store_get_wait_seconds (request->context->store);
      g_autofree char *text = g_strdup_printf ("%u", wait_seconds);

      /* RFC 9110 section 10.2.3, RFC 6585 section 4 */
      if (wait_seconds > 0)
        mcp_http_request_set_reply_header (request, "Retry-After", text);
    }
  mcp_http_reply_gerror (request, error);
}

/**
 * mcp_http_reply_unauthorized:
 * @request: a request
 * @message: (nullable): what is needed; %NULL: a token or the owner key
 *
 * The one answer to a credential that is missing, wrong, or for something else, and to a session
 * that does not exist, so that a client cannot tell one from another.
 */
void
mcp_http_reply_unauthorized (McpHttpRequest *request, const char *message)
{
  static const char usual[] =
      "This needs the session's token or the owner key: Authorization: Bearer …";

  /* RFC 9110 section 11.6.1 */
  mcp_http_request_set_reply_header (request, "WWW-Authenticate", "Bearer");
  mcp_http_reply_error (request, 401, message != NULL ? message : usual);
}

/* An answer that waits until what was done to the sessions survives the daemon. */
typedef struct
{
  McpHttpRequest *request; /* (owned) */
  guint status;
  GBytes *json; /* (owned) (nullable) */
} Settling;

static void
settled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Settling *self = user_data;

  if (self->json != NULL)
    mcp_http_reply_json (self->request, self->status, self->json);
  else
    mcp_http_reply_empty (self->request, self->status);
  g_clear_pointer (&self->json, g_bytes_unref);
  mcp_http_request_unref (self->request);
  g_free (self);
}

static void
settle (McpHttpRequest *request, guint status, GBytes *json)
{
  Settling *self = g_new0 (Settling, 1);

  self->request = mcp_http_request_ref (request);
  self->status = status;
  self->json = json;
  mcp_session_store_settle_async (request->context->store, settled_cb, self);
}

/**
 * mcp_http_reply_string_when_settled:
 * @request: a request
 * @status: the answer's status
 * @json: (transfer full): the answer's body
 *
 * As mcp_http_reply_string(), once what was done to the sessions survives the daemon. What was
 * done stays done if the client goes away in the meantime.
 */
void
mcp_http_reply_string_when_settled (McpHttpRequest *request, guint status, GString *json)
{
  settle (request, status, g_string_free_to_bytes (json));
}

/**
 * mcp_http_reply_empty_when_settled:
 * @request: a request
 * @status: the answer's status, one that needs no body
 *
 * As mcp_http_reply_string_when_settled(), without a body.
 */
void
mcp_http_reply_empty_when_settled (McpHttpRequest *request, guint status)
{
  settle (request, status, NULL);
}
