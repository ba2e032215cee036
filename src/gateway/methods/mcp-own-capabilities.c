/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a client that reaches one server is told that the server offers: all that the server
 * declares and the gateway relays.
 */
#include "gateway/methods/mcp-own-capabilities.h"

#include "protocol/mcp-json-edit.h"

#include <string.h>

#define TASKS "io.modelcontextprotocol/tasks"

/* What has a list; the gateway says when the list changes, also where the server does not. */
static const char *const listed[] = { "tools", "prompts", "resources" };
/* What goes on as it is. */
static const char *const plain[] = { "completions", "logging" };

static void
append_member (GString *out, const char *key, McpJsonSlice value)
{
  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  mcp_json_append_string (out, key);
  g_string_append_c (out, ':');
  mcp_json_append_slice (out, value);
}

static void
append_listed (GString *out, McpJsonSlice capabilities, const char *key)
{
  const McpJsonSlice yes = { "true", 4 };
  g_autofree char *announced = NULL;
  McpJsonSlice value;

  if (!mcp_json_find (capabilities, key, &value))
    return;
  if (mcp_json_get_type (value) != MCP_JSON_OBJECT)
    value = (McpJsonSlice){ "{}", 2 };
  announced = mcp_json_edit_replace_member (value, "listChanged", yes);
  append_member (out, key, (McpJsonSlice){ announced, strlen (announced) });
}

static void
append_plain (GString *out, McpJsonSlice capabilities, const char *key)
{
  McpJsonSlice value;

  if (!mcp_json_find (capabilities, key, &value))
    return;
  if (mcp_json_get_type (value) != MCP_JSON_OBJECT)
    value = (McpJsonSlice){ "{}", 2 };
  append_member (out, key, value);
}

/* 2026-07-28: of the extensions one is relayed. */
static void
append_extensions (GString *out, McpJsonSlice capabilities)
{
  g_autoptr (GString) extensions = g_string_new ("{");
  McpJsonSlice all;
  McpJsonSlice tasks;

  if (!mcp_json_find_typed (capabilities, "extensions", MCP_JSON_OBJECT, &all) ||
      !mcp_json_find_typed (all, TASKS, MCP_JSON_OBJECT, &tasks))
    return;
  append_member (extensions, TASKS, tasks);
  g_string_append_c (extensions, '}');
  append_member (out, "extensions", (McpJsonSlice){ extensions->str, extensions->len });
}

/**
 * mcp_own_capabilities_build:
 * @capabilities: of a server, an object
 * @revision: of the client
 *
 * Returns: (transfer full): the `ServerCapabilities` that the client is told, an object
 */
char *
mcp_own_capabilities_build (McpJsonSlice capabilities, McpRevision revision)
{
  GString *out = g_string_new ("{");

  for (gsize i = 0; i < G_N_ELEMENTS (listed); i++)
    append_listed (out, capabilities, listed[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    append_plain (out, capabilities, plain[i]);
  if (mcp_revision_is_stateless (revision))
    append_extensions (out, capabilities);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}
