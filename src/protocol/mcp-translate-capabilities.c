/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What clients declare that they can do, as servers of another revision know it.
 */
#include "mcp-translate-private.h"
#include "protocol/mcp-translate.h"

#define TASKS_EXTENSION MCP_META_PREFIX "tasks"

static void
append_member (GString *out, const char *key, McpJsonSlice value)
{
  if (out->len > 1)
    g_string_append_c (out, ',');
  mcp_json_append_string (out, key);
  g_string_append_c (out, ':');
  mcp_json_append_slice (out, value);
}

/* Of @object, the members that are objects themselves and have one of two names. */
static void
append_parts (GString *out,
              const char *key,
              McpJsonSlice object,
              const char *first,
              const char *second)
{
  g_autoptr (GString) parts = g_string_new ("{");
  McpJsonSlice value;

  if (first != NULL && mcp_json_find_typed (object, first, MCP_JSON_OBJECT, &value))
    append_member (parts, first, value);
  if (second != NULL && mcp_json_find_typed (object, second, MCP_JSON_OBJECT, &value))
    append_member (parts, second, value);
  g_string_append_c (parts, '}');
  append_member (out, key, (McpJsonSlice){ parts->str, parts->len });
}

static void
append_roots (GString *out, McpJsonSlice roots, McpRevision to)
{
  McpJsonSlice changes;

  if (!mcp_revision_is_stateless (to) &&
      mcp_json_find_typed (roots, "listChanged", MCP_JSON_BOOLEAN, &changes) &&
      mcp_json_get_boolean (changes))
    append_member (out, "roots", (McpJsonSlice){ "{\"listChanged\":true}", 20 });
  else
    append_member (out, "roots", (McpJsonSlice){ "{}", 2 });
}

/* Before 2025-11-25 there were only forms, and a client may have none. */
static void
append_elicitation (GString *out, McpJsonSlice elicitation, McpRevision to)
{
  McpJsonSlice value;
  gboolean has_forms =
      mcp_json_find (elicitation, "form", &value) || !mcp_json_find (elicitation, "url", &value);

  if (to >= MCP_REVISION_2025_11_25)
    append_parts (out, "elicitation", elicitation, "form", "url");
  else if (to >= MCP_REVISION_2025_06_18 && has_forms)
    append_member (out, "elicitation", (McpJsonSlice){ "{}", 2 });
}

/**
 * mcp_translate_client_capabilities:
 * @capabilities: what a client declared, an object of any revision
 * @to: a server's revision
 *
 * What the client can do, for a server of that revision: as far as it can be relayed.
 * Any thread.
 *
 * Returns: (transfer full): JSON text of an object
 */
char *
mcp_translate_client_capabilities (McpJsonSlice capabilities, McpRevision to)
{
  static const char *const names[] = { "roots", "sampling", "elicitation", "extensions", NULL };
  g_autoptr (GString) out = g_string_new ("{");
  gboolean knows_parts = to >= MCP_REVISION_2025_11_25;
  McpJsonFields fields;
  McpJsonSlice tasks;

  mcp_json_fields_find (&fields, capabilities, names);
  if (mcp_json_fields_has_type (&fields, 0, MCP_JSON_OBJECT))
    append_roots (out, fields.fields[0].value, to);
  if (mcp_json_fields_has_type (&fields, 1, MCP_JSON_OBJECT))
    append_parts (out, "sampling", fields.fields[1].value, knows_parts ? "context" : NULL,
                  knows_parts ? "tools" : NULL);
  if (mcp_json_fields_has_type (&fields, 2, MCP_JSON_OBJECT))
    append_elicitation (out, fields.fields[2].value, to);
  if (mcp_revision_is_stateless (to) &&
      mcp_json_find_typed (fields.fields[3].value, TASKS_EXTENSION, MCP_JSON_OBJECT, &tasks))
    append_parts (out, "extensions", fields.fields[3].value, TASKS_EXTENSION, NULL);
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}
