/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-late-library.h"

#include <dlfcn.h>
#include <gio/gio.h>

/* The linker counts who has opened a library, and knows it again. It stays open: the types that it
 * registers cannot be taken back. */
static void *
open_library (const McpLateLibrary *self)
{
  void *handle = dlopen (self->soname, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);

  return handle != NULL ? handle : dlopen (self->path, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
}

/**
 * mcp_late_library_open:
 * @self: a library
 * @error: return location
 *
 * Opens the library. Reads files, the first time.
 *
 * Errors: %G_IO_ERROR_NOT_FOUND.
 *
 * Returns: whether it is there
 */
gboolean
mcp_late_library_open (const McpLateLibrary *self, GError **error)
{
  void *handle = open_library (self);

  if (handle == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s", dlerror ());
      return FALSE;
    }
  dlclose (handle);
  return TRUE;
}

/**
 * mcp_late_library_get:
 * @self: a library that was opened
 * @symbol: a function, or a variable
 *
 * Returns: (transfer none): its address, for ever
 */
gpointer
mcp_late_library_get (const McpLateLibrary *self, const char *symbol)
{
  void *handle = open_library (self);
  gpointer address = handle != NULL ? dlsym (handle, symbol) : NULL;

  if (address == NULL)
    g_error ("%s has no %s", self->soname, symbol);
  dlclose (handle);
  return address;
}
