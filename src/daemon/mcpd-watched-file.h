/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "daemon/mcpd-inotify.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpdWatchedFile:
 *
 * A configuration file that is read again when it changes. Main context only.
 *
 * Signals:
 *   changed (GBytes *contents, GError *error): the file was read again; one of
 *     the two is %NULL, and both where there is no file any more
 */
#define MCPD_TYPE_WATCHED_FILE (mcpd_watched_file_get_type ())
G_DECLARE_FINAL_TYPE (McpdWatchedFile, mcpd_watched_file, MCPD, WATCHED_FILE, GObject)

McpdWatchedFile *mcpd_watched_file_new (McpdInotify *inotify, const char *path);
const char *mcpd_watched_file_get_path (McpdWatchedFile *self);
gboolean mcpd_watched_file_watch (McpdWatchedFile *self, GError **error);

G_END_DECLS
