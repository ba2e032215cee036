/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpOauthFile:
 *
 * A small file that only its owner can read, replaced as a whole. Writes follow each other; of
 * those that wait, only the last is made. Main context only.
 */
typedef struct _McpOauthFile McpOauthFile;

McpOauthFile *mcp_oauth_file_new (const char *directory, const char *name);
McpOauthFile *mcp_oauth_file_ref (McpOauthFile *self);
void mcp_oauth_file_unref (McpOauthFile *self);
char *mcp_oauth_file_read (McpOauthFile *self);
void mcp_oauth_file_write_async (McpOauthFile *self,
                                 char *text,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean mcp_oauth_file_write_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthFile, mcp_oauth_file_unref)

G_END_DECLS
