/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * `server add --dbus`: an app or a service of the session bus as a server. The command asks the
 * service itself what it offers: the daemon knows nothing of it yet.
 */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-entry-check.h"
#include "cli/commands/mcp-cli-server-change.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "upstream/config/mcp-bus-description.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define TOOL_PROVIDER "org.mcpsessiond.ToolProvider1"

/* The bus may have to start the service. */
#define PATIENCE_MS 30000

typedef struct
{
  char *bus_name;
  char *object_path;
  GStrv methods;
  GStrv read_only;
  gboolean replace;
} DbusOptions;

static void
dbus_options_clear (DbusOptions *options)
{
  g_free (options->bus_name);
  g_free (options->object_path);
  g_strfreev (options->methods);
  g_strfreev (options->read_only);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DbusOptions, dbus_options_clear)

/* What the service says of the object. */
static GDBusNodeInfo *
introspect (const DbusOptions *options, GError **error)
{
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  g_autoptr (GVariant) reply = NULL;
  GDBusNodeInfo *node;

  if (connection == NULL)
    return NULL;
  reply = g_dbus_connection_call_sync (
      connection, options->bus_name, options->object_path, "org.freedesktop.DBus.Introspectable",
      "Introspect", NULL, G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS, NULL, error);
  if (reply == NULL)
    {
      g_dbus_error_strip_remote_error (*error);
      return NULL;
    }
  node = mcp_bus_description_read (reply, error);
  if (node == NULL)
    g_prefix_error (error, "%s: ", options->bus_name);
  return node;
}

static char *
describe_arguments (GDBusArgInfo **arguments)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", arguments[i]->signature,
                            arguments[i]->name);
  return g_string_free (text, FALSE);
}

static void
print_interface (const GDBusInterfaceInfo *interface)
{
  for (gsize i = 0; interface->methods != NULL && interface->methods[i] != NULL; i++)
    {
      const GDBusMethodInfo *method = interface->methods[i];
      g_autofree char *in_args = describe_arguments (method->in_args);
      g_autofree char *out_args = describe_arguments (method->out_args);

      g_print ("  %s.%s (%s) → (%s)\n", interface->name, method->name, in_args, out_args);
    }
}

/* For somebody who has not chosen yet. */
static void
print_offer (const DbusOptions *options, GDBusNodeInfo *node)
{
  g_print (_ ("The object %s of %s has these methods:\n"), options->object_path, options->bus_name);
  for (gsize i = 0; node->interfaces != NULL && node->interfaces[i] != NULL; i++)
    print_interface (node->interfaces[i]);
  for (gsize i = 0; node->nodes != NULL && node->nodes[i] != NULL; i++)
    if (node->nodes[i]->path != NULL)
      g_print (_ ("and below it the object %s/%s\n"),
               strcmp (options->object_path, "/") != 0 ? options->object_path : "",
               node->nodes[i]->path);
}

static gboolean
has_method (GDBusNodeInfo *node, const char *method)
{
  const char *dot = strrchr (method, '.');
  g_autofree char *name = dot != NULL ? g_strndup (method, (gsize) (dot - method)) : NULL;
  GDBusInterfaceInfo *interface =
      name != NULL ? g_dbus_node_info_lookup_interface (node, name) : NULL;

  return interface != NULL && g_dbus_interface_info_lookup_method (interface, dot + 1) != NULL;
}

static gboolean
check_methods (const DbusOptions *options, GDBusNodeInfo *node, GError **error)
{
  for (gsize i = 0; options->methods[i] != NULL; i++)
    if (!has_method (node, options->methods[i]))
      {
        g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                     _ ("The object %s of %s has no method “%s”"), options->object_path,
                     options->bus_name, options->methods[i]);
        return FALSE;
      }
  return TRUE;
}

static void
add_strings (GString *entry, const char *key, char **texts)
{
  g_autoptr (GString) array = g_string_new ("[");

  if (texts == NULL)
    return;
  for (gsize i = 0; texts[i] != NULL; i++)
    {
      g_string_append (array, i > 0 ? "," : "");
      mcp_json_append_string (array, texts[i]);
    }
  g_string_append_c (array, ']');
  mcp_cli_json_add_raw (entry, key, array->str, -1);
}

static char *
build_entry (const DbusOptions *options)
{
  g_autoptr (GString) entry = g_string_new ("{");

  mcp_cli_json_add_string (entry, "type", options->methods != NULL ? "dbus-methods" : "dbus");
  mcp_cli_json_add_string (entry, "busName", options->bus_name);
  mcp_cli_json_add_string (entry, "objectPath", options->object_path);
  add_strings (entry, "methods", options->methods);
  add_strings (entry, "readOnly", options->read_only);
  g_string_append_c (entry, '}');
  return g_strdup (entry->str);
}

/* Returns: (transfer full) (nullable): the entry; %NULL where nothing was chosen, or with @error */
static char *
choose (const DbusOptions *options, GError **error)
{
  g_autoptr (GDBusNodeInfo) node = introspect (options, error);

  if (node == NULL)
    return NULL;
  if (options->methods != NULL)
    return check_methods (options, node, error) ? build_entry (options) : NULL;
  if (g_dbus_node_info_lookup_interface (node, TOOL_PROVIDER) != NULL)
    return build_entry (options);
  print_offer (options, node);
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       _ ("Nothing was added: name each method that is to be a tool by --method"));
  return NULL;
}

static gboolean
add (const DbusOptions *options, const char *name, GError **error)
{
  g_autofree char *entry = choose (options, error);
  g_autofree char *path = mcp_cli_servers_file_dup_path ();

  if (entry == NULL || !mcp_cli_entry_check (name, entry, error) ||
      !mcp_cli_servers_file_set_entry (name, entry, options->replace, error))
    return FALSE;
  mcp_cli_text_print (_ ("“%s” is in %s now"), name, path);
  mcp_cli_server_change_await (name, TRUE);
  return TRUE;
}

/* org.example.Notes has the object /org/example/Notes, and is called “notes”. */
static void
complete (DbusOptions *options, char **name)
{
  if (options->object_path == NULL)
    {
      g_autofree char *steps = g_strdelimit (g_strdup (options->bus_name), ".", '/');

      options->object_path = g_strconcat ("/", g_strdelimit (steps, "-", '_'), NULL);
    }
  if (*name == NULL)
    {
      const char *dot = strrchr (options->bus_name, '.');

      *name = g_ascii_strdown (dot != NULL ? dot + 1 : options->bus_name, -1);
    }
}

static const char *
find_mistake (const DbusOptions *options)
{
  if (!g_dbus_is_name (options->bus_name) || g_dbus_is_unique_name (options->bus_name))
    return _ ("--dbus wants a well-known bus name, such as org.example.Notes");
  if (!g_variant_is_object_path (options->object_path))
    return _ ("--object wants an object path, such as /org/example/Notes");
  return NULL;
}

/**
 * mcp_cli_cmd_server_add_dbus_is_meant:
 * @argc: number of words
 * @argv: the words of `server add`
 *
 * Returns: whether the server is to be one on the session bus
 */
gboolean
mcp_cli_cmd_server_add_dbus_is_meant (int argc, char **argv)
{
  for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    if (strcmp (argv[i], "--dbus") == 0 || g_str_has_prefix (argv[i], "--dbus="))
      return TRUE;
  return FALSE;
}

/**
 * mcp_cli_cmd_server_add_dbus:
 * @argc: number of words
 * @argv: the words of `server add`
 *
 * Adds an app or a service of the session bus to mcp.json, or lists what the service offers.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_add_dbus (int argc, char **argv)
{
  g_auto (DbusOptions) options = { NULL };
  const GOptionEntry entries[] = {
    { "dbus", 0, 0, G_OPTION_ARG_STRING, &options.bus_name,
      N_ ("Its name on the session bus, instead of a command"), N_ ("BUS-NAME") },
    { "object", 0, 0, G_OPTION_ARG_STRING, &options.object_path,
      N_ ("Its object there; default: made of its bus name"), N_ ("PATH") },
    { "method", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.methods,
      N_ ("A method that is to be a tool; may be repeated"), N_ ("INTERFACE.METHOD") },
    { "read-only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.read_only,
      N_ ("Methods that change nothing; may be repeated"), N_ ("GLOB") },
    { "replace", 0, 0, G_OPTION_ARG_NONE, &options.replace, N_ ("Replace a server of that name"),
      NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[NAME]"),
    .summary =
        _ ("Adds an app or a service of the session bus. Without --method, lists the methods "
           "of a service that is no app with tools."),
    .max_words = 1,
  };
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  const char *mistake;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  name = argc > 1 ? g_strdup (argv[1]) : NULL;
  complete (&options, &name);
  mistake = find_mistake (&options);
  if (mistake != NULL)
    return mcp_cli_options_report_error ("%s", mistake);
  return add (&options, name, &error) ? MCP_CLI_OK : mcp_cli_options_report_failure (error);
}
