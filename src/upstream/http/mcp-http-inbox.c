/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-http-inbox-private.h"

struct _McpHttpInbox
{
  gint64 id;
  const McpHttpInboxFuncs *funcs;
  gpointer user_data;
  McpMessageParser *parser; /* (owned) */
  McpHttpFetch *held;       /* (owned) (nullable): until the parser has read what came */
};

static void
message_cb (McpJsonrpcMessage *message, gpointer user_data)
{
  McpHttpInbox *self = user_data;

  self->funcs->message (self->id, message, self->user_data);
}

static void
malformed_cb (const char *text_id, const GError *error, gpointer user_data)
{
  McpHttpInbox *self = user_data;

  self->funcs->malformed (self->id, text_id, error, self->user_data);
}

static void
drained_cb (gpointer user_data)
{
  McpHttpInbox *self = user_data;
  g_autoptr (McpHttpFetch) held = g_steal_pointer (&self->held);

  if (held != NULL)
    mcp_http_fetch_release (held);
}

/**
 * mcp_http_inbox_new:
 * @id: of the request whose answers come here; 0: of all requests
 * @funcs: static
 * @user_data: for @funcs
 *
 * Returns: (transfer full): an empty inbox
 */
McpHttpInbox *
mcp_http_inbox_new (gint64 id, const McpHttpInboxFuncs *funcs, gpointer user_data)
{
  static const McpMessageParserFuncs parser_funcs = { message_cb, malformed_cb, drained_cb };
  McpHttpInbox *self = g_new0 (McpHttpInbox, 1);

  self->id = id;
  self->funcs = funcs;
  self->user_data = user_data;
  self->parser = mcp_message_parser_new (&parser_funcs, self);
  return self;
}

/**
 * mcp_http_inbox_free:
 * @self: (transfer full): an inbox
 *
 * May be called from a function of this type.
 */
void
mcp_http_inbox_free (McpHttpInbox *self)
{
  mcp_message_parser_close (self->parser);
  g_object_unref (self->parser);
  g_clear_pointer (&self->held, mcp_http_fetch_unref);
  g_free (self);
}

/**
 * mcp_http_inbox_take:
 * @self: an inbox
 * @fetch: what brought the text
 * @text: one message, or an array of messages
 *
 * Reports what is in the text, at once or later.
 */
void
mcp_http_inbox_take (McpHttpInbox *self, McpHttpFetch *fetch, GBytes *text)
{
  g_autoptr (McpMessageParser) parser = g_object_ref (self->parser);

  mcp_message_parser_push (parser, text);
  /* A function may have freed the inbox; its parser is closed then, and not busy. */
  if (!mcp_message_parser_is_busy (parser) || self->held != NULL)
    return;
  self->held = mcp_http_fetch_ref (fetch);
  mcp_http_fetch_hold (fetch);
}
