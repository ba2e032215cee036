/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliProbe:
 * @revision: (nullable): which it speaks
 * @name: (nullable): what it calls itself
 * @tools: (nullable): JSON, the result of tools/list
 * @first_answer_ms: from its start to its first answer; negative: it gave none
 * @said: (nullable): its standard error
 *
 * What trying a server has shown.
 */
typedef struct
{
  char *revision;
  char *name;
  GBytes *tools;
  gint64 first_answer_ms;
  char *said;
} McpCliProbe;

McpCliProbe *mcp_cli_probe_run (McpJsonSlice server, guint timeout_seconds, GError **error);
void mcp_cli_probe_free (McpCliProbe *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliProbe, mcp_cli_probe_free)

G_END_DECLS
