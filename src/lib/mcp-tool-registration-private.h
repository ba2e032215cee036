/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpToolRegistration:
 *
 * What the daemon knows of a provider, kept up while daemons come and go.
 */
typedef struct _McpToolRegistration McpToolRegistration;

/* Called when the daemon has learned of the provider, or has forgotten it. */
typedef void (*McpToolRegistrationFunc) (gpointer user_data);

McpToolRegistration *mcp_tool_registration_new (GDBusConnection *connection,
                                                const char *name,
                                                const char *path,
                                                McpToolRegistrationFunc changed,
                                                gpointer user_data);
void mcp_tool_registration_start (McpToolRegistration *self, GTask *task);
gboolean mcp_tool_registration_is_known (McpToolRegistration *self);
void mcp_tool_registration_end (McpToolRegistration *self);

G_END_DECLS
