/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/*
 * A terminal: a pseudo-terminal with a program at its other end, and what a person sees of it.
 */
typedef struct _Terminal Terminal;

Terminal *terminal_new (const char *const *argv,
                        const char *const *environment,
                        const char *cwd,
                        guint columns,
                        guint rows);
void terminal_free (Terminal *self);
void terminal_type (Terminal *self, const char *text);
void terminal_resize (Terminal *self, guint columns, guint rows);
char *terminal_dup_screen (Terminal *self);
void terminal_await (Terminal *self, const char *text);
gboolean terminal_has_seen (Terminal *self, const char *bytes);
int terminal_await_exit (Terminal *self);
pid_t terminal_get_pid (Terminal *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Terminal, terminal_free)

G_END_DECLS
