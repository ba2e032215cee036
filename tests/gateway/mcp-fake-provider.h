/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

/**
 * McpFakeProvider:
 *
 * A provider without a process: it keeps the requests until the test answers
 * them, or answers by itself as its script says.
 */
#define MCP_TYPE_FAKE_PROVIDER (mcp_fake_provider_get_type ())
G_DECLARE_FINAL_TYPE (McpFakeProvider, mcp_fake_provider, MCP, FAKE_PROVIDER, GObject)

McpFakeProvider *mcp_fake_provider_new (const char *name);

/* The script. */
void mcp_fake_provider_set_tools (McpFakeProvider *self, const char *tools_json);
void mcp_fake_provider_set_page (McpFakeProvider *self, guint n_tools, guint cursor_bytes);
void mcp_fake_provider_set_silent (McpFakeProvider *self, gboolean silent);
void mcp_fake_provider_set_broken (McpFakeProvider *self, gboolean broken);

/* The requests, and their answers: always for the oldest tools/call that waits. */
guint mcp_fake_provider_get_n_lists (McpFakeProvider *self);
const McpLimits *mcp_fake_provider_get_limits (McpFakeProvider *self);
guint mcp_fake_provider_get_n_waiting (McpFakeProvider *self);
gboolean mcp_fake_provider_is_closed (McpFakeProvider *self);
guint mcp_fake_provider_get_n_cancelled (McpFakeProvider *self);
const char *mcp_fake_provider_get_params (McpFakeProvider *self, guint index);
guint mcp_fake_provider_get_timeout (McpFakeProvider *self, guint index);
void mcp_fake_provider_progress (McpFakeProvider *self, guint index, const char *params_json);
void mcp_fake_provider_answer (McpFakeProvider *self, guint index, const char *result_json);
void mcp_fake_provider_answer_error (McpFakeProvider *self, guint index, const char *error_json);
void mcp_fake_provider_fail (McpFakeProvider *self, guint index, const char *text);
void mcp_fake_provider_crash (McpFakeProvider *self);
void
mcp_fake_provider_set_peer (McpFakeProvider *self, McpRevision revision, const char *capabilities);
void mcp_fake_provider_set_instructions (McpFakeProvider *self, const char *instructions);
const char *mcp_fake_provider_get_method (McpFakeProvider *self, guint index);
void mcp_fake_provider_ask (McpFakeProvider *self, guint index, const char *message_json);
char *mcp_fake_provider_take_response (McpFakeProvider *self);
void mcp_fake_provider_log (McpFakeProvider *self, guint index, const char *params_json);
void mcp_fake_provider_say (McpFakeProvider *self, const char *text);
void mcp_fake_provider_notify_us (McpFakeProvider *self, const char *method, const char *params);

G_END_DECLS
