/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-provider-file.h"

#include "common/mcp-error.h"

#include <gio/gio.h>

#define GROUP "Tool Provider"

/* The only version of the file that there is. */
#define VERSION 1

static char *
read_value (GKeyFile *file, const char *key, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, GROUP, key, error);

  return value != NULL ? g_strstrip (g_steal_pointer (&value)) : NULL;
}

static gboolean
check_version (GKeyFile *file, GError **error)
{
  g_autoptr (GError) problem = NULL;
  int version = g_key_file_get_integer (file, GROUP, "Version", &problem);

  if (problem == NULL && version == VERSION)
    return TRUE;
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                 "“Version” is %d, and only %d is known", version, VERSION);
  return FALSE;
}

static gboolean
check_values (const char *name, const char *bus_name, const char *object_path, GError **error)
{
  const char *problem = NULL;

  if (!mcp_server_bus_is_provider_name (name))
    problem = "“Name” must match ^[a-z0-9][a-z0-9-]{0,31}$";
  else if (!g_dbus_is_name (bus_name) || g_dbus_is_unique_name (bus_name))
    problem = "“BusName” must be a well-known bus name";
  else if (!g_variant_is_object_path (object_path))
    problem = "“ObjectPath” must be an object path";
  if (problem != NULL)
    g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, problem);
  return problem == NULL;
}

static McpServerConfig *
build (GKeyFile *file, GError **error)
{
  g_autofree char *name = read_value (file, "Name", error);
  g_autofree char *bus_name = name != NULL ? read_value (file, "BusName", error) : NULL;
  g_autofree char *object_path = bus_name != NULL ? read_value (file, "ObjectPath", error) : NULL;
  McpServerConfig *config;

  if (object_path == NULL || !check_version (file, error) ||
      !check_values (name, bus_name, object_path, error))
    return NULL;
  config = mcp_server_config_new_bus (name, bus_name, object_path);
  config->origin = MCP_SERVER_ORIGIN_INSTALLED;
  config->default_consent = MCP_CONSENT_ASK;
  return config;
}

/**
 * mcp_provider_file_parse:
 * @text: contents of the file
 * @length: of @text in bytes
 * @file_name: for messages
 * @error: return location
 *
 * Reads a `.provider` file, by which an app says that it offers tools. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, naming the file and what is wrong.
 *
 * Returns: (transfer full) (nullable): the app
 */
McpServerConfig *
mcp_provider_file_parse (const char *text, gsize length, const char *file_name, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) problem = NULL;
  McpServerConfig *config = NULL;

  if (g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, &problem))
    config = build (file, &problem);
  if (config == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "%s: %s", file_name,
                 problem->message);
  return config;
}
