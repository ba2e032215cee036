/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-bus-method-private.h"

#include "common/mcp-error.h"
#include "mcp-variant-json-private.h"

#include <string.h>

/* Services need not name it in what they say of themselves. */
static const char standard_xml[] =
    "<node><interface name='org.freedesktop.DBus.Properties'>"
    "<method name='Get'><arg type='s' name='interface' direction='in'/>"
    "<arg type='s' name='property' direction='in'/><arg type='v' name='value' direction='out'/>"
    "</method>"
    "<method name='GetAll'><arg type='s' name='interface' direction='in'/>"
    "<arg type='a{sv}' name='properties' direction='out'/></method>"
    "<method name='Set'><arg type='s' name='interface' direction='in'/>"
    "<arg type='s' name='property' direction='in'/><arg type='v' name='value' direction='in'/>"
    "</method></interface></node>";

static GDBusMethodInfo *
find (GDBusNodeInfo *node, const char *interface, const char *method)
{
  GDBusInterfaceInfo *info = g_dbus_node_info_lookup_interface (node, interface);
  GDBusMethodInfo *found = info != NULL ? g_dbus_interface_info_lookup_method (info, method) : NULL;

  return found != NULL ? g_dbus_method_info_ref (found) : NULL;
}

static GDBusMethodInfo *
find_standard (const char *interface, const char *method)
{
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (standard_xml, NULL);

  return find (node, interface, method);
}

/* A D-Bus message carries no more: D-Bus specification, "Valid Signatures". */
#define MAX_ARGUMENTS 255

static gboolean
has_too_many (GDBusArgInfo **arguments)
{
  gsize n = 0;

  while (arguments != NULL && n <= MAX_ARGUMENTS && arguments[n] != NULL)
    n++;
  return n > MAX_ARGUMENTS;
}

static gboolean
can_carry_all (GDBusArgInfo **arguments)
{
  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    if (!mcp_variant_json_can_carry (arguments[i]->signature))
      return FALSE;
  return TRUE;
}

/* Returns: (nullable): why the method is no tool; goes on after “the method …” */
static const char *
find_problem (GDBusMethodInfo *info)
{
  if (info == NULL)
    return "is not there";
  if (has_too_many (info->in_args) || has_too_many (info->out_args))
    return "has more than 255 arguments";
  if (!can_carry_all (info->in_args) || !can_carry_all (info->out_args))
    return "takes or gives file descriptors";
  return NULL;
}

/**
 * mcp_bus_method_new:
 * @tool: name of the tool
 * @method: `INTERFACE.METHOD`
 * @node: what the service says of its object
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND, where the object has no such method; %MCP_ERROR_INVALID_ARGUMENTS,
 * where the method takes or gives file descriptors, or more arguments than a message carries. Any
 * thread. The texts go on after “the method …”.
 *
 * Returns: (transfer full) (nullable): the tool
 */
McpBusMethod *
mcp_bus_method_new (const char *tool, const char *method, GDBusNodeInfo *node, GError **error)
{
  const char *dot = strrchr (method, '.');
  g_autofree char *interface = g_strndup (method, (gsize) (dot - method));
  GDBusMethodInfo *info = find (node, interface, dot + 1);
  const char *problem;
  McpBusMethod *self;

  if (info == NULL)
    info = find_standard (interface, dot + 1);
  problem = find_problem (info);
  if (problem != NULL)
    {
      g_set_error_literal (error, MCP_ERROR,
                           info == NULL ? MCP_ERROR_NOT_FOUND : MCP_ERROR_INVALID_ARGUMENTS,
                           problem);
      g_clear_pointer (&info, g_dbus_method_info_unref);
      return NULL;
    }
  self = g_new0 (McpBusMethod, 1);
  self->tool = g_strdup (tool);
  self->interface = g_steal_pointer (&interface);
  self->info = info;
  return self;
}

/**
 * mcp_bus_method_free:
 * @self: (transfer full): a tool
 */
void
mcp_bus_method_free (McpBusMethod *self)
{
  g_free (self->tool);
  g_free (self->interface);
  g_dbus_method_info_unref (self->info);
  g_free (self);
}

static gboolean
is_taken (GDBusArgInfo **arguments, gsize index)
{
  for (gsize i = 0; i < index; i++)
    if (g_strcmp0 (arguments[i]->name, arguments[index]->name) == 0)
      return TRUE;
  return FALSE;
}

/* GDBus calls an argument without a name “arg_7”. */
static gboolean
has_name (const char *name)
{
  return name != NULL && *name != '\0' &&
         !(g_str_has_prefix (name, "arg_") && name[4 + strspn (name + 4, "0123456789")] == '\0');
}

/* Returns: (transfer full): what the argument is called in JSON */
static char *
dup_name (GDBusArgInfo **arguments, gsize index)
{
  const char *name = arguments[index]->name;

  if (!has_name (name) || is_taken (arguments, index))
    return g_strdup_printf ("arg%" G_GSIZE_FORMAT, index);
  return g_strdup (name);
}

/* An object with the arguments as members, all of which are there. */
static void
append_schema (GString *out, GDBusArgInfo **arguments)
{
  g_autoptr (GString) names = g_string_new (NULL);

  g_string_append (out, "{\"type\":\"object\",\"properties\":{");
  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    {
      g_autofree char *name = dup_name (arguments, i);

      if (i > 0)
        {
          g_string_append_c (out, ',');
          g_string_append_c (names, ',');
        }
      mcp_json_append_string (out, name);
      g_string_append_c (out, ':');
      mcp_variant_json_append_schema (out, G_VARIANT_TYPE (arguments[i]->signature));
      mcp_json_append_string (names, name);
    }
  g_string_append_printf (out, "},\"required\":[%s],\"additionalProperties\":false}", names->str);
}

static void
append_arguments (GString *out, GDBusArgInfo **arguments)
{
  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    {
      g_autofree char *name = dup_name (arguments, i);

      g_string_append_printf (out, "%s%s %s", i > 0 ? ", " : "", arguments[i]->signature, name);
    }
}

/* For a model: what is called, with which types. */
static char *
describe (const McpBusMethod *self)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "D-Bus method %s.%s (", self->interface, self->info->name);
  append_arguments (text, self->info->in_args);
  g_string_append (text, ") → (");
  append_arguments (text, self->info->out_args);
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

/**
 * mcp_bus_method_append_tool:
 * @self: a tool
 * @out: a JSON text in the making
 *
 * Appends the definition of the tool.
 */
void
mcp_bus_method_append_tool (const McpBusMethod *self, GString *out)
{
  g_autofree char *description = describe (self);

  g_string_append (out, "{\"name\":");
  mcp_json_append_string (out, self->tool);
  g_string_append (out, ",\"description\":");
  mcp_json_append_string (out, description);
  g_string_append (out, ",\"inputSchema\":");
  append_schema (out, self->info->in_args);
  g_string_append (out, ",\"outputSchema\":");
  append_schema (out, self->info->out_args);
  g_string_append_printf (out, ",\"annotations\":{\"readOnlyHint\":%s}}",
                          self->is_read_only ? "true" : "false");
}

static GVariant *
read_argument (McpJsonSlice arguments, const char *name, const char *signature, GError **error)
{
  g_autoptr (GError) problem = NULL;
  McpJsonSlice value;
  GVariant *read = NULL;

  if (mcp_json_find (arguments, name, &value))
    read = mcp_variant_json_read (value, G_VARIANT_TYPE (signature), &problem);
  if (read == NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“%s” %s", name,
                 problem != NULL ? problem->message : "is missing");
  return read;
}

/**
 * mcp_bus_method_read_arguments:
 * @self: a tool
 * @arguments: a JSON object
 * @error: return location
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, naming the argument.
 *
 * Returns: (transfer none) (nullable): floating: the arguments of the method, a tuple
 */
GVariant *
mcp_bus_method_read_arguments (const McpBusMethod *self, McpJsonSlice arguments, GError **error)
{
  GDBusArgInfo **in_args = self->info->in_args;
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE_TUPLE);

  for (gsize i = 0; in_args != NULL && in_args[i] != NULL; i++)
    {
      g_autofree char *name = dup_name (in_args, i);
      GVariant *read = read_argument (arguments, name, in_args[i]->signature, error);

      if (read == NULL)
        return NULL;
      g_variant_builder_add_value (builder, read);
    }
  return g_variant_builder_end (builder);
}

static gsize
count (GDBusArgInfo **arguments)
{
  gsize n_arguments = 0;

  while (arguments != NULL && arguments[n_arguments] != NULL)
    n_arguments++;
  return n_arguments;
}

/* What a service answers need not be what it says of itself. */
static void
append_values (GString *out, GDBusArgInfo **out_args, GVariant *body)
{
  gsize n_values = g_variant_n_children (body);
  gsize n_named = count (out_args);

  g_string_append_c (out, '{');
  for (gsize i = 0; i < n_values; i++)
    {
      g_autoptr (GVariant) value = g_variant_get_child_value (body, i);
      g_autofree char *name =
          i < n_named ? dup_name (out_args, i) : g_strdup_printf ("arg%" G_GSIZE_FORMAT, i);

      if (i > 0)
        g_string_append_c (out, ',');
      mcp_json_append_string (out, name);
      g_string_append_c (out, ':');
      mcp_variant_json_append (out, value);
    }
  g_string_append_c (out, '}');
}

/**
 * mcp_bus_method_build_result:
 * @info: of the method
 * @body: what the service answers, a tuple
 *
 * Any thread.
 *
 * Returns: (transfer full): the result of the tool, a JSON object
 */
char *
mcp_bus_method_build_result (GDBusMethodInfo *info, GVariant *body)
{
  g_autoptr (GString) values = g_string_new (NULL);
  GString *result = g_string_new ("{\"content\":[{\"type\":\"text\",\"text\":");

  append_values (values, info->out_args, body);
  mcp_json_append_string (result, values->str);
  g_string_append_printf (result, "}],\"structuredContent\":");
  g_string_append_len (result, values->str, (gssize) values->len);
  g_string_append_c (result, '}');
  return g_string_free (result, FALSE);
}
