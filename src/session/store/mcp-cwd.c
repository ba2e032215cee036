/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-cwd.h"

#include "common/mcp-error.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static char *
expand_home (const char *cwd)
{
  if (cwd[0] == '~' && (cwd[1] == '\0' || cwd[1] == '/'))
    return g_strconcat (g_get_home_dir (), cwd + 1, NULL);
  return g_strdup (cwd);
}

/**
 * mcp_cwd_resolve:
 * @cwd: (nullable): what was asked for: absolute, or beginning with ~; %NULL or "": not given
 * @fallback: (nullable): where the client works, used where @cwd is not given
 * @error: return location
 *
 * Decides on a session's working directory: @cwd, else @fallback, else the home
 * directory. Symbolic links are resolved where the directory exists. Looks at the
 * file system. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS for a relative path, another user's home,
 * one that is too long, or not UTF-8 (also after links were resolved).
 *
 * Returns: (transfer full) (nullable): an absolute path without "." and ".."
 */
char *
mcp_cwd_resolve (const char *cwd, const char *fallback, GError **error)
{
  g_autofree char *expanded = NULL;
  char *resolved;

  if (cwd == NULL || *cwd == '\0')
    cwd = fallback != NULL && *fallback != '\0' ? fallback : g_get_home_dir ();

  expanded = expand_home (cwd);
  if (expanded[0] != '/' || strlen (expanded) >= PATH_MAX || !g_utf8_validate (expanded, -1, NULL))
    {
      g_autofree char *shown = g_utf8_make_valid (cwd, MIN ((gssize) strlen (cwd), 200));

      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "The working directory must be an absolute path, or begin with ~/: “%s”", shown);
      return NULL;
    }

  resolved = realpath (expanded, NULL);
  if (resolved == NULL)
    return g_canonicalize_filename (expanded, "/");
  if (!g_utf8_validate (resolved, -1, NULL))
    {
      free (resolved);
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "The working directory “%s” leads to one whose name is not UTF-8", expanded);
      return NULL;
    }
  /* GLib's allocator is the system's since 2.46. */
  return resolved;
}
