/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The keys of an entry in "mcpServers": those of this daemon, and the names that other clients
 * write for the same things.
 */
#include "mcp-server-entry-keys-private.h"

#include "upstream/config/mcp-expand.h"
#include "upstream/config/mcp-server-config-inner.h"

#include <string.h>

#define MAX_TIMEOUT_SECONDS 86400
#define MAX_START_SECONDS   3600
#define MAX_IDLE_SECONDS    (365 * 86400)

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

/* opencode and others write the program and its arguments as one list. */
static gboolean
read_command_list (McpServerConfig *config, McpJsonSlice value)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GStrvBuilder) args = g_strv_builder_new ();

  if (!read_strings (value, &words) || words[0] == NULL)
    return FALSE;
  g_free (config->command);
  config->command = g_strdup (words[0]);
  for (gsize i = 1; words[i] != NULL; i++)
    g_strv_builder_add (args, words[i]);
  for (gsize i = 0; config->args[i] != NULL; i++)
    g_strv_builder_add (args, config->args[i]);
  g_strfreev (config->args);
  config->args = g_strv_builder_end (args);
  return *config->command != '\0';
}

static gboolean
read_command (McpServerConfig *config, McpJsonSlice value)
{
  if (mcp_json_get_type (value) == MCP_JSON_ARRAY)
    return read_command_list (config, value);
  return mcp_json_get_type (value) == MCP_JSON_STRING && read_string (value, &config->command) &&
         *config->command != '\0';
}

/* Behind those that “command” has as a list, whichever comes first. */
static gboolean
read_args (McpServerConfig *config, McpJsonSlice value)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GStrvBuilder) args = g_strv_builder_new ();

  if (!read_strings (value, &words))
    return FALSE;
  for (gsize i = 0; config->args[i] != NULL; i++)
    g_strv_builder_add (args, config->args[i]);
  for (gsize i = 0; words[i] != NULL; i++)
    g_strv_builder_add (args, words[i]);
  g_strfreev (config->args);
  config->args = g_strv_builder_end (args);
  return TRUE;
}

/* A process has texts only; clients write numbers and booleans as these. */
static char *
dup_variable (McpJsonSlice value)
{
  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_STRING:
      return mcp_json_dup_string (value);
    case MCP_JSON_NUMBER:
    case MCP_JSON_BOOLEAN:
      return g_strndup (value.data, value.length);
    case MCP_JSON_NULL:
    case MCP_JSON_ARRAY:
    case MCP_JSON_OBJECT:
      break;
    }
  return NULL;
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
      g_autofree char *text = dup_variable (member);

      if (mcp_json_get_type (member) == MCP_JSON_NULL)
        continue; /* not set */
      if (name == NULL || *name == '\0' || strchr (name, '=') != NULL || text == NULL)
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
read_oauth (McpServerConfig *config, McpJsonSlice value)
{
  return mcp_server_oauth_read (&config->oauth, value);
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

/* Each list narrows what the other allows, so only one of them can be meant. */
static gboolean
read_allow (McpServerConfig *config, McpJsonSlice value)
{
  return config->allow == NULL && read_strings (value, &config->allow);
}

static gboolean
read_deny (McpServerConfig *config, McpJsonSlice value)
{
  g_auto (GStrv) globs = NULL;
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  if (!read_strings (value, &globs))
    return FALSE;
  g_strv_builder_addv (all, (const char **) globs);
  if (config->deny != NULL)
    g_strv_builder_addv (all, (const char **) config->deny);
  g_strfreev (config->deny);
  config->deny = g_strv_builder_end (all);
  return TRUE;
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

/* Milliseconds from 1,000 on, as most clients write it; else seconds. */
static gboolean
read_client_timeout (McpServerConfig *config, McpJsonSlice value)
{
  gint64 number;

  if (!mcp_json_get_int64 (value, &number) || number < 1)
    return FALSE;
  if (number >= 1000)
    number = number / 1000 + (number % 1000 != 0 ? 1 : 0);
  config->timeout_seconds = (guint) MIN (number, MAX_TIMEOUT_SECONDS);
  return TRUE;
}

static gboolean
read_start (McpServerConfig *config, McpJsonSlice value)
{
  return read_seconds (value, 1, MAX_START_SECONDS, &config->start_seconds);
}

/* What is off stays off, whichever of the two keys says so. */
static gboolean
read_disabled (McpServerConfig *config, McpJsonSlice value)
{
  config->disabled = config->disabled || mcp_json_get_boolean (value);
  return TRUE;
}

static gboolean
read_enabled (McpServerConfig *config, McpJsonSlice value)
{
  config->disabled = config->disabled || !mcp_json_get_boolean (value);
  return TRUE;
}

static gboolean
read_trust (McpServerConfig *config, McpJsonSlice value)
{
  config->trusts_directory = mcp_json_get_boolean (value);
  return TRUE;
}

static gboolean
read_cwd (McpServerConfig *config, McpJsonSlice value)
{
  return read_string (value, &config->cwd) &&
         (g_path_is_absolute (config->cwd) || g_str_has_prefix (config->cwd, "${"));
}

static gboolean
read_env_file (McpServerConfig *config, McpJsonSlice value)
{
  return read_string (value, &config->env_file) && !mcp_expand_names_directory (config->env_file) &&
         (g_path_is_absolute (config->env_file) || g_str_has_prefix (config->env_file, "${"));
}

static gboolean
read_pin (McpServerConfig *config, McpJsonSlice value)
{
  config->pin = mcp_json_get_boolean (value);
  return TRUE;
}

static gboolean
add_consent (McpConsentRules *rules, const char *glob, McpJsonSlice value)
{
  g_autofree char *text =
      mcp_json_get_type (value) == MCP_JSON_STRING ? mcp_json_dup_string (value) : NULL;
  McpConsentWord word;

  if (glob == NULL || *glob == '\0' || text == NULL || !mcp_consent_word_from_string (text, &word))
    return FALSE;
  mcp_consent_rules_add (rules, glob, word);
  return TRUE;
}

static gboolean
read_consent (McpServerConfig *config, McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice member;

  g_clear_pointer (&config->consent, mcp_consent_rules_free);
  config->consent = mcp_consent_rules_new ();
  if (mcp_json_get_type (value) == MCP_JSON_STRING)
    return add_consent (config->consent, "*", value);

  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_member (&iter, &key, &member))
    {
      g_autofree char *glob = mcp_json_dup_string (key);

      if (!add_consent (config->consent, glob, member))
        return FALSE;
    }
  return TRUE;
}

/* The parser has looked at it already. */
static gboolean
read_type (McpServerConfig *config, McpJsonSlice value)
{
  return TRUE;
}

#define STRING  (1U << MCP_JSON_STRING)
#define ARRAY   (1U << MCP_JSON_ARRAY)
#define OBJECT  (1U << MCP_JSON_OBJECT)
#define NUMBER  (1U << MCP_JSON_NUMBER)
#define BOOLEAN (1U << MCP_JSON_BOOLEAN)

#define STRINGS_ONCE "an array of strings, and the only list of tools that are allowed"
#define VARIABLES    "an object of strings, without “=” in a name"
#define HEADERS                                                                                  \
  "an object of strings without control characters, with names that the transport does not use " \
  "itself"
#define CONSENT \
  "“allow”, “ask” or “deny”, or an object: glob over the server's tools to such a word"
#define OAUTH                                                                                                          \
  "true, false, or an object that may have “clientId”, “clientSecret” or “privateKey”, “scopes”, "     \
  "“resource”, “issuer”, “clientMetadataUrl”, “grant” (“authorization_code” or, with an id and a " \
  "secret or key, “client_credentials”) and “redirectPort”, and nothing else"
#define ENV_FILE "an absolute path, and not in the session's directory"

static const McpServerEntryKey keys[] = {
  { "type", "“stdio”, “http”, “dbus” or “dbus-methods”", STRING, read_type },
  { "transport", "“stdio” or “http”", STRING, read_type },
  { "command", "a string that names a program", STRING | ARRAY, read_command },
  { "args", "an array of strings", ARRAY, read_args, "command" },
  { "env", VARIABLES, OBJECT, read_env, "command" },
  { "environment", VARIABLES, OBJECT, read_env, "command" },
  { "envFile", ENV_FILE, STRING, read_env_file, "command" },
  { "cwd", "an absolute path", STRING, read_cwd, "command" },
  { "trustDirectory", "true or false", BOOLEAN, read_trust, "command" },
  { "url", "a URL", STRING, read_url },
  { "httpUrl", "a URL", STRING, read_url },
  { "serverUrl", "a URL", STRING, read_url },
  { "headers", HEADERS, OBJECT, read_headers, "url" },
  { "busName", "a well-known bus name", STRING, mcp_server_entry_bus_read_name, "busName" },
  { "objectPath", "an object path", STRING, mcp_server_entry_bus_read_path, "busName" },
  { "methods", "an array of 1 to 256 texts of the form INTERFACE.METHOD", ARRAY,
    mcp_server_entry_bus_read_methods, "methods" },
  { "readOnly", "an array of strings", ARRAY, mcp_server_entry_bus_read_read_only, "methods" },
  { "oauth", OAUTH, OBJECT | BOOLEAN, read_oauth, "url" },
  { "scope", "“session”, “cwd” or “shared”", STRING, read_scope },
  { "prefix", "a string", STRING, read_prefix },
  { "allow", STRINGS_ONCE, ARRAY, read_allow },
  { "includeTools", STRINGS_ONCE, ARRAY, read_allow },
  { "enabledTools", STRINGS_ONCE, ARRAY, read_allow },
  { "tools", STRINGS_ONCE, ARRAY, read_allow },
  { "deny", "an array of strings", ARRAY, read_deny },
  { "excludeTools", "an array of strings", ARRAY, read_deny },
  { "disabledTools", "an array of strings", ARRAY, read_deny },
  { "timeoutSeconds", "a whole number from 1 to 86400", NUMBER, read_timeout },
  { "timeout", "a whole number: milliseconds from 1000 on, else seconds", NUMBER,
    read_client_timeout },
  { "startSeconds", "a whole number from 1 to 3600", NUMBER, read_start },
  { "idleSeconds", "a whole number from 0 to 31536000", NUMBER, read_idle },
  { "disabled", "true or false", BOOLEAN, read_disabled },
  { "enabled", "true or false", BOOLEAN, read_enabled },
  { "pin", "true or false", BOOLEAN, read_pin },
  { "consent", CONSENT, STRING | OBJECT, read_consent },
};

/* Keys that change how a server is started or reached, and that have no counterpart here. */
static const char *const refused[] = {
  "shell", "sandbox", "sandboxEnabled", "headersHelper", "authProviderType", NULL,
};

static const char *const url_keys[] = { "url", "httpUrl", "serverUrl", NULL };

/**
 * mcp_server_entry_keys_find:
 * @name: of a member of an entry
 *
 * Any thread.
 *
 * Returns: (nullable): the key
 */
const McpServerEntryKey *
mcp_server_entry_keys_find (McpJsonSlice name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (mcp_json_string_equal (name, keys[i].name))
      return &keys[i];
  return NULL;
}

/**
 * mcp_server_entry_keys_find_refused:
 * @name: of a member of an entry
 * @value: its value
 *
 * Whether the member asks for what cannot be done here, so that the entry must not be used without
 * it. `false` asks for nothing. Any thread.
 *
 * Returns: (nullable): the name of the key
 */
const char *
mcp_server_entry_keys_find_refused (McpJsonSlice name, McpJsonSlice value)
{
  if (mcp_json_get_type (value) == MCP_JSON_BOOLEAN && !mcp_json_get_boolean (value))
    return NULL;
  for (gsize i = 0; refused[i] != NULL; i++)
    if (mcp_json_string_equal (name, refused[i]))
      return refused[i];
  return NULL;
}

/**
 * mcp_server_entry_keys_find_url:
 * @entry: an object
 * @value: (out): the address, under whichever name
 *
 * Any thread.
 *
 * Returns: whether the entry has one that is not null or empty
 */
gboolean
mcp_server_entry_keys_find_url (McpJsonSlice entry, McpJsonSlice *value)
{
  for (gsize i = 0; url_keys[i] != NULL; i++)
    if (mcp_json_find (entry, url_keys[i], value) && mcp_json_get_type (*value) != MCP_JSON_NULL &&
        !mcp_json_string_equal (*value, ""))
      return TRUE;
  return FALSE;
}
