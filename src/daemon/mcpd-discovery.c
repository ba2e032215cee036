/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-discovery.h"

#include "common/mcp-json.h"

static void
append_member (GString *json, const char *key, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (json, "%s\"%s\":", json->len > 1 ? "," : "", key);
  mcp_json_append_string (json, value);
}

/**
 * mcpd_discovery_to_json:
 * @discovery: what to tell
 *
 * Returns: (transfer full): the file's text, one line
 */
char *
mcpd_discovery_to_json (const McpdDiscovery *discovery)
{
  GString *json = g_string_new ("{");

  g_return_val_if_fail (discovery != NULL, NULL);

  append_member (json, "url", discovery->url);
  g_string_append_printf (json, "%s\"pid\":%d", json->len > 1 ? "," : "", (int) discovery->pid);
  append_member (json, "started_at", discovery->started_at);
  append_member (json, "socket", discovery->socket_path);
  append_member (json, "owner_key", discovery->owner_key);
  g_string_append (json, "}\n");

  return g_string_free (json, FALSE);
}

/**
 * mcpd_discovery_write:
 * @discovery: what to tell
 * @path: the file
 * @error: return location
 *
 * Writes the discovery file, readable by its owner alone. It appears whole or
 * not at all: readers never see half of it.
 *
 * Returns: whether it was written
 */
gboolean
mcpd_discovery_write (const McpdDiscovery *discovery, const char *path, GError **error)
{
  g_autofree char *json = mcpd_discovery_to_json (discovery);

  return g_file_set_contents_full (path, json, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}
