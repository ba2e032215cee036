/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-samples.h"

void
load_samples_init (LoadSamples *self)
{
  self->values = g_array_new (FALSE, FALSE, sizeof (guint64));
}

void
load_samples_clear (LoadSamples *self)
{
  g_clear_pointer (&self->values, g_array_unref);
}

void
load_samples_add (LoadSamples *self, guint64 ns)
{
  g_array_append_val (self->values, ns);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const guint64 *x = a;
  const guint64 *y = b;

  return *x < *y ? -1 : *x > *y;
}

/* @part: of those that are not longer; 1: the longest. */
static double
get_us (LoadSamples *self, double part)
{
  guint i = (guint) (part * (double) self->values->len);

  return (double) g_array_index (self->values, guint64, MIN (i, self->values->len - 1)) / 1000;
}

/**
 * load_samples_print:
 *
 * Prints the quantiles as members of a JSON object, in µs; nothing where there are none.
 */
void
load_samples_print (LoadSamples *self)
{
  if (self->values->len == 0)
    return;
  g_array_sort (self->values, compare);
  g_print (",\"p50_us\":%.3f,\"p90_us\":%.3f,\"p99_us\":%.3f,\"max_us\":%.3f", get_us (self, 0.5),
           get_us (self, 0.9), get_us (self, 0.99), get_us (self, 1));
}
