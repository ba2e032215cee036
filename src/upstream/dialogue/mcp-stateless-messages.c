/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-stateless-messages.h"

#include "common/mcp-names.h"
#include "config.h"
#include "protocol/mcp-header-value.h"
#include "protocol/mcp-json-edit.h"
#include "upstream/config/mcp-server-config-inner.h"
#include "upstream/dialogue/mcp-provider-request.h"

#include <string.h>

#define META_PREFIX     "io.modelcontextprotocol/"
/* What the daemon can do for requests of its own: it cannot be asked anything. */
#define NO_CAPABILITIES "{}"
#define PARAM_HEADER    "Mcp-Param-"

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, text != NULL ? strlen (text) : 0 };
}

/* MCP 2026-07-28, basic/index, “_meta”: what each request says of its client. */
static char *
build_meta_members (const McpProviderRequest *request)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (
      out,
      "\"" META_PREFIX "protocolVersion\":\"%s\","
      "\"" META_PREFIX "clientInfo\":{\"name\":\"mcp-sessiond\",\"version\":\"" MCP_VERSION "\"},"
      "\"" META_PREFIX "clientCapabilities\":%s",
      mcp_revision_to_string (MCP_REVISION_NEWEST),
      request->capabilities != NULL ? request->capabilities : NO_CAPABILITIES);
  if (request->log_level != NULL)
    {
      g_string_append (out, ",\"" META_PREFIX "logLevel\":");
      mcp_json_append_string (out, request->log_level);
    }
  return g_string_free (out, FALSE);
}

/**
 * mcp_stateless_messages_build_request:
 * @id: minted; also the progress token, where one is asked for
 * @request: what to ask
 *
 * Returns: (transfer full): the message, with all that a server gets each time
 */
GBytes *
mcp_stateless_messages_build_request (gint64 id, const McpProviderRequest *request)
{
  g_autofree char *token = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  g_autofree char *members = build_meta_members (request);
  g_autoptr (McpParams) params = mcp_provider_request_ref_params (request);

  return mcp_params_build_request (params, id, request->method,
                                   request->progress != NULL ? slice (token) : MCP_JSON_SLICE_NONE,
                                   members);
}

/**
 * mcp_stateless_messages_build_own_request:
 * @id: minted
 * @method: of a request that no client made
 * @params: (nullable): a JSON object
 *
 * Returns: (transfer full): the message
 */
GBytes *
mcp_stateless_messages_build_own_request (gint64 id, const char *method, const char *params)
{
  const McpProviderRequest request = { .method = method, .params = params };

  return mcp_stateless_messages_build_request (id, &request);
}

static void
add_header (GPtrArray *headers, char *name, const char *value)
{
  g_ptr_array_add (headers, name);
  g_ptr_array_add (headers, mcp_header_value_encode (value));
}

/**
 * mcp_stateless_messages_build_headers:
 * @request: what is asked over HTTP
 *
 * Returns: (transfer full) (array zero-terminated=1): name, value, name, …
 */
char **
mcp_stateless_messages_build_headers (const McpProviderRequest *request)
{
  GPtrArray *headers = g_ptr_array_new ();
  const char *key = mcp_header_value_find_name_param (request->method);
  g_autoptr (McpParams) params = mcp_provider_request_ref_params (request);
  McpJsonSlice value;

  add_header (headers, g_strdup (MCP_HEADER_PROTOCOL),
              mcp_revision_to_string (MCP_REVISION_NEWEST));
  add_header (headers, g_strdup ("Mcp-Method"), request->method);
  if (key != NULL && mcp_params_find (params, key, &value) &&
      mcp_json_get_type (value) == MCP_JSON_STRING)
    {
      g_autofree char *name = mcp_json_dup_string (value);

      if (name != NULL)
        add_header (headers, g_strdup ("Mcp-Name"), name);
    }
  for (const char *const *at = request->param_headers; at != NULL && *at != NULL; at += 2)
    {
      if (mcp_server_config_is_header_name (at[0]))
        add_header (headers, g_strconcat (PARAM_HEADER, at[0], NULL), at[1]);
    }
  g_ptr_array_add (headers, NULL);
  return (char **) g_ptr_array_free (headers, FALSE);
}
