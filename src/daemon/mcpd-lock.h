/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* In the runtime directory. */
#define MCPD_LOCK_FILE "lock"

/**
 * McpdLock:
 *
 * One daemon per runtime directory, and one per state directory: held as long as this lives, and
 * released by the kernel when the process ends, however it ends. The file names the process.
 */
typedef struct _McpdLock McpdLock;

McpdLock *mcpd_lock_try (const char *path, pid_t *holder, GError **error);
gboolean mcpd_lock_set_socket (McpdLock *self, const char *socket_path, GError **error);
McpdLock *mcpd_lock_replace (const char *path, guint timeout_ms, GError **error);
void mcpd_lock_free (McpdLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpdLock, mcpd_lock_free)

G_END_DECLS
