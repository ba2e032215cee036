/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An answer of HTTP/1.1 that comes in pieces. Its body goes to a function, and is not kept.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef void (*LoadBodyFunc) (const char *data, gsize length, gpointer user_data);

typedef enum
{
  LOAD_RESPONSE_STATUS_LINE,
  LOAD_RESPONSE_FIELDS,
  LOAD_RESPONSE_BODY,
  LOAD_RESPONSE_CHUNK_SIZE,
  LOAD_RESPONSE_CHUNK,
  LOAD_RESPONSE_CHUNK_END,
  LOAD_RESPONSE_TRAILER,
  LOAD_RESPONSE_DONE,
} LoadResponseState;

typedef struct
{
  LoadResponseState state;
  guint status;
  gboolean has_length;
  gboolean is_chunked;
  guint64 left;         /* bytes of the body or chunk that are still to come */
  guint64 n_body_bytes; /* that have come */
  GString *line;        /* (nullable): the beginning of a line */
  LoadBodyFunc body;    /* (nullable) */
  gpointer user_data;
} LoadResponse;

void load_response_begin (LoadResponse *self);
void load_response_clear (LoadResponse *self);
gsize load_response_take (LoadResponse *self, const char *data, gsize length);
gboolean load_response_has_head (LoadResponse *self);

G_END_DECLS
