/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/secrets/mcp-secret.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpSecretStore:
 *
 * Where secrets lie: in the keyring of the desktop (Secret Service), else in files that only their
 * owner can read. Main context only.
 */
#define MCP_TYPE_SECRET_STORE (mcp_secret_store_get_type ())
G_DECLARE_FINAL_TYPE (McpSecretStore, mcp_secret_store, MCP, SECRET_STORE, GObject)

McpSecretStore *mcp_secret_store_new (const char *directory, gboolean may_prompt);
gboolean mcp_secret_store_has_keyring (McpSecretStore *self);

void mcp_secret_store_look_up_async (McpSecretStore *self,
                                     McpSecretKind kind,
                                     const char *name,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
char *mcp_secret_store_look_up_finish (McpSecretStore *self, GAsyncResult *result, GError **error);

void mcp_secret_store_set_async (McpSecretStore *self,
                                 McpSecretKind kind,
                                 const char *name,
                                 const char *label,
                                 const char *value,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean mcp_secret_store_set_finish (McpSecretStore *self, GAsyncResult *result, GError **error);

void mcp_secret_store_remove_async (McpSecretStore *self,
                                    McpSecretKind kind,
                                    const char *name,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean
mcp_secret_store_remove_finish (McpSecretStore *self, GAsyncResult *result, GError **error);

void mcp_secret_store_list_async (McpSecretStore *self,
                                  McpSecretKind kind,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
char **mcp_secret_store_list_finish (McpSecretStore *self, GAsyncResult *result, GError **error);

G_END_DECLS
