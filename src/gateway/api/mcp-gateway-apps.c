/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/api/mcp-gateway-apps.h"

#include "common/mcp-error.h"
#include "common/mcp-log.h"
#include "mcp-gateway-private.h"

#include <string.h>

static gboolean
is_of (const McpServerConfig *config, const char *sender)
{
  return strcmp (config->bus->name, sender) == 0;
}

static guint
count_of (GPtrArray *registered, const char *sender)
{
  guint n_found = 0;

  for (guint i = 0; i < registered->len; i++)
    n_found += is_of (g_ptr_array_index (registered, i), sender);
  return n_found;
}

static gboolean
check_room (McpGateway *self, const char *sender, GError **error)
{
  const McpLimits *limits = mcp_gateway_get_limits (self);
  GPtrArray *registered =
      mcp_server_sources_get (mcp_gateway_get_sources (self), MCP_SERVER_ORIGIN_REGISTERED);

  if (count_of (registered, sender) >= limits->providers_per_sender)
    g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                 "The program has registered %u providers, which is the limit ProvidersPerSender",
                 limits->providers_per_sender);
  else if (registered->len >= limits->providers)
    g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                 "%u providers have registered, which is the limit Providers", limits->providers);
  else
    return TRUE;
  return FALSE;
}

/**
 * mcp_gateway_apps_check:
 * @self: the gateway
 * @name: that an app wants to register under
 * @sender: unique name of the app's connection
 * @kept_for: (out) (nullable) (transfer none): the bus name that the name is kept for: only its
 *   owner may have it; valid until the gateway is used again
 * @error: return location
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS where the name cannot be one, or somebody has it;
 * %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: whether the app may register
 */
gboolean
mcp_gateway_apps_check (McpGateway *self,
                        const char *name,
                        const char *sender,
                        const char **kept_for,
                        GError **error)
{
  McpServerSources *sources = mcp_gateway_get_sources (self);
  const McpServerConfig *installed;
  const char *who = NULL;

  if (!mcp_server_bus_is_provider_name (name))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                           "The name of a provider must match ^[a-z0-9][a-z0-9-]{0,31}$");
      return FALSE;
    }
  if (mcp_server_sources_find (sources, MCP_SERVER_ORIGIN_OWNER, name) != NULL)
    who = "a server in mcp.json";
  else if (mcp_server_sources_find (sources, MCP_SERVER_ORIGIN_REGISTERED, name) != NULL)
    who = "a provider that has registered";
  if (who != NULL)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "The name “%s” is taken by %s; register under another one", name, who);
      return FALSE;
    }
  installed = mcp_server_sources_find (sources, MCP_SERVER_ORIGIN_INSTALLED, name);
  *kept_for = installed != NULL ? installed->bus->name : NULL;
  return check_room (self, sender, error);
}

/* An app that runs in a sandbox is asked about, and so is one that has brought a file: it does not
   escape that by registering. */
static McpServerConfig *
build_config (const McpGatewayApp *app, const McpServerConfig *installed)
{
  McpServerConfig *config = mcp_server_config_new_bus (app->name, app->sender, app->object_path);
  const McpServerPeer peer = { app->pid, app->uid, (char *) app->exe, (char *) app->sandbox };
  g_autofree char *written =
      g_strdup_printf ("registered %s %s %s", app->name, app->sender, app->object_path);

  config->origin = MCP_SERVER_ORIGIN_REGISTERED;
  config->timeout_seconds = app->timeout_seconds;
  config->bus->peer = mcp_server_peer_copy (&peer);
  if (installed != NULL)
    config->default_consent = installed->default_consent;
  else if (app->sandbox != NULL)
    config->default_consent = MCP_CONSENT_ASK;
  g_free (config->fingerprint);
  config->fingerprint = g_compute_checksum_for_string (G_CHECKSUM_SHA256, written, -1);
  return config;
}

/* Those who have registered, but for some. */
static GPtrArray *
copy_registered (McpGateway *self, const char *without_name, const char *without_sender)
{
  GPtrArray *registered =
      mcp_server_sources_get (mcp_gateway_get_sources (self), MCP_SERVER_ORIGIN_REGISTERED);
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);

  for (guint i = 0; i < registered->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (registered, i);

      if (g_strcmp0 (config->name, without_name) != 0 &&
          g_strcmp0 (config->bus->name, without_sender) != 0)
        g_ptr_array_add (copy, mcp_server_config_ref (config));
    }
  return copy;
}

static void
set_registered (McpGateway *self, GPtrArray *configs)
{
  mcp_server_sources_set (mcp_gateway_get_sources (self), MCP_SERVER_ORIGIN_REGISTERED, configs);
  if (!mcp_gateway_is_closed (self))
    mcp_gateway_take_sources (self);
}

/* Any session will do: an app is one for all of them. Without a session nobody could see the tools,
   and the first client that asks has the app listed. */
static void
list_now (McpGateway *self, const char *name)
{
  g_autoptr (GPtrArray) sessions = mcp_session_store_list (mcp_gateway_get_store (self));

  for (guint i = 0; i < sessions->len; i++)
    if (!mcp_session_is_closed (g_ptr_array_index (sessions, i)))
      {
        mcp_catalogue_list_server (mcp_gateway_get_services (self)->catalogue, name,
                                   g_ptr_array_index (sessions, i));
        return;
      }
}

/**
 * mcp_gateway_apps_add:
 * @self: the gateway
 * @app: an app whose name is its own to have, as mcp_gateway_apps_check() and the bus say
 * @error: return location
 *
 * The app becomes a server, and is listed at once.
 *
 * Errors: as mcp_gateway_apps_check(); %MCP_ERROR_CLOSED.
 *
 * Returns: whether it is one
 */
gboolean
mcp_gateway_apps_add (McpGateway *self, const McpGatewayApp *app, GError **error)
{
  const McpServerConfig *installed;
  g_autoptr (GPtrArray) configs = NULL;
  const char *kept_for;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);

  if (mcp_gateway_is_closed (self))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_CLOSED, "The daemon is stopping");
      return FALSE;
    }
  if (!mcp_gateway_apps_check (self, app->name, app->sender, &kept_for, error))
    return FALSE;
  installed = mcp_server_sources_find (mcp_gateway_get_sources (self), MCP_SERVER_ORIGIN_INSTALLED,
                                       app->name);
  configs = copy_registered (self, NULL, NULL);
  g_ptr_array_add (configs, build_config (app, installed));
  set_registered (self, configs);
  mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = app->name },
           "provider “%s” has registered: process %u, %s%s%s", app->name, app->pid,
           app->exe != NULL ? app->exe : "unknown program",
           app->sandbox != NULL ? ", Flatpak " : "", app->sandbox != NULL ? app->sandbox : "");
  list_now (self, app->name);
  return TRUE;
}

/**
 * mcp_gateway_apps_remove:
 * @self: the gateway
 * @name: that the app has registered under
 * @sender: unique name of the app's connection
 * @error: return location
 *
 * The app's tools are gone; its calls in flight are finished.
 *
 * Errors: %MCP_ERROR_NOT_FOUND, also where another program has registered under the name.
 *
 * Returns: whether the app was registered
 */
gboolean
mcp_gateway_apps_remove (McpGateway *self, const char *name, const char *sender, GError **error)
{
  const McpServerConfig *config;
  g_autoptr (GPtrArray) configs = NULL;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);

  config =
      mcp_server_sources_find (mcp_gateway_get_sources (self), MCP_SERVER_ORIGIN_REGISTERED, name);
  if (config == NULL || !is_of (config, sender))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                   "This connection has not registered a provider “%s”", name);
      return FALSE;
    }
  configs = copy_registered (self, name, NULL);
  set_registered (self, configs);
  return TRUE;
}

/**
 * mcp_gateway_apps_remove_all:
 * @self: the gateway
 * @sender: unique name of a connection that has ended
 *
 * The tools of all that has registered there are gone.
 */
void
mcp_gateway_apps_remove_all (McpGateway *self, const char *sender)
{
  g_autoptr (GPtrArray) configs = NULL;

  g_return_if_fail (MCP_IS_GATEWAY (self));

  configs = copy_registered (self, NULL, sender);
  set_registered (self, configs);
}

/**
 * mcp_gateway_apps_set_installed:
 * @self: the gateway
 * @configs: (element-type McpServerConfig): the apps that have brought a `.provider` file, in order
 *
 * An app that is not known from an earlier time is started to be listed.
 */
void
mcp_gateway_apps_set_installed (McpGateway *self, GPtrArray *configs)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));
  g_return_if_fail (configs != NULL);

  if (mcp_gateway_is_closed (self))
    return;
  mcp_server_sources_set (mcp_gateway_get_sources (self), MCP_SERVER_ORIGIN_INSTALLED, configs);
  mcp_gateway_take_sources (self);
  for (guint i = 0; i < configs->len; i++)
    list_now (self, ((McpServerConfig *) g_ptr_array_index (configs, i))->name);
}
