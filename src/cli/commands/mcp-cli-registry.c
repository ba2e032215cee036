/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A server.json of the MCP registry (schema 2025-09-29 and later) as an entry of mcp.json.
 */
#include "cli/commands/mcp-cli-registry.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

/* How the packages of a registry are run. */
typedef struct
{
  const char *type;
  const char *command;
  const char *first[4];  /* arguments before the package's name */
  const char *separator; /* between name and version */
} Runner;

static const Runner runners[] = {
  { "npm", "npx", { "-y" }, "@" },
  { "pypi", "uvx", { NULL }, "==" },
  { "oci", "docker", { "run", "-i", "--rm" }, ":" },
  { "nuget", "dnx", { "--yes" }, "@" },
};

/**
 * mcp_cli_registry_is_description:
 * @root: of a file
 *
 * Returns: whether the file is a server.json
 */
gboolean
mcp_cli_registry_is_description (McpJsonSlice root)
{
  McpJsonSlice value;

  return mcp_json_get_type (root) == MCP_JSON_OBJECT &&
         mcp_json_find_typed (root, "name", MCP_JSON_STRING, &value) &&
         (mcp_json_find_typed (root, "packages", MCP_JSON_ARRAY, &value) ||
          mcp_json_find_typed (root, "remotes", MCP_JSON_ARRAY, &value));
}

/**
 * mcp_cli_registry_dup_name:
 * @root: a server.json
 *
 * Returns: (transfer full): a name for mcp.json: of “io.github.someone/weather” it is “weather”
 */
char *
mcp_cli_registry_dup_name (McpJsonSlice root)
{
  g_autofree char *name = mcp_cli_json_dup_member (root, "name");
  const char *slash = name != NULL ? strrchr (name, '/') : NULL;
  char *own = g_ascii_strdown (slash != NULL ? slash + 1 : name != NULL ? name : "", -1);

  return g_strcanon (own, "abcdefghijklmnopqrstuvwxyz0123456789-", '-');
}

static gboolean
is_required (McpJsonSlice input)
{
  McpJsonSlice value;

  return mcp_json_find_typed (input, "isRequired", MCP_JSON_BOOLEAN, &value) &&
         mcp_json_get_boolean (value);
}

/* A value that the user must give becomes a variable: an entry whose variable is not set is left
 * out, and the daemon says so. */
static char *
dup_value (McpJsonSlice input, const char *name)
{
  g_autofree char *value = mcp_cli_json_dup_member (input, "value");
  g_autofree char *variable = NULL;

  if (value == NULL)
    value = mcp_cli_json_dup_member (input, "default");
  if (value != NULL || !is_required (input) || name == NULL)
    return g_steal_pointer (&value);
  variable = g_ascii_strup (name, -1);
  g_strcanon (variable, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", '_');
  return g_strdup_printf ("${%s}", variable + strspn (variable, "_"));
}

static void
add_text (GString *array, const char *text)
{
  if (array->str[array->len - 1] != '[')
    g_string_append_c (array, ',');
  mcp_json_append_string (array, text);
}

static void
add_argument (GString *array, McpJsonSlice argument)
{
  g_autofree char *type = mcp_cli_json_dup_member (argument, "type");
  g_autofree char *name = mcp_cli_json_dup_member (argument, "name");
  g_autofree char *hint = mcp_cli_json_dup_member (argument, "valueHint");
  g_autofree char *value = dup_value (argument, name != NULL ? name : hint);
  gboolean is_named = g_strcmp0 (type, "named") == 0;

  if (is_named && name != NULL && (value != NULL || is_required (argument)))
    add_text (array, name);
  if (value != NULL)
    add_text (array, value);
}

static void
add_arguments (GString *array, McpJsonSlice package, const char *key)
{
  McpJsonSlice arguments, argument;
  McpJsonIter iter;

  if (!mcp_json_find_typed (package, key, MCP_JSON_ARRAY, &arguments))
    return;
  mcp_json_iter_init (&iter, arguments);
  while (mcp_json_iter_next_element (&iter, &argument))
    add_argument (array, argument);
}

/* An object of variables or headers. */
static char *
build_pairs (McpJsonSlice owner, const char *key)
{
  g_autoptr (GString) object = g_string_new ("{");
  McpJsonSlice inputs, input;
  McpJsonIter iter;

  if (!mcp_json_find_typed (owner, key, MCP_JSON_ARRAY, &inputs))
    return NULL;
  mcp_json_iter_init (&iter, inputs);
  while (mcp_json_iter_next_element (&iter, &input))
    {
      g_autofree char *name = mcp_cli_json_dup_member (input, "name");
      g_autofree char *value = name != NULL ? dup_value (input, name) : NULL;

      if (value != NULL)
        mcp_cli_json_add_string (object, name, value);
    }
  if (object->len == 1)
    return NULL;
  g_string_append_c (object, '}');
  return g_strdup (object->str);
}

/* docker hands on only those variables that it is told of. */
static void
add_variables_of_container (GString *args, const Runner *runner, McpJsonSlice package)
{
  McpJsonSlice inputs, input;
  McpJsonIter iter;

  if (strcmp (runner->type, "oci") != 0 ||
      !mcp_json_find_typed (package, "environmentVariables", MCP_JSON_ARRAY, &inputs))
    return;
  mcp_json_iter_init (&iter, inputs);
  while (mcp_json_iter_next_element (&iter, &input))
    {
      g_autofree char *name = mcp_cli_json_dup_member (input, "name");

      if (name == NULL)
        continue;
      add_text (args, "-e");
      add_text (args, name);
    }
}

static char *
build_package (const Runner *runner, McpJsonSlice package)
{
  g_autofree char *identifier = mcp_cli_json_dup_member (package, "identifier");
  g_autofree char *version = mcp_cli_json_dup_member (package, "version");
  g_autofree char *variables = build_pairs (package, "environmentVariables");
  g_autofree char *name = version != NULL
                              ? g_strconcat (identifier, runner->separator, version, NULL)
                              : g_strdup (identifier);
  g_autoptr (GString) args = g_string_new ("[");
  GString *entry = g_string_new ("{");

  for (gsize i = 0; i < G_N_ELEMENTS (runner->first) && runner->first[i] != NULL; i++)
    add_text (args, runner->first[i]);
  add_variables_of_container (args, runner, package);
  add_arguments (args, package, "runtimeArguments");
  add_text (args, name);
  add_arguments (args, package, "packageArguments");
  g_string_append_c (args, ']');
  mcp_cli_json_add_string (entry, "command", runner->command);
  mcp_cli_json_add_raw (entry, "args", args->str, -1);
  if (variables != NULL)
    mcp_cli_json_add_raw (entry, "env", variables, -1);
  g_string_append_c (entry, '}');
  return g_string_free (entry, FALSE);
}

static const Runner *
find_runner (McpJsonSlice package)
{
  g_autofree char *type = mcp_cli_json_dup_member (package, "registryType");
  g_autofree char *identifier = mcp_cli_json_dup_member (package, "identifier");
  McpJsonSlice transport;
  g_autofree char *how = mcp_json_find_typed (package, "transport", MCP_JSON_OBJECT, &transport)
                             ? mcp_cli_json_dup_member (transport, "type")
                             : NULL;

  if (identifier == NULL || (how != NULL && strcmp (how, "stdio") != 0))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (runners); i++)
    if (g_strcmp0 (type, runners[i].type) == 0)
      return &runners[i];
  return NULL;
}

static char *
build_remote (McpJsonSlice remote)
{
  g_autofree char *type = mcp_cli_json_dup_member (remote, "type");
  g_autofree char *url = mcp_cli_json_dup_member (remote, "url");
  g_autofree char *headers = build_pairs (remote, "headers");
  GString *entry;

  if (url == NULL)
    return NULL;
  entry = g_string_new ("{");
  mcp_cli_json_add_string (entry, "type", g_strcmp0 (type, "sse") == 0 ? "sse" : "http");
  mcp_cli_json_add_string (entry, "url", url);
  if (headers != NULL)
    mcp_cli_json_add_raw (entry, "headers", headers, -1);
  g_string_append_c (entry, '}');
  return g_string_free (entry, FALSE);
}

/**
 * mcp_cli_registry_build_entry:
 * @root: a server.json
 * @error: return location
 *
 * Takes the first package that can be run here, or else the first remote server.
 *
 * Returns: (transfer full) (nullable): an entry of mcp.json
 */
char *
mcp_cli_registry_build_entry (McpJsonSlice root, GError **error)
{
  McpJsonSlice list, item;
  McpJsonIter iter;

  if (mcp_json_find_typed (root, "packages", MCP_JSON_ARRAY, &list))
    {
      mcp_json_iter_init (&iter, list);
      while (mcp_json_iter_next_element (&iter, &item))
        if (find_runner (item) != NULL)
          return build_package (find_runner (item), item);
    }
  if (mcp_json_find_typed (root, "remotes", MCP_JSON_ARRAY, &list))
    {
      mcp_json_iter_init (&iter, list);
      while (mcp_json_iter_next_element (&iter, &item))
        {
          char *entry = build_remote (item);

          if (entry != NULL)
            return entry;
        }
    }
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               _ ("The description has neither a package of npm, PyPI, NuGet or a container "
                  "registry that runs over stdio, nor a remote server"));
  return NULL;
}
