/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reads a stream of server-sent events (WHATWG HTML, section 9.2). Each byte is looked at once
 * and only what belongs to the event that is being read is kept, so that a peer can make it hold
 * one event of the cap's length; comments and unknown fields cost nothing.
 */
#include "protocol/mcp-sse-parser.h"

#include "common/mcp-error.h"

#include <string.h>

/* Longer than the name of any field. */
#define MAX_NAME_BYTES  8
/* Of an event's type and id, which are a few words. */
#define MAX_SHORT_BYTES 1024

typedef enum
{
  STATE_BYTE_ORDER_MARK, /* of the stream, which may begin with one */
  STATE_LINE_START,
  STATE_NAME,
  STATE_VALUE_START, /* where one space is left out */
  STATE_VALUE,
  STATE_IGNORED, /* the rest of the line */
} State;

typedef enum
{
  FIELD_NONE,
  FIELD_DATA,
  FIELD_EVENT,
  FIELD_ID,
  FIELD_RETRY,
} Field;

struct _McpSseParser
{
  gsize max_bytes;
  State state;
  guint n_mark;   /* bytes of the byte order mark seen */
  gboolean is_cr; /* the last line ended with "\r": a "\n" belongs to it */
  gboolean failed;

  char name[MAX_NAME_BYTES];
  gsize name_length;
  Field field;
  GString *value; /* of the fields that are not data */

  GString *data;
  gboolean has_data;
  char *type;    /* (nullable) */
  char *id;      /* (nullable): as the stream said last, not in force before its event is whole */
  char *last_id; /* (nullable) */
  gint64 retry_ms;
};

/**
 * mcp_sse_parser_new:
 * @max_bytes: the data of one event at most
 *
 * Returns: (transfer full): a parser for one stream
 */
McpSseParser *
mcp_sse_parser_new (gsize max_bytes)
{
  McpSseParser *self = g_new0 (McpSseParser, 1);

  self->max_bytes = max_bytes;
  self->value = g_string_new (NULL);
  self->data = g_string_new (NULL);
  self->retry_ms = -1;
  return self;
}

/**
 * mcp_sse_parser_free:
 * @self: (transfer full): a parser
 */
void
mcp_sse_parser_free (McpSseParser *self)
{
  g_string_free (self->value, TRUE);
  g_string_free (self->data, TRUE);
  g_free (self->type);
  g_free (self->id);
  g_free (self->last_id);
  g_free (self);
}

/**
 * mcp_sse_parser_free_event:
 * @self: (transfer full): an event
 */
void
mcp_sse_parser_free_event (McpSseEvent *self)
{
  g_bytes_unref (self->data);
  g_free (self->type);
  g_free (self);
}

static Field
find_field (McpSseParser *self)
{
  static const struct
  {
    const char *name;
    Field field;
  } fields[] = {
    { "data", FIELD_DATA },
    { "event", FIELD_EVENT },
    { "id", FIELD_ID },
    { "retry", FIELD_RETRY },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      if (strlen (fields[i].name) == self->name_length &&
          memcmp (fields[i].name, self->name, self->name_length) == 0)
        return fields[i].field;
    }
  return FIELD_NONE;
}

static gboolean
fail_too_long (McpSseParser *self, GError **error)
{
  self->failed = TRUE;
  g_string_free (self->data, TRUE);
  self->data = g_string_new (NULL);
  g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
               "An event is longer than %" G_GSIZE_FORMAT " bytes", self->max_bytes);
  return FALSE;
}

static gboolean
begin_value (McpSseParser *self, GError **error)
{
  self->field = find_field (self);
  self->state = self->field == FIELD_NONE ? STATE_IGNORED : STATE_VALUE_START;
  g_string_truncate (self->value, 0);
  if (self->field != FIELD_DATA)
    return TRUE;

  /* Two data lines are one text with a line end in between. */
  if (self->has_data)
    {
      if (self->data->len >= self->max_bytes)
        return fail_too_long (self, error);
      g_string_append_c (self->data, '\n');
    }
  self->has_data = TRUE;
  return TRUE;
}

static gboolean
append_value (McpSseParser *self, const char *text, gsize length, GError **error)
{
  if (self->field == FIELD_DATA)
    {
      if (length > self->max_bytes - self->data->len)
        return fail_too_long (self, error);
      g_string_append_len (self->data, text, (gssize) length);
    }
  else if (length > MAX_SHORT_BYTES - self->value->len)
    {
      /* Too long for a type that is known here, and for an id to send back. */
      self->field = FIELD_NONE;
      self->state = STATE_IGNORED;
    }
  else
    {
      g_string_append_len (self->value, text, (gssize) length);
    }
  return TRUE;
}

static void
set_retry (McpSseParser *self)
{
  guint64 ms;

  if (self->value->len > 0 && strspn (self->value->str, "0123456789") == self->value->len &&
      g_ascii_string_to_unsigned (self->value->str, 10, 0, G_MAXINT64, &ms, NULL))
    self->retry_ms = (gint64) ms;
}

/* The line's field is whole. */
static void
take_field (McpSseParser *self)
{
  gboolean has_nul = memchr (self->value->str, '\0', self->value->len) != NULL;

  switch (self->field)
    {
    case FIELD_EVENT:
      g_free (self->type);
      self->type = self->value->len > 0 && !has_nul ? g_strdup (self->value->str) : NULL;
      break;
    case FIELD_ID:
      if (has_nul)
        break;
      g_free (self->id);
      self->id = g_strdup (self->value->str);
      break;
    case FIELD_RETRY:
      set_retry (self);
      break;
    case FIELD_DATA:
    case FIELD_NONE:
      break;
    }
}

/* A blank line: the event is whole. Returns: (nullable): NULL for one without data */
static McpSseEvent *
take_event (McpSseParser *self)
{
  McpSseEvent *event;

  g_free (self->last_id);
  self->last_id = g_strdup (self->id);
  if (self->data->len == 0)
    {
      g_clear_pointer (&self->type, g_free);
      self->has_data = FALSE;
      return NULL;
    }

  event = g_new0 (McpSseEvent, 1);
  event->type = g_steal_pointer (&self->type);
  event->data = g_string_free_to_bytes (self->data);
  self->data = g_string_new (NULL);
  self->has_data = FALSE;
  return event;
}

static McpSseEvent *
end_line (McpSseParser *self, GError **error)
{
  State state = self->state;

  self->state = STATE_LINE_START;
  switch (state)
    {
    case STATE_BYTE_ORDER_MARK: /* half of one is no blank line */
      return self->n_mark == 0 ? take_event (self) : NULL;
    case STATE_LINE_START:
      return take_event (self);
    case STATE_NAME: /* without a colon: an empty value */
      if (begin_value (self, error))
        take_field (self);
      self->state = STATE_LINE_START;
      return NULL;
    case STATE_VALUE_START:
    case STATE_VALUE:
      take_field (self);
      return NULL;
    case STATE_IGNORED:
      return NULL;
    }
  g_return_val_if_reached (NULL);
}

/* A mark at the very start is no part of the first line. Returns: whether the byte is done with */
static gboolean
skip_byte_order_mark (McpSseParser *self, char byte)
{
  static const char mark[] = "\xef\xbb\xbf";

  if (byte == mark[self->n_mark])
    {
      if (++self->n_mark == strlen (mark))
        self->state = STATE_LINE_START;
      return TRUE;
    }
  /* Half of one is the start of a name that no field has. */
  self->state = self->n_mark > 0 ? STATE_IGNORED : STATE_LINE_START;
  return FALSE;
}

static gboolean
take_name_byte (McpSseParser *self, char byte, GError **error)
{
  if (self->state == STATE_LINE_START)
    self->name_length = 0;
  self->state = STATE_NAME;

  if (byte == ':')
    return begin_value (self, error);
  if (self->name_length == MAX_NAME_BYTES)
    self->state = STATE_IGNORED;
  else
    self->name[self->name_length++] = byte;
  return TRUE;
}

/* Bytes within a line; the first is no line end. Returns: how many are done with */
static gsize
take_bytes (McpSseParser *self, const char *data, gsize length, GError **error)
{
  gsize n;

  switch (self->state)
    {
    case STATE_BYTE_ORDER_MARK:
      return skip_byte_order_mark (self, *data) ? 1 : 0;
    case STATE_LINE_START:
    case STATE_NAME:
      return take_name_byte (self, *data, error) ? 1 : 0;
    case STATE_VALUE_START:
      self->state = STATE_VALUE;
      return *data == ' ' ? 1 : 0;
    case STATE_VALUE:
    case STATE_IGNORED:
      break;
    }

  for (n = 1; n < length && data[n] != '\n' && data[n] != '\r';)
    n++;
  if (self->state == STATE_VALUE && !append_value (self, data, n, error))
    return 0;
  return n;
}

/**
 * mcp_sse_parser_next:
 * @self: a parser
 * @data: (inout): the next bytes of the stream; moved on
 * @length: (inout): of @data
 * @error: return location
 *
 * Takes bytes until an event is whole. The caller comes again with what is left of
 * @data, until all of it is taken. Events without data are not given out, but their
 * id counts; what follows the last blank line of a stream is no event.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED when an event is longer than the cap; nothing is
 * taken any more after that.
 *
 * Returns: (transfer full) (nullable): an event, or %NULL with @error unset where all bytes
 *   are taken
 */
McpSseEvent *
mcp_sse_parser_next (McpSseParser *self, const char **data, gsize *length, GError **error)
{
  while (*length > 0 && !self->failed)
    {
      McpSseEvent *event = NULL;
      char byte = **data;
      gsize n = 1;

      if (byte == '\n' && self->is_cr)
        self->is_cr = FALSE;
      else if (byte == '\n' || byte == '\r')
        {
          self->is_cr = byte == '\r';
          event = end_line (self, error);
        }
      else
        {
          self->is_cr = FALSE;
          n = take_bytes (self, *data, *length, error);
        }
      if (self->failed)
        break;

      *data += n;
      *length -= n;
      if (event != NULL)
        return event;
    }
  if (self->failed)
    {
      if (error != NULL && *error == NULL)
        fail_too_long (self, error);
      *data += *length;
      *length = 0;
    }
  return NULL;
}

/**
 * mcp_sse_parser_get_last_id:
 * @self: a parser
 *
 * Returns: (transfer none) (nullable): the id in force after the last whole event; "" or %NULL:
 * none
 */
const char *
mcp_sse_parser_get_last_id (McpSseParser *self)
{
  return self->last_id;
}

/**
 * mcp_sse_parser_get_retry_ms:
 * @self: a parser
 *
 * Returns: how long the stream said to wait before coming again; -1: it did not
 */
gint64
mcp_sse_parser_get_retry_ms (McpSseParser *self)
{
  return self->retry_ms;
}
