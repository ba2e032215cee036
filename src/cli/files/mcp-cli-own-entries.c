/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The entries in a client's file that lead to one server of the daemon each. An entry is the
 * daemon's if it runs “mcp-session stdio --server NAME”, whatever the entry is called, and whatever
 * else the user has written into it.
 */
#include "cli/files/mcp-cli-own-entries.h"

#include "upstream/config/mcp-jsonc.h"
#include "upstream/config/mcp-server-config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define PROGRAM "mcp-session"

/* Clients put the name before those of tools. */
#define MAX_ENTRY_NAME 40

/**
 * mcp_cli_own_entries_read_servers:
 * @self: (out): gets the servers
 * @text: of the daemon's mcp.json
 * @path: of that file, for the error
 * @error: return location
 *
 * Returns: whether the file could be read
 */
gboolean
mcp_cli_own_entries_read_servers (McpCliOwnServers *self,
                                  const char *text,
                                  const char *path,
                                  GError **error)
{
  g_autoptr (GStrvBuilder) wanted = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) others = g_strv_builder_new ();
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) left_out = NULL;
  g_autoptr (GPtrArray) configs = NULL;

  if (text[strspn (text, " \t\r\n")] == '\0')
    text = "{}";
  configs =
      mcp_server_config_parse_entries (text, strlen (text), path, &problems, &left_out, error);
  if (configs == NULL)
    return FALSE;
  for (guint i = 0; i < configs->len; i++)
    {
      const McpServerConfig *config = g_ptr_array_index (configs, i);

      if (!config->disabled)
        g_strv_builder_add (wanted, config->name);
    }
  for (guint i = 0; left_out != NULL && i < left_out->len; i++)
    g_strv_builder_add (others, ((McpServerLeftOut *) g_ptr_array_index (left_out, i))->name);
  self->wanted = g_strv_builder_end (wanted);
  self->others = g_strv_builder_end (others);
  return TRUE;
}

/**
 * mcp_cli_own_entries_clear_servers:
 * @self: what mcp_cli_own_entries_read_servers() set, or zeroes
 */
void
mcp_cli_own_entries_clear_servers (McpCliOwnServers *self)
{
  g_clear_pointer (&self->wanted, g_strfreev);
  g_clear_pointer (&self->others, g_strfreev);
}

/* A file that is not there yet is empty. */
static char **
list_names (const McpCliClient *client, const char *text, GError **error)
{
  if (text[strspn (text, " \t\r\n")] == '\0')
    return g_new0 (char *, 1);
  return mcp_cli_clients_list_servers (client, text, error);
}

/* What an entry runs. */

static void
append_words (GPtrArray *words, JsonObject *entry, const char *key)
{
  JsonNode *node = json_object_get_member (entry, key);
  JsonArray *array;

  if (node != NULL && json_node_get_value_type (node) == G_TYPE_STRING)
    g_ptr_array_add (words, json_node_dup_string (node));
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      node = json_array_get_element (array, i);
      if (json_node_get_value_type (node) == G_TYPE_STRING)
        g_ptr_array_add (words, json_node_dup_string (node));
    }
}

/* Returns: (transfer full): the command line; empty for an entry without one */
static char **
read_words (const McpCliClient *client, const char *text, const char *name)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *entry = mcp_cli_clients_get_server (client, text, name, NULL);
  g_autofree char *json = entry != NULL ? mcp_jsonc_to_json (entry, strlen (entry)) : NULL;
  g_autoptr (JsonNode) node = json != NULL ? json_from_string (json, NULL) : NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      append_words (words, json_node_get_object (node), "command");
      append_words (words, json_node_get_object (node), "args");
    }
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&words), FALSE);
}

static gboolean
runs_bridge (char *const *words)
{
  g_autofree char *program = words[0] != NULL ? g_path_get_basename (words[0]) : NULL;

  return g_strcmp0 (program, PROGRAM) == 0 && g_strcmp0 (words[1], "stdio") == 0;
}

/* Returns: (nullable): the only server that the command line leads to */
static const char *
find_server (char *const *words)
{
  if (!runs_bridge (words))
    return NULL;
  for (gsize i = 2; words[i] != NULL; i++)
    {
      if (strcmp (words[i], "--server") == 0)
        return words[i + 1];
      if (g_str_has_prefix (words[i], "--server="))
        return words[i] + strlen ("--server=");
    }
  return NULL;
}

/* Names of entries. */

/* Returns: (transfer full): what every client takes for the name of an entry */
static char *
build_base (const char *server)
{
  GString *base = g_string_new (NULL);

  for (const char *c = server; *c != '\0' && base->len < MAX_ENTRY_NAME; c++)
    if (g_ascii_isalnum (*c) || *c == '_')
      g_string_append_c (base, *c);
    else if (base->len > 0 && base->str[base->len - 1] != '-')
      g_string_append_c (base, '-');
  while (base->len > 0 && base->str[base->len - 1] == '-')
    g_string_truncate (base, base->len - 1);
  if (base->len == 0)
    g_string_append (base, "server");
  return g_string_free (base, FALSE);
}

/* The server's own name, unless the user has another server of that name. */
static char *
choose_name (const char *server, const char *const *taken)
{
  g_autofree char *base = build_base (server);
  g_autofree char *other = g_strconcat (base, "-sessiond", NULL);
  char *numbered;

  if (!g_strv_contains (taken, base))
    return g_steal_pointer (&base);
  if (!g_strv_contains (taken, other))
    return g_steal_pointer (&other);
  for (guint n = 2;; n++)
    {
      numbered = g_strdup_printf ("%s-%u", other, n);
      if (!g_strv_contains (taken, numbered))
        return numbered;
      g_free (numbered);
    }
}

/* One after the other, each on the text that the one before it gave. */

/* Returns: whether @text could be replaced by @next */
static gboolean
take (char **text, char *next)
{
  if (next == NULL)
    return FALSE;
  g_free (*text);
  *text = next;
  return TRUE;
}

static gboolean
add (const McpCliClient *client,
     char **text,
     const char *server,
     const char *command,
     GError **error)
{
  g_auto (GStrv) taken = list_names (client, *text, error);
  g_autofree char *name = NULL;

  if (taken == NULL)
    return FALSE;
  name = choose_name (server, (const char *const *) taken);
  return take (text, mcp_cli_clients_add (client, *text, name, command, server, error));
}

/* An entry that is right stays as the user has it. */
static gboolean
correct (const McpCliClient *client,
         char **text,
         const char *name,
         const char *server,
         const char *program,
         const char *command,
         GError **error)
{
  return strcmp (program, command) == 0 ||
         take (text, mcp_cli_clients_add (client, *text, name, command, server, error));
}

/**
 * mcp_cli_own_entries_are_used:
 * @client: a client
 * @text: of its file
 *
 * Returns: whether the client has an entry that leads to one server of the daemon
 */
gboolean
mcp_cli_own_entries_are_used (const McpCliClient *client, const char *text)
{
  g_auto (GStrv) names = list_names (client, text, NULL);

  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_auto (GStrv) words = read_words (client, text, names[i]);

      if (find_server (words) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* Keeps, corrects or removes the entry. @have: gets the server of an entry that stays */
static gboolean
sync_entry (const McpCliClient *client,
            char **text,
            const char *name,
            const char *command,
            const McpCliOwnServers *servers,
            GHashTable *have,
            GError **error)
{
  g_auto (GStrv) words = read_words (client, *text, name);
  const char *server = find_server (words);

  if (server == NULL && !(runs_bridge (words) && g_strcmp0 (words[2], NULL) == 0))
    return TRUE;
  if (server != NULL && g_strv_contains ((const char *const *) servers->others, server))
    return TRUE;
  if (server == NULL || !g_strv_contains ((const char *const *) servers->wanted, server) ||
      g_hash_table_contains (have, server))
    return take (text, mcp_cli_clients_remove (client, *text, name, error));

  g_hash_table_add (have, g_strdup (server));
  return correct (client, text, name, server, words[0], command, error);
}

/**
 * mcp_cli_own_entries_sync:
 * @client: a client
 * @text: of its file
 * @command: the program of the entries
 * @servers: of the daemon
 * @error: return location
 *
 * Sees to it that the client has one entry for each server that is wanted, and no other entry of
 * the daemon. What the user has written into an entry stays, and so does the name of an entry.
 *
 * Returns: (transfer full) (nullable): the new text
 */
char *
mcp_cli_own_entries_sync (const McpCliClient *client,
                          const char *text,
                          const char *command,
                          const McpCliOwnServers *servers,
                          GError **error)
{
  g_autofree char *changed = g_strdup (text);
  g_auto (GStrv) names = list_names (client, text, error);
  g_autoptr (GHashTable) have = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (names == NULL)
    return NULL;
  for (gsize i = 0; names[i] != NULL; i++)
    if (!sync_entry (client, &changed, names[i], command, servers, have, error))
      return NULL;
  for (gsize i = 0; servers->wanted[i] != NULL; i++)
    if (!g_hash_table_contains (have, servers->wanted[i]) &&
        !add (client, &changed, servers->wanted[i], command, error))
      return NULL;
  return g_steal_pointer (&changed);
}

/**
 * mcp_cli_own_entries_remove:
 * @client: a client
 * @text: of its file
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the text without the entries that lead to one server each
 */
char *
mcp_cli_own_entries_remove (const McpCliClient *client, const char *text, GError **error)
{
  g_autofree char *changed = g_strdup (text);
  g_auto (GStrv) names = list_names (client, text, error);

  if (names == NULL)
    return NULL;
  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_auto (GStrv) words = read_words (client, changed, names[i]);

      if (find_server (words) != NULL &&
          !take (&changed, mcp_cli_clients_remove (client, changed, names[i], error)))
        return NULL;
    }
  return g_steal_pointer (&changed);
}
