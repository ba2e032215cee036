/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-ask-table.h"

#include "protocol/mcp-translate.h"

#include <string.h>

struct _McpAskTable
{
  GHashTable *asks; /* (owned): gint64 * id -> Asked (owned) */
  gint64 last_id;
};

/* What a server asks of the client, on its way. */
typedef struct
{
  McpAskTable *table; /* (unowned) */
  gint64 id;
  McpAsk *ask;         /* (owned) */
  McpRequest *request; /* (owned): the question was sent on the stream of this request */
  gulong closed_id;
} Asked;

static void
asked_free (Asked *asked)
{
  g_clear_signal_handler (&asked->closed_id, asked->ask);
  g_object_unref (asked->ask);
  g_object_unref (asked->request);
  g_free (asked);
}

/* basic/utilities/cancellation: who asked may withdraw the question. */
static void
ask_closed_cb (McpAsk *ask, Asked *asked)
{
  g_autofree char *params = g_strdup_printf ("{\"requestId\":%" G_GINT64_FORMAT
                                             ",\"reason\":\"The server does not wait any more\"}",
                                             asked->id);
  g_autoptr (GBytes) message = mcp_jsonrpc_build_notification (
      "notifications/cancelled", (McpJsonSlice){ params, strlen (params) });
  g_autoptr (McpRequest) request = g_object_ref (asked->request);

  g_hash_table_remove (asked->table->asks, &asked->id);
  mcp_request_send (request, message);
}

/**
 * mcp_ask_table_put:
 * @self: what the request's client is asked
 * @ask: what a server asks
 * @request: the client's request that the server works on
 *
 * Asks the client, in its own revision and as far as it can be asked; else the server is refused.
 */
void
mcp_ask_table_put (McpAskTable *self, McpAsk *ask, McpRequest *request)
{
  McpClient *client = mcp_request_get_client (request);
  g_autoptr (GError) error = NULL;
  g_autofree char *translated = NULL;
  g_autofree char *required = NULL;
  g_autoptr (GBytes) message = NULL;
  McpJsonSlice params = mcp_ask_get_params (ask);
  Asked *asked;

  if (!mcp_translate_ask (mcp_ask_get_method (ask), params, client->revision, client->capabilities,
                          &translated, &required, &error))
    {
      mcp_ask_answer_error (ask, error->code, error->message, MCP_JSON_SLICE_NONE);
      return;
    }
  if (!mcp_request_can_be_asked (request))
    {
      mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_INTERNAL,
                            "The client takes no event stream as an answer", MCP_JSON_SLICE_NONE);
      return;
    }
  if (translated != NULL)
    params = (McpJsonSlice){ translated, strlen (translated) };

  asked = g_new0 (Asked, 1);
  asked->table = self;
  asked->id = ++self->last_id;
  asked->ask = g_object_ref (ask);
  asked->request = g_object_ref (request);
  asked->closed_id = g_signal_connect (ask, "closed", G_CALLBACK (ask_closed_cb), asked);
  g_hash_table_insert (self->asks, &asked->id, asked);
  message = mcp_jsonrpc_build_request (asked->id, mcp_ask_get_method (ask), params);
  mcp_request_send (request, message);
}

static void
pass_result (McpAsk *ask, McpJsonSlice result, McpRevision from)
{
  g_autofree char *translated = mcp_translate_ask_result (mcp_ask_get_method (ask), result, from,
                                                          mcp_ask_get_server_revision (ask));

  if (translated != NULL)
    result = (McpJsonSlice){ translated, strlen (translated) };
  mcp_ask_answer_result (ask, result);
}

/**
 * mcp_ask_table_take_response:
 * @self: what a client is asked
 * @message: a response of it
 * @from: its revision
 *
 * Hands the answer to the server. One to what nobody asked, or to what is asked no more, belongs to
 * nothing.
 */
void
mcp_ask_table_take_response (McpAskTable *self, McpJsonrpcMessage *message, McpRevision from)
{
  McpJsonSlice id = mcp_jsonrpc_message_get_id (message);
  g_autoptr (McpAsk) ask = NULL;
  g_autofree char *text = NULL;
  McpJsonSlice data;
  Asked *asked;
  gint64 number;

  if (id.data == NULL || mcp_json_get_type (id) != MCP_JSON_NUMBER ||
      !mcp_json_get_int64 (id, &number))
    return;
  asked = g_hash_table_lookup (self->asks, &number);
  if (asked == NULL)
    return;

  ask = g_object_ref (asked->ask);
  g_hash_table_remove (self->asks, &number);
  if (mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_RESULT)
    {
      pass_result (ask, mcp_jsonrpc_message_get_result (message), from);
      return;
    }
  text = mcp_jsonrpc_message_dup_error_text (message);
  mcp_json_find (mcp_jsonrpc_message_get_error (message), "data", &data);
  mcp_ask_answer_error (ask, mcp_jsonrpc_message_get_error_code (message), text, data);
}

/**
 * mcp_ask_table_refuse_all:
 * @self: what a client is asked
 *
 * The client is gone: nobody will answer.
 */
void
mcp_ask_table_refuse_all (McpAskTable *self)
{
  g_autoptr (GPtrArray) asks = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, self->asks);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    g_ptr_array_add (asks, g_object_ref (((Asked *) item)->ask));
  g_hash_table_remove_all (self->asks);
  for (guint i = 0; i < asks->len; i++)
    mcp_ask_answer_error (g_ptr_array_index (asks, i), MCP_JSONRPC_ERROR_INTERNAL,
                          "The client has gone", MCP_JSON_SLICE_NONE);
}

/**
 * mcp_ask_table_new:
 *
 * Returns: (transfer full): nothing is asked
 */
McpAskTable *
mcp_ask_table_new (void)
{
  McpAskTable *self = g_new0 (McpAskTable, 1);

  self->asks =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) asked_free);
  return self;
}

/**
 * mcp_ask_table_free:
 * @self: (transfer full): what a client was asked
 */
void
mcp_ask_table_free (McpAskTable *self)
{
  g_hash_table_unref (self->asks);
  g_free (self);
}
