/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpProgramStampFunc:
 *
 * The program of the server has been replaced on disk.
 */
typedef void (*McpProgramStampFunc) (gpointer user_data);

/**
 * McpProgramStamp:
 *
 * What the program of a server looked like on disk when somebody last looked: its file, and the
 * files that its arguments name by absolute paths, such as a script. A thread looks, once a
 * second at most. Main context only.
 */
typedef struct _McpProgramStamp McpProgramStamp;

McpProgramStamp *
mcp_program_stamp_new (McpServerConfig *config, McpProgramStampFunc changed, gpointer user_data);
void mcp_program_stamp_free (McpProgramStamp *self);
void mcp_program_stamp_look (McpProgramStamp *self);

char *mcp_program_stamp_build (const McpServerConfig *config);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpProgramStamp, mcp_program_stamp_free)

G_END_DECLS
