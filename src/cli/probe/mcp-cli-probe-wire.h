/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _McpCliProbeWire McpCliProbeWire;

McpCliProbeWire *
mcp_cli_probe_wire_open (McpJsonSlice server, guint timeout_seconds, GError **error);
void mcp_cli_probe_wire_set_revision (McpCliProbeWire *self, const char *revision);
GBytes *
mcp_cli_probe_wire_request (McpCliProbeWire *self, GBytes *request, gint64 id, GError **error);
gboolean mcp_cli_probe_wire_notify (McpCliProbeWire *self, GBytes *notification, GError **error);
gint64 mcp_cli_probe_wire_get_first_answer_ms (McpCliProbeWire *self);
char *mcp_cli_probe_wire_close (McpCliProbeWire *self);
void mcp_cli_probe_wire_free (McpCliProbeWire *self);

char *mcp_cli_probe_wire_expand (const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliProbeWire, mcp_cli_probe_wire_free)

G_END_DECLS
