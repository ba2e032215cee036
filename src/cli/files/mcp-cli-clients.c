/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The configuration files of MCP clients, as data.
 */
#include "cli/files/mcp-cli-clients.h"

#include "cli/files/mcp-cli-jsonc.h"
#include "cli/files/mcp-cli-toml.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

static const McpCliClient clients[] = {
  { "claude-code", "Claude Code", MCP_CLI_CLIENT_JSON, NULL, "", ".claude.json", "mcpServers",
    "{\"type\":\"stdio\",\"command\":@,\"args\":[\"stdio\"]}",
    "https://code.claude.com/docs/en/mcp" },
  { "claude-desktop", "Claude Desktop", MCP_CLI_CLIENT_JSON, NULL, "%config",
    "Claude/claude_desktop_config.json", "mcpServers", "{\"command\":@,\"args\":[\"stdio\"]}",
    "https://modelcontextprotocol.io/docs/develop/connect-local-servers" },
  { "codex", "Codex", MCP_CLI_CLIENT_TOML, "CODEX_HOME", ".codex", "config.toml", "mcp_servers",
    "command = @\nargs = [\"stdio\"]\n",
    "https://github.com/openai/codex/blob/main/docs/config.md" },
  { "gemini", "Gemini CLI", MCP_CLI_CLIENT_JSON, NULL, ".gemini", "settings.json", "mcpServers",
    "{\"command\":@,\"args\":[\"stdio\"]}",
    "https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/mcp-server.md" },
  { "vscode", "VS Code", MCP_CLI_CLIENT_JSON, NULL, "%config", "Code/User/mcp.json", "servers",
    "{\"type\":\"stdio\",\"command\":@,\"args\":[\"stdio\"]}",
    "https://code.visualstudio.com/docs/copilot/reference/mcp-configuration" },
  { "cursor", "Cursor", MCP_CLI_CLIENT_JSON, NULL, ".cursor", "mcp.json", "mcpServers",
    "{\"command\":@,\"args\":[\"stdio\"]}", "https://cursor.com/docs/context/mcp" },
  { "opencode", "opencode", MCP_CLI_CLIENT_JSON, NULL, "%config", "opencode/opencode.json", "mcp",
    "{\"type\":\"local\",\"command\":[@,\"stdio\"],\"enabled\":true}",
    "https://opencode.ai/docs/mcp-servers" },
  { "zed", "Zed", MCP_CLI_CLIENT_JSON, NULL, "%config", "zed/settings.json", "context_servers",
    "{\"command\":@,\"args\":[\"stdio\"],\"env\":{}}", "https://zed.dev/docs/ai/mcp" },
};

/**
 * mcp_cli_clients_get:
 * @n_clients: (out): how many
 *
 * Returns: (array length=n_clients): all of them
 */
const McpCliClient *
mcp_cli_clients_get (gsize *n_clients)
{
  *n_clients = G_N_ELEMENTS (clients);
  return clients;
}

/**
 * mcp_cli_clients_find:
 * @id: of a client
 *
 * Returns: (nullable): the client
 */
const McpCliClient *
mcp_cli_clients_find (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    if (strcmp (clients[i].id, id) == 0)
      return &clients[i];
  return NULL;
}

/**
 * mcp_cli_clients_dup_path:
 * @client: a client
 *
 * Returns: (transfer full) (type filename): its file
 */
char *
mcp_cli_clients_dup_path (const McpCliClient *client)
{
  const char *home = client->home_variable != NULL ? g_getenv (client->home_variable) : NULL;

  if (home != NULL && *home != '\0')
    return g_build_filename (home, client->path, NULL);
  if (strcmp (client->home, "%config") == 0)
    return g_build_filename (g_get_user_config_dir (), client->path, NULL);
  return g_build_filename (g_get_home_dir (), client->home, client->path, NULL);
}

/* A string is written alike in JSON and in TOML. */
static char *
build_entry (const McpCliClient *client, const char *command)
{
  g_auto (GStrv) parts = g_strsplit (client->entry, "@", 2);
  g_autoptr (GString) entry = g_string_new (parts[0]);

  mcp_json_append_string (entry, command);
  g_string_append (entry, parts[1]);
  return g_strdup (entry->str);
}

/**
 * mcp_cli_clients_get_server:
 * @client: a client
 * @text: of its file
 * @name: of a server
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the server's entry as JSON, with the keys of the client;
 * %NULL without an error if the file does not have it
 */
char *
mcp_cli_clients_get_server (const McpCliClient *client,
                            const char *text,
                            const char *name,
                            GError **error)
{
  const char *path[] = { client->servers, name, NULL };
  g_autoptr (JsonNode) node = NULL;

  if (client->format == MCP_CLI_CLIENT_JSON)
    return *text != '\0' ? mcp_cli_jsonc_get (text, path, error) : NULL;
  node = mcp_cli_toml_get (text, path, error);
  return node != NULL ? json_to_string (node, FALSE) : NULL;
}

/**
 * mcp_cli_clients_add:
 * @client: a client
 * @text: of its file
 * @name: of the daemon's entry
 * @command: the program of the entry
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the text with the daemon's entry
 */
char *
mcp_cli_clients_add (const McpCliClient *client,
                     const char *text,
                     const char *name,
                     const char *command,
                     GError **error)
{
  const char *path[] = { client->servers, name, NULL };
  g_autofree char *entry = build_entry (client, command);

  return client->format == MCP_CLI_CLIENT_TOML ? mcp_cli_toml_set_table (text, path, entry, error)
                                               : mcp_cli_jsonc_set (text, path, entry, error);
}

/**
 * mcp_cli_clients_remove:
 * @client: a client
 * @text: of its file
 * @name: of an entry
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the text without the entry; %NULL without an error if the
 * file does not have it
 */
char *
mcp_cli_clients_remove (const McpCliClient *client,
                        const char *text,
                        const char *name,
                        GError **error)
{
  const char *path[] = { client->servers, name, NULL };

  if (client->format == MCP_CLI_CLIENT_TOML)
    return mcp_cli_toml_remove_table (text, path, error);
  if (*text == '\0')
    return NULL;
  return mcp_cli_jsonc_remove (text, path, error);
}

static char **
list_members (JsonNode *node)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GList) members = json_object_get_members (json_node_get_object (node));

      for (GList *link = members; link != NULL; link = link->next)
        g_ptr_array_add (names, g_strdup (link->data));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/**
 * mcp_cli_clients_list_servers:
 * @client: a client
 * @text: of its file
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the names of its servers
 */
char **
mcp_cli_clients_list_servers (const McpCliClient *client, const char *text, GError **error)
{
  const char *path[] = { client->servers, NULL };
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (client->format == MCP_CLI_CLIENT_JSON)
    return mcp_cli_jsonc_list (text, path, error);
  node = mcp_cli_toml_get (text, path, &local_error);
  if (local_error == NULL)
    return list_members (node);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/* A member under the name that we have for it. */
static void
copy_member (GString *out,
             McpJsonSlice from,
             const char *key,
             const char *new_key,
             McpJsonType type)
{
  McpJsonSlice value;

  if (mcp_json_find_typed (from, key, type, &value))
    mcp_cli_json_add_raw (out, new_key, value.data, (gssize) value.length);
}

/* opencode has program and arguments in one array. */
static void
split_command (GString *out, McpJsonSlice words)
{
  g_autoptr (GString) args = g_string_new ("[");
  gboolean is_first = TRUE;
  McpJsonIter iter;
  McpJsonSlice word;

  mcp_json_iter_init (&iter, words);
  for (; mcp_json_iter_next_element (&iter, &word); is_first = FALSE)
    {
      if (is_first)
        {
          mcp_cli_json_add_raw (out, "command", word.data, (gssize) word.length);
          continue;
        }
      g_string_append (args, args->len > 1 ? "," : "");
      mcp_json_append_slice (args, word);
    }
  g_string_append_c (args, ']');
  if (args->len > 2)
    mcp_cli_json_add_raw (out, "args", args->str, -1);
}

static void
add_from_environment (GString *headers,
                      McpJsonSlice name,
                      const char *prefix,
                      McpJsonSlice variable)
{
  g_autofree char *key = mcp_json_dup_string (name);
  g_autofree char *text = mcp_json_dup_string (variable);
  g_autofree char *value = g_strdup_printf ("%s${env:%s}", prefix, text);

  mcp_cli_json_add_string (headers, key, value);
}

/* Codex has three ways to write them. */
static void
convert_headers (GString *out, McpJsonSlice root)
{
  const McpJsonSlice authorization = { "\"Authorization\"", 15 };
  g_autoptr (GString) headers = g_string_new ("{");
  McpJsonSlice object, key, value;
  McpJsonIter iter;

  if (mcp_json_find_typed (root, "http_headers", MCP_JSON_OBJECT, &object))
    g_string_append_len (headers, object.data + 1, (gssize) object.length - 2);
  if (mcp_json_find_typed (root, "env_http_headers", MCP_JSON_OBJECT, &object))
    {
      mcp_json_iter_init (&iter, object);
      while (mcp_json_iter_next_member (&iter, &key, &value))
        if (mcp_json_get_type (value) == MCP_JSON_STRING)
          add_from_environment (headers, key, "", value);
    }
  if (mcp_json_find_typed (root, "bearer_token_env_var", MCP_JSON_STRING, &value))
    add_from_environment (headers, authorization, "Bearer ", value);
  g_string_append_c (headers, '}');
  if (headers->len > 2)
    mcp_cli_json_add_raw (out, "headers", headers->str, (gssize) headers->len);
}

/**
 * mcp_cli_clients_convert:
 * @entry: of a client's own server, JSON
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the entry as the daemon has it
 */
char *
mcp_cli_clients_convert (const char *entry, GError **error)
{
  g_autofree char *json = mcp_cli_jsonc_to_json (entry);
  g_autoptr (GString) out = g_string_new ("{");
  McpJsonSlice root, value;

  if (!mcp_cli_json_parse (json, strlen (json), &root, error))
    return NULL;
  if (mcp_json_find_typed (root, "url", MCP_JSON_STRING, &value) ||
      mcp_json_find_typed (root, "httpUrl", MCP_JSON_STRING, &value))
    mcp_cli_json_add_raw (out, "url", value.data, (gssize) value.length);
  else if (mcp_json_find_typed (root, "command", MCP_JSON_ARRAY, &value))
    split_command (out, value);
  else if (mcp_json_find_typed (root, "command", MCP_JSON_STRING, &value))
    mcp_cli_json_add_raw (out, "command", value.data, (gssize) value.length);
  else
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   _ ("The entry has neither “command” nor “url”"));
      return NULL;
    }
  copy_member (out, root, "args", "args", MCP_JSON_ARRAY);
  copy_member (out, root, "env", "env", MCP_JSON_OBJECT);
  copy_member (out, root, "environment", "env", MCP_JSON_OBJECT);
  copy_member (out, root, "headers", "headers", MCP_JSON_OBJECT);
  convert_headers (out, root);
  if (mcp_json_find_typed (root, "enabled", MCP_JSON_BOOLEAN, &value) &&
      !mcp_json_get_boolean (value))
    mcp_cli_json_add_raw (out, "disabled", "true", -1);
  g_string_append_c (out, '}');
  return g_strdup (out->str);
}
