/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpSseBatch:
 *
 * What goes to one event stream in one system call: frames as text, then at most
 * one large frame that is sent from its own bytes, without a copy.
 */
typedef struct
{
  GString *text; /* (owned) */
  GBytes *body;  /* (owned) (nullable) follows @text */
  gsize n_tail;  /* bytes of the frame's end that follow @body */
} McpSseBatch;

void mcp_sse_batch_init (McpSseBatch *self);
void mcp_sse_batch_clear (McpSseBatch *self);
void mcp_sse_batch_reset (McpSseBatch *self);
gboolean mcp_sse_batch_is_empty (const McpSseBatch *self);
gboolean mcp_sse_batch_is_full (const McpSseBatch *self);
gsize mcp_sse_batch_get_size (const McpSseBatch *self);
GBytes *mcp_sse_batch_to_bytes (const McpSseBatch *self);

void mcp_sse_batch_append_event (McpSseBatch *self, guint64 id, const char *name, GBytes *json);
void mcp_sse_batch_append_frame (McpSseBatch *self, GBytes *frame);
void mcp_sse_batch_append_lagged (McpSseBatch *self, guint64 missed);
void mcp_sse_batch_append_closed (McpSseBatch *self, const char *reason);
void mcp_sse_batch_append_comment (McpSseBatch *self);

gssize mcp_sse_batch_send (const McpSseBatch *self, gsize offset, int socket, GError **error);
void mcp_sse_batch_copy_rest (const McpSseBatch *self, gsize offset, McpSseBatch *rest);

G_END_DECLS
