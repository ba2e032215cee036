/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-bus-signals-private.h"
#include "upstream/dbus/mcp-bus.h"
#include "upstream/dialogue/mcp-server-link-inner.h"

G_BEGIN_DECLS

/**
 * McpBusLink:
 *
 * The link to a server on the session bus: finds it, starts it, calls it, sees it leave, and makes
 * JSON-RPC messages of what it answers, so that everything behind the link is as for other servers.
 * Only the connection that had the server's name at the start counts. Main context only.
 */
#define MCP_TYPE_BUS_LINK (mcp_bus_link_get_type ())
G_DECLARE_DERIVABLE_TYPE (McpBusLink, mcp_bus_link, MCP, BUS_LINK, McpServerLink)

/**
 * McpBusLinkClass:
 * @attached: the server is there; mcp_server_link_take_ready() follows, now or later
 * @detached: the server is left; may be called twice
 * @list: answers `tools/list`
 * @call: answers `tools/call`; @arguments is a JSON object
 * @withdraw: (nullable): nobody waits for the answer to a call that was sent
 *
 * What a kind of server adds.
 */
struct _McpBusLinkClass
{
  McpServerLinkClass parent_class;

  void (*attached) (McpBusLink *self);
  void (*detached) (McpBusLink *self);
  void (*list) (McpBusLink *self, gint64 id);
  void (*call) (McpBusLink *self,
                gint64 id,
                const char *tool,
                McpJsonSlice arguments,
                const McpProviderRequest *request);
  void (*withdraw) (McpBusLink *self, gint64 id);
};

/**
 * McpBusReplyFunc:
 * @id: of the request that the call was made for
 * @body: (nullable): what the server answers; %NULL: nothing
 * @error: (nullable): the D-Bus error that the server answers in its place, without its name in the
 *   text
 *
 * The caller holds a reference to @self.
 */
typedef void (*McpBusReplyFunc) (McpBusLink *self, gint64 id, GVariant *body, const GError *error);

void mcp_bus_link_set_bus (McpBusLink *self, McpBus *bus);
const char *mcp_bus_link_get_owner (McpBusLink *self);
void mcp_bus_link_listen (McpBusLink *self, McpBusSignalFunc func);
void mcp_bus_link_leave_signals (McpBusLink *self);

void mcp_bus_link_send (McpBusLink *self,
                        gint64 id,
                        const char *interface,
                        const char *method,
                        GVariant *arguments,
                        McpBusReplyFunc replied);
void mcp_bus_link_tell (McpBusLink *self,
                        const char *interface,
                        const char *method,
                        GVariant *arguments);

void mcp_bus_link_answer_tools (McpBusLink *self, gint64 id, const char *json, gsize length);
void mcp_bus_link_answer_result (McpBusLink *self, gint64 id, const char *json, gsize length);
void mcp_bus_link_answer_error (McpBusLink *self, gint64 id, int code, const char *text);
void mcp_bus_link_answer_failure (McpBusLink *self, gint64 id, const GError *error);

G_END_DECLS
