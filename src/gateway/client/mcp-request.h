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
 * Signals, all from the main context and none before mcp_request_start():
 *   message (GBytes *json): a JSON-RPC notification or request that belongs to
 *     this request, before its response
 *   response (GBytes *json, int error_code): the JSON-RPC response, exactly once
 *     and last; error_code is 0 for a result. Not emitted after
 *     mcp_request_cancel().
 *   cancelled (): the client withdrew the request by notifications/cancelled, or
 *     its attachment was detached: nothing follows, and the carrier of the
 *     request ends its exchange. Not emitted for mcp_request_cancel().
 */
#define MCP_TYPE_REQUEST (mcp_request_get_type ())
G_DECLARE_FINAL_TYPE (McpRequest, mcp_request, MCP, REQUEST, GObject)

void mcp_request_set_streamable (McpRequest *self, gboolean streamable);
void mcp_request_start (McpRequest *self);
void mcp_request_cancel (McpRequest *self);
McpJsonSlice mcp_request_get_id (McpRequest *self);
guint mcp_request_get_http_status (McpRequest *self);

G_END_DECLS
