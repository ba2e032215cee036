/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpSecretKind:
 * @MCP_SECRET_KIND_SECRET: what a person stored, for `${secret:NAME}`
 * @MCP_SECRET_KIND_GRANT: what a login gave to the daemon
 *
 * Names of different kinds do not meet.
 */
typedef enum
{
  MCP_SECRET_KIND_SECRET,
  MCP_SECRET_KIND_GRANT,
} McpSecretKind;

/**
 * McpSecretError:
 * @MCP_SECRET_ERROR_LOCKED: the keyring is locked, and nobody may be asked to unlock it
 * @MCP_SECRET_ERROR_INVALID: a name or a value that cannot be stored
 * @MCP_SECRET_ERROR_FAILED: the keyring or the file system has refused
 */
typedef enum
{
  MCP_SECRET_ERROR_LOCKED,
  MCP_SECRET_ERROR_INVALID,
  MCP_SECRET_ERROR_FAILED,
} McpSecretError;

#define MCP_SECRET_ERROR (mcp_secret_error_quark ())
GQuark mcp_secret_error_quark (void);

/* Of a name, in bytes: a file name holds it beside its kind. */
#define MCP_SECRET_MAX_NAME_BYTES 128

/* Of one value, in bytes. */
#define MCP_SECRET_MAX_VALUE_BYTES (64 * 1024)

gboolean mcp_secret_is_name (const char *name);
void mcp_secret_free (char *value);

G_END_DECLS
