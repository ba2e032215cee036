/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-search-application.h"

int
main (int argc, char **argv)
{
  g_autoptr (GApplication) application = mcp_search_application_new ();

  return g_application_run (application, argc, argv);
}
