/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading JSON bodies: by the scanner first, then member by member by a table of what may be there.
 * A member that is not in the table is an error for the sender.
 */
#include "http/request/mcp-http-body.h"

#include "common/mcp-error.h"
#include "http/request/mcp-http-reply.h"

#include <string.h>

static const char json_type[] = "application/json";

/**
 * mcp_http_body_is_json:
 * @request: a request with a body
 *
 * Checks that the client declares the body as JSON. This also keeps out foreign web pages: a page
 * cannot declare JSON without asking the server first (Fetch, section 3.2.2, CORS-safelisted
 * Content-Type).
 *
 * Returns: whether the client does; else the request was answered
 */
gboolean
mcp_http_body_is_json (McpHttpRequest *request)
{
  const char *type = mcp_http_request_get_header (request, "Content-Type");
  gsize length = type != NULL ? strcspn (type, "; \t") : 0;

  if (length == strlen (json_type) && g_ascii_strncasecmp (type, json_type, length) == 0)
    return TRUE;

  mcp_http_reply_error (request, 415, "The body must be sent as application/json");
  return FALSE;
}

/**
 * mcp_http_body_scan:
 * @request: a request
 * @root: (out): the value; it borrows the request's body
 *
 * Checks that the body is one JSON value within the limits.
 *
 * Returns: whether it is; else the request was answered
 */
gboolean
mcp_http_body_scan (McpHttpRequest *request, McpJsonSlice *root)
{
  g_autoptr (GError) error = NULL;
  const McpBodyScan *scan = request->scan;

  if (scan != NULL && scan->error != NULL)
    error = g_error_copy (scan->error);
  else if (scan != NULL)
    *root = scan->root;
  else
    mcp_body_scan_text (request->body, &request->context->limits, root, &error);
  if (error == NULL)
    return TRUE;

  mcp_http_reply_error (request, 400, error->message);
  return FALSE;
}

/**
 * mcp_http_body_get_jsonrpc_limits:
 * @limits: of the server
 *
 * Any thread.
 *
 * Returns: what a JSON-RPC message in a body may hold
 */
McpJsonrpcLimits
mcp_http_body_get_jsonrpc_limits (const McpLimits *limits)
{
  return (McpJsonrpcLimits){ .max_depth = limits->json_depth, .max_values = limits->json_values };
}

static const McpHttpMember *
find_member (McpJsonSlice key, const McpHttpMember *members, gsize n_members)
{
  for (gsize i = 0; i < n_members; i++)
    if (mcp_json_string_equal (key, members[i].key))
      return &members[i];

  return NULL;
}

/**
 * mcp_http_body_read_object:
 * @value: a scanned value
 * @members: (array length=n_members): what it may hold
 * @n_members: how many
 * @target: for the members' setters
 * @error: return location
 *
 * Reads an object; whether what is needed was there is for the caller to check.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether each member is known and has a right value
 */
gboolean
mcp_http_body_read_object (McpJsonSlice value,
                           const McpHttpMember *members,
                           gsize n_members,
                           gpointer target,
                           GError **error)
{
  McpJsonIter iter;
  McpJsonSlice key, item;

  if (mcp_json_get_type (value) != MCP_JSON_OBJECT)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "Expected a JSON object");
      return FALSE;
    }

  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_member (&iter, &key, &item))
    {
      const McpHttpMember *member = find_member (key, members, n_members);

      if (member == NULL)
        {
          /* The text as it was sent: the scanner has checked that it is UTF-8. */
          g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "Unknown member %.*s",
                       (int) MIN (key.length, 100), key.data);
          return FALSE;
        }
      if (!member->set (item, target, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * mcp_http_body_read_members:
 * @request: a request whose body may be left out
 * @members: (array length=n_members): what the body may hold
 * @n_members: how many
 * @target: for the members' setters
 *
 * Reads the body, of which nothing is the same as an empty object. Answers the request where the
 * body is not right.
 *
 * Returns: %FALSE: the request was answered
 */
gboolean
mcp_http_body_read_members (McpHttpRequest *request,
                            const McpHttpMember *members,
                            gsize n_members,
                            gpointer target)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  if (g_bytes_get_size (request->body) == 0)
    return TRUE;
  if (!mcp_http_body_is_json (request) || !mcp_http_body_scan (request, &root))
    return FALSE;
  if (mcp_http_body_read_object (root, members, n_members, target, &error))
    return TRUE;
  mcp_http_reply_gerror (request, error);
  return FALSE;
}

/**
 * mcp_http_body_read_string:
 * @value: a scanned value
 * @key: what it is called, for the error
 * @text: (out) (transfer full): its text; what was there before is freed
 * @error: return location
 *
 * Reads a string. U+0000 is refused: what comes after it would get lost on the
 * way through C and D-Bus.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether it is one
 */
gboolean
mcp_http_body_read_string (McpJsonSlice value, const char *key, char **text, GError **error)
{
  if (mcp_json_get_type (value) != MCP_JSON_STRING)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“%s” must be a string", key);
      return FALSE;
    }

  g_free (*text);
  *text = mcp_json_dup_string (value);
  if (*text != NULL)
    return TRUE;

  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“%s” must not hold U+0000", key);
  return FALSE;
}
