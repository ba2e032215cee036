/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-target.h"

#include "protocol/mcp-param-headers.h"

/**
 * mcp_target_new:
 * @config: the server
 * @name: what the server calls it
 *
 * Returns: (transfer full): the target
 */
McpTarget *
mcp_target_new (McpServerConfig *config, const char *name)
{
  McpTarget *self = g_new0 (McpTarget, 1);

  g_ref_count_init (&self->ref_count);
  self->config = mcp_server_config_ref (config);
  self->name = g_strdup (name);
  self->timeout_ms = MIN (config->timeout_seconds, G_MAXUINT / 1000) * 1000;
  return self;
}

/* server/tools, "Tool" of 2025-11-25: tools that cannot be called otherwise */
static gboolean
needs_task (McpJsonSlice tool)
{
  McpJsonSlice execution;
  McpJsonSlice support;

  return mcp_json_find_typed (tool, "execution", MCP_JSON_OBJECT, &execution) &&
         mcp_json_find_typed (execution, "taskSupport", MCP_JSON_STRING, &support) &&
         mcp_json_string_equal (support, "required");
}

/* server/tools, "Tool": what is not said is not taken for said. */
static gboolean
is_destructive (McpJsonSlice tool)
{
  McpJsonSlice annotations;
  McpJsonSlice hint;

  return mcp_json_find_typed (tool, "annotations", MCP_JSON_OBJECT, &annotations) &&
         mcp_json_find_typed (annotations, "destructiveHint", MCP_JSON_BOOLEAN, &hint) &&
         mcp_json_get_boolean (hint);
}

/**
 * mcp_target_new_tool:
 * @config: the server
 * @name: the server's own name of the tool
 * @exposed: (nullable): its name among those of all servers
 * @tool: as the server lists it
 * @params: of the tools/call
 *
 * Returns: (transfer full): the target
 */
McpTarget *
mcp_target_new_tool (McpServerConfig *config,
                     const char *name,
                     const char *exposed,
                     McpJsonSlice tool,
                     McpJsonSlice params)
{
  McpTarget *self = mcp_target_new (config, name);

  self->exposed = g_strdup (exposed);
  /* only HTTP has headers */
  if (config->transport == MCP_SERVER_TRANSPORT_HTTP)
    self->param_headers = mcp_param_headers_build (tool, params);
  self->as_task = needs_task (tool);
  self->is_destructive = is_destructive (tool);
  return self;
}

/**
 * mcp_target_ref:
 * @self: the target
 *
 * Returns: (transfer full): @self
 */
McpTarget *
mcp_target_ref (McpTarget *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_target_unref:
 * @self: (transfer full): the target
 */
void
mcp_target_unref (McpTarget *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  mcp_server_config_unref (self->config);
  g_strfreev (self->param_headers);
  g_free (self->exposed);
  g_free (self->name);
  g_free (self);
}
