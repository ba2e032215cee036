/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-server-facts.h"

#include "common/mcp-json-cut.h"
#include "protocol/mcp-json-edit.h"
#include "protocol/mcp-revision.h"

#include <string.h>

/* What a server says of itself is copied into the catalogue, and to clients. A server may send
 * icons in its info, which clients of 2026-07-28 get with each answer. */
#define MAX_SERVER_INFO  (16 * 1024)
#define MAX_CAPABILITIES (16 * 1024)
#define MAX_INSTRUCTIONS (64 * 1024)

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
  g_free (self->server_info);
  g_clear_pointer (&self->peer, mcp_server_peer_free);
  g_free (self->capabilities);
  g_hash_table_unref (self->watched);
}

/* An object without the members that make it longer than so many bytes. */
static char *
dup_cut_object (McpJsonSlice object, gsize max)
{
  g_autoptr (GString) text = NULL;
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice value;

  if (object.length <= max)
    return g_strndup (object.data, object.length);
  text = g_string_new ("{");
  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      if (text->len + key.length + value.length + strlen (",:}") > max)
        continue;
      if (text->len > 1)
        g_string_append_c (text, ',');
      mcp_json_append_slice (text, key);
      g_string_append_c (text, ':');
      mcp_json_append_slice (text, value);
    }
  g_string_append_c (text, '}');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
learn_instructions (McpServerFacts *self, McpJsonSlice result)
{
  McpJsonSlice instructions;

  g_clear_pointer (&self->instructions, g_free);
  if (mcp_json_find_typed (result, "instructions", MCP_JSON_STRING, &instructions))
    self->instructions = mcp_json_cut_dup_string (instructions, MAX_INSTRUCTIONS);
}

/* basic/lifecycle: in the result itself; 2026-07-28: among what goes with each result. */
static gboolean
find_server_info (McpJsonSlice result, McpJsonSlice *info)
{
  McpJsonSlice meta;

  return mcp_json_find_typed (result, "serverInfo", MCP_JSON_OBJECT, info) ||
         (mcp_json_find_typed (result, "_meta", MCP_JSON_OBJECT, &meta) &&
          mcp_json_find_typed (meta, MCP_META_SERVER_INFO, MCP_JSON_OBJECT, info));
}

/* A server without a name has said nothing; a missing version is an empty one. */
static void
learn_server_info (McpServerFacts *self, McpJsonSlice result)
{
  McpJsonSlice version = { "\"\"", 2 };
  McpJsonSlice info;
  McpJsonSlice name;

  g_clear_pointer (&self->server_info, g_free);
  if (!find_server_info (result, &info) ||
      !mcp_json_find_typed (info, "name", MCP_JSON_STRING, &name))
    return;

  if (mcp_json_find_typed (info, "version", MCP_JSON_STRING, &version) &&
      info.length <= MAX_SERVER_INFO)
    self->server_info = g_strndup (info.data, info.length);
  else if (info.length <= MAX_SERVER_INFO)
    self->server_info = mcp_json_edit_replace_member (info, "version", version);
  else if (name.length + version.length <= MAX_SERVER_INFO)
    self->server_info = g_strdup_printf ("{\"name\":%.*s,\"version\":%.*s}", (int) name.length,
                                         name.data, (int) version.length, version.data);
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
  self->capabilities = dup_cut_object (capabilities, MAX_CAPABILITIES);
  learn_instructions (self, result);
  learn_server_info (self, result);
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
