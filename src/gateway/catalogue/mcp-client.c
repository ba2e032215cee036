/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-client.h"

#define NO_CAPABILITIES "{}"

/**
 * mcp_client_new:
 * @session: the session that the client works in
 * @revision: what the client speaks
 * @name: (nullable): what the client calls itself
 *
 * Returns: (transfer full): a client without capabilities
 */
McpClient *
mcp_client_new (McpSession *session, McpRevision revision, const char *name)
{
  McpClient *self = g_new0 (McpClient, 1);

  g_ref_count_init (&self->ref_count);
  self->session = g_object_ref (session);
  self->revision = revision;
  self->name = g_strdup (name);
  self->capabilities = g_ref_string_new_intern (NO_CAPABILITIES);
  return self;
}

/**
 * mcp_client_ref:
 * @self: the client
 *
 * Returns: (transfer full): @self
 */
McpClient *
mcp_client_ref (McpClient *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_client_unref:
 * @self: (transfer full): the client
 */
void
mcp_client_unref (McpClient *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->session);
  g_free (self->server);
  g_free (self->name);
  g_ref_string_release (self->capabilities);
  g_free (self->log_level);
  g_clear_pointer (&self->param_headers, g_hash_table_unref);
  g_free (self);
}

static McpClient *
copy (McpClient *self)
{
  McpClient *result = g_memdup2 (self, sizeof *self);

  g_ref_count_init (&result->ref_count);
  g_object_ref (result->session);
  result->server = g_strdup (self->server);
  result->name = g_strdup (self->name);
  g_ref_string_acquire (result->capabilities);
  result->log_level = g_strdup (self->log_level);
  if (result->param_headers != NULL)
    g_hash_table_ref (result->param_headers);
  return result;
}

/**
 * mcp_client_with_facts:
 * @self: the client
 * @revision: what the client speaks
 * @name: (nullable): what the client calls itself
 * @capabilities: what the client can do, an object; or %MCP_JSON_SLICE_NONE
 *
 * Returns: (transfer full): the client with what initialize settled, or the only request said
 */
McpClient *
mcp_client_with_facts (McpClient *self,
                       McpRevision revision,
                       const char *name,
                       McpJsonSlice capabilities)
{
  McpClient *result = copy (self);

  result->revision = revision;
  g_free (result->name);
  result->name = g_strdup (name);
  if (capabilities.data != NULL)
    {
      g_ref_string_release (result->capabilities);
      result->capabilities = g_ref_string_new_len (capabilities.data, (gssize) capabilities.length);
    }
  return result;
}

/**
 * mcp_client_with_server:
 * @self: the client
 * @server: (nullable): name of a server
 *
 * Returns: (transfer full): the client that reaches this server alone
 */
McpClient *
mcp_client_with_server (McpClient *self, const char *server)
{
  McpClient *result = copy (self);

  g_free (result->server);
  result->server = g_strdup (server);
  return result;
}

/**
 * mcp_client_with_log_level:
 * @self: the client
 * @log_level: (nullable): the least level that the client wants to hear
 *
 * Returns: (transfer full): the client with that level
 */
McpClient *
mcp_client_with_log_level (McpClient *self, const char *log_level)
{
  McpClient *result = copy (self);

  g_free (result->log_level);
  result->log_level = g_strdup (log_level);
  return result;
}

/**
 * mcp_client_with_param_headers:
 * @self: the client
 * @param_headers: (nullable): the arguments that came as headers
 *
 * Returns: (transfer full): the client with those headers
 */
McpClient *
mcp_client_with_param_headers (McpClient *self, GHashTable *param_headers)
{
  McpClient *result = copy (self);

  g_clear_pointer (&result->param_headers, g_hash_table_unref);
  result->param_headers = param_headers != NULL ? g_hash_table_ref (param_headers) : NULL;
  return result;
}

/**
 * mcp_client_is_stateless:
 * @self: the client
 *
 * Returns: whether the client says all about itself with each request (2026-07-28)
 */
gboolean
mcp_client_is_stateless (McpClient *self)
{
  return mcp_revision_is_stateless (self->revision);
}

/**
 * mcp_client_can_be_asked:
 * @self: the client
 *
 * Returns: whether servers can put questions to the client
 */
gboolean
mcp_client_can_be_asked (McpClient *self)
{
  return self->revision != MCP_REVISION_UNKNOWN;
}
