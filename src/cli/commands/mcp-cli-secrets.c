/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon's own store of secrets, for a command that waits for it.
 */
#include "cli/commands/mcp-cli-secrets.h"

#include "common/mcp-names.h"
#include "upstream/secrets/mcp-secret-store.h"

#include <glib/gi18n.h>
#include <unistd.h>

/* A keyring asks in a window of the desktop. */
static gboolean
may_prompt (void)
{
  return isatty (STDERR_FILENO) &&
         (g_getenv ("DISPLAY") != NULL || g_getenv ("WAYLAND_DISPLAY") != NULL);
}

static char *
build_directory (void)
{
  return g_build_filename (g_get_user_state_dir (), MCP_DIRECTORY, NULL);
}

static McpSecretStore *
open_store (void)
{
  g_autofree char *directory = build_directory ();

  return mcp_secret_store_new (directory, may_prompt ());
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
await (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/**
 * mcp_cli_secrets_set:
 * @name: of the secret
 * @value: the secret
 * @place: (out) (transfer full): where it lies now, for people, translated
 * @error: return location
 *
 * Stores a secret. Blocks.
 *
 * Errors: #McpSecretError.
 *
 * Returns: whether it is stored
 */
gboolean
mcp_cli_secrets_set (const char *name, const char *value, char **place, GError **error)
{
  g_autoptr (McpSecretStore) store = open_store ();
  g_autofree char *label = g_strdup_printf (_ ("%s, a secret of mcp-sessiond"), name);
  g_autofree char *directory = build_directory ();
  g_autoptr (GAsyncResult) result = NULL;

  mcp_secret_store_set_async (store, MCP_SECRET_KIND_SECRET, name, label, value, NULL, done_cb,
                              &result);
  if (!mcp_secret_store_set_finish (store, await (&result), error))
    return FALSE;
  *place = mcp_secret_store_has_keyring (store)
               ? g_strdup (_ ("the keyring"))
               : g_strdup_printf (_ ("a file below %s/secrets, for want of a keyring"), directory);
  return TRUE;
}

/**
 * mcp_cli_secrets_remove:
 * @name: of the secret
 * @error: return location
 *
 * Removes a secret. Blocks.
 *
 * Errors: #McpSecretError.
 *
 * Returns: whether there is no such secret any more
 */
gboolean
mcp_cli_secrets_remove (const char *name, GError **error)
{
  g_autoptr (McpSecretStore) store = open_store ();
  g_autoptr (GAsyncResult) result = NULL;

  mcp_secret_store_remove_async (store, MCP_SECRET_KIND_SECRET, name, NULL, done_cb, &result);
  return mcp_secret_store_remove_finish (store, await (&result), error);
}

/**
 * mcp_cli_secrets_list:
 * @error: return location
 *
 * Blocks.
 *
 * Errors: #McpSecretError.
 *
 * Returns: (transfer full) (array zero-terminated=1) (nullable): the names of all secrets, sorted
 */
char **
mcp_cli_secrets_list (GError **error)
{
  g_autoptr (McpSecretStore) store = open_store ();
  g_autoptr (GAsyncResult) result = NULL;

  mcp_secret_store_list_async (store, MCP_SECRET_KIND_SECRET, NULL, done_cb, &result);
  return mcp_secret_store_list_finish (store, await (&result), error);
}
