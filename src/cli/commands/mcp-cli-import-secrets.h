/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/commands/mcp-cli-file-change.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpCliImportSecrets:
 *
 * What looks like a secret in the servers that an import adds to mcp.json.
 */
typedef struct _McpCliImportSecrets McpCliImportSecrets;

McpCliImportSecrets *mcp_cli_import_secrets_find (const McpCliFileChange *servers);
gboolean mcp_cli_import_secrets_is_empty (McpCliImportSecrets *self);
void mcp_cli_import_secrets_print (McpCliImportSecrets *self, const char *advice);
gboolean
mcp_cli_import_secrets_plan (McpCliImportSecrets *self, McpCliFileChange *servers, GError **error);
gboolean mcp_cli_import_secrets_store (McpCliImportSecrets *self, GError **error);
void mcp_cli_import_secrets_forget (McpCliImportSecrets *self);
void mcp_cli_import_secrets_free (McpCliImportSecrets *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliImportSecrets, mcp_cli_import_secrets_free)

G_END_DECLS
