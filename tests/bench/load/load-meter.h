/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How long something takes, and how much processor time other processes spend meanwhile. */
#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *pids; /* (unowned) (nullable): with commas in between */
  guint64 ns;
  guint64 cpu_ns;
} LoadMeter;

void load_meter_start (LoadMeter *self, const char *pids);
void load_meter_stop (LoadMeter *self);
void load_meter_print (LoadMeter *self);

G_END_DECLS
