/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The requests of a file, byte by byte as they are sent, with a zero byte between two. */
#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *text;
  GPtrArray *requests; /* the beginnings */
  GArray *lengths;     /* gsize */
} LoadScript;

LoadScript *load_script_new (const char *path);
void load_script_free (LoadScript *self);
const char *load_script_get (LoadScript *self, guint i, gsize *length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoadScript, load_script_free)

G_END_DECLS
