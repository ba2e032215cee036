/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where the daemon of this user is: its Unix socket, or else the address in the discovery file, if
 * the kernel confirms that a process of this user listens there.
 */
#include "cli/daemon/mcp-cli-address.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "common/mcp-runtime-directory.h"

#include <arpa/inet.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* TCP_LISTEN as /proc/net/tcp shows it: proc(5). */
#define STATE_LISTEN 0x0a

static char *
build_path (const char *name)
{
  return mcp_runtime_directory_build_path (name);
}

/**
 * mcp_cli_address_dup_socket_path:
 *
 * Returns: (transfer full): the path of the daemon's Unix socket
 */
char *
mcp_cli_address_dup_socket_path (void)
{
  return build_path (MCP_SOCKET_FILE);
}

/**
 * mcp_cli_address_dup_discovery_path:
 *
 * Returns: (transfer full): the path of the discovery file, which has the daemon's address
 */
char *
mcp_cli_address_dup_discovery_path (void)
{
  return build_path (MCP_DISCOVERY_FILE);
}

/**
 * mcp_cli_address_free:
 * @self: (transfer full): an address
 */
void
mcp_cli_address_free (McpCliAddress *self)
{
  g_free (self->socket_path);
  g_free (self->base_url);
  g_free (self->owner_key);
  g_free (self);
}

/* Whether a process of this user accepts connections at the socket. */
static gboolean
socket_answers (const char *path, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GCredentials) credentials = NULL;

  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, error);
  if (connection == NULL)
    return FALSE;

  credentials = g_socket_get_credentials (g_socket_connection_get_socket (connection), error);
  if (credentials == NULL)
    return FALSE;
  if (g_credentials_get_unix_user (credentials, NULL) == geteuid ())
    return TRUE;
  g_set_error (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED,
               _ ("Another user listens at %s: remove that socket"), path);
  return FALSE;
}

/**
 * mcp_cli_address_listener_is_ours:
 * @port: of 127.0.0.1
 *
 * Asks the kernel (proc(5), /proc/net/tcp) which user's process listens there.
 *
 * Returns: whether it is a process of this user; %FALSE also if that is not known
 */
gboolean
mcp_cli_address_listener_is_ours (guint port)
{
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean is_ours = FALSE;

  if (!g_file_get_contents ("/proc/net/tcp", &table, NULL, NULL))
    return FALSE;

  lines = g_strsplit (table, "\n", -1);
  for (gsize i = 1; lines[i] != NULL && !is_ours; i++)
    {
      guint address, local_port, state, uid;

      if (sscanf (lines[i], "%*u: %8X:%4X %*8X:%*4X %2X %*8X:%*8X %*2X:%*8X %*8X %u", &address,
                  &local_port, &state, &uid) == 4 &&
          address == htonl (INADDR_LOOPBACK) && local_port == port && state == STATE_LISTEN)
        is_ours = uid == geteuid ();
    }
  return is_ours;
}

/* The daemon writes “http://127.0.0.1:PORT/mcp” and no other form. */
static guint
read_port (const char *url)
{
  static const char prefix[] = "http://127.0.0.1:";
  guint64 port;
  char *end;

  if (url == NULL || !g_str_has_prefix (url, prefix))
    return 0;
  port = g_ascii_strtoull (url + strlen (prefix), &end, 10);
  return strcmp (end, "/mcp") == 0 && port <= G_MAXUINT16 ? (guint) port : 0;
}

static McpCliAddress *
read_discovery (void)
{
  g_autofree char *path = mcp_cli_address_dup_discovery_path ();
  g_autofree char *text = NULL;
  g_autofree char *url = NULL;
  McpCliAddress *self;
  McpJsonSlice root;
  gsize length;
  guint port;

  if (!g_file_get_contents (path, &text, &length, NULL) ||
      !mcp_cli_json_parse (text, length, &root, NULL))
    return NULL;
  url = mcp_cli_json_dup_member (root, "url");
  port = read_port (url);
  if (port == 0 || !mcp_cli_address_listener_is_ours (port))
    return NULL;

  self = g_new0 (McpCliAddress, 1);
  self->base_url = g_strdup_printf ("http://127.0.0.1:%u", port);
  self->owner_key = mcp_cli_json_dup_member (root, "owner_key");
  return self;
}

/**
 * mcp_cli_address_find:
 * @error: return location
 *
 * Looks for a daemon that runs; does not start one. Blocks as long as a local connection takes.
 *
 * Returns: (transfer full) (nullable): the address of the daemon
 */
McpCliAddress *
mcp_cli_address_find (GError **error)
{
  g_autofree char *path = mcp_cli_address_dup_socket_path ();
  g_autoptr (GError) socket_error = NULL;
  McpCliAddress *self;

  if (socket_answers (path, &socket_error))
    {
      self = g_new0 (McpCliAddress, 1);
      self->socket_path = g_steal_pointer (&path);
      self->base_url = g_strdup ("http://localhost");
      return self;
    }

  self = read_discovery ();
  if (self == NULL)
    g_propagate_error (error, g_steal_pointer (&socket_error));
  return self;
}
