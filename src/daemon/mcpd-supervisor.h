/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpdSupervisor:
 *
 * Whoever has started the daemon and wants to hear how it is, as sd_notify(3) describes it:
 * systemd. Without such a one, nothing is said. Main context only.
 */
typedef struct _McpdSupervisor McpdSupervisor;

McpdSupervisor *mcpd_supervisor_new (void);
void mcpd_supervisor_free (McpdSupervisor *self);
void mcpd_supervisor_tell (McpdSupervisor *self, const char *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpdSupervisor, mcpd_supervisor_free)

G_END_DECLS
