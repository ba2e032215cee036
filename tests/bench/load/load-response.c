/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-response.h"

#include <string.h>

/* Until the connection ends. */
#define WITHOUT_END G_MAXUINT64

/**
 * load_response_begin:
 *
 * The next bytes are those of another answer.
 */
void
load_response_begin (LoadResponse *self)
{
  self->state = LOAD_RESPONSE_STATUS_LINE;
  self->status = 0;
  self->has_length = FALSE;
  self->is_chunked = FALSE;
  self->left = 0;
  self->n_body_bytes = 0;
}

void
load_response_clear (LoadResponse *self)
{
  if (self->line != NULL)
    g_string_free (self->line, TRUE);
  self->line = NULL;
}

static void
take_field (LoadResponse *self, const char *line)
{
  if (g_ascii_strncasecmp (line, "content-length:", 15) == 0)
    {
      self->has_length = TRUE;
      self->left = g_ascii_strtoull (line + 15, NULL, 10);
    }
  else if (g_ascii_strncasecmp (line, "transfer-encoding:", 18) == 0)
    {
      self->is_chunked = strstr (line, "chunked") != NULL;
    }
}

static void
end_head (LoadResponse *self)
{
  if (self->status == 100)
    load_response_begin (self);
  else if (self->is_chunked)
    self->state = LOAD_RESPONSE_CHUNK_SIZE;
  else if (self->status == 204 || (self->has_length && self->left == 0))
    self->state = LOAD_RESPONSE_DONE;
  else
    self->state = LOAD_RESPONSE_BODY;
  if (self->state == LOAD_RESPONSE_BODY && !self->has_length)
    self->left = WITHOUT_END;
}

static void
begin_chunk (LoadResponse *self, const char *line)
{
  self->left = g_ascii_strtoull (line, NULL, 16);
  self->state = self->left > 0 ? LOAD_RESPONSE_CHUNK : LOAD_RESPONSE_TRAILER;
}

/* A line without its end. */
static void
take_line (LoadResponse *self, const char *line)
{
  switch (self->state)
    {
    case LOAD_RESPONSE_STATUS_LINE:
      if (g_str_has_prefix (line, "HTTP/1."))
        self->status = (guint) g_ascii_strtoull (line + 9, NULL, 10);
      self->state = LOAD_RESPONSE_FIELDS;
      break;
    case LOAD_RESPONSE_FIELDS:
      if (*line == '\0')
        end_head (self);
      else
        take_field (self, line);
      break;
    case LOAD_RESPONSE_CHUNK_SIZE:
      begin_chunk (self, line);
      break;
    case LOAD_RESPONSE_CHUNK_END:
      self->state = LOAD_RESPONSE_CHUNK_SIZE;
      break;
    case LOAD_RESPONSE_TRAILER:
      if (*line == '\0')
        self->state = LOAD_RESPONSE_DONE;
      break;
    default:
      g_assert_not_reached ();
    }
}

static gsize
take_part_of_line (LoadResponse *self, const char *data, gsize length)
{
  const char *end = memchr (data, '\n', length);
  gsize n = end != NULL ? (gsize) (end - data) : length;

  if (self->line == NULL)
    self->line = g_string_new (NULL);
  g_string_append_len (self->line, data, (gssize) n);
  if (end == NULL)
    return n;
  if (self->line->len > 0 && self->line->str[self->line->len - 1] == '\r')
    g_string_truncate (self->line, self->line->len - 1);
  take_line (self, self->line->str);
  g_string_truncate (self->line, 0);
  return n + 1;
}

static gsize
take_part_of_body (LoadResponse *self, const char *data, gsize length)
{
  gsize n = (gsize) MIN (self->left, length);

  if (self->body != NULL)
    self->body (data, n, self->user_data);
  self->n_body_bytes += n;
  if (self->left != WITHOUT_END)
    self->left -= n;
  if (self->left == 0)
    self->state = self->is_chunked ? LOAD_RESPONSE_CHUNK_END : LOAD_RESPONSE_DONE;
  return n;
}

/**
 * load_response_take:
 * @data: (array length=length): what has come
 *
 * Reads on until the end of the answer.
 *
 * Returns: how many of the bytes belong to this answer
 */
gsize
load_response_take (LoadResponse *self, const char *data, gsize length)
{
  gsize n = 0;

  while (n < length && self->state != LOAD_RESPONSE_DONE)
    {
      if (self->state == LOAD_RESPONSE_BODY || self->state == LOAD_RESPONSE_CHUNK)
        n += take_part_of_body (self, data + n, length - n);
      else
        n += take_part_of_line (self, data + n, length - n);
    }
  return n;
}

/**
 * load_response_has_head:
 *
 * Returns: whether the answer has come as far as its body
 */
gboolean
load_response_has_head (LoadResponse *self)
{
  return self->state > LOAD_RESPONSE_FIELDS;
}
