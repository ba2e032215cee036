/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-server-bus.h"

#include "common/mcp-glob.h"

#include <gio/gio.h>
#include <string.h>

/**
 * mcp_server_bus_new:
 * @name: a bus name
 * @object_path: of the object that has the tools
 *
 * Returns: (transfer full): an object that exports `org.mcpsessiond.ToolProvider1`
 */
McpServerBus *
mcp_server_bus_new (const char *name, const char *object_path)
{
  McpServerBus *self = g_new0 (McpServerBus, 1);

  self->name = g_strdup (name);
  self->object_path = g_strdup (object_path);
  self->read_only = g_new0 (char *, 1);
  return self;
}

/**
 * mcp_server_bus_free:
 * @self: (transfer full): where a server is found
 */
void
mcp_server_bus_free (McpServerBus *self)
{
  g_free (self->name);
  g_free (self->object_path);
  g_strfreev (self->methods);
  g_strfreev (self->read_only);
  g_clear_pointer (&self->peer, mcp_server_peer_free);
  g_free (self);
}

static const char *
get_member (const char *method)
{
  return strrchr (method, '.') + 1;
}

static gboolean
is_unique (const McpServerBus *self, gsize index)
{
  const char *member = get_member (self->methods[index]);

  for (gsize i = 0; self->methods[i] != NULL; i++)
    if (i != index && strcmp (get_member (self->methods[i]), member) == 0)
      return FALSE;
  return TRUE;
}

/**
 * mcp_server_bus_build_tool_name:
 * @self: a server with methods
 * @index: of a method
 *
 * A tool is named after its method. Where two interfaces have a method of that name, the interface
 * stands before it.
 *
 * Returns: (transfer full): the server's own name of the tool
 */
char *
mcp_server_bus_build_tool_name (const McpServerBus *self, gsize index)
{
  const char *method = self->methods[index];

  return g_strdelimit (g_strdup (is_unique (self, index) ? get_member (method) : method), ".", '_');
}

static gboolean
matches_any (char **globs, const char *text)
{
  for (gsize i = 0; globs[i] != NULL; i++)
    if (mcp_glob_matches (globs[i], text))
      return TRUE;
  return FALSE;
}

/**
 * mcp_server_bus_is_read_only:
 * @self: a server with methods
 * @tool: the server's own name of a tool
 *
 * Returns: whether the entry says that the tool's method changes nothing
 */
gboolean
mcp_server_bus_is_read_only (const McpServerBus *self, const char *tool)
{
  for (gsize i = 0; self->methods != NULL && self->methods[i] != NULL; i++)
    {
      g_autofree char *name = mcp_server_bus_build_tool_name (self, i);

      if (strcmp (name, tool) == 0)
        return matches_any (self->read_only, self->methods[i]);
    }
  return FALSE;
}

/**
 * mcp_server_bus_describe:
 * @self: where a server is found
 *
 * Returns: (transfer full): for the log: name, object and methods
 */
char *
mcp_server_bus_describe (const McpServerBus *self)
{
  g_autofree char *methods = self->methods != NULL ? g_strjoinv (" ", self->methods) : NULL;

  return g_strjoin (" ", self->name, self->object_path, methods, NULL);
}

static gboolean
is_lower_alnum (char c)
{
  return g_ascii_islower (c) || g_ascii_isdigit (c);
}

/**
 * mcp_server_bus_is_provider_name:
 * @name: any text
 *
 * Returns: whether an app may have this name: `^[a-z0-9][a-z0-9-]{0,31}$`
 */
gboolean
mcp_server_bus_is_provider_name (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > MCP_SERVER_BUS_MAX_NAME || !is_lower_alnum (name[0]))
    return FALSE;
  for (gsize i = 1; i < length; i++)
    if (!is_lower_alnum (name[i]) && name[i] != '-')
      return FALSE;
  return TRUE;
}

/**
 * mcp_server_bus_is_method:
 * @text: any text
 *
 * Returns: whether it is `INTERFACE.METHOD`
 */
gboolean
mcp_server_bus_is_method (const char *text)
{
  const char *dot = strrchr (text, '.');
  g_autofree char *interface = dot != NULL ? g_strndup (text, (gsize) (dot - text)) : NULL;

  return interface != NULL && g_dbus_is_interface_name (interface) &&
         g_dbus_is_member_name (dot + 1);
}
