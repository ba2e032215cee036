/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-handshake.h"

#include "upstream/dialogue/mcp-provider-messages.h"
#include "upstream/dialogue/mcp-stateless-messages.h"

#include <string.h>

/* Of a server that speaks the revision and did not say what it offers: it is asked for all. */
static const char unknown_capabilities[] =
    "{\"capabilities\":{\"tools\":{},\"prompts\":{},\"resources\":{}}}";

/**
 * mcp_handshake_discover:
 * @self: a handshake
 * @id: minted
 *
 * Returns: (transfer full): `server/discover`, to be sent now
 */
GBytes *
mcp_handshake_discover (McpHandshake *self, gint64 id)
{
  self->discover_id = id;
  self->has_discovered = TRUE;
  return mcp_stateless_messages_build_own_request (id, "server/discover", NULL);
}

/**
 * mcp_handshake_initialize:
 * @self: a handshake
 * @id: minted
 *
 * Returns: (transfer full): `initialize`, to be sent now
 */
GBytes *
mcp_handshake_initialize (McpHandshake *self, gint64 id)
{
  self->initialize_id = id;
  return mcp_provider_messages_build_initialize (id);
}

/**
 * mcp_handshake_owns:
 * @self: a handshake
 * @id: of a request
 *
 * Returns: whether it is one of the handshake's that waits for its answer
 */
gboolean
mcp_handshake_owns (const McpHandshake *self, gint64 id)
{
  return id != 0 && (id == self->discover_id || id == self->initialize_id);
}

/* Whether one of the strings is a revision without a handshake that is spoken here. */
static gboolean
names_stateless (McpJsonSlice object, const char *key)
{
  McpJsonIter iter;
  McpJsonSlice list;
  McpJsonSlice element;

  if (!mcp_json_find_typed (object, key, MCP_JSON_ARRAY, &list))
    return FALSE;
  mcp_json_iter_init (&iter, list);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      if (mcp_json_get_type (element) == MCP_JSON_STRING &&
          mcp_json_string_equal (element, mcp_revision_to_string (MCP_REVISION_NEWEST)))
        return TRUE;
    }
  return FALSE;
}

/* Errors that only a server of that revision has; one that does not speak it has them, too, when
   it is of a later one. */
static gboolean
is_stateless_error (McpJsonrpcMessage *answer)
{
  McpJsonSlice data = MCP_JSON_SLICE_NONE;
  McpJsonSlice supported;

  mcp_json_find_typed (mcp_jsonrpc_message_get_error (answer), "data", MCP_JSON_OBJECT, &data);
  switch (mcp_jsonrpc_message_get_error_code (answer))
    {
    case MCP_ERROR_CODE_HEADER_MISMATCH:
    case MCP_ERROR_CODE_MISSING_CAPABILITY:
      return data.data == NULL || !mcp_json_find (data, "supported", &supported) ||
             names_stateless (data, "supported");
    case MCP_ERROR_CODE_UNSUPPORTED_VERSION:
      return data.data != NULL && names_stateless (data, "supported");
    default:
      return FALSE;
    }
}

static McpHandshakeStep
take_discovered (McpHandshake *self, McpServerFacts *facts, McpJsonrpcMessage *answer)
{
  McpJsonSlice result = { unknown_capabilities, strlen (unknown_capabilities) };
  gboolean is_stateless;

  self->discover_id = 0;
  if (mcp_jsonrpc_message_get_kind (answer) == MCP_JSONRPC_RESULT)
    {
      result = mcp_jsonrpc_message_get_result (answer);
      is_stateless = names_stateless (result, "supportedVersions");
    }
  else
    is_stateless = is_stateless_error (answer);

  if (!is_stateless)
    return mcp_handshake_take_silence (self);
  self->initialize_id = 0;
  facts->lifecycle = MCP_LIFECYCLE_STATELESS;
  mcp_server_facts_learn (facts, MCP_REVISION_NEWEST, result);
  return MCP_HANDSHAKE_READY;
}

static McpHandshakeStep
take_initialized (McpHandshake *self,
                  McpServerFacts *facts,
                  McpJsonrpcMessage *answer,
                  GError **error)
{
  McpRevision revision;

  self->initialize_id = 0;
  if (mcp_jsonrpc_message_get_kind (answer) != MCP_JSONRPC_RESULT)
    {
      /* Asked because the server was silent: it may yet answer what was asked first. */
      if (self->discover_id != 0)
        return MCP_HANDSHAKE_WAIT;
      /* Asked because it was known to be an older one: it may be another by now. */
      if (!self->has_discovered)
        return MCP_HANDSHAKE_DISCOVER;
    }

  self->discover_id = 0;
  revision = mcp_provider_messages_check_initialized (answer, error);
  if (revision == MCP_REVISION_UNKNOWN)
    return MCP_HANDSHAKE_FAILED;
  if (facts->lifecycle != MCP_LIFECYCLE_HTTP_SSE)
    facts->lifecycle = MCP_LIFECYCLE_HANDSHAKE;
  mcp_server_facts_learn (facts, revision, mcp_jsonrpc_message_get_result (answer));
  return MCP_HANDSHAKE_READY;
}

/**
 * mcp_handshake_take_answer:
 * @self: a handshake
 * @facts: learns what the server says
 * @id: which mcp_handshake_owns()
 * @answer: of the server
 * @error: return location
 *
 * Whichever answer comes first and is of use counts; a later one belongs to no request.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED, with %MCP_HANDSHAKE_FAILED; its message goes on after “it”.
 *
 * Returns: what to do next
 */
McpHandshakeStep
mcp_handshake_take_answer (McpHandshake *self,
                           McpServerFacts *facts,
                           gint64 id,
                           McpJsonrpcMessage *answer,
                           GError **error)
{
  if (id == self->discover_id)
    return take_discovered (self, facts, answer);
  return take_initialized (self, facts, answer, error);
}

/**
 * mcp_handshake_take_silence:
 * @self: a handshake
 *
 * The server has not answered `server/discover`, or in a way that is of no use.
 *
 * Returns: what to do next
 */
McpHandshakeStep
mcp_handshake_take_silence (McpHandshake *self)
{
  return self->initialize_id != 0 ? MCP_HANDSHAKE_WAIT : MCP_HANDSHAKE_INITIALIZE;
}
