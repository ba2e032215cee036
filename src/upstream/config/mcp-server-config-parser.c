/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The "mcpServers" file, in the shape that every MCP client uses. A broken entry
 * is left out and named; it never hides another. A key that changes the meaning of
 * an entry is honoured, or the entry is left out.
 */
#include "common/mcp-error.h"
#include "common/mcp-json.h"
#include "mcp-server-entry-keys-private.h"
#include "upstream/config/mcp-expand.h"
#include "upstream/config/mcp-jsonc.h"
#include "upstream/config/mcp-server-config-inner.h"

#include <string.h>

/* Of a file that a person wrote. */
#define MAX_DEPTH  64
#define MAX_VALUES 100000

typedef struct
{
  McpServerConfig *config; /* (unowned) */
  const char *file_name;
  const char *server; /* its name */
  GPtrArray *problems;
} EntryReader;

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

/* Returns: whether the type is right */
static gboolean
read_declared_type (EntryReader *reader, McpJsonSlice value, McpServerEntryType *type)
{
  if (mcp_server_entry_type_read (value, type))
    return TRUE;
  add_problem (reader,
               "“type” must be “stdio”, “http”, “sse”, “dbus” or “dbus-methods”; the server "
               "is left out");
  return FALSE;
}

static gboolean
find_type (McpJsonSlice entry, McpJsonSlice *value)
{
  return (mcp_json_find (entry, "type", value) && mcp_json_get_type (*value) != MCP_JSON_NULL) ||
         (mcp_json_find (entry, "transport", value) && mcp_json_get_type (*value) != MCP_JSON_NULL);
}

/* A member that is null or an empty text is not there. */
static gboolean
has_command (McpJsonSlice entry)
{
  McpJsonSlice value;

  return mcp_json_find (entry, "command", &value) && mcp_json_get_type (value) != MCP_JSON_NULL &&
         !mcp_json_string_equal (value, "");
}

static McpServerConfig *
new_config (EntryReader *reader, const McpServerEntryType *type)
{
  McpServerConfig *config;

  switch (type->transport)
    {
    case MCP_SERVER_TRANSPORT_DBUS:
    case MCP_SERVER_TRANSPORT_DBUS_METHODS:
      config = mcp_server_config_new_bus (reader->server, "", "");
      break;
    case MCP_SERVER_TRANSPORT_HTTP:
      config = mcp_server_config_new_http (reader->server, "");
      break;
    case MCP_SERVER_TRANSPORT_STDIO:
    default:
      config = mcp_server_config_new (reader->server, "");
      break;
    }
  config->transport = type->transport;
  config->is_sse = type->is_sse;
  if (type->transport == MCP_SERVER_TRANSPORT_DBUS_METHODS)
    config->default_consent = MCP_CONSENT_ASK;
  return config;
}

/* Which of the transports it is. Returns: (nullable): a configuration; else the problem has been
   named */
static McpServerConfig *
begin_config (EntryReader *reader, McpJsonSlice entry)
{
  McpJsonSlice value;
  gboolean is_program = has_command (entry);
  gboolean is_address = mcp_server_entry_keys_find_url (entry, &value);
  McpServerEntryType type = { is_address ? MCP_SERVER_TRANSPORT_HTTP : MCP_SERVER_TRANSPORT_STDIO,
                              FALSE };

  if (find_type (entry, &value) && !read_declared_type (reader, value, &type))
    return NULL;
  if (is_program && is_address)
    {
      add_problem (reader, "has both “command” and “url”, and is only one of them; the server is "
                           "left out");
      return NULL;
    }
  if (type.transport == MCP_SERVER_TRANSPORT_HTTP && !is_address)
    {
      add_problem (reader, "“url” is missing; the server is left out");
      return NULL;
    }
  if (type.transport == MCP_SERVER_TRANSPORT_STDIO && !is_program)
    {
      add_problem (reader, "“command” is missing; the server is left out");
      return NULL;
    }
  return new_config (reader, &type);
}

static gboolean
is_applicable (EntryReader *reader, const McpServerEntryKey *key)
{
  const McpServerConfig *config = reader->config;

  if (key->only_beside == NULL)
    return TRUE;
  if (strcmp (key->only_beside, "url") == 0)
    return config->url != NULL;
  if (strcmp (key->only_beside, "busName") == 0)
    return config->bus != NULL;
  if (strcmp (key->only_beside, "methods") == 0)
    return config->transport == MCP_SERVER_TRANSPORT_DBUS_METHODS;
  return config->command != NULL;
}

/* The transport that the entry does not have, left empty. */
static gboolean
is_unused (EntryReader *reader, const McpServerEntryKey *key, McpJsonSlice value)
{
  gboolean is_empty =
      mcp_json_get_type (value) == MCP_JSON_NULL || mcp_json_string_equal (value, "");

  if (mcp_json_get_type (value) == MCP_JSON_NULL)
    return TRUE;
  return is_empty && ((strcmp (key->name, "command") == 0 && reader->config->url != NULL) ||
                      (g_str_has_suffix (key->name, "rl") && reader->config->command != NULL));
}

static void
report_unknown (EntryReader *reader, McpJsonSlice key)
{
  g_autofree char *name = mcp_json_dup_string (key);

  add_problem (reader, "“%s” is not known here and is ignored", name);
}

/* Returns: whether the member does not spoil the entry */
static gboolean
read_member (EntryReader *reader, McpJsonSlice key, McpJsonSlice value)
{
  const McpServerEntryKey *known = mcp_server_entry_keys_find (key);
  const char *refused = mcp_server_entry_keys_find_refused (key, value);

  if (refused != NULL && mcp_json_get_type (value) != MCP_JSON_NULL)
    {
      add_problem (reader, "“%s” has no counterpart here; the server is left out", refused);
      return FALSE;
    }
  if (known == NULL)
    report_unknown (reader, key);
  else if (is_unused (reader, known, value))
    return TRUE;
  else if (!is_applicable (reader, known))
    add_problem (reader, "“%s” means nothing without “%s” and is ignored", known->name,
                 known->only_beside);
  else if ((known->types & (1U << mcp_json_get_type (value))) == 0 ||
           !known->read (reader->config, value))
    {
      add_problem (reader, "“%s” must be %s; the server is left out", known->name, known->expected);
      return FALSE;
    }
  return TRUE;
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
    valid = read_member (reader, key, value) && valid;
  return valid;
}

static gboolean
check_variables_of (EntryReader *reader, const char *const *texts)
{
  for (gsize i = 0; texts[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!mcp_expand_check (texts[i], &error))
        {
          add_problem (reader, "%s; the server is left out", error->message);
          return FALSE;
        }
    }
  return TRUE;
}

/* What runs is seen by everybody in /proc, and an address is found in logs. */
static gboolean
check_no_secrets (EntryReader *reader, const char *const *texts)
{
  for (gsize i = 0; texts[i] != NULL; i++)
    if (mcp_expand_names_secret (texts[i]))
      {
        add_problem (reader, "“${secret:…}” is for “env”, “headers” and “oauth”, where nobody else "
                             "sees the value; the server is left out");
        return FALSE;
      }
  return TRUE;
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static gboolean
check_variables (EntryReader *reader)
{
  const McpServerConfig *config = reader->config;
  const char *way = config->url != NULL ? config->url : config->command;
  const char *const texts[] = { way != NULL ? way : "", config->cwd != NULL ? config->cwd : "",
                                config->env_file != NULL ? config->env_file : "", NULL };
  const char *const logins[] = { or_empty (config->oauth.client_id),
                                 or_empty (config->oauth.client_secret),
                                 or_empty (config->oauth.private_key), NULL };

  return check_no_secrets (reader, texts) &&
         check_no_secrets (reader, (const char *const *) config->args) &&
         check_variables_of (reader, texts) && check_variables_of (reader, logins) &&
         check_variables_of (reader, (const char *const *) config->args) &&
         check_variables_of (reader, (const char *const *) config->env) &&
         check_variables_of (reader, (const char *const *) config->headers);
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

/* One app serves all sessions: there is nothing to start for each of them. */
static gboolean
check_bus (EntryReader *reader)
{
  const char *missing = mcp_server_entry_bus_find_missing (reader->config);

  if (missing != NULL)
    add_problem (reader, "“%s” is missing; the server is left out", missing);
  else if (reader->config->bus != NULL && reader->config->scope != MCP_SERVER_SCOPE_SHARED)
    {
      add_problem (reader, "“scope” is “shared” for every app on the bus; what it says is ignored");
      reader->config->scope = MCP_SERVER_SCOPE_SHARED;
    }
  return missing == NULL;
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
  if (!read_members (reader, entry) || !check_variables (reader) || !check_url (reader) ||
      !check_bus (reader))
    return NULL;

  g_free (config->fingerprint);
  config->fingerprint =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) entry.data, entry.length);
  return g_steal_pointer (&config);
}

static void
left_out_free (gpointer data)
{
  McpServerLeftOut *left_out = data;

  g_free (left_out->name);
  g_free (left_out->why);
  g_free (left_out);
}

/* What was said of the entry since @first, without file and name. */
static void
note_left_out (EntryReader *reader, guint first, GPtrArray *all)
{
  McpServerLeftOut *left_out = g_new0 (McpServerLeftOut, 1);
  g_autofree char *prefix =
      g_strdup_printf ("%s: server “%s”: ", reader->file_name, reader->server);
  g_autoptr (GString) why = g_string_new (NULL);

  for (guint i = first; i < reader->problems->len; i++)
    g_string_append_printf (why, "%s%s", why->len > 0 ? "; " : "",
                            (char *) reader->problems->pdata[i] + strlen (prefix));
  left_out->name = g_strdup (reader->server);
  left_out->why = g_string_free (g_steal_pointer (&why), FALSE);
  g_ptr_array_add (all, left_out);
}

static void
read_servers (const char *file_name,
              McpJsonSlice servers,
              GPtrArray *configs,
              GPtrArray *problems,
              GPtrArray *left_out)
{
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice entry;

  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_member (&iter, &key, &entry))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      EntryReader reader = { NULL, file_name, name != NULL ? name : "", problems };
      guint first = problems->len;
      McpServerConfig *config = read_entry (&reader, entry);

      if (config != NULL)
        g_ptr_array_add (configs, config);
      else
        note_left_out (&reader, first, left_out);
    }
}

/* Visual Studio Code has “servers”. */
static gboolean
find_servers (McpJsonSlice root, const char **key, McpJsonSlice *servers)
{
  *key = "mcpServers";
  if (mcp_json_find (root, *key, servers))
    return TRUE;
  if (!mcp_json_find (root, "servers", servers))
    return FALSE;
  *key = "servers";
  return TRUE;
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
 * Reads the "mcpServers" (or "servers") of a configuration file, in the order of the file.
 * Comments, commas before a closing bracket and a byte order mark are passed over. Entries that are
 * switched off are among them, with `disabled` set. Any thread.
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
  g_autoptr (GPtrArray) left_out = NULL;

  return mcp_server_config_parse_entries (text, length, file_name, problems, &left_out, error);
}

/**
 * mcp_server_config_parse_entries:
 * @text: contents of the file
 * @length: of @text in bytes
 * @file_name: for messages
 * @problems: (out) (transfer container) (element-type utf8): as mcp_server_config_parse_file()
 * @left_out: (out) (transfer container) (element-type McpServerLeftOut): the entries that cannot be
 *   used, and why
 * @error: return location
 *
 * As mcp_server_config_parse_file(); each entry of the file is either returned or in @left_out.
 *
 * Returns: (transfer container) (element-type McpServerConfig) (nullable): the entries that are
 *   right, or %NULL
 */
GPtrArray *
mcp_server_config_parse_entries (const char *text,
                                 gsize length,
                                 const char *file_name,
                                 GPtrArray **problems,
                                 GPtrArray **left_out,
                                 GError **error)
{
  g_autofree char *json = NULL;
  const char *key;
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
  *left_out = g_ptr_array_new_with_free_func (left_out_free);
  json = mcp_jsonc_to_json (text, length);
  if (!mcp_json_scan (json, length, MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_NAME_LINES, &root,
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

  if (!find_servers (root, &key, &servers))
    g_ptr_array_add (texts, g_strdup_printf ("%s: no “mcpServers” in it", file_name));
  else if (mcp_json_get_type (servers) != MCP_JSON_OBJECT)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "%s: “%s” must be an object: server name to entry", file_name, key);
      return NULL;
    }
  else
    read_servers (file_name, servers, configs, texts, *left_out);

  *problems = g_steal_pointer (&texts);
  return g_steal_pointer (&configs);
}
