/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The "mcpServers" file, in the shape that every MCP client uses. A broken entry
 * is left out and named; it never hides another.
 */
#include "common/mcp-error.h"
#include "common/mcp-json.h"
#include "upstream/config/mcp-server-config-inner.h"

#include <string.h>

/* Of a file that a person wrote. */
#define MAX_DEPTH  64
#define MAX_VALUES 100000

#define MAX_TIMEOUT_SECONDS 86400
#define MAX_IDLE_SECONDS    (365 * 86400)

typedef struct
{
  McpServerConfig *config; /* (unowned) */
  const char *file_name;
  const char *server; /* its name */
  GPtrArray *problems;
} EntryReader;

typedef struct
{
  const char *key;
  McpJsonType type;
  const char *expected; /* completes "must be …" */
  gboolean (*read) (McpServerConfig *config, McpJsonSlice value);
  const char *only_beside; /* (nullable): means nothing where this key is not */
} EntryKey;

static void G_GNUC_PRINTF (2, 3) add_problem (EntryReader *reader, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (reader->problems, g_strdup_printf ("%s: server “%s”: %s", reader->file_name,
                                                      reader->server, text));
}

static gboolean
read_string (McpJsonSlice value, char **string)
{
  char *text = mcp_json_dup_string (value);

  if (text == NULL)
    return FALSE;
  g_free (*string);
  *string = text;
  return TRUE;
}

static gboolean
read_strings (McpJsonSlice value, char ***strings)
{
  g_autoptr (GPtrArray) array = g_ptr_array_new_with_free_func (g_free);
  McpJsonIter iter;
  McpJsonSlice element;

  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      char *text = NULL;

      if (mcp_json_get_type (element) != MCP_JSON_STRING || !read_string (element, &text))
        return FALSE;
      g_ptr_array_add (array, text);
    }
  g_ptr_array_add (array, NULL);

  g_strfreev (*strings);
  *strings = (char **) g_ptr_array_free (g_steal_pointer (&array), FALSE);
  return TRUE;
}

static gboolean
read_seconds (McpJsonSlice value, guint minimum, guint maximum, guint *seconds)
{
  gint64 number;

  if (!mcp_json_get_int64 (value, &number) || number < minimum || number > maximum)
    return FALSE;
  *seconds = (guint) number;
  return TRUE;
}

static gboolean
read_command (McpServerConfig *config, McpJsonSlice value)
{
  return read_string (value, &config->command) && *config->command != '\0';
}

static gboolean
read_args (McpServerConfig *config, McpJsonSlice value)
{
  return read_strings (value, &config->args);
}

static gboolean
read_env (McpServerConfig *config, McpJsonSlice value)
{
  g_autoptr (GPtrArray) array = g_ptr_array_new_with_free_func (g_free);
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice member;

  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_member (&iter, &key, &member))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      g_autofree char *text = NULL;

      if (name == NULL || *name == '\0' || strchr (name, '=') != NULL ||
          mcp_json_get_type (member) != MCP_JSON_STRING || !read_string (member, &text))
        return FALSE;
      g_ptr_array_add (array, g_strconcat (name, "=", text, NULL));
    }
  g_ptr_array_add (array, NULL);

  g_strfreev (config->env);
  config->env = (char **) g_ptr_array_free (g_steal_pointer (&array), FALSE);
  return TRUE;
}

/* Whether the URL can be used shows when its variables are filled in; what can be told now, is. */
static gboolean
read_url (McpServerConfig *config, McpJsonSlice value)
{
  return read_string (value, &config->url) && *config->url != '\0';
}

static gboolean
read_headers (McpServerConfig *config, McpJsonSlice value)
{
  g_autoptr (GPtrArray) array = g_ptr_array_new_with_free_func (g_free);
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice member;

  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_member (&iter, &key, &member))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      char *text = NULL;

      if (name == NULL || !mcp_server_config_is_header_name (name) ||
          mcp_server_config_is_own_header (name) || mcp_json_get_type (member) != MCP_JSON_STRING ||
          !read_string (member, &text))
        return FALSE;
      g_ptr_array_add (array, g_steal_pointer (&name));
      g_ptr_array_add (array, text);
      if (!mcp_server_config_is_header_value (text))
        return FALSE;
    }
  g_ptr_array_add (array, NULL);

  g_strfreev (config->headers);
  config->headers = (char **) g_ptr_array_free (g_steal_pointer (&array), FALSE);
  return TRUE;
}

static gboolean
read_scope (McpServerConfig *config, McpJsonSlice value)
{
  if (mcp_json_string_equal (value, "session"))
    config->scope = MCP_SERVER_SCOPE_SESSION;
  else if (mcp_json_string_equal (value, "cwd"))
    config->scope = MCP_SERVER_SCOPE_CWD;
  else if (mcp_json_string_equal (value, "shared"))
    config->scope = MCP_SERVER_SCOPE_SHARED;
  else
    return FALSE;
  return TRUE;
}

static gboolean
read_prefix (McpServerConfig *config, McpJsonSlice value)
{
  return read_string (value, &config->prefix);
}

static gboolean
read_allow (McpServerConfig *config, McpJsonSlice value)
{
  return read_strings (value, &config->allow);
}

static gboolean
read_deny (McpServerConfig *config, McpJsonSlice value)
{
  return read_strings (value, &config->deny);
}

static gboolean
read_timeout (McpServerConfig *config, McpJsonSlice value)
{
  return read_seconds (value, 1, MAX_TIMEOUT_SECONDS, &config->timeout_seconds);
}

static gboolean
read_idle (McpServerConfig *config, McpJsonSlice value)
{
  return read_seconds (value, 0, MAX_IDLE_SECONDS, &config->idle_seconds);
}

static gboolean
read_disabled (McpServerConfig *config, McpJsonSlice value)
{
  config->disabled = mcp_json_get_boolean (value);
  return TRUE;
}

static gboolean
read_pin (McpServerConfig *config, McpJsonSlice value)
{
  config->pin = mcp_json_get_boolean (value);
  return TRUE;
}

/* read_transport() has looked at it already. */
static gboolean
read_type (McpServerConfig *config, McpJsonSlice value)
{
  return TRUE;
}

static const EntryKey entry_keys[] = {
  { "type", MCP_JSON_STRING, "“stdio” or “http”", read_type },
  { "command", MCP_JSON_STRING, "a string that names a program", read_command },
  { "args", MCP_JSON_ARRAY, "an array of strings", read_args, "command" },
  { "env", MCP_JSON_OBJECT, "an object of strings, without “=” in a name", read_env, "command" },
  { "url", MCP_JSON_STRING, "a URL", read_url },
  { "headers", MCP_JSON_OBJECT,
    "an object of strings without control characters, with names that the transport does not use "
    "itself",
    read_headers, "url" },
  { "scope", MCP_JSON_STRING, "“session”, “cwd” or “shared”", read_scope },
  { "prefix", MCP_JSON_STRING, "a string", read_prefix },
  { "allow", MCP_JSON_ARRAY, "an array of strings", read_allow },
  { "deny", MCP_JSON_ARRAY, "an array of strings", read_deny },
  { "timeoutSeconds", MCP_JSON_NUMBER, "a whole number from 1 to 86400", read_timeout },
  { "idleSeconds", MCP_JSON_NUMBER, "a whole number from 0 to 31536000", read_idle },
  { "disabled", MCP_JSON_BOOLEAN, "true or false", read_disabled },
  { "pin", MCP_JSON_BOOLEAN, "true or false", read_pin },
};

static const EntryKey *
find_key (McpJsonSlice key)
{
  for (gsize i = 0; i < G_N_ELEMENTS (entry_keys); i++)
    {
      if (mcp_json_string_equal (key, entry_keys[i].key))
        return &entry_keys[i];
    }
  return NULL;
}

/* Other names that clients write for Streamable HTTP. */
static const char *const http_types[] = { "http", "streamable-http", "streamableHttp", NULL };
/* Transports that exist and are not built here yet. */
static const char *const later_types[] = { "ws", "dbus", "websocket", NULL };

/* Returns: whether the type is right, or not given */
static gboolean
read_declared_type (EntryReader *reader, McpJsonSlice type, gboolean *is_http, gboolean *is_sse)
{
  g_autofree char *name =
      mcp_json_get_type (type) == MCP_JSON_STRING ? mcp_json_dup_string (type) : NULL;

  *is_sse = g_strcmp0 (name, "sse") == 0;
  if (*is_sse || (name != NULL && g_strv_contains (http_types, name)))
    *is_http = TRUE;
  else if (g_strcmp0 (name, "stdio") == 0)
    *is_http = FALSE;
  else if (name != NULL && g_strv_contains (later_types, name))
    {
      add_problem (reader, "“type” “%s” is not supported yet, only “stdio”, “http” and “sse”",
                   name);
      return FALSE;
    }
  else
    {
      add_problem (reader, "“type” must be “stdio”, “http” or “sse”");
      return FALSE;
    }
  return TRUE;
}

/* Which of the transports it is. Returns: (nullable): a configuration; else the problem has been
   named */
static McpServerConfig *
begin_config (EntryReader *reader, McpJsonSlice entry)
{
  McpJsonSlice value;
  gboolean has_command = mcp_json_find (entry, "command", &value);
  gboolean has_url = mcp_json_find (entry, "url", &value);
  gboolean is_http = has_url;
  gboolean is_sse = FALSE;
  McpServerConfig *config;

  if (mcp_json_find (entry, "type", &value) &&
      !read_declared_type (reader, value, &is_http, &is_sse))
    return NULL;
  if (has_command && has_url)
    {
      add_problem (reader, "has both “command” and “url”, and is only one of them; the server is "
                           "left out");
      return NULL;
    }
  if (is_http ? !has_url : !has_command)
    {
      add_problem (reader, "“%s” is missing; the server is left out", is_http ? "url" : "command");
      return NULL;
    }
  config = is_http ? mcp_server_config_new_http (reader->server, "")
                   : mcp_server_config_new (reader->server, "");
  config->is_sse = is_sse;
  return config;
}

static gboolean
is_applicable (EntryReader *reader, const EntryKey *key)
{
  if (key->only_beside == NULL)
    return TRUE;
  return strcmp (key->only_beside, "url") == 0 ? reader->config->url != NULL
                                               : reader->config->command != NULL;
}

static gboolean
read_members (EntryReader *reader, McpJsonSlice entry)
{
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice value;
  gboolean valid = TRUE;

  mcp_json_iter_init (&iter, entry);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      const EntryKey *known = find_key (key);

      if (known == NULL)
        {
          g_autofree char *name = mcp_json_dup_string (key);

          add_problem (reader, "“%s” is not known here and is ignored", name);
        }
      else if (!is_applicable (reader, known))
        {
          add_problem (reader, "“%s” means nothing without “%s” and is ignored", known->key,
                       known->only_beside);
        }
      else if (mcp_json_get_type (value) != known->type || !known->read (reader->config, value))
        {
          add_problem (reader, "“%s” must be %s; the server is left out", known->key,
                       known->expected);
          valid = FALSE;
        }
    }
  return valid;
}

/* A URL that needs no variable can be looked at already. */
static gboolean
check_url (EntryReader *reader)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GUri) uri = NULL;

  if (reader->config->url == NULL || strstr (reader->config->url, "${") != NULL)
    return TRUE;
  uri = mcp_server_config_parse_url (reader->config->url, &error);
  if (uri == NULL)
    add_problem (reader, "“url” %s; the server is left out", error->message);
  return uri != NULL;
}

static McpServerConfig *
read_entry (EntryReader *reader, McpJsonSlice entry)
{
  g_autoptr (McpServerConfig) config = NULL;

  if (*reader->server == '\0')
    {
      add_problem (reader, "a server needs a name");
      return NULL;
    }
  if (mcp_json_get_type (entry) != MCP_JSON_OBJECT)
    {
      add_problem (reader, "must be an object with a “command” or a “url”; the server is left out");
      return NULL;
    }
  config = begin_config (reader, entry);
  if (config == NULL)
    return NULL;

  reader->config = config;
  if (!read_members (reader, entry) || !check_url (reader))
    return NULL;

  g_free (config->fingerprint);
  config->fingerprint =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) entry.data, entry.length);
  return g_steal_pointer (&config);
}

static void
read_servers (const char *file_name, McpJsonSlice servers, GPtrArray *configs, GPtrArray *problems)
{
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice entry;

  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_member (&iter, &key, &entry))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      EntryReader reader = { NULL, file_name, name, problems };
      McpServerConfig *config = read_entry (&reader, entry);

      if (config != NULL)
        g_ptr_array_add (configs, config);
    }
}

/**
 * mcp_server_config_parse_file:
 * @text: contents of the file
 * @length: of @text in bytes
 * @file_name: for messages
 * @problems: (out) (transfer container) (element-type utf8): what a person should know: entries
 * left out and why, members that were ignored; each names file and server
 * @error: return location
 *
 * Reads the "mcpServers" of a configuration file, in the order of the file. Entries
 * that are switched off are among them, with `disabled` set. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, when the file as a whole is no JSON object, or its
 * "mcpServers" is none.
 *
 * Returns: (transfer container) (element-type McpServerConfig) (nullable): the entries that are
 *   right, or %NULL
 */
GPtrArray *
mcp_server_config_parse_file (const char *text,
                              gsize length,
                              const char *file_name,
                              GPtrArray **problems,
                              GError **error)
{
  g_autoptr (GPtrArray) configs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) scan_error = NULL;
  McpJsonSlice root;
  McpJsonSlice servers;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (file_name != NULL, NULL);
  g_return_val_if_fail (problems != NULL, NULL);

  *problems = NULL;
  if (!mcp_json_scan (text, length, MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_DEFAULT, &root,
                      &scan_error))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "%s: %s", file_name,
                   scan_error->message);
      return NULL;
    }
  if (mcp_json_get_type (root) != MCP_JSON_OBJECT)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "%s: must be a JSON object with “mcpServers”", file_name);
      return NULL;
    }

  if (!mcp_json_find (root, "mcpServers", &servers))
    g_ptr_array_add (texts, g_strdup_printf ("%s: no “mcpServers” in it", file_name));
  else if (mcp_json_get_type (servers) != MCP_JSON_OBJECT)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "%s: “mcpServers” must be an object: server name to entry", file_name);
      return NULL;
    }
  else
    read_servers (file_name, servers, configs, texts);

  *problems = g_steal_pointer (&texts);
  return g_steal_pointer (&configs);
}
