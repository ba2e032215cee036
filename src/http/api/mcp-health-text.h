/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _McpHealthText McpHealthText;

McpHealthText *mcp_health_text_new (gint64 started_real_us, gint64 started_us);
void mcp_health_text_free (McpHealthText *self);
GBytes *mcp_health_text_get (McpHealthText *self, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHealthText, mcp_health_text_free)

G_END_DECLS
