/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-message-parser.h"

#include "protocol/mcp-jsonrpc-batch.h"
#include "protocol/mcp-jsonrpc-mend.h"

#include <gio/gio.h>

#define PARSE_PRIORITY   (G_PRIORITY_DEFAULT + 10)
/* A scan of so much takes about as long as a turn of the main context may: some 0.3 ms. */
#define MAX_INLINE_BYTES (256 * 1024)
/* The scanner needs no stack, and no honest result should be refused. */
#define MAX_DEPTH        512

static const McpJsonrpcLimits parse_limits = {
  .max_depth = MAX_DEPTH,
  .max_values = G_MAXUINT, /* bounded by the size of the text */
  .flags = MCP_JSON_SCAN_ALLOW_LONE_SURROGATES,
};

/* What one text holds: more than one message where it is a batch. */
typedef struct
{
  McpJsonrpcMessage *message; /* (nullable) */
  char *id;                   /* (nullable) */
  GError *error;              /* (nullable) */
} Parsed;

struct _McpMessageParser
{
  GObject parent_instance;

  McpMessageParserFuncs funcs;
  gpointer user_data;
  GQueue texts;        /* (element-type GBytes): behind the one that is being read */
  gboolean is_parsing; /* a thread reads a text */
  gboolean is_closed;
};

G_DEFINE_FINAL_TYPE (McpMessageParser, mcp_message_parser, G_TYPE_OBJECT)

static void
parsed_free (gpointer data)
{
  Parsed *parsed = data;

  g_clear_pointer (&parsed->message, mcp_jsonrpc_message_unref);
  g_clear_error (&parsed->error);
  g_free (parsed->id);
  g_free (parsed);
}

/**
 * mcp_message_parser_parse:
 * @text: one message of a server
 * @id: (out) (optional) (nullable) (transfer full): as mcp_jsonrpc_mend_parse()
 * @error: return location
 *
 * With the limits that messages of servers have; what is not quite a message is mended. Any thread.
 *
 * Errors: %MCP_JSONRPC_ERROR.
 *
 * Returns: (transfer full) (nullable): the message
 */
McpJsonrpcMessage *
mcp_message_parser_parse (GBytes *text, char **id, GError **error)
{
  g_autofree char *found = NULL;
  McpJsonrpcMessage *message = mcp_jsonrpc_mend_parse (text, &parse_limits, &found, error);

  if (id != NULL)
    *id = g_steal_pointer (&found);
  return message;
}

static void
parse_one (GPtrArray *all, GBytes *text)
{
  Parsed *parsed = g_new0 (Parsed, 1);

  parsed->message = mcp_message_parser_parse (text, &parsed->id, &parsed->error);
  g_ptr_array_add (all, parsed);
}

/* Servers of 2025-03-26 may send several messages in an array (basic/index, “Batching”). Any
   thread. */
static GPtrArray *
parse (GBytes *text)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (parsed_free);
  g_autoptr (GPtrArray) parts = NULL;

  if (!mcp_jsonrpc_batch_is_batch (text))
    {
      parse_one (all, text);
      return all;
    }
  parts = mcp_jsonrpc_batch_split (text, &parse_limits, NULL);
  for (guint i = 0; parts != NULL && i < parts->len; i++)
    parse_one (all, parts->pdata[i]);
  /* “[INFO] …”, perhaps with a message behind it. */
  if (parts == NULL)
    parse_one (all, text);
  return all;
}

/* The caller holds a reference: the functions may drop the owner's. */
static void
report (McpMessageParser *self, GPtrArray *all)
{
  for (guint i = 0; i < all->len && !self->is_closed; i++)
    {
      Parsed *parsed = all->pdata[i];

      if (parsed->message != NULL)
        self->funcs.message (parsed->message, self->user_data);
      else
        self->funcs.malformed (parsed->id, parsed->error, self->user_data);
    }
}

static void
parse_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, parse (data), (GDestroyNotify) g_ptr_array_unref);
}

static void take_next (McpMessageParser *self);

static void
parsed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpMessageParser) self = g_object_ref (MCP_MESSAGE_PARSER (source));
  g_autoptr (GPtrArray) all = g_task_propagate_pointer (G_TASK (result), NULL);

  self->is_parsing = FALSE;
  report (self, all);
  take_next (self);
  if (!self->is_parsing && !self->is_closed && self->funcs.drained != NULL)
    self->funcs.drained (self->user_data);
}

static void
take_text (McpMessageParser *self, GBytes *text)
{
  if (g_bytes_get_size (text) > MAX_INLINE_BYTES)
    {
      g_autoptr (GTask) task = g_task_new (self, NULL, parsed_cb, NULL);

      g_task_set_source_tag (task, take_text);
      g_task_set_priority (task, PARSE_PRIORITY);
      g_task_set_task_data (task, g_bytes_ref (text), (GDestroyNotify) g_bytes_unref);
      self->is_parsing = TRUE;
      g_task_run_in_thread (task, parse_in_thread);
    }
  else
    {
      g_autoptr (GPtrArray) all = parse (text);

      report (self, all);
    }
}

static void
take_next (McpMessageParser *self)
{
  while (!self->is_parsing && !g_queue_is_empty (&self->texts))
    {
      g_autoptr (GBytes) text = g_queue_pop_head (&self->texts);

      take_text (self, text);
    }
}

/**
 * mcp_message_parser_push:
 * @self: a parser; the caller holds a reference
 * @text: one message, or an array of messages
 *
 * Reports what is in a text, at once or later. Nobody should push while the parser is busy, but for
 * what has come already.
 */
void
mcp_message_parser_push (McpMessageParser *self, GBytes *text)
{
  if (self->is_closed)
    return;
  g_queue_push_tail (&self->texts, g_bytes_ref (text));
  take_next (self);
}

/**
 * mcp_message_parser_is_busy:
 * @self: a parser
 *
 * Returns: whether there is a text that has not been reported
 */
gboolean
mcp_message_parser_is_busy (McpMessageParser *self)
{
  return self->is_parsing && !self->is_closed;
}

/**
 * mcp_message_parser_close:
 * @self: a parser
 *
 * Calls nothing any more.
 */
void
mcp_message_parser_close (McpMessageParser *self)
{
  self->is_closed = TRUE;
  g_queue_clear_full (&self->texts, (GDestroyNotify) g_bytes_unref);
}

static void
mcp_message_parser_finalize (GObject *object)
{
  McpMessageParser *self = MCP_MESSAGE_PARSER (object);

  g_queue_clear_full (&self->texts, (GDestroyNotify) g_bytes_unref);

  G_OBJECT_CLASS (mcp_message_parser_parent_class)->finalize (object);
}

static void
mcp_message_parser_class_init (McpMessageParserClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_message_parser_finalize;
}

static void
mcp_message_parser_init (McpMessageParser *self)
{
  g_queue_init (&self->texts);
}

/**
 * mcp_message_parser_new:
 * @funcs: what to call, from the thread-default main context of each push; copied
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a new parser
 */
McpMessageParser *
mcp_message_parser_new (const McpMessageParserFuncs *funcs, gpointer user_data)
{
  McpMessageParser *self = g_object_new (MCP_TYPE_MESSAGE_PARSER, NULL);

  self->funcs = *funcs;
  self->user_data = user_data;
  return self;
}
