/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpRequest:
 *
 * One request of an MCP client while it is being answered.
 *
 * Whoever brought it carries what is said of it: mcp_request_set_carrier().
 */
#define MCP_TYPE_REQUEST (mcp_request_get_type ())
G_DECLARE_FINAL_TYPE (McpRequest, mcp_request, MCP, REQUEST, GObject)

/**
 * McpRequestFuncs:
 * @message: a JSON-RPC notification or request that belongs to the request, before its response
 * @response: the JSON-RPC response, exactly once and last; @error_code is 0 for a result. Not
 * called after mcp_request_cancel().
 * @cancelled: (nullable): the client withdrew the request by notifications/cancelled, or its
 *   attachment was detached: nothing follows, and the carrier of the request ends its exchange. Not
 *   called for mcp_request_cancel().
 *
 * What a request says, all from the main context and nothing before mcp_request_start().
 */
typedef struct
{
  void (*message) (McpRequest *request, GBytes *json, gpointer carrier);
  void (*response) (McpRequest *request, GBytes *json, int error_code, gpointer carrier);
  void (*cancelled) (McpRequest *request, gpointer carrier);
} McpRequestFuncs;

void mcp_request_set_carrier (McpRequest *self,
                              const McpRequestFuncs *funcs,
                              gpointer carrier,
                              GDestroyNotify destroy);
void mcp_request_set_streamable (McpRequest *self, gboolean streamable);
void mcp_request_start (McpRequest *self);
void mcp_request_cancel (McpRequest *self);
McpJsonSlice mcp_request_get_id (McpRequest *self);
guint mcp_request_get_http_status (McpRequest *self);

G_END_DECLS
