/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-cwd.h"

#include "common/mcp-error.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *
expand_home (const char *cwd)
{
  if (cwd[0] == '~' && (cwd[1] == '\0' || cwd[1] == '/'))
    return g_strconcat (g_get_home_dir (), cwd + 1, NULL);
  return g_strdup (cwd);
}

/* The kernel adds this to the name of a directory that was removed: proc(5), /proc/pid/fd. */
#define DELETED_SUFFIX " (deleted)"

/**
 * mcp_cwd_choose:
 * @cwd: (nullable): what was asked for: absolute, or beginning with ~; %NULL or "": not given
 * @fallback: (nullable): where the client works, used where @cwd is not given
 * @error: return location
 *
 * Decides on a session's working directory: @cwd, else @fallback, else the home directory. Does not
 * look at the file system. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS for a relative path, another user's home, one that is too
 * long, or not UTF-8.
 *
 * Returns: (transfer full) (nullable): an absolute path, possibly with links, "." and ".." in it
 */
char *
mcp_cwd_choose (const char *cwd, const char *fallback, GError **error)
{
  g_autofree char *expanded = NULL;
  g_autofree char *shown = NULL;

  if (cwd == NULL || *cwd == '\0')
    cwd = fallback != NULL && *fallback != '\0' ? fallback : g_get_home_dir ();

  expanded = expand_home (cwd);
  if (expanded[0] == '/' && strlen (expanded) < PATH_MAX && g_utf8_validate (expanded, -1, NULL))
    return g_steal_pointer (&expanded);

  shown = g_utf8_make_valid (cwd, MIN ((gssize) strlen (cwd), 200));
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               "The working directory must be an absolute path, or begin with ~/: “%s”", shown);
  return NULL;
}

/**
 * mcp_cwd_tidy:
 * @path: an absolute path
 *
 * The name of a directory that cannot be looked at. Does not look at the file system. Any thread.
 *
 * Returns: (transfer full): @path without "." and ".."
 */
char *
mcp_cwd_tidy (const char *path)
{
  return g_canonicalize_filename (path, "/");
}

/**
 * mcp_cwd_resolve:
 * @path: from mcp_cwd_choose()
 * @error: return location
 *
 * Resolves symbolic links where the directory exists. Waits for the file system, which may be for
 * ever: not on the main context.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS for a path that leads to one that is not UTF-8.
 *
 * Returns: (transfer full) (nullable): an absolute path without "." and ".."
 */
char *
mcp_cwd_resolve (const char *path, GError **error)
{
  char *resolved = realpath (path, NULL);

  if (resolved == NULL)
    return mcp_cwd_tidy (path);
  if (!g_utf8_validate (resolved, -1, NULL))
    {
      free (resolved);
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "The working directory “%s” leads to one whose name is not UTF-8", path);
      return NULL;
    }
  /* GLib's allocator is the system's since 2.46. */
  return resolved;
}

static int
open_known (const char *path)
{
  struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_CACHED };

  return (int) syscall (SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

/**
 * mcp_cwd_resolve_known:
 * @path: from mcp_cwd_choose()
 *
 * As mcp_cwd_resolve() where the kernel has the whole path in its memory: no file system is asked
 * (openat2(2), RESOLVE_CACHED, Linux 5.12), so that the main context may call this.
 *
 * Returns: (transfer full) (nullable): an absolute path without "." and ".."; %NULL: not known
 *   without a look
 */
char *
mcp_cwd_resolve_known (const char *path)
{
  int fd = open_known (path);
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  char target[PATH_MAX + 1];
  ssize_t length;

  if (fd < 0)
    return NULL;
  length = readlink (link, target, PATH_MAX);
  close (fd);
  if (length <= 0 || length == PATH_MAX || target[0] != '/')
    return NULL;
  target[length] = '\0';
  if (g_str_has_suffix (target, DELETED_SUFFIX) || !g_utf8_validate (target, length, NULL))
    return NULL;
  return g_strdup (target);
}
