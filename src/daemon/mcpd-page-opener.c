/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Opens an address in the owner's browser. A browser that the daemon itself had started would be a
 * process below the daemon, as servers are: it would end with the daemon's service, and the owner's
 * answers in it would be refused. So somebody else is asked to start it: the portal of the desktop,
 * else systemd. Where there is neither, the daemon does it after all.
 */
#include "daemon/mcpd-page-opener.h"

/* xdg-utils */
#define DEFAULT_COMMAND "xdg-open"
#define CALL_TIMEOUT_MS 10000

/* One address on its way to a browser. */
typedef struct
{
  GDBusConnection *connection; /* (owned) (nullable) */
  char *url;
  char **argv; /* (owned): the command; its program as an absolute path */
  McpdPageOpenedFunc done;
  gpointer user_data;
} Opening;

static void
opening_free (Opening *self)
{
  g_clear_object (&self->connection);
  g_strfreev (self->argv);
  g_free (self->url);
  g_free (self);
}

/* @self: (transfer full) */
static void
finish (Opening *self, const GError *error)
{
  self->done (error, self->user_data);
  opening_free (self);
}

/* Without a shell: an address is no command. @self: (transfer full) */
static void
start_below (Opening *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (
      (const char *const *) self->argv,
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);

  finish (self, error);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Opening *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    {
      finish (self, NULL);
      return;
    }
  g_debug ("systemd does not start a browser: %s", error->message);
  start_below (self);
}

/* The session may be one that systemd was told nothing of. */
static GVariant *
build_environment (void)
{
  static const char *const names[] = { "DISPLAY", "WAYLAND_DISPLAY",     "XAUTHORITY",
                                       "BROWSER", "XDG_CURRENT_DESKTOP", NULL };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; names[i] != NULL; i++)
    {
      const char *value = g_getenv (names[i]);
      g_autofree char *pair = value != NULL ? g_strconcat (names[i], "=", value, NULL) : NULL;

      if (pair != NULL && g_utf8_validate (pair, -1, NULL))
        g_variant_builder_add (&builder, "s", pair);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
build_properties (Opening *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sv)"));
  g_variant_builder_add (&builder, "(sv)", "Type", g_variant_new_string ("oneshot"));
  g_variant_builder_add (&builder, "(sv)", "CollectMode",
                         g_variant_new_string ("inactive-or-failed"));
  g_variant_builder_add (&builder, "(sv)", "Environment", build_environment ());
  g_variant_builder_add (&builder, "(sv)", "ExecStart",
                         g_variant_new_parsed ("[(%s, %^as, false)]", self->argv[0], self->argv));
  return g_variant_builder_end (&builder);
}

/* @self: (transfer full) */
static void
start_by_systemd (Opening *self)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *unit = g_strdup_printf ("mcp-sessiond-page-%s.service", uuid);

  g_dbus_connection_call (
      self->connection, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
      "org.freedesktop.systemd1.Manager", "StartTransientUnit",
      g_variant_new ("(ss@a(sv)@a(sa(sv)))", unit, "fail", build_properties (self),
                     g_variant_new_array (G_VARIANT_TYPE ("(sa(sv))"), NULL, 0)),
      NULL, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, started_cb, self);
}

/* @self: (transfer full) */
static void
start (Opening *self)
{
  g_autofree char *program = g_find_program_in_path (self->argv[0]);
  g_autoptr (GError) error = NULL;

  if (program == NULL)
    {
      error = g_error_new (G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT, "There is no program “%s”",
                           self->argv[0]);
      finish (self, error);
      return;
    }
  g_free (self->argv[0]);
  self->argv[0] = g_steal_pointer (&program);
  if (self->connection != NULL)
    start_by_systemd (self);
  else
    start_below (self);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Opening *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    {
      finish (self, NULL);
      return;
    }
  g_debug ("The portal does not open the page: %s", error->message);
  start (self);
}

/* @self: (transfer full) */
static void
ask_portal (Opening *self)
{
  g_dbus_connection_call (self->connection, "org.freedesktop.portal.Desktop",
                          "/org/freedesktop/portal/desktop", "org.freedesktop.portal.OpenURI",
                          "OpenURI",
                          g_variant_new ("(ss@a{sv})", "", self->url,
                                         g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)),
                          NULL, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, asked_cb, self);
}

/* Returns: (transfer full) (nullable): the words of the command, and the address behind them */
static char **
build_argv (const char *command, const char *url, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();

  if (*command == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "No browser is opened here");
      return NULL;
    }
  if (!g_shell_parse_argv (command, NULL, &words, error))
    return NULL;
  g_strv_builder_addv (argv, (const char **) words);
  g_strv_builder_add (argv, url);
  return g_strv_builder_end (argv);
}

/**
 * mcpd_page_opener_open:
 * @connection: (nullable): the session bus
 * @command: (nullable): a program with its arguments, quoted as for a shell, that opens the address
 *   which is put behind them; %NULL: the desktop's own way; empty: none
 * @url: an address
 * @done: called once, perhaps before this returns
 * @user_data: for @done
 *
 * Has the address opened.
 *
 * Errors: %G_IO_ERROR_NOT_SUPPORTED, those of g_shell_parse_argv() and of g_subprocess_newv().
 */
void
mcpd_page_opener_open (GDBusConnection *connection,
                       const char *command,
                       const char *url,
                       McpdPageOpenedFunc done,
                       gpointer user_data)
{
  Opening *self = g_new0 (Opening, 1);
  g_autoptr (GError) error = NULL;

  self->connection = connection != NULL ? g_object_ref (connection) : NULL;
  self->url = g_strdup (url);
  self->done = done;
  self->user_data = user_data;
  self->argv = build_argv (command != NULL ? command : DEFAULT_COMMAND, url, &error);
  if (self->argv == NULL)
    finish (self, error);
  else if (connection != NULL && command == NULL)
    ask_portal (self);
  else
    start (self);
}
