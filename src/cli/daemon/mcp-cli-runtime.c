/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The runtime directory of a command that was started without XDG_RUNTIME_DIR: by cron, by su, or
 * by a client that passes only a few variables on. Without it, the command would start a second
 * daemon.
 */
#include "cli/daemon/mcp-cli-runtime.h"

#include <sys/stat.h>
#include <unistd.h>

#define VARIABLE "XDG_RUNTIME_DIR"

/**
 * mcp_cli_runtime_is_usable:
 * @path: a directory
 *
 * Returns: whether it is a directory of this user that nobody else may use
 */
gboolean
mcp_cli_runtime_is_usable (const char *path)
{
  struct stat info;

  return lstat (path, &info) == 0 && S_ISDIR (info.st_mode) && info.st_uid == geteuid () &&
         (info.st_mode & 077) == 0;
}

/**
 * mcp_cli_runtime_adopt:
 *
 * If XDG_RUNTIME_DIR is not set, sets it to /run/user/UID, where login managers put that directory.
 * To be called before anything uses the variable, while there is one thread.
 */
void
mcp_cli_runtime_adopt (void)
{
  const char *given = g_getenv (VARIABLE);
  g_autofree char *path = g_strdup_printf ("/run/user/%u", (guint) geteuid ());

  if ((given == NULL || *given == '\0') && mcp_cli_runtime_is_usable (path))
    g_setenv (VARIABLE, path, TRUE);
}
