/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"

G_BEGIN_DECLS

/**
 * McpRelayInput:
 *
 * The input that a server wants before it goes on, being collected (2026-07-28,
 * basic/patterns/mrtr). Main context only.
 */
typedef struct _McpRelayInput McpRelayInput;

/**
 * McpRelayInputFunc:
 * @error: (nullable) (transfer full): why there is not all that the server wants
 *
 * Called once, when everything is there or cannot be had.
 */
typedef void (*McpRelayInputFunc) (McpRelayInput *self, GError *error, gpointer user_data);

McpRelayInput *mcp_relay_input_new (McpJsonSlice result,
                                    McpRelayInputFunc ready,
                                    gpointer user_data,
                                    GError **error);
void mcp_relay_input_free (McpRelayInput *self);
GPtrArray *mcp_relay_input_dup_asks (McpRelayInput *self);
char *mcp_relay_input_build_params (McpRelayInput *self, McpJsonSlice params);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpRelayInput, mcp_relay_input_free)

G_END_DECLS
