/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-search-choice.h"

/* gsettings-desktop-schemas */
#define SCHEMA "org.gnome.desktop.search-providers"

struct _McpSearchChoice
{
  gboolean are_all_off;
  GStrv disabled; /* desktop ids */
  GStrv enabled;
};

/**
 * mcp_search_choice_new:
 *
 * Where the desktop has no such settings, everything is as the apps say of themselves.
 *
 * Returns: (transfer full): what is chosen now
 */
McpSearchChoice *
mcp_search_choice_new (void)
{
  GSettingsSchemaSource *schemas = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettings) settings = NULL;
  McpSearchChoice *self = g_new0 (McpSearchChoice, 1);

  if (schemas != NULL)
    schema = g_settings_schema_source_lookup (schemas, SCHEMA, TRUE);
  if (schema == NULL)
    return self;
  settings = g_settings_new_full (schema, NULL, NULL);
  self->are_all_off = g_settings_get_boolean (settings, "disable-external");
  self->disabled = g_settings_get_strv (settings, "disabled");
  self->enabled = g_settings_get_strv (settings, "enabled");
  return self;
}

/**
 * mcp_search_choice_free:
 * @self: (transfer full): a choice
 */
void
mcp_search_choice_free (McpSearchChoice *self)
{
  g_strfreev (self->disabled);
  g_strfreev (self->enabled);
  g_free (self);
}

static gboolean
contains (GStrv list, const char *word)
{
  return list != NULL && word != NULL && g_strv_contains ((const char *const *) list, word);
}

/**
 * mcp_search_choice_has:
 * @self: a choice
 * @source: an app
 *
 * Returns: whether the app is to be searched
 */
gboolean
mcp_search_choice_has (const McpSearchChoice *self, const McpSearchSource *source)
{
  if (self->are_all_off)
    return FALSE;
  if (source->is_off_by_default)
    return contains (self->enabled, source->desktop_id);
  return !contains (self->disabled, source->desktop_id);
}
