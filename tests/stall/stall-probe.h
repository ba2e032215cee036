/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attack.h"

G_BEGIN_DECLS

/*
 * The innocent session: a client on a connection of its own that publishes one
 * event after the other, and what it had to wait for.
 */
typedef struct _StallProbe StallProbe;

typedef struct
{
  gboolean ok;    /* every event was taken */
  guint n_events; /* that it published */
  guint64 run_ns; /* longest time that the daemon's main thread ran during one wait */
  gint64 wait_us; /* longest wait by the clock */
} StallWaits;

StallProbe *stall_probe_new (Attack *attack);
StallWaits stall_probe_end (StallProbe *self);

/* How long a daemon's main thread has run since its start; FALSE: the kernel does not tell. */
gboolean stall_probe_read_run_time (pid_t pid, guint64 *run_ns);

G_END_DECLS
