/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-server-facts.h"

/**
 * mcp_server_facts_init:
 * @self: uninitialised memory
 */
void
mcp_server_facts_init (McpServerFacts *self)
{
  *self = (McpServerFacts){ .revision = MCP_REVISION_UNKNOWN };
  self->watched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * mcp_server_facts_clear:
 * @self: what mcp_server_facts_init() made
 */
void
mcp_server_facts_clear (McpServerFacts *self)
{
  g_free (self->instructions);
  g_free (self->capabilities);
  g_hash_table_unref (self->watched);
}

static void
learn_instructions (McpServerFacts *self, McpJsonSlice result)
{
  McpJsonSlice instructions;

  g_clear_pointer (&self->instructions, g_free);
  if (mcp_json_find_typed (result, "instructions", MCP_JSON_STRING, &instructions))
    self->instructions = mcp_json_dup_string (instructions);
}

/**
 * mcp_server_facts_learn:
 * @self: a server, which is ready now
 * @revision: agreed on
 * @result: of `initialize` or `server/discover`
 *
 * Keeps what the server said of itself.
 */
void
mcp_server_facts_learn (McpServerFacts *self, McpRevision revision, McpJsonSlice result)
{
  McpJsonSlice capabilities;

  if (!mcp_json_find_typed (result, "capabilities", MCP_JSON_OBJECT, &capabilities))
    capabilities = (McpJsonSlice){ "{}", 2 };
  g_free (self->capabilities);
  self->capabilities = g_strndup (capabilities.data, capabilities.length);
  learn_instructions (self, result);
  self->revision = revision;
}

/**
 * mcp_server_facts_watch:
 * @self: a server
 * @uri: of a resource
 *
 * Returns: whether it was not watched before
 */
gboolean
mcp_server_facts_watch (McpServerFacts *self, const char *uri)
{
  if (g_hash_table_contains (self->watched, uri))
    return FALSE;
  g_hash_table_insert (self->watched, g_strdup (uri), GUINT_TO_POINTER (self->n_run));
  return TRUE;
}

/**
 * mcp_server_facts_unwatch:
 * @self: a server
 * @uri: of a resource
 *
 * Returns: whether it was watched
 */
gboolean
mcp_server_facts_unwatch (McpServerFacts *self, const char *uri)
{
  return g_hash_table_remove (self->watched, uri);
}

/**
 * mcp_server_facts_subscribe_again:
 * @self: a server with a handshake, which is ready now
 * @provider: of it
 *
 * Asks for the updates that an earlier run of the server was asked for; the first
 * request for a resource is made by whoever wants to hear of a failure.
 */
void
mcp_server_facts_subscribe_again (McpServerFacts *self, McpProvider *provider)
{
  GHashTableIter iter;
  gpointer uri;
  gpointer n_run;

  g_hash_table_iter_init (&iter, self->watched);
  while (g_hash_table_iter_next (&iter, &uri, &n_run))
    {
      g_autoptr (GString) params = g_string_new ("{\"uri\":");
      McpProviderRequest request = { .method = "resources/subscribe" };

      if (GPOINTER_TO_UINT (n_run) == self->n_run)
        continue;
      mcp_json_append_string (params, uri);
      g_string_append_c (params, '}');
      request.params = params->str;
      mcp_provider_request_async (provider, &request, NULL, NULL, NULL);
    }
}
