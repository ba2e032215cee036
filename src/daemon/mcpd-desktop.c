/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-desktop.h"

#include "common/mcp-names.h"

struct _McpdDesktop
{
  GApplication parent_instance;

  const McpdDesktopFuncs *funcs;
  gpointer user_data;
  gboolean has_joined; /* what is on the bus has not been taken off */
};

G_DEFINE_FINAL_TYPE (McpdDesktop, mcpd_desktop, G_TYPE_APPLICATION)

/**
 * mcpd_desktop_leave:
 * @self: a desktop
 *
 * Takes off the bus what is on it; nothing more is told. May be called twice.
 */
void
mcpd_desktop_leave (McpdDesktop *self)
{
  if (!self->has_joined)
    return;
  self->has_joined = FALSE;
  self->funcs->left (self->user_data);
}

static gboolean
mcpd_desktop_dbus_register (GApplication *application,
                            GDBusConnection *connection,
                            const char *object_path,
                            GError **error)
{
  McpdDesktop *self = MCPD_DESKTOP (application);

  if (!G_APPLICATION_CLASS (mcpd_desktop_parent_class)
           ->dbus_register (application, connection, object_path, error))
    return FALSE;

  /* GLib would end the process together with the bus. */
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  self->has_joined = self->funcs->joined (connection, self->user_data, error);
  return self->has_joined;
}

static void
mcpd_desktop_activate (GApplication *application)
{
  McpdDesktop *self = MCPD_DESKTOP (application);

  if (self->has_joined)
    self->funcs->activated (self->user_data);
}

static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_application_activate (G_APPLICATION (user_data));
}

static void
answer_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  McpdDesktop *self = MCPD_DESKTOP (user_data);

  if (self->has_joined)
    self->funcs->answered (g_variant_get_string (parameter, NULL), self->user_data);
}

static void
login_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  McpdDesktop *self = MCPD_DESKTOP (user_data);

  if (self->has_joined)
    self->funcs->login (g_variant_get_string (parameter, NULL), self->user_data);
}

static void
mcpd_desktop_dispose (GObject *object)
{
  mcpd_desktop_leave (MCPD_DESKTOP (object));

  G_OBJECT_CLASS (mcpd_desktop_parent_class)->dispose (object);
}

static void
mcpd_desktop_class_init (McpdDesktopClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->dispose = mcpd_desktop_dispose;
  /* No dbus_unregister: GLib warns of applications that have one and are not run by
   * g_application_run(), which could not end with one bus and go on with the next. */
  application_class->dbus_register = mcpd_desktop_dbus_register;
  application_class->activate = mcpd_desktop_activate;
}

static void
mcpd_desktop_init (McpdDesktop *self)
{
  static const GActionEntry actions[] = {
    { .name = "show", .activate = show_cb },
    { .name = "login", .activate = login_cb, .parameter_type = "s" },
    { .name = "answer", .activate = answer_cb, .parameter_type = "s" },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}

/**
 * mcpd_desktop_new:
 * @funcs: static
 * @user_data: for @funcs; must live until the desktop has left
 *
 * As a service, GApplication fails to register where the name is taken, rather than becoming a
 * remote control of whoever has it.
 *
 * Returns: (transfer full): a desktop that is to be registered
 */
McpdDesktop *
mcpd_desktop_new (const McpdDesktopFuncs *funcs, gpointer user_data)
{
  McpdDesktop *self = g_object_new (MCPD_TYPE_DESKTOP, "application-id", MCP_BUS_NAME, "flags",
                                    G_APPLICATION_IS_SERVICE, NULL);

  self->funcs = funcs;
  self->user_data = user_data;
  return self;
}
