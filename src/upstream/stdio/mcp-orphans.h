/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Processes that come to the daemon because their keeper was killed. The daemon is a subreaper, and
 * all of its own children are keepers: every other child is such an orphan, and is ended.
 *
 * The kernel keeps one list of children for a process, and so there is one list of keepers here.
 */
#include <glib.h>

G_BEGIN_DECLS

gboolean mcp_orphans_adopt (void);
void mcp_orphans_begin_spawn (void);
void mcp_orphans_end_spawn (int pid);
void mcp_orphans_forget (int pid);
void mcp_orphans_end_soon (void);
void mcp_orphans_end_now (void);

G_END_DECLS
