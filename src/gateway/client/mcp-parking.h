/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * McpParking:
 *
 * Requests that wait for their client to come back with the input that a server
 * asked for (2026-07-28, basic/patterns/mrtr): each under a handle that only the
 * client knows, that is good once, for the same session and the same request,
 * and for a while. Main context only.
 */
#define MCP_TYPE_PARKING (mcp_parking_get_type ())
G_DECLARE_FINAL_TYPE (McpParking, mcp_parking, MCP, PARKING, GObject)

/**
 * McpParkingExpiredFunc:
 * @parked: waits no longer, since its client did not come back in time
 */
typedef void (*McpParkingExpiredFunc) (GObject *parked);

McpParking *mcp_parking_new (void);
void mcp_parking_set_patience (McpParking *self, guint patience_ms);
void mcp_parking_set_max (McpParking *self, guint max_per_session);
char *mcp_parking_park (McpParking *self,
                        GObject *parked,
                        McpParkingExpiredFunc expired,
                        const char *session_id,
                        const char *digest,
                        GError **error);
gboolean mcp_parking_is_handle (McpJsonSlice state);
GObject *mcp_parking_take (McpParking *self,
                           McpJsonSlice state,
                           const char *session_id,
                           const char *digest,
                           GError **error);
void mcp_parking_drop (McpParking *self, const char *handle);
guint mcp_parking_get_n_parked (McpParking *self);
void mcp_parking_clear (McpParking *self);

G_END_DECLS
