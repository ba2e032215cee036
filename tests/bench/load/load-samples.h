/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Durations, and the ones in the middle and at the end of them. */
#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  GArray *values; /* guint64, ns */
} LoadSamples;

void load_samples_init (LoadSamples *self);
void load_samples_clear (LoadSamples *self);
void load_samples_add (LoadSamples *self, guint64 ns);
void load_samples_print (LoadSamples *self);

G_END_DECLS
