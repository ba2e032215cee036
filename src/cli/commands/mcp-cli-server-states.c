/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the daemon knows of its servers: GET /servers, or Tools1.ListProviders of a daemon that does
 * not have the route.
 */
#include "cli/commands/mcp-cli-server-states.h"

#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-suggest.h"
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>

#define TOOLS_INTERFACE "org.mcpsessiond.Tools1"
#define BUS_TIMEOUT_MS  10000

struct _McpCliServerStates
{
  GBytes *json; /* (owned) */
  McpJsonSlice servers;
};

static void
add_number (GString *json, const char *key, const char *format, guint64 number)
{
  g_autofree char *text = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  text = g_strdup_printf (format, number);
#pragma GCC diagnostic pop
  mcp_cli_json_add_raw (json, key, text, -1);
}

/* One dictionary of ListProviders, as GET /servers writes it. */
static void
append_provider (GString *json, GVariant *provider)
{
  g_autoptr (GVariantDict) dict = g_variant_dict_new (provider);
  const char *text;
  guint32 number;
  guint64 bytes;

  g_string_append (json, json->str[json->len - 1] == '[' ? "{" : ",{");
  if (g_variant_dict_lookup (dict, "name", "&s", &text))
    mcp_cli_json_add_string (json, "name", text);
  if (g_variant_dict_lookup (dict, "state", "&s", &text))
    mcp_cli_json_add_string (json, "state", text);
  if (g_variant_dict_lookup (dict, "last-error", "&s", &text))
    mcp_cli_json_add_string (json, "last_error", text);
  if (g_variant_dict_lookup (dict, "tools", "u", &number))
    add_number (json, "tools", "%" G_GUINT64_FORMAT, number);
  if (g_variant_dict_lookup (dict, "processes", "u", &number))
    add_number (json, "processes", "%" G_GUINT64_FORMAT, number);
  if (g_variant_dict_lookup (dict, "restarts", "u", &number))
    add_number (json, "restarts", "%" G_GUINT64_FORMAT, number);
  if (g_variant_dict_lookup (dict, "memory", "t", &bytes))
    add_number (json, "memory_bytes", "%" G_GUINT64_FORMAT, bytes);
  g_string_append_c (json, '}');
}

static GBytes *
build_json (GVariant *answer)
{
  g_autoptr (GVariant) providers = g_variant_get_child_value (answer, 0);
  GString *json = g_string_new ("{\"servers\":[");
  GVariantIter iter;
  GVariant *provider;

  g_variant_iter_init (&iter, providers);
  while ((provider = g_variant_iter_next_value (&iter)) != NULL)
    {
      append_provider (json, provider);
      g_variant_unref (provider);
    }
  g_string_append (json, "]}");
  return g_string_free_to_bytes (json);
}

/* The bus does not start a daemon for this. */
static GBytes *
ask_bus (void)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GVariant) answer = NULL;

  if (bus == NULL)
    return NULL;
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  answer = g_dbus_connection_call_sync (
      bus, MCP_BUS_NAME, MCP_TOOLS_PATH, TOOLS_INTERFACE, "ListProviders", NULL,
      G_VARIANT_TYPE ("(aa{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, BUS_TIMEOUT_MS, NULL, NULL);
  return answer != NULL ? build_json (answer) : NULL;
}

/**
 * mcp_cli_server_states_fetch:
 * @connection: to the daemon
 *
 * Returns: (transfer full) (nullable): the states; %NULL if the daemon cannot be asked
 */
McpCliServerStates *
mcp_cli_server_states_fetch (McpCliConnection *connection)
{
  g_autoptr (GBytes) json =
      mcp_cli_connection_request (connection, "GET", "/servers", NULL, NULL, NULL);
  McpCliServerStates *self;
  McpJsonSlice root, servers;

  if (json == NULL)
    json = ask_bus ();
  if (json == NULL || !mcp_cli_json_parse_bytes (json, &root, NULL) ||
      !mcp_json_find_typed (root, "servers", MCP_JSON_ARRAY, &servers))
    return NULL;
  self = g_new0 (McpCliServerStates, 1);
  self->json = g_steal_pointer (&json);
  self->servers = servers;
  return self;
}

/**
 * mcp_cli_server_states_free:
 * @self: (transfer full): states
 */
void
mcp_cli_server_states_free (McpCliServerStates *self)
{
  g_bytes_unref (self->json);
  g_free (self);
}

/**
 * mcp_cli_server_states_get_all:
 * @self: states
 *
 * Returns: a JSON array of servers, with the members of GET /servers; valid as long as @self
 */
McpJsonSlice
mcp_cli_server_states_get_all (McpCliServerStates *self)
{
  return self->servers;
}

/**
 * mcp_cli_server_states_find:
 * @self: states
 * @name: of a server
 * @server: (out): the server; valid as long as @self
 *
 * Returns: whether the daemon knows the server
 */
gboolean
mcp_cli_server_states_find (McpCliServerStates *self, const char *name, McpJsonSlice *server)
{
  McpJsonIter iter;

  mcp_json_iter_init (&iter, self->servers);
  while (mcp_json_iter_next_element (&iter, server))
    {
      McpJsonSlice value;

      if (mcp_json_find_typed (*server, "name", MCP_JSON_STRING, &value) &&
          mcp_json_string_equal (value, name))
        return TRUE;
    }
  return FALSE;
}

static GStrv
list_names (McpCliServerStates *self)
{
  GPtrArray *names = g_ptr_array_new ();
  McpJsonSlice server;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, self->servers);
  while (mcp_json_iter_next_element (&iter, &server))
    {
      char *name = mcp_cli_json_dup_member (server, "name");

      if (name != NULL)
        g_ptr_array_add (names, name);
    }
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

/**
 * mcp_cli_server_states_set_error:
 * @connection: to the daemon
 * @name: of a server, as it was typed
 * @cause: (transfer full): why a request about the server failed
 * @error: return location
 *
 * Sets the error for people: if there is no such server, with the name that was probably meant.
 */
void
mcp_cli_server_states_set_error (McpCliConnection *connection,
                                 const char *name,
                                 GError *cause,
                                 GError **error)
{
  g_autoptr (GError) owned = cause;
  g_autoptr (McpCliServerStates) states = NULL;
  g_auto (GStrv) names = NULL;
  const char *meant = NULL;

  if (!g_error_matches (cause, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&owned));
      return;
    }
  states = mcp_cli_server_states_fetch (connection);
  names = states != NULL ? list_names (states) : NULL;
  if (names != NULL)
    meant = mcp_cli_suggest_find (name, (const char *const *) names);
  if (meant != NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("There is no server “%s”; did you mean “%s”?"), name, meant);
  else
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("There is no server “%s”; “mcp-session server list” shows the servers"), name);
}

/**
 * mcp_cli_server_states_is_left_out:
 * @server: one of mcp_cli_server_states_get_all()
 *
 * Returns: whether the daemon does not use the server, because its entry in mcp.json is wrong
 */
gboolean
mcp_cli_server_states_is_left_out (McpJsonSlice server)
{
  g_autofree char *entry = mcp_cli_json_dup_member (server, "entry");

  return g_strcmp0 (entry, "left out") == 0;
}

/**
 * mcp_cli_server_states_dup_reason:
 * @server: one of mcp_cli_server_states_get_all()
 *
 * Returns: (transfer full) (nullable): why the server does not work, a clean sentence that names
 * it; %NULL if nothing is known against it
 */
char *
mcp_cli_server_states_dup_reason (McpJsonSlice server)
{
  g_autofree char *name = mcp_cli_json_dup_member (server, "name");
  g_autofree char *why = mcp_cli_json_dup_member (server, "why");
  g_autofree char *error = mcp_cli_json_dup_member (server, "last_error");
  const char *text = why != NULL ? why : error;
  g_autofree char *sentence = NULL;

  if (text == NULL || name == NULL)
    return NULL;
  sentence = strstr (text, name) != NULL ? g_strdup (text)
                                         : g_strdup_printf (_ ("Server “%s”: %s"), name, text);
  return mcp_text_clean (sentence);
}

/**
 * mcp_cli_server_states_is_beginning:
 * @server: one of mcp_cli_server_states_get_all()
 *
 * Returns: whether the server runs, and has not told yet what it speaks
 */
gboolean
mcp_cli_server_states_is_beginning (McpJsonSlice server)
{
  g_autofree char *type = mcp_cli_json_dup_member (server, "type");
  g_autofree char *state = mcp_cli_json_dup_member (server, "state");
  g_autofree char *revision = mcp_cli_json_dup_member (server, "protocol_version");

  return revision == NULL && g_strcmp0 (type, "stdio") == 0 &&
         (g_strcmp0 (state, "starting") == 0 || g_strcmp0 (state, "running") == 0);
}
