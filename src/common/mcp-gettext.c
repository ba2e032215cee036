/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-gettext.h"

#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

/**
 * mcp_gettext_init:
 *
 * Has messages for people shown in the language of the environment. The catalogues are the
 * installed ones, or those below TEXTDOMAINDIR, the variable that gettext's own programs look at;
 * so a program that is not installed, or was moved, finds its own. To be called first in main().
 */
void
mcp_gettext_init (void)
{
  const char *directory = g_getenv ("TEXTDOMAINDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (MCP_GETTEXT_PACKAGE,
                  directory != NULL && *directory != '\0' ? directory : MCP_LOCALEDIR);
  bind_textdomain_codeset (MCP_GETTEXT_PACKAGE, "UTF-8");
  textdomain (MCP_GETTEXT_PACKAGE);
}
