/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The text of an app stands in the middle of a message that is written here. The message is read as
 * a whole, by a thread where it is large. It counts only if the app's text is one value in it: a
 * text that ends what was begun around it would otherwise add members of its own.
 */
#include "mcp-bus-answers-private.h"

#include "upstream/dialogue/mcp-message-parser.h"

#include <string.h>

/* Around the text of a list. */
#define LIST_BEGIN "{\"tools\":"
#define LIST_END   "}"

struct _McpBusAnswers
{
  const McpBusAnswersFuncs *funcs;
  gpointer user_data;
  McpMessageParser *parser; /* (owned) */
  GQueue expected;          /* (element-type Expected): what the parser has been given */
};

/* A text of the app that is being read. */
typedef struct
{
  gint64 id;
  gboolean is_list; /* the text is an array of tools, else a result */
  gboolean is_open; /* the text begins as such a value does */
  gsize length;     /* of the text */
} Expected;

static const char *
describe (const Expected *expected)
{
  return expected->is_list ? "gave a list of tools that is no JSON array"
                           : "gave a result that is no JSON object";
}

static gboolean
is_whole (const Expected *expected, McpJsonrpcMessage *message)
{
  McpJsonSlice value = mcp_jsonrpc_message_get_result (message);
  gsize length = expected->length + (expected->is_list ? strlen (LIST_BEGIN LIST_END) : 0);
  gint64 id;

  return expected->is_open && mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_RESULT &&
         mcp_json_get_int64 (mcp_jsonrpc_message_get_id (message), &id) && id == expected->id &&
         value.length == length && mcp_json_get_type (value) == MCP_JSON_OBJECT;
}

static void
message_cb (McpJsonrpcMessage *message, gpointer user_data)
{
  McpBusAnswers *self = user_data;
  g_autofree Expected *expected = g_queue_pop_head (&self->expected);

  if (is_whole (expected, message))
    self->funcs->message (expected->id, message, self->user_data);
  else
    self->funcs->malformed (expected->id, describe (expected), self->user_data);
}

static void
malformed_cb (const char *id, const GError *error, gpointer user_data)
{
  McpBusAnswers *self = user_data;
  g_autofree Expected *expected = g_queue_pop_head (&self->expected);
  g_autofree char *how = g_strdup_printf ("%s: %s", describe (expected), error->message);

  self->funcs->malformed (expected->id, how, self->user_data);
}

/**
 * mcp_bus_answers_new:
 * @funcs: static: what is told
 * @user_data: for @funcs
 *
 * Returns: (transfer full): no texts
 */
McpBusAnswers *
mcp_bus_answers_new (const McpBusAnswersFuncs *funcs, gpointer user_data)
{
  static const McpMessageParserFuncs parser_funcs = { message_cb, malformed_cb, NULL };
  McpBusAnswers *self = g_new0 (McpBusAnswers, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->parser = mcp_message_parser_new (&parser_funcs, self);
  g_queue_init (&self->expected);
  return self;
}

/**
 * mcp_bus_answers_free:
 * @self: (transfer full): the texts; what is being read is of no interest any more
 */
void
mcp_bus_answers_free (McpBusAnswers *self)
{
  mcp_message_parser_close (self->parser);
  g_object_unref (self->parser);
  g_queue_clear_full (&self->expected, g_free);
  g_free (self);
}

static McpJsonSlice
trim (const char *text, gsize length)
{
  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;
  while (length > 0 && g_ascii_isspace (*text))
    {
      text++;
      length--;
    }
  return (McpJsonSlice){ text, length };
}

/**
 * mcp_bus_answers_push:
 * @self: the texts
 * @id: of the request that is answered
 * @is_list: whether @json is to be an array of tools; else it is to be a result, an object
 * @json: the app's text
 * @length: of @json in bytes
 *
 * Reads one more answer. The functions may be called before this returns.
 */
void
mcp_bus_answers_push (McpBusAnswers *self,
                      gint64 id,
                      gboolean is_list,
                      const char *json,
                      gsize length)
{
  McpJsonSlice text = trim (json, length);
  GString *message = g_string_sized_new (length + 64);
  Expected *expected = g_new (Expected, 1);
  g_autoptr (GBytes) bytes = NULL;

  g_string_printf (message, "{\"jsonrpc\":\"2.0\",\"id\":%" G_GINT64_FORMAT ",\"result\":%s", id,
                   is_list ? LIST_BEGIN : "");
  g_string_append_len (message, text.data, (gssize) text.length);
  g_string_append (message, is_list ? LIST_END "}" : "}");
  bytes = g_string_free_to_bytes (message);

  *expected = (Expected){ id, is_list, text.length > 0 && *text.data == (is_list ? '[' : '{'),
                          text.length };
  g_queue_push_tail (&self->expected, expected);
  mcp_message_parser_push (self->parser, bytes);
}
