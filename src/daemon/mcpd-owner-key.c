/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The owner key: what proves over TCP that a program belongs to the daemon's user. It is made once
 * per login and survives restarts of the daemon.
 */
#include "daemon/mcpd-owner-key.h"

#include "session/session/mcp-token.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
is_key (const char *text)
{
  return strlen (text) == MCP_TOKEN_LENGTH && strspn (text, "0123456789abcdef") == MCP_TOKEN_LENGTH;
}

/* Returns: the key in a file that nobody else can have read or written, or NULL */
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
 * @path: the file that keeps the key, beside the discovery file
 * @error: return location
 *
 * Reads the owner key. Where the file is missing, malformed, another user's or readable by others,
 * a new key is made and written there. Blocks.
 *
 * Errors: %G_FILE_ERROR, or #GIOErrorEnum where the kernel gives no random bytes.
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
