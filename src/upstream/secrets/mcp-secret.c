/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/secrets/mcp-secret.h"

#include <string.h>

/**
 * mcp_secret_error_quark:
 *
 * Any thread.
 *
 * Returns: the domain of #McpSecretError
 */
GQuark
mcp_secret_error_quark (void)
{
  return g_quark_from_static_string ("mcp-secret-error-quark");
}

/**
 * mcp_secret_is_name:
 * @name: a text
 *
 * Any thread.
 *
 * Returns: whether @name has 1 to 128 letters, digits, “-” and “_”
 */
gboolean
mcp_secret_is_name (const char *name)
{
  gsize length = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_");

  return length > 0 && length <= MCP_SECRET_MAX_NAME_BYTES && name[length] == '\0';
}

/**
 * mcp_secret_free:
 * @value: (transfer full) (nullable): a secret
 *
 * Overwrites the text before its memory is given back. Any thread.
 */
void
mcp_secret_free (char *value)
{
  if (value != NULL)
    explicit_bzero (value, strlen (value));
  g_free (value);
}
