/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The members of an entry in "mcpServers" that say where on the session bus a server is.
 */
#include "mcp-server-entry-keys-private.h"

#include <gio/gio.h>
#include <string.h>

/* Each method is a tool; no client takes as many from one server. */
#define MAX_METHODS 256

/**
 * mcp_server_entry_bus_read_name:
 * @config: gets the value
 * @value: a string
 *
 * A unique name does not outlive its connection, and is of no use in a file.
 *
 * Returns: whether @value is a well-known bus name
 */
gboolean
mcp_server_entry_bus_read_name (McpServerConfig *config, McpJsonSlice value)
{
  g_autofree char *text = mcp_json_dup_string (value);

  if (text == NULL || !g_dbus_is_name (text) || g_dbus_is_unique_name (text))
    return FALSE;
  g_free (config->bus->name);
  config->bus->name = g_steal_pointer (&text);
  return TRUE;
}

/**
 * mcp_server_entry_bus_read_path:
 * @config: gets the value
 * @value: a string
 *
 * Returns: whether @value is an object path
 */
gboolean
mcp_server_entry_bus_read_path (McpServerConfig *config, McpJsonSlice value)
{
  g_autofree char *text = mcp_json_dup_string (value);

  if (text == NULL || !g_variant_is_object_path (text))
    return FALSE;
  g_free (config->bus->object_path);
  config->bus->object_path = g_steal_pointer (&text);
  return TRUE;
}

static gboolean
read_names (McpJsonSlice value, gboolean (*is_right) (const char *text), char ***names)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  McpJsonIter iter;
  McpJsonSlice element;
  guint n_names = 0;

  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      g_autofree char *text =
          mcp_json_get_type (element) == MCP_JSON_STRING ? mcp_json_dup_string (element) : NULL;

      if (text == NULL || ++n_names > MAX_METHODS || (is_right != NULL && !is_right (text)))
        return FALSE;
      g_strv_builder_add (builder, text);
    }
  g_strfreev (*names);
  *names = g_strv_builder_end (builder);
  return TRUE;
}

/**
 * mcp_server_entry_bus_read_methods:
 * @config: gets the value
 * @value: an array
 *
 * Returns: whether @value names 1 to 256 methods, each as `INTERFACE.METHOD`
 */
gboolean
mcp_server_entry_bus_read_methods (McpServerConfig *config, McpJsonSlice value)
{
  return read_names (value, mcp_server_bus_is_method, &config->bus->methods) &&
         config->bus->methods[0] != NULL;
}

/**
 * mcp_server_entry_bus_read_read_only:
 * @config: gets the value
 * @value: an array
 *
 * Returns: whether @value is an array of texts
 */
gboolean
mcp_server_entry_bus_read_read_only (McpServerConfig *config, McpJsonSlice value)
{
  return read_names (value, NULL, &config->bus->read_only);
}

/**
 * mcp_server_entry_bus_find_missing:
 * @config: an entry that has been read
 *
 * Returns: (nullable): the key that the entry needs and does not have; %NULL also for a server that
 *   is not on the bus
 */
const char *
mcp_server_entry_bus_find_missing (const McpServerConfig *config)
{
  if (config->bus == NULL)
    return NULL;
  if (*config->bus->name == '\0')
    return "busName";
  if (*config->bus->object_path == '\0')
    return "objectPath";
  if (config->transport == MCP_SERVER_TRANSPORT_DBUS_METHODS && config->bus->methods == NULL)
    return "methods";
  return NULL;
}
