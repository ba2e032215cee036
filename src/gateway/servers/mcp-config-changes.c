/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-config-changes.h"

#include "common/mcp-log.h"
#include "upstream/config/mcp-server-config.h"

#include <string.h>

/* The command line or the address as it is written: variables are not expanded, so that the log
 * shows no secret that is not in the file itself. */
static char *
describe (const McpServerConfig *config)
{
  g_autoptr (GString) text = NULL;

  if (config->url != NULL)
    return g_strdup (config->url);

  if (config->bus != NULL)
    return mcp_server_bus_describe (config->bus);

  text = g_string_new (config->command);
  for (guint i = 0; config->args != NULL && config->args[i] != NULL; i++)
    {
      g_autofree char *quoted = g_shell_quote (config->args[i]);

      g_string_append_printf (text, " %s", quoted);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const McpServerConfig *
find (GPtrArray *configs, const char *name)
{
  for (guint i = 0; i < configs->len; i++)
    {
      const McpServerConfig *config = g_ptr_array_index (configs, i);

      if (strcmp (config->name, name) == 0)
        return config;
    }
  return NULL;
}

static void
compare (const McpServerConfig *previous, const McpServerConfig *now)
{
  g_autofree char *old = describe (previous);
  g_autofree char *new = describe (now);

  if (strcmp (old, new) != 0)
    mcp_log (G_LOG_LEVEL_MESSAGE, &(McpLogSubject){ .provider = now->name },
             "Server “%s” was changed: it was: %s; it is: %s", now->name, old, new);
}

/**
 * mcp_config_changes_log:
 * @previous: (element-type McpServerConfig): the servers of the old configuration
 * @now: (element-type McpServerConfig): the servers of the new configuration
 *
 * Logs each server whose command line or address has changed, since these decide what runs.
 */
void
mcp_config_changes_log (GPtrArray *previous, GPtrArray *now)
{
  for (guint i = 0; i < now->len; i++)
    {
      const McpServerConfig *config = g_ptr_array_index (now, i);
      const McpServerConfig *old = find (previous, config->name);

      if (old != NULL)
        compare (old, config);
    }
}
