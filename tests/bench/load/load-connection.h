/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A connection to a port of 127.0.0.1 that stays open for one request after the other. What does
 * not go as it should ends the program: a measure of a broken server is none.
 */
#include "load-response.h"

G_BEGIN_DECLS

typedef struct
{
  int fd;
  LoadResponse response;
} LoadConnection;

int load_connection_try (guint16 port);
LoadConnection *load_connection_new (guint16 port, LoadBodyFunc body, gpointer user_data);
void load_connection_free (LoadConnection *self);
void load_connection_send (LoadConnection *self, const char *request, gsize length);
gboolean load_connection_read (LoadConnection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoadConnection, load_connection_free)

G_END_DECLS
