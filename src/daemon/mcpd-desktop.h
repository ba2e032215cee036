/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpdDesktopFuncs:
 * @joining: a bus has come, and nobody waits: what is to be on it is exported a little at a time;
 *   then, or when @left comes first, mcpd_bus_prepared() is called; returns whether that has begun
 * @joined: a bus is there; what is to be on it is exported before the name is asked for, as far as
 *   that was not done before
 * @ready: the name is ours, and notifications can be sent
 * @left: the bus is gone, or the daemon leaves it
 * @activated: somebody has opened the application, from a menu or by a notification
 * @answered: a button with that secret was pressed, in a notification
 * @login: somebody wants to log in at the server of that name
 *
 * What a desktop tells whoever puts the daemon together.
 */
typedef struct
{
  gboolean (*joining) (GDBusConnection *connection, gpointer user_data, GError **error);
  gboolean (*joined) (GDBusConnection *connection, gpointer user_data, GError **error);
  void (*ready) (gpointer user_data);
  void (*left) (gpointer user_data);
  void (*activated) (gpointer user_data);
  void (*answered) (const char *secret, gpointer user_data);
  void (*login) (const char *server, gpointer user_data);
} McpdDesktopFuncs;

/**
 * McpdDesktop:
 *
 * The application org.mcpsessiond.Daemon on one bus connection: its name, its activation, and the
 * notifications that it sends. When the bus goes, the desktop goes with it; the next connection has
 * a new one. Main context only.
 */
#define MCPD_TYPE_DESKTOP (mcpd_desktop_get_type ())
G_DECLARE_FINAL_TYPE (McpdDesktop, mcpd_desktop, MCPD, DESKTOP, GApplication)

/* The action of a notification's button, with a secret as its target. */
#define MCPD_DESKTOP_ACTION_ANSWER "app.answer"
/* Begins a login, with the name of a server as its target. */
#define MCPD_DESKTOP_ACTION_LOGIN  "app.login"
/* Opens the daemon's page. */
#define MCPD_DESKTOP_ACTION_SHOW   "app.show"

McpdDesktop *mcpd_desktop_new (const McpdDesktopFuncs *funcs, gpointer user_data);
void mcpd_desktop_leave (McpdDesktop *self);

G_END_DECLS
