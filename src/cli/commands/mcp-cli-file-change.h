/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliFileChange:
 * @path: of a file
 * @before: its text; "" if there is no file
 * @after: the text that it is to have
 * @original: (nullable): the text before the first change of the daemon's command, from the backup
 * @removes: the file is to be removed: the first change made it
 *
 * A file and its new text. The first text is kept in a backup beside the file, which is never
 * overwritten.
 */
typedef struct
{
  char *path;
  char *before;
  char *after;
  char *original;
  gboolean removes;
} McpCliFileChange;

gboolean mcp_cli_file_change_load (McpCliFileChange *self, char *path, GError **error);
void mcp_cli_file_change_clear (McpCliFileChange *self);
gboolean mcp_cli_file_change_take (McpCliFileChange *self, char *after);
gboolean mcp_cli_file_change_is_needed (const McpCliFileChange *self);
void mcp_cli_file_change_print (const McpCliFileChange *self);
gboolean mcp_cli_file_change_write (const McpCliFileChange *self, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpCliFileChange, mcp_cli_file_change_clear)

G_END_DECLS
