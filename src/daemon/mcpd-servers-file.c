/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-servers-file.h"

#include "daemon/mcpd-trusted-file.h"
#include "daemon/mcpd-watched-file.h"
#include "upstream/config/mcp-server-config.h"

#include <glib/gi18n.h>

struct _McpdServersFile
{
  GObject parent_instance;

  McpdWatchedFile *file; /* (owned) */
  McpGateway *gateway;   /* (owned) */
};

G_DEFINE_FINAL_TYPE (McpdServersFile, mcpd_servers_file, G_TYPE_OBJECT)

static void
take_servers (McpdServersFile *self, GBytes *contents)
{
  const char *path = mcpd_watched_file_get_path (self->file);
  g_autoptr (GPtrArray) configs = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) left_out = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (contents, &length);

  configs = mcp_server_config_parse_entries (text != NULL ? text : "", length, path, &problems,
                                             &left_out, &error);
  for (guint i = 0; problems != NULL && i < problems->len; i++)
    g_warning ("%s", (const char *) g_ptr_array_index (problems, i));
  if (configs == NULL)
    {
      g_warning (_ ("%s; the servers stay as they are"), error->message);
      return;
    }

  mcp_gateway_set_left_out (self->gateway, left_out);
  mcp_gateway_set_servers (self->gateway, configs);
  /* TRANSLATORS: file, number of upstream servers */
  g_message (ngettext ("%s: %u server", "%s: %u servers", configs->len), path, configs->len);
}

static void
changed_cb (McpdWatchedFile *file, GBytes *contents, GError *error, gpointer user_data)
{
  McpdServersFile *self = MCPD_SERVERS_FILE (user_data);
  g_autoptr (GPtrArray) none = NULL;

  if (error != NULL)
    {
      g_warning (_ ("%s; the servers stay as they are"), error->message);
      return;
    }
  if (contents != NULL)
    {
      take_servers (self, contents);
      return;
    }

  none = g_ptr_array_new ();
  mcp_gateway_set_left_out (self->gateway, NULL);
  mcp_gateway_set_servers (self->gateway, none);
  g_message (_ ("%s: no such file, no servers"), mcpd_watched_file_get_path (file));
}

static void
mcpd_servers_file_dispose (GObject *object)
{
  McpdServersFile *self = MCPD_SERVERS_FILE (object);

  if (self->file != NULL)
    g_signal_handlers_disconnect_by_data (self->file, self);
  g_clear_object (&self->file);
  g_clear_object (&self->gateway);

  G_OBJECT_CLASS (mcpd_servers_file_parent_class)->dispose (object);
}

static void
mcpd_servers_file_class_init (McpdServersFileClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mcpd_servers_file_dispose;
}

static void
mcpd_servers_file_init (McpdServersFile *self)
{
}

/**
 * mcpd_servers_file_new:
 * @path: of the file, which need not exist
 * @gateway: gets the servers
 *
 * Returns: (transfer full): has read nothing yet
 */
McpdServersFile *
mcpd_servers_file_new (const char *path, McpGateway *gateway)
{
  McpdServersFile *self;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (MCP_IS_GATEWAY (gateway), NULL);

  self = g_object_new (MCPD_TYPE_SERVERS_FILE, NULL);
  self->file = mcpd_watched_file_new (path);
  self->gateway = g_object_ref (gateway);
  g_signal_connect (self->file, "changed", G_CALLBACK (changed_cb), self);
  return self;
}

/**
 * mcpd_servers_file_start:
 * @self: the file
 *
 * Reads the file once, blocking, and then again whenever it changes. A file
 * that is malformed, or that others can write, is reported, and the servers
 * stay as they were. Before the main loop only.
 */
void
mcpd_servers_file_start (McpdServersFile *self)
{
  g_autoptr (GError) watch_error = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = NULL;
  const char *path;

  g_return_if_fail (MCPD_IS_SERVERS_FILE (self));

  path = mcpd_watched_file_get_path (self->file);
  if (!mcpd_watched_file_watch (self->file, &watch_error))
    g_warning (_ ("Changes of %s take effect at the next start only: %s"), path,
               watch_error->message);

  contents = mcpd_trusted_file_read (path, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_clear_error (&error);
  changed_cb (self->file, contents, error, self);
}
