/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpLateLibrary:
 * @soname: of the library, for instance `libsecret-1.so.0`
 * @path: where it was when the daemon was built
 *
 * A shared library that few need, and that is opened by the first who needs it: it would make each
 * start slower, and each daemon larger.
 */
typedef struct
{
  const char *soname;
  const char *path;
} McpLateLibrary;

/**
 * MCP_LATE_LIBRARY_FUNCTION:
 * @library: an #McpLateLibrary that was opened
 * @function: a function that a header of the library declares
 *
 * The function itself, with its type.
 */
#define MCP_LATE_LIBRARY_FUNCTION(library, function) \
  ((__typeof__ (&(function))) mcp_late_library_get (&(library), #function))

gboolean mcp_late_library_open (const McpLateLibrary *self, GError **error);
gpointer mcp_late_library_get (const McpLateLibrary *self, const char *symbol);

G_END_DECLS
