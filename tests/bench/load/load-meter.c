/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-meter.h"

#include "load-poll.h"

#include <stdlib.h>
#include <time.h>

static guint64
get_process_ns (pid_t pid)
{
  struct timespec spent;
  clockid_t id;

  if (clock_getcpuclockid (pid, &id) != 0 || clock_gettime (id, &spent) != 0)
    g_error ("There is no process %d", (int) pid);
  return (guint64) spent.tv_sec * G_GUINT64_CONSTANT (1000000000) + (guint64) spent.tv_nsec;
}

/* What all threads have spent, also those that have ended. */
static guint64
get_cpu_ns (const char *pids)
{
  g_auto (GStrv) list = g_strsplit (pids != NULL ? pids : "", ",", -1);
  guint64 sum = 0;

  for (guint i = 0; list[i] != NULL && *list[i] != '\0'; i++)
    sum += get_process_ns ((pid_t) atoi (list[i]));
  return sum;
}

/**
 * load_meter_start:
 * @pids: (nullable): numbers of processes, with commas in between; it must outlive the meter
 */
void
load_meter_start (LoadMeter *self, const char *pids)
{
  self->pids = pids;
  self->cpu_ns = get_cpu_ns (pids);
  self->ns = load_poll_now ();
}

void
load_meter_stop (LoadMeter *self)
{
  self->ns = load_poll_now () - self->ns;
  self->cpu_ns = get_cpu_ns (self->pids) - self->cpu_ns;
}

/**
 * load_meter_print:
 *
 * Prints members of a JSON object, in seconds.
 */
void
load_meter_print (LoadMeter *self)
{
  g_print ("\"seconds\":%.6f,\"cpu_seconds\":%.6f", (double) self->ns / 1e9,
           (double) self->cpu_ns / 1e9);
}
