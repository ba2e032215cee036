/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-settings.h"

#include "common/mcp-names.h"
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

typedef struct
{
  const char *group;
  const char *key;
  gsize offset; /* of the guint in McpdSettings */
  guint minimum;
  guint maximum;
} NumberEntry;

static const NumberEntry numbers[] = {
  { "Http", "Port", G_STRUCT_OFFSET (McpdSettings, port), 0, G_MAXUINT16 },
  { "Sessions", "IdleSeconds", G_STRUCT_OFFSET (McpdSettings, idle_seconds), 0, 365 * 86400 },
  { "Calls", "TimeoutSeconds", G_STRUCT_OFFSET (McpdSettings, timeout_seconds), 1, 7 * 86400 },
  { "Calls", "ListSeconds", G_STRUCT_OFFSET (McpdSettings, list_seconds), 1, 300 },
  { "Consent", "WaitSeconds", G_STRUCT_OFFSET (McpdSettings, consent_seconds), 1, 86400 },
  { "Names", "MaxLength", G_STRUCT_OFFSET (McpdSettings, max_name), 24, 64 },
  { "History", "Days", G_STRUCT_OFFSET (McpdSettings, history_days), 1, 3650 },
  { "History", "MaxCalls", G_STRUCT_OFFSET (McpdSettings, history_calls), 0, 10 * 1000 * 1000 },
};

typedef struct
{
  const char *group;
  const char *key;
  gsize offset; /* of the gboolean in McpdSettings */
} BooleanEntry;

static const BooleanEntry booleans[] = {
  { "Http", "RequireKey", G_STRUCT_OFFSET (McpdSettings, require_key) },
  { "Consent", "AskDestructive", G_STRUCT_OFFSET (McpdSettings, ask_destructive) },
};

/* Groups that have no keys yet; a file may already have them. */
static const char *const empty_groups[] = { "Log" };

/* What is needed to judge one file. */
typedef struct
{
  GKeyFile *file;
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
  settings->list_seconds = DEFAULT_LIST_SECONDS;
  settings->max_name = DEFAULT_MAX_NAME;
  settings->history_days = MCP_CALL_HISTORY_DEFAULT_DAYS;
  settings->history_calls = MCP_CALL_HISTORY_DEFAULT_MAX_CALLS;
  mcp_limits_init_defaults (&settings->limits);
}

static void G_GNUC_PRINTF (2, 3) add_problem (Parser *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (self->problems, g_strdup_vprintf (format, args));
  va_end (args);
}

static void
read_number (Parser *self, const NumberEntry *entry)
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
  add_problem (self,
               /* TRANSLATORS: file, group, key, the value there, range, the value used */
               _ ("%s: [%s] %s=%s is not a whole number from %u to %u; %u is used"),
               self->file_name, entry->group, entry->key, value, entry->minimum, entry->maximum,
               *field);
}

static void
read_boolean (Parser *self, const BooleanEntry *entry)
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
  add_problem (self, _ ("%s: [%s] %s=%s is neither “true” nor “false”; “%s” is used"),
               self->file_name, entry->group, entry->key, value, *field ? "true" : "false");
}

static void
read_limits (Parser *self)
{
  gsize n_limits;
  const McpLimitEntry *limits = mcp_limits_get_table (&n_limits);

  for (gsize i = 0; i < n_limits; i++)
    {
      NumberEntry entry = {
        .group = "Limits",
        .key = limits[i].key,
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

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_equal (numbers[i].group, group) && g_str_equal (numbers[i].key, key))
      return TRUE;
  if (g_str_equal (group, "Limits"))
    for (gsize i = 0; i < n_limits; i++)
      if (g_str_equal (limits[i].key, key))
        return TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (booleans); i++)
    if (g_str_equal (booleans[i].group, group) && g_str_equal (booleans[i].key, key))
      return TRUE;
  return FALSE;
}

static gboolean
is_known_group (const char *group)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_equal (numbers[i].group, group))
      return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (booleans); i++)
    if (g_str_equal (booleans[i].group, group))
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
      g_auto (GStrv) keys = NULL;

      if (!is_known_group (groups[i]))
        {
          add_problem (self, _ ("%s: there is no group [%s]; it is ignored"), self->file_name,
                       groups[i]);
          continue;
        }
      keys = g_key_file_get_keys (self->file, groups[i], NULL, NULL);
      for (gsize j = 0; keys != NULL && keys[j] != NULL; j++)
        if (!is_known_key (groups[i], keys[j]))
          add_problem (self, _ ("%s: there is no key %s in group [%s]; it is ignored"),
                       self->file_name, keys[j], groups[i]);
    }
}

/**
 * mcpd_settings_parse:
 * @settings: (out caller-allocates): what the file makes of the settings
 * @old: what held until now; the defaults at start
 * @text: the file's text
 * @length: of @text, in bytes
 * @file_name: for messages
 * @problems: (element-type utf8): gets a text for people for each problem; owns them
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
  g_autoptr (GError) error = NULL;
  Parser parser = { file, file_name, settings, old, problems };

  g_return_val_if_fail (settings != NULL && old != NULL && settings != old, FALSE);
  g_return_val_if_fail (text != NULL && problems != NULL, FALSE);

  if (length > 0 && !g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, &error))
    {
      *settings = *old;
      add_problem (&parser, _ ("%s cannot be understood, the settings stay as they are: %s"),
                   file_name, error->message);
      return FALSE;
    }

  mcpd_settings_init_defaults (settings);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    read_number (&parser, &numbers[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (booleans); i++)
    read_boolean (&parser, &booleans[i]);
  read_limits (&parser);
  report_unknown (&parser);
  return TRUE;
}
