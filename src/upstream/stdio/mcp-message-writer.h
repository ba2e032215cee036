/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _McpMessageWriter McpMessageWriter;

McpMessageWriter *mcp_message_writer_new (int fd, gsize max_bytes);
void mcp_message_writer_free (McpMessageWriter *self);
gboolean mcp_message_writer_send (McpMessageWriter *self, GBytes *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpMessageWriter, mcp_message_writer_free)

G_END_DECLS
