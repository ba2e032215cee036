/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "upstream/config/mcp-server-config.h"

/*
 * A file of servers: what is taken of it can be used, what is not is said.
 */

static void
check_config (McpServerConfig *config)
{
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) headers = NULL;
  g_autoptr (GUri) url = NULL;

  g_assert_true (g_utf8_validate (config->name, -1, NULL));
  g_assert_true ((config->command != NULL) != (config->url != NULL));
  mcp_server_config_offers (config, "tool");
  if (config->command != NULL)
    argv = mcp_server_config_build_argv (config, "/", NULL);
  else
    {
      url = mcp_server_config_build_url (config, "/", NULL);
      headers = mcp_server_config_build_headers (config, "/", NULL, NULL);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) configs = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;

  configs = mcp_server_config_parse_file ((const char *) data, size, "mcp.json", &problems, &error);
  g_assert_true ((configs == NULL) == (error != NULL));
  for (guint i = 0; configs != NULL && i < configs->len; i++)
    check_config (g_ptr_array_index (configs, i));
  return 0;
}
