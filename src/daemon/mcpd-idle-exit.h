/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpdIdleExitFuncs:
 * @is_busy: whether there is anything that would be missed
 * @is_over: nothing was for the whole time
 */
typedef struct
{
  gboolean (*is_busy) (gpointer user_data);
  void (*is_over) (gpointer user_data);
} McpdIdleExitFuncs;

/**
 * McpdIdleExit:
 *
 * Says when nothing has happened for a while, so that a daemon whose listeners somebody else keeps
 * may end until it is needed. Main context only.
 */
typedef struct _McpdIdleExit McpdIdleExit;

McpdIdleExit *mcpd_idle_exit_new (const McpdIdleExitFuncs *funcs, gpointer user_data);
void mcpd_idle_exit_free (McpdIdleExit *self);
void mcpd_idle_exit_set (McpdIdleExit *self, guint seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpdIdleExit, mcpd_idle_exit_free)

G_END_DECLS
