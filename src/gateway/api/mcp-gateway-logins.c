/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-gateway-private.h"

#include "common/mcp-error.h"

#include <string.h>

/**
 * mcp_gateway_set_callback_port:
 * @self: the gateway
 * @port: where browsers come back to after a login; 0: nowhere
 */
void
mcp_gateway_set_callback_port (McpGateway *self, guint16 port)
{
  if (mcp_gateway_get_oauth (self) != NULL)
    mcp_oauth_set_port (mcp_gateway_get_oauth (self), port);
}

/**
 * mcp_gateway_set_callback_listener:
 * @self: the gateway
 * @listen: (nullable): has the daemon serve one more port
 * @user_data: for @listen
 *
 * A client that was registered by hand may have a port of its own for browsers to come back to.
 */
void
mcp_gateway_set_callback_listener (McpGateway *self,
                                   McpCallbackListenFunc listen,
                                   gpointer user_data)
{
  if (mcp_gateway_get_oauth (self) != NULL)
    mcp_oauth_set_listener (mcp_gateway_get_oauth (self), listen, user_data);
}

/**
 * mcp_gateway_set_client_document:
 * @self: the gateway
 * @address: (nullable): of a metadata document that describes this client
 */
void
mcp_gateway_set_client_document (McpGateway *self, const char *address)
{
  if (mcp_gateway_get_oauth (self) != NULL)
    mcp_oauth_set_document (mcp_gateway_get_oauth (self), address);
}

/* A login that begins. */
typedef struct
{
  McpLoginWay way;
  char *user_code; /* (nullable) */
  char *address;   /* (nullable): while a browser is opened */
  gboolean is_opened;
  guint seconds_left;
} Beginning;

static void
beginning_free (gpointer data)
{
  Beginning *beginning = data;

  g_free (beginning->user_code);
  g_free (beginning->address);
  g_free (beginning);
}

static void
opened_cb (const GError *error, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Beginning *beginning = g_task_get_task_data (task);

  beginning->is_opened = error == NULL;
  if (error != NULL)
    g_info ("No browser was opened: %s", error->message);
  g_task_return_pointer (task, g_steal_pointer (&beginning->address), g_free);
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpGateway *self = g_task_get_source_object (task);
  Beginning *beginning = g_task_get_task_data (task);
  GError *error = NULL;
  char *address = mcp_oauth_server_login_finish (
      MCP_OAUTH_SERVER (source), result, &beginning->seconds_left, &beginning->user_code, &error);

  if (address == NULL)
    {
      g_task_return_new_error (task, MCP_ERROR,
                               error->domain == MCP_ERROR ? error->code : MCP_ERROR_PROVIDER_FAILED,
                               "%s", error->message);
      g_error_free (error);
      return;
    }
  beginning->address = address;
  if (beginning->way == MCP_LOGIN_WAY_BROWSER)
    mcp_gateway_open_page (self, address, opened_cb, g_steal_pointer (&task));
  else
    g_task_return_pointer (task, g_steal_pointer (&beginning->address), g_free);
}

/* Returns: (nullable): the login to a server */
static McpOauthServer *
find_login (McpGateway *self, const char *name, GError **error)
{
  McpOauth *oauth = mcp_gateway_get_oauth (self);
  McpServerConfig *config = mcp_gateway_find_config (self, name);
  McpOauthServer *login =
      oauth != NULL && config != NULL ? mcp_oauth_ensure_server (oauth, config) : NULL;

  if (config == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There is no server “%s”", name);
  else if (login == NULL)
    g_set_error (
        error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
        "Server “%s” takes no login: it is no HTTP server, its entry has “oauth”: false, or "
        "the entry brings an Authorization of its own",
        name);
  return login;
}

/**
 * mcp_gateway_login_async:
 * @self: the gateway
 * @name: of a server
 * @way: how a person gets to the page
 * @callback: (scope async): when a browser can be sent
 * @user_data: for @callback
 *
 * Begins a login for a person.
 */
void
mcp_gateway_login_async (McpGateway *self,
                         const char *name,
                         McpLoginWay way,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  McpOauthServer *login;
  Beginning *beginning;
  GError *error = NULL;

  g_return_if_fail (MCP_IS_GATEWAY (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_gateway_login_async);
  beginning = g_new0 (Beginning, 1);
  beginning->way = way;
  g_task_set_task_data (task, beginning, beginning_free);
  login = find_login (self, name, &error);
  if (login == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  mcp_oauth_server_forgive (login);
  mcp_oauth_server_login_async (login, way == MCP_LOGIN_WAY_DEVICE, begun_cb,
                                g_steal_pointer (&task));
}

/**
 * mcp_gateway_login_finish:
 * @self: the gateway
 * @result: what the callback got
 * @seconds_left: (out): how long the browser may take
 * @user_code: (out) (nullable) (transfer full): what a person enters there
 * @is_opened: (out): whether a browser was opened here
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND, %MCP_ERROR_INVALID_ARGUMENTS, %MCP_ERROR_PROVIDER_FAILED.
 *
 * Returns: (transfer full) (nullable): the address that a browser is to be sent to
 */
char *
mcp_gateway_login_finish (McpGateway *self,
                          GAsyncResult *result,
                          guint *seconds_left,
                          char **user_code,
                          gboolean *is_opened,
                          GError **error)
{
  Beginning *beginning;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  beginning = g_task_get_task_data (G_TASK (result));
  *seconds_left = beginning->seconds_left;
  *is_opened = beginning->is_opened;
  *user_code = g_steal_pointer (&beginning->user_code);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
completed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  char *name = mcp_oauth_complete_finish (MCP_OAUTH (source), result, &error);

  if (name != NULL)
    g_task_return_pointer (task, name, g_free);
  else
    g_task_return_new_error (task, MCP_ERROR,
                             error->domain == MCP_ERROR ? error->code : MCP_ERROR_PROVIDER_FAILED,
                             "%s", error->message);
}

/**
 * mcp_gateway_complete_login_async:
 * @self: the gateway
 * @name: (nullable): of the server, where somebody says so
 * @answer: the address that a browser came back to, or the part of it behind “?”
 * @callback: (scope async): when the login is done
 * @user_data: for @callback
 *
 * Ends a login.
 */
void
mcp_gateway_complete_login_async (McpGateway *self,
                                  const char *name,
                                  const char *answer,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task;
  const char *question = strchr (answer, '?');
  g_autofree char *query = g_strdup (question != NULL ? question + 1 : answer);

  g_return_if_fail (MCP_IS_GATEWAY (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_gateway_complete_login_async);
  query[strcspn (query, "#")] = '\0';
  if (mcp_gateway_get_oauth (self) != NULL)
    {
      mcp_oauth_complete_async (mcp_gateway_get_oauth (self), name, query, completed_cb, task);
      return;
    }
  g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There are no logins");
  g_object_unref (task);
}

/**
 * mcp_gateway_complete_login_finish:
 * @self: the gateway
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND where there is no such login, %MCP_ERROR_PROVIDER_FAILED where it
 * came to nothing.
 *
 * Returns: (transfer full) (nullable): the name of the server that there is a login to now
 */
char *
mcp_gateway_complete_login_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
logged_out_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (mcp_oauth_logout_finish (MCP_OAUTH (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "%s", error->message);
}

/**
 * mcp_gateway_logout_async:
 * @self: the gateway
 * @name: of a server, which need not be configured any more
 * @callback: (scope async): when nothing is left
 * @user_data: for @callback
 *
 * Forgets the login to a server.
 */
void
mcp_gateway_logout_async (McpGateway *self,
                          const char *name,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MCP_IS_GATEWAY (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_gateway_logout_async);
  if (mcp_gateway_get_oauth (self) != NULL)
    {
      mcp_oauth_logout_async (mcp_gateway_get_oauth (self), name, logged_out_cb, task);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * mcp_gateway_logout_finish:
 * @self: the gateway
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED where the keyring refuses.
 *
 * Returns: whether nothing is left
 */
gboolean
mcp_gateway_logout_finish (McpGateway *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
