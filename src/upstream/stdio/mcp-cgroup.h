/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpCgroup:
 *
 * A control group of the kernel for one upstream process and its children, below one that
 * was delegated to us (cgroups(7), "Delegation"). Main context only.
 */
typedef struct _McpCgroup McpCgroup;

McpCgroup *mcp_cgroup_new (const char *parent);
const char *mcp_cgroup_get_path (McpCgroup *self);
void mcp_cgroup_kill (McpCgroup *self);
void mcp_cgroup_free (McpCgroup *self);

G_END_DECLS
