/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-dispatch-meter.h"

#include "common/mcp-timer.h"

#include <string.h>
#include <time.h>

#define WORK_MS     150
/* Long enough for the first sample of a thread. */
#define FIRST_MS    30
#define N_THREADS   20
/* Beyond what malloc() gives without its lock. */
#define BLOCK_BYTES 5000

typedef struct
{
  McpDispatchMeter *meter;
  GSource *source;
  gboolean is_done;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->meter = mcp_dispatch_meter_new (g_main_context_default ());
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mcp_timer_clear (&f->source);
  mcp_dispatch_meter_free (f->meter);
}

static gint64
read_cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static gpointer
work (gpointer user_data)
{
  gint64 began_ms = read_cpu_ms ();

  while (read_cpu_ms () - began_ms < WORK_MS)
    ;
  return NULL;
}

static gboolean
work_cb (gpointer user_data)
{
  Fixture *f = user_data;

  work (NULL);
  f->is_done = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
wait_cb (gpointer user_data)
{
  Fixture *f = user_data;

  g_thread_join (g_thread_new ("worker", work, NULL));
  f->is_done = TRUE;
  return G_SOURCE_REMOVE;
}

/* Runs the loop until @callback has been called and the turn has ended. */
static void
run (Fixture *f, const char *name, GSourceFunc callback)
{
  f->source = mcp_timer_new_idle (name, G_PRIORITY_DEFAULT, callback, f);
  while (!f->is_done)
    g_main_context_iteration (NULL, TRUE);
  g_main_context_iteration (NULL, FALSE);
}

/* The meter says one thing only. */
static GLogWriterOutput
writer (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  char **line = user_data;

  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      {
        g_free (*line);
        *line = g_strdup (fields[i].value);
      }
  return G_LOG_WRITER_HANDLED;
}

static char *logged;

static void
find_cb (const char *source, double seconds, gpointer user_data)
{
  if (strcmp (source, "hard-worker") == 0)
    *(double *) user_data = seconds;
}

static void
test_names_source (Fixture *f, gconstpointer data)
{
  double seconds = 0;

  g_test_summary ("A long turn is measured, logged, and charged to the source that worked");
  run (f, "hard-worker", work_cb);
  g_assert_nonnull (strstr (logged, "with “hard-worker”"));

  mcp_dispatch_meter_foreach (f->meter, find_cb, &seconds);
  g_assert_cmpfloat (seconds, >, (WORK_MS - 10) / 1000.0);
  g_assert_cmpfloat (mcp_dispatch_meter_get_longest (f->meter), ==, seconds);
}

static void
test_waiting_is_no_work (Fixture *f, gconstpointer data)
{
  g_test_summary ("Time in which the thread does not run is not counted");
  run (f, "waiter", wait_cb);

  g_assert_cmpfloat (mcp_dispatch_meter_get_longest (f->meter), <, WORK_MS / 2000.0);
}

static void
test_start_is_no_turn (Fixture *f, gconstpointer data)
{
  g_test_summary ("What is done before the context first waits is no turn");
  work (NULL);
  g_main_context_iteration (NULL, FALSE);

  g_assert_cmpfloat (mcp_dispatch_meter_get_longest (f->meter), <, WORK_MS / 2000.0);
}

static void
test_current (Fixture *f, gconstpointer data)
{
  g_test_summary ("The meter of the thread is found without being handed on");
  g_assert_true (mcp_dispatch_meter_get_current () == f->meter);
}

/* What the first sample finds is a thread inside of malloc(), nearly always. */
static gpointer
allocate (gpointer user_data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  McpDispatchMeter *meter = mcp_dispatch_meter_new (context);
  gint64 began_ms = read_cpu_ms ();

  while (read_cpu_ms () - began_ms < FIRST_MS)
    for (guint i = 0; i < 1000; i++)
      g_free (g_malloc (BLOCK_BYTES));
  mcp_dispatch_meter_free (meter);
  return NULL;
}

static void
test_work_before_first_turn (void)
{
  g_test_summary ("A thread that allocates before its first turn goes on when it is sampled");
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (g_thread_new ("allocator", allocate, NULL));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (writer, &logged, NULL);
  g_test_add ("/common/dispatch-meter/names-source", Fixture, NULL, set_up, test_names_source,
              tear_down);
  g_test_add ("/common/dispatch-meter/waiting-is-no-work", Fixture, NULL, set_up,
              test_waiting_is_no_work, tear_down);
  g_test_add ("/common/dispatch-meter/start-is-no-turn", Fixture, NULL, set_up,
              test_start_is_no_turn, tear_down);
  g_test_add ("/common/dispatch-meter/current", Fixture, NULL, set_up, test_current, tear_down);
  g_test_add_func ("/common/dispatch-meter/work-before-first-turn", test_work_before_first_turn);
  status = g_test_run ();
  g_free (logged);
  return status;
}
