/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The configuration files of MCP clients, as a table.
 */
#include "cli/files/mcp-cli-clients.h"

#include "cli/files/mcp-cli-toml.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-suggest.h"
#include "upstream/config/mcp-jsonc-edit.h"
#include "upstream/config/mcp-jsonc.h"

#include <string.h>

static const McpCliClient clients[] = {
  { .id = "claude-code",
    .title = "Claude Code",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_BRACES,
    .home_variable = "CLAUDE_CONFIG_DIR",
    .variable_path = ".claude.json",
    .home = "",
    .path = ".claude.json",
    .servers = "mcpServers",
    .entry = "{\"type\":\"stdio\",\"command\":@,\"args\":[\"stdio\"]}",
    .source = "https://code.claude.com/docs/en/mcp" },
  { .id = "claude-desktop",
    .title = "Claude Desktop",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_NONE,
    .home = "%config",
    .path = "Claude/claude_desktop_config.json",
    .servers = "mcpServers",
    .entry = "{\"command\":@,\"args\":[\"stdio\"]}",
    .source = "https://modelcontextprotocol.io/docs/develop/connect-local-servers" },
  { .id = "codex",
    .title = "Codex",
    .format = MCP_CLI_CLIENT_TOML,
    .variables = MCP_CLI_VARIABLES_NONE,
    .home_variable = "CODEX_HOME",
    .variable_path = "config.toml",
    .home = ".codex",
    .path = "config.toml",
    .servers = "mcp_servers",
    .entry = "command = @\nargs = [\"stdio\"]\n",
    .extra =
        "env_vars = [\"XDG_RUNTIME_DIR\", \"XDG_CONFIG_HOME\", \"XDG_STATE_HOME\", \"XDG_CACHE_HOME\", \"DBUS_SESSION_BUS_ADDRESS\"]\n",
    .source = "https://github.com/openai/codex/blob/main/docs/config.md" },
  { .id = "gemini",
    .title = "Gemini CLI",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_DOLLAR,
    .home_variable = "GEMINI_CLI_HOME",
    .variable_path = ".gemini/settings.json",
    .home = ".gemini",
    .path = "settings.json",
    .servers = "mcpServers",
    .entry = "{\"command\":@,\"args\":[\"stdio\"]}",
    .source = "https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/mcp-server.md" },
  { .id = "qwen",
    .title = "Qwen Code",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_DOLLAR,
    .home = ".qwen",
    .path = "settings.json",
    .servers = "mcpServers",
    .entry = "{\"command\":@,\"args\":[\"stdio\"]}",
    .source = "https://github.com/QwenLM/qwen-code" },
  { .id = "copilot",
    .title = "GitHub Copilot CLI",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_NONE,
    .home = ".copilot",
    .path = "mcp-config.json",
    .servers = "mcpServers",
    .entry = "{\"type\":\"local\",\"command\":@,\"args\":[\"stdio\"],\"tools\":[\"*\"]}",
    .source = "https://docs.github.com/en/copilot/how-tos/use-copilot-agents/use-copilot-cli" },
  { .id = "vscode",
    .title = "VS Code",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_EDITOR,
    .home = "%config",
    .path = "Code/User/mcp.json",
    .servers = "servers",
    .entry = "{\"type\":\"stdio\",\"command\":@,\"args\":[\"stdio\"]}",
    .source = "https://code.visualstudio.com/docs/copilot/reference/mcp-configuration" },
  { .id = "cursor",
    .title = "Cursor",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_EDITOR,
    .home = ".cursor",
    .path = "mcp.json",
    .servers = "mcpServers",
    .entry = "{\"command\":@,\"args\":[\"stdio\"]}",
    .source = "https://cursor.com/docs/context/mcp" },
  { .id = "windsurf",
    .title = "Windsurf",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_EDITOR,
    .home = ".codeium/windsurf",
    .path = "mcp_config.json",
    .servers = "mcpServers",
    .entry = "{\"command\":@,\"args\":[\"stdio\"]}",
    .source = "https://docs.windsurf.com/windsurf/cascade/mcp" },
  { .id = "opencode",
    .title = "opencode",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_CURLY,
    .home = "%config",
    .path = "opencode/opencode.json",
    .other_path = "opencode/opencode.jsonc",
    .servers = "mcp",
    .entry = "{\"type\":\"local\",\"command\":[@,\"stdio\"],\"enabled\":true}",
    .source = "https://opencode.ai/docs/mcp-servers" },
  { .id = "zed",
    .title = "Zed",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_NONE,
    .home = "%config",
    .path = "zed/settings.json",
    .servers = "context_servers",
    .entry = "{\"command\":@,\"args\":[\"stdio\"],\"env\":{}}",
    .source = "https://zed.dev/docs/ai/mcp" },
  { .id = "crush",
    .title = "Crush",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_NONE,
    .home = "%config",
    .path = "crush/crush.json",
    .servers = "mcp",
    .entry = "{\"type\":\"stdio\",\"command\":@,\"args\":[\"stdio\"]}",
    .source = "https://github.com/charmbracelet/crush" },
  { .id = "amp",
    .title = "Amp",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_NONE,
    .home = "%config",
    .path = "amp/settings.json",
    .servers = "amp.mcpServers",
    .entry = "{\"command\":@,\"args\":[\"stdio\"]}",
    .source = "https://ampcode.com/manual" },
  { .id = "lm-studio",
    .title = "LM Studio",
    .format = MCP_CLI_CLIENT_JSON,
    .variables = MCP_CLI_VARIABLES_NONE,
    .home = ".lmstudio",
    .path = "mcp.json",
    .servers = "mcpServers",
    .entry = "{\"command\":@,\"args\":[\"stdio\"]}",
    .source = "https://lmstudio.ai/docs/app/plugins/mcp" },
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
 * mcp_cli_clients_suggest:
 * @id: what was typed
 *
 * Returns: (nullable): the id of the client that was probably meant
 */
const char *
mcp_cli_clients_suggest (const char *id)
{
  const char *ids[G_N_ELEMENTS (clients) + 1] = { NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    ids[i] = clients[i].id;
  return mcp_cli_suggest_find (id, ids);
}

static char *
build_path (const McpCliClient *client, const char *path)
{
  if (strcmp (client->home, "%config") == 0)
    return g_build_filename (g_get_user_config_dir (), path, NULL);
  return g_build_filename (g_get_home_dir (), client->home, path, NULL);
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
  g_autofree char *path = NULL;
  g_autofree char *other = NULL;

  if (home != NULL && *home != '\0')
    return g_build_filename (home, client->variable_path, NULL);
  path = build_path (client, client->path);
  if (client->other_path == NULL || g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  other = build_path (client, client->other_path);
  return g_file_test (other, G_FILE_TEST_EXISTS) ? g_steal_pointer (&other)
                                                 : g_steal_pointer (&path);
}

/* The end of the arguments, in every entry of the table. */
#define LAST_ARGUMENT "\"stdio\"]"

static void
append_server (GString *entry, const char *server)
{
  const char *end = strstr (entry->str, LAST_ARGUMENT);
  g_autoptr (GString) words = g_string_new ("\"stdio\",\"--server\",");

  g_return_if_fail (end != NULL);
  mcp_json_append_string (words, server);
  g_string_append_c (words, ']');
  g_string_replace (entry, LAST_ARGUMENT, words->str, 1);
}

/* JSON and TOML write a string in the same way. */
static char *
build_entry (const McpCliClient *client, const char *command, const char *server)
{
  g_auto (GStrv) parts = g_strsplit (client->entry, "@", 2);
  GString *entry = g_string_new (parts[1]);
  g_autoptr (GString) word = g_string_new (NULL);

  if (server != NULL)
    append_server (entry, server);
  mcp_json_append_string (word, command);
  g_string_prepend (entry, word->str);
  g_string_prepend (entry, parts[0]);
  return g_string_free (entry, FALSE);
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
    return *text != '\0' ? mcp_jsonc_edit_get (text, path, error) : NULL;
  node = mcp_cli_toml_get (text, path, error);
  return node != NULL ? json_to_string (node, FALSE) : NULL;
}

static gboolean
has_value (const char *text, const char *const *path, JsonNode *wanted)
{
  g_autofree char *value = mcp_jsonc_edit_get (text, path, NULL);
  g_autofree char *json = value != NULL ? mcp_jsonc_to_json (value, strlen (value)) : NULL;
  g_autoptr (JsonNode) node = json != NULL ? json_from_string (json, NULL) : NULL;

  return node != NULL && json_node_equal (node, wanted);
}

/* The members that the user added to the entry stay, and so does the way in which it is written. */
static char *
update_json_entry (const McpCliClient *client,
                   const char *text,
                   const char *name,
                   const char *entry,
                   GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (entry, error);
  JsonObject *object = json_node_get_object (node);
  g_autoptr (GList) members = json_object_get_members (object);
  g_autofree char *changed = g_strdup (text);

  for (GList *link = members; link != NULL; link = link->next)
    {
      const char *path[] = { client->servers, name, link->data, NULL };
      JsonNode *wanted = json_object_get_member (object, link->data);
      g_autofree char *value = json_to_string (wanted, FALSE);
      char *next;

      if (has_value (changed, path, wanted))
        continue;
      next = mcp_jsonc_edit_set (changed, path, value, error);
      if (next == NULL)
        return NULL;
      g_free (changed);
      changed = next;
    }
  return g_steal_pointer (&changed);
}

static char *
add_json_entry (const McpCliClient *client,
                const char *text,
                const char *name,
                const char *entry,
                GError **error)
{
  const char *path[] = { client->servers, name, NULL };
  g_autoptr (GError) local_error = NULL;
  g_autofree char *old = *text != '\0' ? mcp_jsonc_edit_get (text, path, &local_error) : NULL;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  return old != NULL && *old == '{' ? update_json_entry (client, text, name, entry, error)
                                    : mcp_jsonc_edit_set (text, path, entry, error);
}

/**
 * mcp_cli_clients_add:
 * @client: a client
 * @text: of its file
 * @name: of the daemon's entry
 * @command: the program of the entry
 * @server: (nullable): the only server that the entry leads to; %NULL: all servers
 * @error: return location
 *
 * Adds the daemon's entry, or corrects the one that is there; members that the user added to it
 * stay.
 *
 * Returns: (transfer full) (nullable): the text with the daemon's entry
 */
char *
mcp_cli_clients_add (const McpCliClient *client,
                     const char *text,
                     const char *name,
                     const char *command,
                     const char *server,
                     GError **error)
{
  const char *path[] = { client->servers, name, NULL };
  g_autofree char *entry = build_entry (client, command, server);

  if (client->format == MCP_CLI_CLIENT_JSON)
    return add_json_entry (client, text, name, entry, error);
  return mcp_cli_toml_set_members (text, path, entry, client->extra, error);
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
  return mcp_jsonc_edit_remove (text, path, error);
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
    return mcp_jsonc_edit_list (text, path, error);
  node = mcp_cli_toml_get (text, path, &local_error);
  if (local_error == NULL)
    return list_members (node);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}
