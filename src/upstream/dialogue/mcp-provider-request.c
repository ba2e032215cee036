/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-provider-request.h"

/**
 * mcp_provider_request_copy:
 * @request: what to ask
 *
 * Returns: (transfer full): the same, with strings of its own
 */
McpProviderRequest *
mcp_provider_request_copy (const McpProviderRequest *request)
{
  McpProviderRequest *copy = g_memdup2 (request, sizeof *request);

  copy->method = g_strdup (request->method);
  copy->params = g_strdup (request->params);
  if (request->relayed != NULL)
    mcp_params_ref (copy->relayed);
  copy->capabilities = g_strdup (request->capabilities);
  copy->log_level = g_strdup (request->log_level);
  copy->param_headers = (const char *const *) g_strdupv ((char **) request->param_headers);
  copy->caller.call_id = g_strdup (request->caller.call_id);
  copy->caller.session_id = g_strdup (request->caller.session_id);
  copy->caller.cwd = g_strdup (request->caller.cwd);
  copy->caller.client = g_strdup (request->caller.client);
  return copy;
}

/**
 * mcp_provider_request_ref_params:
 * @request: what to ask
 *
 * Returns: (transfer full): the params, whoever wrote them
 */
McpParams *
mcp_provider_request_ref_params (const McpProviderRequest *request)
{
  if (request->relayed != NULL)
    return mcp_params_ref (request->relayed);

  return mcp_params_new_take (g_strdup (request->params != NULL ? request->params : "{}"));
}

/**
 * mcp_provider_request_free:
 * @request: (transfer full): a copy
 */
void
mcp_provider_request_free (McpProviderRequest *request)
{
  g_free ((char *) request->method);
  g_free ((char *) request->params);
  g_clear_pointer (&request->relayed, mcp_params_unref);
  g_free ((char *) request->capabilities);
  g_free ((char *) request->log_level);
  g_strfreev ((char **) request->param_headers);
  g_free ((char *) request->caller.call_id);
  g_free ((char *) request->caller.session_id);
  g_free ((char *) request->caller.cwd);
  g_free ((char *) request->caller.client);
  g_free (request);
}
