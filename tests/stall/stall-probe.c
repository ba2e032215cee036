/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The run time is the kernel's (schedstat), so that a machine that is busy with
 * something else fails no case. A wait ends with the turn of the main context in
 * which the event is taken, and may have begun in the turn before: no turn that
 * is longer than a pause between two events goes unseen.
 */
#include "stall-probe.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAUSE_US 500

struct _StallProbe
{
  pid_t pid;
  int fd;
  char *path;
  char *token;
  GThread *thread;
  int stopping; /* atomic */
  GMutex lock;
  GCond began;
  gboolean has_begun; /* under the lock: an event was answered */
  StallWaits waits;
};

gboolean
stall_probe_read_run_time (pid_t pid, guint64 *run_ns)
{
  /* Linux, Documentation/scheduler/sched-stats.rst: the first number is the time on a processor */
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/schedstat", (int) pid, (int) pid);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) &&
         sscanf (text, "%" G_GUINT64_FORMAT, run_ns) == 1;
}

static gboolean
publish (StallProbe *self)
{
  g_autoptr (AttackAnswer) answer = NULL;

  if (!attack_send_request (self->fd, "POST", self->path, self->token, NULL, "{\"progress\":1}"))
    return FALSE;
  answer = attack_read_answer (self->fd);
  return answer->status == 202;
}

static void
wait_once (StallProbe *self)
{
  gint64 began_us = g_get_monotonic_time ();
  guint64 before = 0, after = 0;

  stall_probe_read_run_time (self->pid, &before);
  self->waits.ok &= publish (self);
  stall_probe_read_run_time (self->pid, &after);

  self->waits.n_events++;
  self->waits.run_ns = MAX (self->waits.run_ns, after - before);
  self->waits.wait_us = MAX (self->waits.wait_us, g_get_monotonic_time () - began_us);
}

static void
note_begun (StallProbe *self)
{
  g_mutex_lock (&self->lock);
  self->has_begun = TRUE;
  g_cond_signal (&self->began);
  g_mutex_unlock (&self->lock);
}

static gpointer
run (gpointer user_data)
{
  StallProbe *self = user_data;

  while (!g_atomic_int_get (&self->stopping) && self->waits.ok)
    {
      wait_once (self);
      note_begun (self);
      g_usleep (PAUSE_US);
    }
  return NULL;
}

/* Begins to publish in a session of its own; the first event is taken already. */
StallProbe *
stall_probe_new (Attack *attack)
{
  g_autoptr (JsonObject) session = attack_create_session (attack, "{\"cwd\":\"/\"}");
  StallProbe *self = g_new0 (StallProbe, 1);

  self->pid = attack->pid;
  self->fd = attack_connect (attack);
  self->path = g_strdup_printf ("/session/%s/progress", attack_id (session));
  self->token = g_strdup (attack_token (session));
  self->waits.ok = TRUE;
  g_mutex_init (&self->lock);
  g_cond_init (&self->began);
  self->thread = g_thread_new ("innocent", run, self);
  g_mutex_lock (&self->lock);
  while (!self->has_begun)
    g_cond_wait (&self->began, &self->lock);
  g_mutex_unlock (&self->lock);
  return self;
}

/* Takes the probe. */
StallWaits
stall_probe_end (StallProbe *self)
{
  StallWaits waits;

  g_atomic_int_set (&self->stopping, TRUE);
  g_thread_join (self->thread);
  waits = self->waits;
  close (self->fd);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->began);
  g_free (self->path);
  g_free (self->token);
  g_free (self);
  return waits;
}
