/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-rounds-from-server.h"

#include "common/mcp-error.h"
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

/* Of one round: the client is asked all of them at once. */
#define MAX_REQUESTS 64

struct _McpRoundsFromServer
{
  McpRoundsFromServerFunc ready; /* (nullable): %NULL once it was called */
  gpointer user_data;
  GPtrArray *asks;    /* (owned): McpAsk (owned): all that is wanted */
  GString *responses; /* JSON object in the making */
  char *state;        /* (nullable): JSON text of the server's requestState */
  guint n_open;
};

/* One of the questions. */
typedef struct
{
  McpRoundsFromServer *input; /* (unowned): withdraws the question at its end */
  char *key;                  /* (owned): JSON text */
} Wanted;

static void
wanted_free (Wanted *wanted)
{
  g_free (wanted->key);
  g_free (wanted);
}

static void
report (McpRoundsFromServer *self, GError *error)
{
  McpRoundsFromServerFunc ready = g_steal_pointer (&self->ready);

  if (ready != NULL)
    ready (self, error, self->user_data);
  else
    g_clear_error (&error);
}

static void
take_response (McpRoundsFromServer *self, const char *key, McpJsonSlice response)
{
  if (self->responses->len > 1)
    g_string_append_c (self->responses, ',');
  g_string_append (self->responses, key);
  g_string_append_c (self->responses, ':');
  mcp_json_append_slice (self->responses, response);
  if (--self->n_open == 0)
    report (self, NULL);
}

static void
answered_cb (McpAsk *ask, const McpAskAnswer *answer, gpointer user_data)
{
  const McpJsonSlice cancelled = { "{\"action\":\"cancel\"}", strlen ("{\"action\":\"cancel\"}") };
  Wanted *wanted = user_data;

  if (answer->result.data != NULL)
    take_response (wanted->input, wanted->key, answer->result);
  else if (strcmp (mcp_ask_get_method (ask), "elicitation/create") == 0)
    take_response (wanted->input, wanted->key, cancelled);
  else
    report (wanted->input, g_error_new (MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                                        "The server needs %s, which the client did not answer: %s",
                                        mcp_ask_get_method (ask), answer->text));
}

static gboolean
add_request (McpRoundsFromServer *self, McpJsonSlice key, McpJsonSlice request)
{
  g_autofree char *method = NULL;
  McpJsonSlice params = MCP_JSON_SLICE_NONE;
  McpJsonSlice name;
  Wanted *wanted;

  if (self->asks->len >= MAX_REQUESTS || mcp_json_get_type (request) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (request, "method", MCP_JSON_STRING, &name))
    return FALSE;
  method = mcp_json_dup_string (name);
  if (method == NULL)
    return FALSE;
  mcp_json_find_typed (request, "params", MCP_JSON_OBJECT, &params);

  wanted = g_new0 (Wanted, 1);
  wanted->input = self;
  wanted->key = g_strndup (key.data, key.length);
  g_ptr_array_add (self->asks, mcp_ask_new (method, params, MCP_REVISION_2026_07_28, answered_cb,
                                            wanted, (GDestroyNotify) wanted_free));
  return TRUE;
}

static gboolean
add_requests (McpRoundsFromServer *self, McpJsonSlice requests)
{
  McpJsonSlice request;
  McpJsonSlice key;
  McpJsonIter iter;

  if (mcp_json_get_type (requests) != MCP_JSON_OBJECT)
    return FALSE;

  mcp_json_iter_init (&iter, requests);
  while (mcp_json_iter_next_member (&iter, &key, &request))
    if (!add_request (self, key, request))
      return FALSE;
  return TRUE;
}

/**
 * mcp_rounds_from_server_new:
 * @result: of resultType "input_required"
 * @ready: called once
 * @user_data: for @ready
 * @error: return location
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED for a result that makes no sense.
 *
 * Returns: (transfer full) (nullable): what is wanted; @ready is not called where that is nothing
 */
McpRoundsFromServer *
mcp_rounds_from_server_new (McpJsonSlice result,
                            McpRoundsFromServerFunc ready,
                            gpointer user_data,
                            GError **error)
{
  g_autoptr (McpRoundsFromServer) self = g_new0 (McpRoundsFromServer, 1);
  McpJsonSlice requests;
  McpJsonSlice state;

  self->ready = ready;
  self->user_data = user_data;
  self->asks = g_ptr_array_new_with_free_func (g_object_unref);
  self->responses = g_string_new ("{");
  if (mcp_json_find (result, "requestState", &state))
    self->state = g_strndup (state.data, state.length);
  if (mcp_json_find (result, "inputRequests", &requests) && !add_requests (self, requests))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                           "The server wants input, but its “inputRequests” make no sense");
      return NULL;
    }

  self->n_open = self->asks->len;
  return g_steal_pointer (&self);
}

/**
 * mcp_rounds_from_server_free:
 * @self: (transfer full): input being collected
 *
 * What is still open is withdrawn.
 */
void
mcp_rounds_from_server_free (McpRoundsFromServer *self)
{
  self->ready = NULL;
  for (guint i = 0; i < self->asks->len; i++)
    mcp_ask_withdraw (g_ptr_array_index (self->asks, i));
  g_ptr_array_unref (self->asks);
  g_string_free (self->responses, TRUE);
  g_free (self->state);
  g_free (self);
}

/**
 * mcp_rounds_from_server_dup_asks:
 * @self: input being collected
 *
 * Returns: (transfer full) (element-type McpAsk): what is to be asked
 */
GPtrArray *
mcp_rounds_from_server_dup_asks (McpRoundsFromServer *self)
{
  GPtrArray *asks = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->asks->len; i++)
    g_ptr_array_add (asks, g_object_ref (g_ptr_array_index (self->asks, i)));
  return asks;
}

/**
 * mcp_rounds_from_server_build_params:
 * @self: input that is all there
 * @params: of the request that the server answered so, without any input
 *
 * Returns: (transfer full): the params of the request that goes on: the same, with the answers
 * and the server's state as the server wrote it
 */
McpParams *
mcp_rounds_from_server_build_params (McpRoundsFromServer *self, McpParams *params)
{
  McpParams *result = mcp_params_copy (params);

  if (self->asks->len > 0)
    mcp_params_set (result, MCP_PARAM_INPUT_RESPONSES,
                    g_strconcat (self->responses->str, "}", NULL));
  if (self->state != NULL)
    mcp_params_set (result, MCP_PARAM_REQUEST_STATE, g_strdup (self->state));
  return result;
}
