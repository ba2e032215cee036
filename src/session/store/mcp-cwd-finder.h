/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _McpCwdFinder McpCwdFinder;

/**
 * McpCwdFoundFunc:
 * @cwd: (nullable): the working directory, absolute, without links, "." and ".."; %NULL: see @error
 * @error: (nullable): why it cannot be one
 * @user_data: of mcp_cwd_finder_find()
 *
 * The directory has been found.
 */
typedef void (*McpCwdFoundFunc) (const char *cwd, const GError *error, gpointer user_data);

McpCwdFinder *mcp_cwd_finder_new (void);
void mcp_cwd_finder_unref (McpCwdFinder *self);
char *mcp_cwd_finder_find_known (const char *cwd, const char *fallback);
void mcp_cwd_finder_find (McpCwdFinder *self,
                          const char *cwd,
                          const char *fallback,
                          McpCwdFoundFunc found,
                          gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCwdFinder, mcp_cwd_finder_unref)

G_END_DECLS
