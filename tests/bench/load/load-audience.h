/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Watchers of an event stream, which count what comes. */
#include "load-options.h"
#include "load-poll.h"
#include "load-samples.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *watchers;
  guint64 n_deliveries; /* to all of them together */
  gboolean is_timed;    /* each event of each watcher; else of the first one alone */
  LoadSamples samples;  /* from the sending of an event to its reading */
} LoadAudience;

void load_audience_init (LoadAudience *self, LoadPoll *poll, const LoadOptions *options);
void load_audience_clear (LoadAudience *self);
void load_audience_read (gpointer watcher);
void load_audience_check (LoadAudience *self, guint64 n_events);

G_END_DECLS
