/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-settings.h"

#include "common/mcp-json.h"
#include "common/mcp-names.h"
#include "daemon/mcpd-problem.h"
#include "session/history/mcp-call-history.h"

#include <glib/gi18n.h>
#include <string.h>

/* Default idle time of a session, of a call without progress: see docs. */
#define DEFAULT_IDLE_SECONDS    (24 * 60 * 60)
#define DEFAULT_TIMEOUT_SECONDS 300
#define DEFAULT_CONSENT_SECONDS 120
/* Clients give up waiting for a list after ten. */
#define DEFAULT_LIST_SECONDS    8
/* Clients put a prefix of their own before a name (“mcp__sessiond__”), and the whole may have 64
 * characters. */
#define DEFAULT_MAX_NAME        48

typedef enum
{
  NUMBER,  /* guint */
  BOOLEAN, /* gboolean */
  TEXT,    /* const char *, interned */
} Kind;

/* One key of the file. */
typedef struct
{
  const char *group;
  const char *key;
  Kind kind;
  gsize offset; /* of the member of McpdSettings */
  guint minimum;
  guint maximum;
  /* Of a text: returns what is used, (transfer full); %NULL: the value is bad. */
  char *(*read) (const char *value);
  const char *expected; /* of a text */
} Key;

static char *read_path (const char *value);
static char *read_command (const char *value);
static char *read_document (const char *value);

#define AT(member) G_STRUCT_OFFSET (McpdSettings, member)

/* The keys of a group stand together. */
static const Key keys[] = {
  { "Http", "Port", NUMBER, AT (port), 0, G_MAXUINT16 },
  { "Http", "RequireKey", BOOLEAN, AT (require_key) },
  { "Http", "Direct", BOOLEAN, AT (direct) },
  { "Sessions", "IdleSeconds", NUMBER, AT (idle_seconds), 0, 365 * 86400 },
  { "Calls", "TimeoutSeconds", NUMBER, AT (timeout_seconds), 1, 7 * 86400 },
  { "Calls", "ListSeconds", NUMBER, AT (list_seconds), 1, 300 },
  { "Consent", "WaitSeconds", NUMBER, AT (consent_seconds), 1, 86400 },
  { "Consent", "AskDestructive", BOOLEAN, AT (ask_destructive) },
  { "Notifications", "Consent", BOOLEAN, AT (notifications.consent) },
  { "Notifications", "LongCalls", BOOLEAN, AT (notifications.long_calls) },
  { "Notifications", "ServerFailed", BOOLEAN, AT (notifications.server_failed) },
  { "Notifications", "ToolsHeld", BOOLEAN, AT (notifications.tools_held) },
  { "Notifications", "Login", BOOLEAN, AT (notifications.login) },
  { "Daemon", "IdleExitSeconds", NUMBER, AT (idle_exit_seconds), 0, 365 * 86400 },
  { "Names", "MaxLength", NUMBER, AT (max_name), 24, 64 },
  { "Servers", "Path", TEXT, AT (servers_path), .read = read_path,
    .expected = N_ ("a list of absolute directories with colons in between") },
  { "OAuth", "Opener", TEXT, AT (opener), .read = read_command,
    .expected = N_ ("a command with its arguments") },
  { "OAuth", "ClientMetadataUrl", TEXT, AT (client_document), .read = read_document,
    .expected = N_ ("an address that begins with https:// and has a path") },
  { "History", "Days", NUMBER, AT (history_days), 1, 3650 },
  { "History", "MaxCalls", NUMBER, AT (history_calls), 0, 10 * 1000 * 1000 },
};

/* Groups that have no keys yet; a file may already have them. */
static const char *const empty_groups[] = { "Log" };

/* What is needed to judge one file. */
typedef struct
{
  GKeyFile *file;
  const char *text;
  const char *file_name;
  McpdSettings *settings;
  const McpdSettings *old;
  GPtrArray *problems;
} Parser;

/**
 * mcpd_settings_init_defaults:
 * @settings: (out caller-allocates): set to what holds without a settings file
 */
void
mcpd_settings_init_defaults (McpdSettings *settings)
{
  g_return_if_fail (settings != NULL);

  memset (settings, 0, sizeof *settings);
  settings->port = MCP_DEFAULT_PORT;
  settings->idle_seconds = DEFAULT_IDLE_SECONDS;
  settings->timeout_seconds = DEFAULT_TIMEOUT_SECONDS;
  settings->consent_seconds = DEFAULT_CONSENT_SECONDS;
  settings->notifications.consent = TRUE;
  settings->notifications.server_failed = TRUE;
  settings->notifications.tools_held = TRUE;
  settings->notifications.login = TRUE;
  settings->list_seconds = DEFAULT_LIST_SECONDS;
  settings->max_name = DEFAULT_MAX_NAME;
  settings->direct = TRUE;
  settings->history_days = MCP_CALL_HISTORY_DEFAULT_DAYS;
  settings->history_calls = MCP_CALL_HISTORY_DEFAULT_MAX_CALLS;
  mcp_limits_init_defaults (&settings->limits);
}

static gboolean
is_group (const char *line, const char *group)
{
  gsize length = strlen (group);

  return line[0] == '[' && strncmp (line + 1, group, length) == 0 && line[1 + length] == ']';
}

static gboolean
is_key (const char *line, const char *key)
{
  gsize length = strlen (key);

  return strncmp (line, key, length) == 0 && line[length + strspn (line + length, " \t")] == '=';
}

/* Of the last one, which counts. @key: (nullable): %NULL finds the group. */
static guint
find_line (const char *text, const char *group, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean in_group = FALSE;
  guint found = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (line[0] == '[')
        in_group = is_group (line, group);
      if (in_group && (key == NULL ? line[0] == '[' : is_key (line, key)))
        found = i + 1;
    }
  return found;
}

static void G_GNUC_PRINTF (4, 5)
    add_problem (Parser *self, const char *group, const char *key, const char *format, ...)
{
  guint line = group != NULL ? find_line (self->text, group, key) : 0;
  va_list args;

  va_start (args, format);
  g_ptr_array_add (self->problems, mcpd_problem_new (line, g_strdup_vprintf (format, args)));
  va_end (args);
}

static void
read_number (Parser *self, const Key *entry)
{
  g_autofree char *value = g_key_file_get_value (self->file, entry->group, entry->key, NULL);
  guint *field = &G_STRUCT_MEMBER (guint, self->settings, entry->offset);
  guint64 number;

  if (value == NULL)
    return;
  if (g_ascii_string_to_unsigned (g_strstrip (value), 10, entry->minimum, entry->maximum, &number,
                                  NULL))
    {
      *field = (guint) number;
      return;
    }

  *field = G_STRUCT_MEMBER (guint, self->old, entry->offset);
  add_problem (self, entry->group, entry->key,
               /* TRANSLATORS: file, group, key, the value there, range, the value used */
               _ ("%s: [%s] %s=%s is not a whole number from %u to %u; %u is used"),
               self->file_name, entry->group, entry->key, value, entry->minimum, entry->maximum,
               *field);
}

static void
read_boolean (Parser *self, const Key *entry)
{
  g_autofree char *value = g_key_file_get_value (self->file, entry->group, entry->key, NULL);
  gboolean *field = &G_STRUCT_MEMBER (gboolean, self->settings, entry->offset);

  if (value == NULL)
    return;
  g_strstrip (value);
  if (g_str_equal (value, "true") || g_str_equal (value, "false"))
    {
      *field = value[0] == 't';
      return;
    }

  *field = G_STRUCT_MEMBER (gboolean, self->old, entry->offset);
  add_problem (self, entry->group, entry->key,
               _ ("%s: [%s] %s=%s is neither “true” nor “false”; “%s” is used"), self->file_name,
               entry->group, entry->key, value, *field ? "true" : "false");
}

/* “~/” stands for the home directory. */
static char *
read_path (const char *value)
{
  g_auto (GStrv) directories = g_strsplit (value, ":", -1);

  for (guint i = 0; directories[i] != NULL; i++)
    {
      char *directory = directories[i];

      if (g_str_has_prefix (directory, "~/"))
        {
          directories[i] = g_build_filename (g_get_home_dir (), directory + 2, NULL);
          g_free (directory);
        }
      if (!g_path_is_absolute (directories[i]))
        return NULL;
    }
  return directories[0] != NULL ? g_strjoinv (":", directories) : NULL;
}

/* Nothing is a command as well: no browser is opened. */
static char *
read_command (const char *value)
{
  g_auto (GStrv) words = NULL;

  return *value == '\0' || g_shell_parse_argv (value, NULL, &words, NULL) ? g_strdup (value) : NULL;
}

/* MCP 2025-11-25, basic/authorization, “Client ID Metadata Documents”: https, and with a path. */
static char *
read_document (const char *value)
{
  g_autoptr (GUri) uri = g_uri_parse (value, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_str_equal (g_uri_get_scheme (uri), "https") &&
                 strlen (g_uri_get_path (uri)) > 1
             ? g_strdup (value)
             : NULL;
}

static void
read_text (Parser *self, const Key *entry)
{
  g_autofree char *value = g_key_file_get_value (self->file, entry->group, entry->key, NULL);
  const char **field = &G_STRUCT_MEMBER (const char *, self->settings, entry->offset);
  g_autofree char *text = NULL;

  if (value == NULL)
    return;
  text = entry->read (g_strstrip (value));
  *field = text != NULL ? g_intern_string (text)
                        : G_STRUCT_MEMBER (const char *, self->old, entry->offset);
  if (text == NULL)
    add_problem (self, entry->group, entry->key,
                 /* TRANSLATORS: file, group, key, the value there, what it must be */
                 _ ("%s: [%s] %s=%s is not %s; it is ignored"), self->file_name, entry->group,
                 entry->key, value, _ (entry->expected));
}

static void
read_key (Parser *self, const Key *key)
{
  switch (key->kind)
    {
    case NUMBER:
      read_number (self, key);
      break;
    case BOOLEAN:
      read_boolean (self, key);
      break;
    case TEXT:
      read_text (self, key);
      break;
    }
}

static void
read_limits (Parser *self)
{
  gsize n_limits;
  const McpLimitEntry *limits = mcp_limits_get_table (&n_limits);

  for (gsize i = 0; i < n_limits; i++)
    {
      Key entry = {
        .group = "Limits",
        .key = limits[i].key,
        .kind = NUMBER,
        .offset = G_STRUCT_OFFSET (McpdSettings, limits) + limits[i].offset,
        .minimum = limits[i].minimum,
        .maximum = limits[i].maximum,
      };

      read_number (self, &entry);
    }
}

static gboolean
is_known_key (const char *group, const char *key)
{
  gsize n_limits;
  const McpLimitEntry *limits = mcp_limits_get_table (&n_limits);

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group) && g_str_equal (keys[i].key, key))
      return TRUE;
  if (g_str_equal (group, "Limits"))
    for (gsize i = 0; i < n_limits; i++)
      if (g_str_equal (limits[i].key, key))
        return TRUE;

  return FALSE;
}

static gboolean
is_known_group (const char *group)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].group, group))
      return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (empty_groups); i++)
    if (g_str_equal (empty_groups[i], group))
      return TRUE;

  return g_str_equal (group, "Limits");
}

/* A misspelt key would otherwise do nothing, silently. */
static void
report_unknown (Parser *self)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->file, NULL);

  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_auto (GStrv) names = NULL;

      if (!is_known_group (groups[i]))
        {
          add_problem (self, groups[i], NULL, _ ("%s: there is no group [%s]; it is ignored"),
                       self->file_name, groups[i]);
          continue;
        }
      names = g_key_file_get_keys (self->file, groups[i], NULL, NULL);
      for (gsize j = 0; names != NULL && names[j] != NULL; j++)
        if (!is_known_key (groups[i], names[j]))
          add_problem (self, groups[i], names[j],
                       _ ("%s: there is no key %s in group [%s]; it is ignored"), self->file_name,
                       names[j], groups[i]);
    }
}

/**
 * mcpd_settings_parse:
 * @settings: (out caller-allocates): what the file makes of the settings
 * @old: what held until now; the defaults at start
 * @text: the file's text
 * @length: of @text, in bytes
 * @file_name: for messages
 * @problems: (element-type McpdProblem): gets what is wrong, with the line where it is known
 *
 * Reads a settings file. What it does not say has its default; what it says
 * wrongly keeps the value of @old, and so does everything when the text is no
 * key file at all.
 *
 * Returns: whether the text was a key file
 */
gboolean
mcpd_settings_parse (McpdSettings *settings,
                     const McpdSettings *old,
                     const char *text,
                     gsize length,
                     const char *file_name,
                     GPtrArray *problems)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *copy = g_strndup (text, length);
  g_autoptr (GError) error = NULL;
  Parser parser = { file, copy, file_name, settings, old, problems };

  g_return_val_if_fail (settings != NULL && old != NULL && settings != old, FALSE);
  g_return_val_if_fail (text != NULL && problems != NULL, FALSE);

  if (length > 0 && !g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, &error))
    {
      *settings = *old;
      add_problem (&parser, NULL, NULL,
                   _ ("%s cannot be understood, the settings stay as they are: %s"), file_name,
                   error->message);
      return FALSE;
    }

  mcpd_settings_init_defaults (settings);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    read_key (&parser, &keys[i]);
  read_limits (&parser);
  report_unknown (&parser);
  return TRUE;
}

static void
append_value (const Key *key, const McpdSettings *settings, GString *json)
{
  const char *text;

  switch (key->kind)
    {
    case NUMBER:
      g_string_append_printf (json, "%u", G_STRUCT_MEMBER (guint, settings, key->offset));
      break;
    case BOOLEAN:
      g_string_append (json, G_STRUCT_MEMBER (gboolean, settings, key->offset) ? "true" : "false");
      break;
    case TEXT:
      text = G_STRUCT_MEMBER (const char *, settings, key->offset);
      if (text != NULL)
        mcp_json_append_string (json, text);
      else
        g_string_append (json, "null");
      break;
    }
}

static void
append_limits (const McpdSettings *settings, GString *json)
{
  gsize n_limits;
  const McpLimitEntry *limits = mcp_limits_get_table (&n_limits);

  g_string_append (json, ",\"Limits\":{");
  for (gsize i = 0; i < n_limits; i++)
    g_string_append_printf (json, "%s\"%s\":%u", i > 0 ? "," : "", limits[i].key,
                            G_STRUCT_MEMBER (guint, &settings->limits, limits[i].offset));
  g_string_append_c (json, '}');
}

/**
 * mcpd_settings_append_json:
 * @settings: the settings
 * @json: gets an object: each group with its keys; a text that is not set is null
 */
void
mcpd_settings_append_json (const McpdSettings *settings, GString *json)
{
  const char *group = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      gboolean is_first = group == NULL || !g_str_equal (group, keys[i].group);

      if (is_first)
        g_string_append_printf (json, "%s\"%s\":{", group == NULL ? "{" : "},", keys[i].group);
      g_string_append_printf (json, "%s\"%s\":", is_first ? "" : ",", keys[i].key);
      append_value (&keys[i], settings, json);
      group = keys[i].group;
    }
  g_string_append_c (json, '}');
  append_limits (settings, json);
  g_string_append_c (json, '}');
}
