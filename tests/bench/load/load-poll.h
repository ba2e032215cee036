/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Descriptors that may be read: epoll with the patience of a load generator. */
#include <glib.h>

G_BEGIN_DECLS

typedef void (*LoadReadyFunc) (gpointer source, gpointer user_data);

typedef struct
{
  int epoll;
} LoadPoll;

void load_poll_init (LoadPoll *self);
void load_poll_clear (LoadPoll *self);
void load_poll_add (LoadPoll *self, int fd, gpointer source);
void load_poll_turn (LoadPoll *self, LoadReadyFunc ready, gpointer user_data);
void load_poll_wait (LoadPoll *self, LoadReadyFunc ready, gpointer user_data);
guint64 load_poll_now (void);

G_END_DECLS
