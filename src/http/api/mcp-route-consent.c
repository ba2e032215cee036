/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * /consent: the tool calls that wait for their owner's word, and the owner's answers.
 */
#include "common/mcp-error.h"
#include "gateway/api/mcp-gateway-consent.h"
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-process.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"

/* How the history calls answers that came this way. */
#define ANSWERED_BY "http"

/**
 * mcp_route_consent_get:
 * @request: GET /consent
 *
 * Shows the questions that wait, oldest first.
 */
void
mcp_route_consent_get (McpHttpRequest *request)
{
  mcp_http_reply_string (request, 200, mcp_gateway_consent_build_json (request->context->gateway));
}

static gboolean
set_answer (McpJsonSlice value, gpointer target, GError **error)
{
  return mcp_http_body_read_string (value, "answer", target, error);
}

static const McpHttpMember members[] = { { "answer", set_answer } };

/* Returns: (transfer full) (nullable): %NULL: the request was answered */
static char *
read_answer (McpHttpRequest *request)
{
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  if (!mcp_http_body_is_json (request) || !mcp_http_body_scan (request, &root))
    return NULL;
  if (!mcp_http_body_read_object (root, members, G_N_ELEMENTS (members), &answer, &error))
    mcp_http_reply_gerror (request, error);
  else if (answer == NULL || !mcp_gateway_consent_is_answer (answer))
    mcp_http_reply_error (request, 400, "“answer” must be “once”, “session” or “deny”");
  else
    return g_steal_pointer (&answer);
  return NULL;
}

static guint
choose_status (const GError *error)
{
  if (g_error_matches (error, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    return 404;
  return g_error_matches (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED) ? 403 : 409;
}

/**
 * mcp_route_consent_post:
 * @request: POST /consent/{id}
 *
 * Takes the owner's answer. The key alone does not make a process the owner: servers and the client
 * that asks can read it, too.
 */
void
mcp_route_consent_post (McpHttpRequest *request)
{
  g_autofree char *answer = read_answer (request);
  g_autoptr (GError) error = NULL;

  if (answer == NULL)
    return;
  if (mcp_gateway_consent_answer (request->context->gateway, request->parameter, answer,
                                  ANSWERED_BY, mcp_http_process_get_pid (request), &error))
    mcp_http_reply_empty (request, 204);
  else
    mcp_http_reply_error (request, choose_status (error), error->message);
}
