/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/methods/mcp-rounds-to-client.h"

#include "protocol/mcp-jsonrpc.h"
#include "protocol/mcp-translate.h"

#include <string.h>

/* In a server's request: the key that it would like its client to see, since requests of before
 * 2026-07-28 have none. */
#define KEY_HINT "org.mcpsessiond/inputKey"

static char *
find_hint (McpJsonSlice params)
{
  McpJsonSlice meta;
  McpJsonSlice hint;

  if (params.data == NULL || !mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta) ||
      !mcp_json_find_typed (meta, KEY_HINT, MCP_JSON_STRING, &hint))
    return NULL;
  return mcp_json_dup_string (hint);
}

/**
 * mcp_rounds_to_client_new_request:
 * @ask: what a server asks
 * @number: of the question, for its key
 * @translated: (nullable): its params in the client's revision; %NULL: as they are
 *
 * Returns: (transfer full): the input that is wanted
 */
McpInputRequest *
mcp_rounds_to_client_new_request (McpAsk *ask, guint number, const char *translated)
{
  McpInputRequest *self = g_new0 (McpInputRequest, 1);
  McpJsonSlice params = mcp_ask_get_params (ask);

  self->ask = g_object_ref (ask);
  self->key = find_hint (params);
  if (self->key == NULL)
    self->key = g_strdup_printf ("input-%u", number);
  if (translated != NULL)
    self->params = g_strdup (translated);
  else if (params.data != NULL)
    self->params = g_strndup (params.data, params.length);
  return self;
}

/**
 * mcp_rounds_to_client_copy_request:
 * @input: a #McpInputRequest
 * @unused: as #GCopyFunc has it
 *
 * Returns: (transfer full): a copy
 */
gpointer
mcp_rounds_to_client_copy_request (gconstpointer input, gpointer unused)
{
  const McpInputRequest *self = input;
  McpInputRequest *copy = g_new0 (McpInputRequest, 1);

  copy->ask = g_object_ref (self->ask);
  copy->key = g_strdup (self->key);
  copy->params = g_strdup (self->params);
  return copy;
}

/**
 * mcp_rounds_to_client_free_request:
 * @self: (transfer full): input
 */
void
mcp_rounds_to_client_free_request (McpInputRequest *self)
{
  g_object_unref (self->ask);
  g_free (self->key);
  g_free (self->params);
  g_free (self);
}

/**
 * mcp_rounds_to_client_take_response:
 * @self: input that is wanted
 * @responses: what the client brought, an object; or %MCP_JSON_SLICE_NONE
 * @from: the client's revision
 *
 * Hands the client's answer to the server, if there is one that can be an answer.
 */
void
mcp_rounds_to_client_take_response (McpInputRequest *self, McpJsonSlice responses, McpRevision from)
{
  g_autofree char *translated = NULL;
  McpJsonSlice response;

  if (responses.data == NULL ||
      !mcp_json_find_typed (responses, self->key, MCP_JSON_OBJECT, &response))
    return;

  translated = mcp_translate_ask_result (mcp_ask_get_method (self->ask), response, from,
                                         mcp_ask_get_server_revision (self->ask));
  if (translated != NULL)
    response = (McpJsonSlice){ translated, strlen (translated) };
  mcp_ask_answer_result (self->ask, response);
}

/**
 * mcp_rounds_to_client_build_result:
 * @inputs: (element-type McpInputRequest): what is wanted
 * @state: plain ASCII that the client is to bring back
 *
 * Returns: (transfer full): an InputRequiredResult
 */
char *
mcp_rounds_to_client_build_result (GPtrArray *inputs, const char *state)
{
  GString *out = g_string_new ("{\"resultType\":\"input_required\",\"inputRequests\":{");

  for (guint i = 0; i < inputs->len; i++)
    {
      McpInputRequest *input = g_ptr_array_index (inputs, i);

      if (i > 0)
        g_string_append_c (out, ',');
      mcp_json_append_string (out, input->key);
      g_string_append (out, ":{\"method\":");
      mcp_json_append_string (out, mcp_ask_get_method (input->ask));
      g_string_append (out, ",\"params\":");
      g_string_append (out, input->params != NULL ? input->params : "{}");
      g_string_append_c (out, '}');
    }
  g_string_append (out, "},\"requestState\":");
  mcp_json_append_string (out, state);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * mcp_rounds_to_client_build_digest:
 * @method: of a request
 * @params: of it; or %MCP_JSON_SLICE_NONE
 *
 * A digest of what a client must repeat when it comes back: everything but "_meta",
 * "inputResponses" and "requestState", in whatever order.
 *
 * Returns: (transfer full): hexadecimal digits
 */
char *
mcp_rounds_to_client_build_digest (const char *method, McpJsonSlice params)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) all = g_string_new (method);
  McpJsonSlice key;
  McpJsonSlice value;
  McpJsonIter iter;

  if (params.data != NULL)
    mcp_json_iter_init (&iter, params);
  while (params.data != NULL && mcp_json_iter_next_member (&iter, &key, &value))
    {
      g_autoptr (GString) member = g_string_new (NULL);

      if (mcp_json_string_equal (key, "_meta") || mcp_json_string_equal (key, "inputResponses") ||
          mcp_json_string_equal (key, "requestState"))
        continue;
      mcp_json_append_slice (member, key);
      mcp_json_append_slice (member, value);
      g_ptr_array_add (members, g_compute_checksum_for_string (G_CHECKSUM_SHA256, member->str, -1));
    }
  g_ptr_array_sort (members, compare_texts);
  for (guint i = 0; i < members->len; i++)
    g_string_append (all, g_ptr_array_index (members, i));
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, all->str, -1);
}
