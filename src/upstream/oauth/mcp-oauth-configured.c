/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The client that a person registered by hand, its id, secret and key with their variables filled
 * in.
 */
#include "mcp-oauth-configured-private.h"

#include "upstream/config/mcp-expand.h"
#include "upstream/secrets/mcp-secret-text.h"
#include "upstream/secrets/mcp-secret-values.h"

/* @text: (nullable) */
static gboolean
expand (const char *text, char **environment, char **value, GError **error)
{
  if (text == NULL)
    return TRUE;
  *value = mcp_expand (text, g_get_home_dir (), (const char *const *) environment, error);
  return *value != NULL;
}

static McpOauthClient *
build_client (const McpServerOauth *oauth, char **secrets, GError **error)
{
  g_auto (GStrv) environment =
      mcp_server_config_add_secrets (g_get_environ (), (const char *const *) secrets);
  g_autofree char *id = NULL;
  g_autoptr (McpSecretCopy) secret = NULL;
  g_autoptr (McpSecretCopy) key = NULL;

  if (!expand (oauth->client_id, environment, &id, error) ||
      !expand (oauth->client_secret, environment, &secret, error) ||
      !expand (oauth->private_key, environment, &key, error))
    return NULL;
  return mcp_oauth_client_new (id, secret, key, MCP_OAUTH_AUTH_NONE, NULL);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const McpServerConfig *config = g_task_get_task_data (task);
  GError *error = NULL;
  char **secrets = mcp_secret_values_read_finish (result, &error);
  McpOauthClient *client = secrets != NULL ? build_client (&config->oauth, secrets, &error) : NULL;

  mcp_secret_values_free (secrets);
  if (client != NULL)
    g_task_return_pointer (task, client, (GDestroyNotify) mcp_oauth_client_unref);
  else
    g_task_return_error (task, error);
}

/**
 * mcp_oauth_configured_find_async:
 * @store: where secrets lie
 * @config: a server
 * @callback: (scope async): when it is known
 * @user_data: for @callback
 */
void
mcp_oauth_configured_find_async (McpSecretStore *store,
                                 McpServerConfig *config,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  const McpServerOauth *oauth = &config->oauth;
  const char *const texts[] = { oauth->client_id, oauth->client_secret, oauth->private_key };
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  g_task_set_source_tag (task, mcp_oauth_configured_find_async);
  g_task_set_task_data (task, mcp_server_config_ref (config),
                        (GDestroyNotify) mcp_server_config_unref);
  if (oauth->client_id == NULL)
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL)
      mcp_expand_add_secrets (texts[i], names);
  g_ptr_array_add (names, NULL);
  mcp_secret_values_read_async (store, (const char *const *) names->pdata, NULL, read_cb,
                                g_steal_pointer (&task));
}

/**
 * mcp_oauth_configured_find_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, and those of the store.
 *
 * Returns: (transfer full) (nullable): the client, whose method is not settled; %NULL without an
 *   error: no person has registered one
 */
McpOauthClient *
mcp_oauth_configured_find_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
