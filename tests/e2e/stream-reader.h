/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * StreamReader:
 *
 * A client of an event stream that checks what it reads: sequence numbers go
 * up by one, or by what a lagged event announced.
 */
typedef struct
{
  int fd;
  gboolean in_head; /* of the HTTP response */
  GString *pending; /* bytes of a frame that is not whole yet */
  guint64 n_events;
  guint64 n_missed;
  guint64 last_sequence;
  char *closed_reason; /* (nullable): from the last event */
  gboolean ended;      /* the server closed the connection */
} StreamReader;

int stream_reader_connect (const char *socket_path);
StreamReader *stream_reader_open (const char *socket_path, const char *session_id);
void stream_reader_free (StreamReader *self);
void stream_reader_read (StreamReader *self);
guint64 stream_reader_get_accounted (StreamReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StreamReader, stream_reader_free)

G_END_DECLS
