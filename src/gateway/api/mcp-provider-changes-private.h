/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * McpProviderChanges:
 *
 * Finds out what has changed in how the servers are described. Changes that come together are told
 * together. Main context only.
 */
typedef struct _McpProviderChanges McpProviderChanges;

/**
 * McpProviderChangesFuncs:
 * @describe: (transfer none): floating: how all servers are now, aa{sv} with a `name` s in each
 * @tell: @what is an a{sv} of what is different of the server @name: the keys of its description
 * that have other values than before, with these; an empty text, 0 or an empty array for what is
 * not there any more; `entry` “removed” alone where the server is not described any more
 *
 * @user_data is an object, which keeps the changes, and is held during a call of @tell.
 */
typedef struct
{
  GVariant *(*describe) (gpointer user_data);
  void (*tell) (const char *name, GVariant *what, gpointer user_data);
} McpProviderChangesFuncs;

McpProviderChanges *mcp_provider_changes_new (const McpProviderChangesFuncs *funcs,
                                              GObject *user_data);
void mcp_provider_changes_free (McpProviderChanges *self);
void mcp_provider_changes_note (McpProviderChanges *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpProviderChanges, mcp_provider_changes_free)

G_END_DECLS
