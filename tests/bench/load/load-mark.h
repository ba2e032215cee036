/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an event of the load generator carries as text: when it was sent and its number, as
 * @TTTTTTTTTTTTTTTTTTT:NNNNNNNNN@. A request has such a place with zeros for each of its events.
 */
#include <glib.h>

G_BEGIN_DECLS

#define LOAD_MARK_BYTES 31

typedef struct
{
  guint64 sent_ns;
  guint64 number;
} LoadMark;

typedef void (*LoadMarkFunc) (const LoadMark *mark, gpointer user_data);

/* Finds marks in a text that comes in pieces. */
typedef struct
{
  char begun[LOAD_MARK_BYTES];
  gsize n_begun;
} LoadMarkReader;

void load_mark_write (char *place, const LoadMark *mark);
void load_mark_reader_take (LoadMarkReader *self,
                            const char *data,
                            gsize length,
                            LoadMarkFunc func,
                            gpointer user_data);

G_END_DECLS
