/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpSearchSource:
 * @desktop_id: of the app, such as `org.gnome.Nautilus.desktop`
 * @title: the app's name, for people
 * @bus_name: who is asked
 * @object_path: the object with `org.gnome.Shell.SearchProvider2`
 * @is_off_by_default: whether nobody wants to see its results who has not said so
 *
 * An app that can be searched, as its file in `gnome-shell/search-providers` describes the app.
 */
typedef struct
{
  char *desktop_id;
  char *title;
  char *bus_name;
  char *object_path;
  gboolean is_off_by_default;
} McpSearchSource;

void mcp_search_source_free (McpSearchSource *self);
McpSearchSource *mcp_search_source_new_from_data (const char *data, gsize length, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSearchSource, mcp_search_source_free)

G_END_DECLS
