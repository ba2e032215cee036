/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpdInotify:
 *
 * Tells of changes of files and directories, also of those that are not there yet. Nothing is done
 * while nothing changes: GLib's monitors look every four seconds for a directory that is missing.
 * Main context only.
 */
typedef struct _McpdInotify McpdInotify;

/**
 * McpdWatch:
 *
 * One path that is watched.
 */
typedef struct _McpdWatch McpdWatch;

/**
 * McpdWatchFunc:
 * @user_data: as given
 *
 * Something happened to what is watched, or may have: whoever wants to know looks. It may free the
 * watch.
 */
typedef void (*McpdWatchFunc) (gpointer user_data);

McpdInotify *mcpd_inotify_new (void);
McpdInotify *mcpd_inotify_ref (McpdInotify *self);
void mcpd_inotify_unref (McpdInotify *self);
McpdWatch *mcpd_inotify_watch_file (McpdInotify *self,
                                    const char *path,
                                    McpdWatchFunc func,
                                    gpointer user_data,
                                    GError **error);
McpdWatch *mcpd_inotify_watch_directory (McpdInotify *self,
                                         const char *path,
                                         McpdWatchFunc func,
                                         gpointer user_data,
                                         GError **error);
void mcpd_inotify_watch_free (McpdWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpdInotify, mcpd_inotify_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpdWatch, mcpd_inotify_watch_free)

G_END_DECLS
