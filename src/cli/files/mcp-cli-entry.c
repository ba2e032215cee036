/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Makes an entry of mcp.json from a client's entry. A key that changes what a server does is
 * translated, or the entry is refused: what was switched off, filtered or bound to a directory
 * stays so. Keys about the client's own questions to its user are left out, and named.
 */
#include "cli/files/mcp-cli-entry.h"

#include "cli/files/mcp-cli-variables.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"
#include "upstream/config/mcp-jsonc.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

typedef struct
{
  const McpCliClient *client;
  JsonObject *out;     /* (owned) */
  GPtrArray *left_out; /* (unowned) (element-type utf8) */
  const char *key;     /* of the client, which is converted now */
} Conversion;

/* Returns: whether the value was taken */
typedef gboolean (*Convert) (Conversion *self, JsonNode *value, GError **error);

static gboolean
refuse_value (Conversion *self, GError **error)
{
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               _ ("“%s” has a value that is not understood"), self->key);
  return FALSE;
}

/* Returns: (transfer full) (nullable): the text, with variables as the daemon writes them */
static char *
dup_text (Conversion *self, JsonNode *value, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *text;

  if (json_node_get_value_type (value) != G_TYPE_STRING)
    {
      refuse_value (self, error);
      return NULL;
    }
  text = mcp_cli_variables_translate (self->client->variables, json_node_get_string (value),
                                      &local_error);
  if (text == NULL)
    g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "“%s”: ", self->key);
  return text;
}

static gboolean
set_text (Conversion *self, const char *key, JsonNode *value, GError **error)
{
  g_autofree char *text = dup_text (self, value, error);

  if (text != NULL)
    json_object_set_string_member (self->out, key, text);
  return text != NULL;
}

/* Returns: (transfer full) (nullable): an array of texts */
static JsonArray *
dup_texts (Conversion *self, JsonNode *value, GError **error)
{
  g_autoptr (JsonArray) texts = json_array_new ();
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (value))
    {
      refuse_value (self, error);
      return NULL;
    }
  array = json_node_get_array (value);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *text = dup_text (self, json_array_get_element (array, i), error);

      if (text == NULL)
        return NULL;
      json_array_add_string_element (texts, text);
    }
  return g_steal_pointer (&texts);
}

static gboolean
convert_type (Conversion *self, JsonNode *value, GError **error)
{
  static const char *const stdio[] = { "stdio", "local", NULL };
  static const char *const http[] = {
    "http", "remote", "streamable-http", "streamableHttp", "streamable_http", "StreamableHTTP", NULL
  };
  const char *type =
      json_node_get_value_type (value) == G_TYPE_STRING ? json_node_get_string (value) : "";

  if (strcmp (type, "sse") == 0 || g_strv_contains (http, type))
    json_object_set_string_member (self->out, "type",
                                   *type == 's' && type[1] == 's' ? "sse" : "http");
  else if (!g_strv_contains (stdio, type))
    return refuse_value (self, error);
  return TRUE;
}

/* A text, or program and arguments in one array. */
static gboolean
convert_command (Conversion *self, JsonNode *value, GError **error)
{
  g_autoptr (JsonArray) words = NULL;

  if (!JSON_NODE_HOLDS_ARRAY (value))
    return set_text (self, "command", value, error);
  words = dup_texts (self, value, error);
  if (words == NULL)
    return FALSE;
  if (json_array_get_length (words) == 0)
    return refuse_value (self, error);
  json_object_set_string_member (self->out, "command", json_array_get_string_element (words, 0));
  json_array_remove_element (words, 0);
  if (json_array_get_length (words) > 0)
    json_object_set_array_member (self->out, "args", g_steal_pointer (&words));
  return TRUE;
}

static gboolean
convert_args (Conversion *self, JsonNode *value, GError **error)
{
  JsonArray *args = dup_texts (self, value, error);

  if (args != NULL)
    json_object_set_array_member (self->out, "args", args);
  return args != NULL;
}

/* The object of that name, which several keys may fill. */
static JsonObject *
ensure_object (Conversion *self, const char *key)
{
  if (!json_object_has_member (self->out, key))
    json_object_set_object_member (self->out, key, json_object_new ());
  return json_object_get_object_member (self->out, key);
}

/* Numbers and booleans are texts in an environment; null is no variable at all. */
static char *
dup_variable (Conversion *self, JsonNode *value, GError **error)
{
  if (json_node_get_value_type (value) == G_TYPE_STRING)
    return dup_text (self, value, error);
  if (JSON_NODE_HOLDS_VALUE (value))
    return json_to_string (value, FALSE);
  refuse_value (self, error);
  return NULL;
}

static gboolean
convert_pairs (Conversion *self, const char *key, JsonNode *value, GError **error)
{
  g_autoptr (GList) members = NULL;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (value))
    return JSON_NODE_HOLDS_NULL (value) || refuse_value (self, error);
  object = json_node_get_object (value);
  members = json_object_get_members (object);
  for (GList *link = members; link != NULL; link = link->next)
    {
      JsonNode *member = json_object_get_member (object, link->data);
      g_autofree char *text = NULL;

      if (JSON_NODE_HOLDS_NULL (member))
        continue;
      text = dup_variable (self, member, error);
      if (text == NULL)
        return FALSE;
      json_object_set_string_member (ensure_object (self, key), link->data, text);
    }
  return TRUE;
}

static gboolean
convert_env (Conversion *self, JsonNode *value, GError **error)
{
  return convert_pairs (self, "env", value, error);
}

static gboolean
convert_headers (Conversion *self, JsonNode *value, GError **error)
{
  return convert_pairs (self, "headers", value, error);
}

/* The daemon gives these to every server. */
static gboolean
is_always_given (const char *name)
{
  static const char *const given[] = { "PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", NULL };

  return g_strv_contains (given, name) || g_str_has_prefix (name, "XDG_") ||
         g_str_has_prefix (name, "LC_");
}

/* Names of variables that the server gets from the client's environment. */
static gboolean
convert_env_vars (Conversion *self, JsonNode *value, GError **error)
{
  g_autoptr (JsonArray) names = dup_texts (self, value, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (names); i++)
    {
      const char *name = json_array_get_string_element (names, i);
      g_autofree char *variable = g_strdup_printf ("${env:%s}", name);

      if (!is_always_given (name))
        json_object_set_string_member (ensure_object (self, "env"), name, variable);
    }
  return TRUE;
}

/* Headers whose values are names of variables. */
static gboolean
convert_env_headers (Conversion *self, JsonNode *value, GError **error)
{
  g_autoptr (GList) members = NULL;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (value))
    return refuse_value (self, error);
  object = json_node_get_object (value);
  members = json_object_get_members (object);
  for (GList *link = members; link != NULL; link = link->next)
    {
      JsonNode *member = json_object_get_member (object, link->data);
      g_autofree char *variable = NULL;

      if (json_node_get_value_type (member) != G_TYPE_STRING)
        return refuse_value (self, error);
      variable = g_strdup_printf ("${env:%s}", json_node_get_string (member));
      json_object_set_string_member (ensure_object (self, "headers"), link->data, variable);
    }
  return TRUE;
}

static gboolean
convert_bearer (Conversion *self, JsonNode *value, GError **error)
{
  g_autofree char *header = NULL;

  if (json_node_get_value_type (value) != G_TYPE_STRING)
    return refuse_value (self, error);
  header = g_strdup_printf ("Bearer ${env:%s}", json_node_get_string (value));
  json_object_set_string_member (ensure_object (self, "headers"), "Authorization", header);
  return TRUE;
}

static gboolean
convert_url (Conversion *self, JsonNode *value, GError **error)
{
  return set_text (self, "url", value, error);
}

static gboolean
convert_cwd (Conversion *self, JsonNode *value, GError **error)
{
  return set_text (self, "cwd", value, error);
}

static gboolean
set_disabled (Conversion *self, JsonNode *value, gboolean when, GError **error)
{
  if (json_node_get_value_type (value) != G_TYPE_BOOLEAN)
    return refuse_value (self, error);
  if (json_node_get_boolean (value) == when)
    json_object_set_boolean_member (self->out, "disabled", TRUE);
  return TRUE;
}

static gboolean
convert_disabled (Conversion *self, JsonNode *value, GError **error)
{
  return set_disabled (self, value, TRUE, error);
}

static gboolean
convert_enabled (Conversion *self, JsonNode *value, GError **error)
{
  return set_disabled (self, value, FALSE, error);
}

static gboolean
set_seconds (Conversion *self, const char *key, JsonNode *value, double unit, GError **error)
{
  GType type = json_node_get_value_type (value);
  double seconds;

  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return refuse_value (self, error);
  seconds = ceil (json_node_get_double (value) * unit);
  if (seconds < 1 || seconds > 86400)
    return refuse_value (self, error);
  json_object_set_int_member (self->out, key, (gint64) seconds);
  return TRUE;
}

static gboolean
convert_timeout_ms (Conversion *self, JsonNode *value, GError **error)
{
  return set_seconds (self, "timeoutSeconds", value, 0.001, error);
}

static gboolean
convert_timeout_seconds (Conversion *self, JsonNode *value, GError **error)
{
  return set_seconds (self, "timeoutSeconds", value, 1, error);
}

static gboolean
convert_start_ms (Conversion *self, JsonNode *value, GError **error)
{
  return set_seconds (self, "startSeconds", value, 0.001, error);
}

static gboolean
convert_start_seconds (Conversion *self, JsonNode *value, GError **error)
{
  return set_seconds (self, "startSeconds", value, 1, error);
}

/* Several keys may filter; a tool must pass all of them. */
static gboolean
add_globs (Conversion *self, const char *key, JsonNode *value, GError **error)
{
  JsonArray *globs;

  if (json_object_has_member (self->out, key))
    return refuse_value (self, error);
  globs = dup_texts (self, value, error);
  if (globs != NULL)
    json_object_set_array_member (self->out, key, globs);
  return globs != NULL;
}

static gboolean
convert_allow (Conversion *self, JsonNode *value, GError **error)
{
  return add_globs (self, "allow", value, error);
}

static gboolean
convert_deny (Conversion *self, JsonNode *value, GError **error)
{
  return add_globs (self, "deny", value, error);
}

static gboolean
leave_out (Conversion *self, JsonNode *value, GError **error)
{
  g_ptr_array_add (self->left_out, g_strdup (self->key));
  return TRUE;
}

/* A list is a filter; an object has the approvals of single tools. */
static gboolean
convert_tools (Conversion *self, JsonNode *value, GError **error)
{
  return JSON_NODE_HOLDS_OBJECT (value) ? leave_out (self, value, error)
                                        : add_globs (self, "allow", value, error);
}

static const struct
{
  const char *key;
  Convert convert;
} keys[] = {
  { "type", convert_type },
  { "transport", convert_type },
  { "command", convert_command },
  { "args", convert_args },
  { "env", convert_env },
  { "environment", convert_env },
  { "env_vars", convert_env_vars },
  { "url", convert_url },
  { "httpUrl", convert_url },
  { "serverUrl", convert_url },
  { "headers", convert_headers },
  { "http_headers", convert_headers },
  { "env_http_headers", convert_env_headers },
  { "bearer_token_env_var", convert_bearer },
  { "cwd", convert_cwd },
  { "enabled", convert_enabled },
  { "disabled", convert_disabled },
  { "timeout", convert_timeout_ms },
  { "tool_timeout_sec", convert_timeout_seconds },
  { "startup_timeout_sec", convert_start_seconds },
  { "startup_timeout_ms", convert_start_ms },
  { "includeTools", convert_allow },
  { "enabled_tools", convert_allow },
  { "tools", convert_tools },
  { "excludeTools", convert_deny },
  { "disabled_tools", convert_deny },
  { "disabledTools", convert_deny },
  /* When the client asks its user, and what it shows. */
  { "alwaysAllow", leave_out },
  { "autoApprove", leave_out },
  { "trust", leave_out },
  { "alwaysLoad", leave_out },
  { "default_tools_approval_mode", leave_out },
  { "description", leave_out },
  { "source", leave_out },
};

static gboolean
convert_member (Conversion *self, const char *key, JsonNode *value, GError **error)
{
  self->key = key;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].key, key) == 0)
      return keys[i].convert (self, value, error);
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("“%s” is not known here"), key);
  return FALSE;
}

static JsonNode *
parse (const char *entry, GError **error)
{
  g_autofree char *json = mcp_jsonc_to_json (entry, strlen (entry));
  g_autoptr (JsonNode) node = NULL;
  McpJsonSlice root;

  if (!mcp_cli_json_parse (json, strlen (json), &root, error))
    return NULL;
  node = json_from_string (json, error);
  if (node == NULL || JSON_NODE_HOLDS_OBJECT (node))
    return g_steal_pointer (&node);
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("The entry is not an object"));
  return NULL;
}

static gboolean
convert_members (Conversion *self, JsonObject *entry, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (entry);

  for (GList *link = members; link != NULL; link = link->next)
    if (!convert_member (self, link->data, json_object_get_member (entry, link->data), error))
      return FALSE;
  if (json_object_has_member (self->out, "command") || json_object_has_member (self->out, "url"))
    return TRUE;
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               _ ("The entry has neither “command” nor “url”"));
  return FALSE;
}

/**
 * mcp_cli_entry_convert:
 * @client: whose entry it is
 * @entry: JSON, with comments or without
 * @left_out: (element-type utf8): gets the keys that were left out
 * @error: return location; set if a key that matters cannot be translated
 *
 * Returns: (transfer full) (nullable): the entry for mcp.json
 */
char *
mcp_cli_entry_convert (const McpCliClient *client,
                       const char *entry,
                       GPtrArray *left_out,
                       GError **error)
{
  g_autoptr (JsonNode) node = parse (entry, error);
  g_autoptr (JsonNode) converted = NULL;
  Conversion self = { .client = client, .left_out = left_out };

  if (node == NULL)
    return NULL;
  converted = json_node_new (JSON_NODE_OBJECT);
  self.out = json_object_new ();
  json_node_take_object (converted, self.out);
  if (!convert_members (&self, json_node_get_object (node), error))
    return NULL;
  return json_to_string (converted, FALSE);
}
