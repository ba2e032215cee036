/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Tries one configured server, without the daemon: starts or calls it, greets it, asks for its
 * tools.
 */
#include "cli/probe/mcp-cli-probe.h"

#include "config.h"

#include "cli/probe/mcp-cli-probe-wire.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"
#include "protocol/mcp-jsonrpc.h"
#include "protocol/mcp-revision.h"

#include <glib/gi18n.h>
#include <string.h>

#define CLIENT_INFO "{\"name\":\"mcp-session\",\"version\":\"" MCP_VERSION "\"}"

/**
 * mcp_cli_probe_free:
 * @self: (transfer full): what trying has shown
 */
void
mcp_cli_probe_free (McpCliProbe *self)
{
  g_free (self->revision);
  g_free (self->name);
  g_free (self->said);
  g_clear_pointer (&self->tools, g_bytes_unref);
  g_free (self);
}

/* A request and the result of its answer. */
static GBytes *
ask (McpCliProbeWire *wire, gint64 id, const char *method, const char *params, GError **error)
{
  const McpJsonrpcLimits limits = { .max_depth = 256,
                                    .max_values = 10000000,
                                    .flags = MCP_JSON_SCAN_ALLOW_LONE_SURROGATES };
  g_autoptr (GBytes) request =
      mcp_jsonrpc_build_request (id, method, (McpJsonSlice){ params, strlen (params) });
  g_autoptr (GBytes) answer = mcp_cli_probe_wire_request (wire, request, id, error);
  g_autoptr (McpJsonrpcMessage) message = NULL;
  g_autofree char *text = NULL;
  McpJsonSlice result;

  if (answer == NULL)
    return NULL;
  message = mcp_jsonrpc_message_parse (answer, &limits, NULL, error);
  if (message == NULL)
    return NULL;
  if (mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_RESULT)
    {
      result = mcp_jsonrpc_message_get_result (message);
      return g_bytes_new (result.data, result.length);
    }
  text = mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_FAILURE
             ? mcp_jsonrpc_message_dup_error_text (message)
             : NULL;
  g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, _ ("It answers %s with an error: %s"),
               method, text != NULL ? text : "?");
  return NULL;
}

static void
read_greeting (McpCliProbe *self, GBytes *result)
{
  McpJsonSlice root, info;

  if (!mcp_cli_json_parse_bytes (result, &root, NULL))
    return;
  self->revision = mcp_cli_json_dup_member (root, "protocolVersion");
  if (mcp_json_find_typed (root, "serverInfo", MCP_JSON_OBJECT, &info))
    self->name = mcp_cli_json_dup_member (info, "name");
}

static gboolean
try_handshake (McpCliProbe *self, McpCliProbeWire *wire, GError **error)
{
  g_autofree char *params = g_strdup_printf (
      "{\"protocolVersion\":\"%s\",\"capabilities\":{},\"clientInfo\":" CLIENT_INFO "}",
      mcp_revision_to_string (MCP_REVISION_NEWEST_HANDSHAKE));
  g_autoptr (GBytes) greeting = ask (wire, 1, "initialize", params, error);
  g_autoptr (GBytes) initialized = NULL;

  if (greeting == NULL)
    return FALSE;
  read_greeting (self, greeting);
  mcp_cli_probe_wire_set_revision (wire, self->revision);
  initialized = mcp_jsonrpc_build_notification ("notifications/initialized", MCP_JSON_SLICE_NONE);
  if (!mcp_cli_probe_wire_notify (wire, initialized, error))
    return FALSE;
  self->tools = ask (wire, 2, "tools/list", "{}", error);
  return self->tools != NULL;
}

/* One that knows no initialize any more. */
static gboolean
try_stateless (McpCliProbe *self, McpCliProbeWire *wire, GError **error)
{
  const char *revision = mcp_revision_to_string (MCP_REVISION_NEWEST);
  g_autofree char *params =
      g_strdup_printf ("{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"%s\","
                       "\"io.modelcontextprotocol/clientCapabilities\":{},"
                       "\"io.modelcontextprotocol/clientInfo\":" CLIENT_INFO "}}",
                       revision);

  mcp_cli_probe_wire_set_revision (wire, revision);
  self->tools = ask (wire, 3, "tools/list", params, error);
  if (self->tools != NULL)
    self->revision = g_strdup (revision);
  return self->tools != NULL;
}

/**
 * mcp_cli_probe_run:
 * @server: its entry in the configuration
 * @timeout_seconds: how long it may take for an answer
 * @error: return location; set where it did not work, beside what was seen
 *
 * Starts the server and ends it again. Blocks.
 *
 * Returns: (transfer full): what was seen
 */
McpCliProbe *
mcp_cli_probe_run (McpJsonSlice server, guint timeout_seconds, GError **error)
{
  McpCliProbe *self = g_new0 (McpCliProbe, 1);
  g_autoptr (McpCliProbeWire) wire = NULL;
  g_autoptr (GError) first_error = NULL;

  self->first_answer_ms = -1;
  wire = mcp_cli_probe_wire_open (server, timeout_seconds, error);
  if (wire == NULL)
    return self;

  if (!try_handshake (self, wire, &first_error))
    {
      /* An error that it gave is no silence: it may be of the newer kind. */
      if (!g_error_matches (first_error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED) ||
          !try_stateless (self, wire, NULL))
        g_propagate_error (error, g_steal_pointer (&first_error));
    }
  self->first_answer_ms = mcp_cli_probe_wire_get_first_answer_ms (wire);
  self->said = mcp_cli_probe_wire_close (wire);
  return self;
}
