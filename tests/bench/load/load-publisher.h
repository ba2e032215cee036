/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A connection that posts events, one request at a time. */
#include "load-connection.h"

G_BEGIN_DECLS

typedef struct
{
  LoadConnection *connection;
  char *request;
  gsize length;
  GPtrArray *places; /* of the marks in the request */
  gboolean is_idle;
} LoadPublisher;

LoadPublisher *load_publisher_new (guint16 port, const char *request, gsize length);
void load_publisher_free (LoadPublisher *self);
void load_publisher_post (LoadPublisher *self, guint64 *n_events);
void load_publisher_read (LoadPublisher *self);

G_END_DECLS
