/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-discovery.h"

#include "common/mcp-json.h"
#include "session/session/mcp-token.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
append_member (GString *json, const char *key, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (json, "%s\"%s\":", json->len > 1 ? "," : "", key);
  mcp_json_append_string (json, value);
}

/**
 * mcpd_discovery_to_json:
 * @discovery: what to tell
 *
 * Returns: (transfer full): the file's text, one line
 */
char *
mcpd_discovery_to_json (const McpdDiscovery *discovery)
{
  GString *json = g_string_new ("{");

  g_return_val_if_fail (discovery != NULL, NULL);

  append_member (json, "url", discovery->url);
  g_string_append_printf (json, "%s\"pid\":%d", json->len > 1 ? "," : "", (int) discovery->pid);
  append_member (json, "started_at", discovery->started_at);
  append_member (json, "socket", discovery->socket_path);
  append_member (json, "owner_key", discovery->owner_key);
  g_string_append (json, "}\n");

  return g_string_free (json, FALSE);
}

/**
 * mcpd_discovery_write:
 * @discovery: what to tell
 * @path: the file
 * @error: return location
 *
 * Writes the discovery file, readable by its owner alone. It appears whole or
 * not at all: readers never see half of it.
 *
 * Returns: whether it was written
 */
gboolean
mcpd_discovery_write (const McpdDiscovery *discovery, const char *path, GError **error)
{
  g_autofree char *json = mcpd_discovery_to_json (discovery);

  return g_file_set_contents_full (path, json, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static gboolean
is_key (const char *text)
{
  return strlen (text) == MCP_TOKEN_LENGTH && strspn (text, "0123456789abcdef") == MCP_TOKEN_LENGTH;
}

/* The key in a file that nobody else can have read or written, else NULL. */
static char *
read_key (const char *path)
{
  char text[MCP_TOKEN_LENGTH + 2] = { 0 };
  struct stat info;
  gssize length = -1;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_uid == geteuid () &&
      (info.st_mode & 077) == 0)
    length = read (fd, text, sizeof text - 1);
  close (fd);

  if (length < MCP_TOKEN_LENGTH)
    return NULL;
  g_strchomp (text);
  return is_key (text) ? g_strdup (text) : NULL;
}

/**
 * mcpd_owner_key_load:
 * @path: the file beside the discovery file that keeps the key
 * @error: return location
 *
 * The owner's key: the one of an earlier start where the file is well-formed,
 * ours and private, else a new one, which is written there.
 *
 * Returns: (transfer full) (nullable): 32 lower-case hexadecimal digits
 */
char *
mcpd_owner_key_load (const char *path, GError **error)
{
  g_autofree char *key = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  key = read_key (path);
  if (key != NULL)
    return g_steal_pointer (&key);

  key = mcp_token_generate (error);
  if (key == NULL)
    return NULL;
  text = g_strconcat (key, "\n", NULL);
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    return NULL;

  return g_steal_pointer (&key);
}
