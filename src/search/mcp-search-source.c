/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-search-source.h"

#include <gio/gdesktopappinfo.h>

#define GROUP "Shell Search Provider"

/* The interface's second version is the only one that apps still have. */
#define MIN_VERSION 2

/**
 * mcp_search_source_free:
 * @self: (transfer full): a source
 */
void
mcp_search_source_free (McpSearchSource *self)
{
  g_free (self->desktop_id);
  g_free (self->title);
  g_free (self->bus_name);
  g_free (self->object_path);
  g_free (self);
}

static gboolean
check_version (GKeyFile *file, GError **error)
{
  g_autoptr (GError) problem = NULL;
  int version = g_key_file_get_integer (file, GROUP, "Version", &problem);

  if (problem == NULL && version < MIN_VERSION)
    g_set_error (&problem, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                 "“Version” is below %d", MIN_VERSION);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return problem == NULL && version >= MIN_VERSION;
}

static gboolean
check_address (const McpSearchSource *self, GError **error)
{
  if (g_dbus_is_name (self->bus_name) && !g_dbus_is_unique_name (self->bus_name) &&
      g_variant_is_object_path (self->object_path))
    return TRUE;
  g_set_error_literal (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                       "“BusName” or “ObjectPath” is none");
  return FALSE;
}

/* An app without a desktop entry is known by its bus name. */
static char *
dup_title (const McpSearchSource *self)
{
  g_autoptr (GDesktopAppInfo) info = NULL;

  if (self->desktop_id != NULL)
    info = g_desktop_app_info_new (self->desktop_id);
  return g_strdup (info != NULL ? g_app_info_get_name (G_APP_INFO (info)) : self->bus_name);
}

/**
 * mcp_search_source_new_from_data:
 * @data: what a file of the folder says
 * @length: of @data in bytes
 * @error: return location
 *
 * May read the app's desktop entry: not for a main context that must not block.
 *
 * Errors: of #GKeyFileError.
 *
 * Returns: (transfer full) (nullable): the source
 */
McpSearchSource *
mcp_search_source_new_from_data (const char *data, gsize length, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (McpSearchSource) self = g_new0 (McpSearchSource, 1);

  if (!g_key_file_load_from_data (file, data, length, G_KEY_FILE_NONE, error) ||
      !check_version (file, error))
    return NULL;
  self->bus_name = g_key_file_get_string (file, GROUP, "BusName", error);
  if (self->bus_name == NULL)
    return NULL;
  self->object_path = g_key_file_get_string (file, GROUP, "ObjectPath", error);
  if (self->object_path == NULL || !check_address (self, error))
    return NULL;
  self->desktop_id = g_key_file_get_string (file, GROUP, "DesktopId", NULL);
  self->is_off_by_default = g_key_file_get_boolean (file, GROUP, "DefaultDisabled", NULL);
  self->title = dup_title (self);
  return g_steal_pointer (&self);
}
