/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * GLib tells nobody how long a source worked. What it calls before each sleep is its poll function:
 * there a turn ends, and another begins when poll() returns.
 *
 * Reading the thread's clock is a system call, which short turns shall not pay for. A turn has
 * taken no longer than the clock on the wall says, so that only turns that are long by that clock
 * are looked at. They are charged for what the thread has worked since its clock was last read, at
 * most 2 ms before the turn began.
 *
 * Who worked is not known by then. A timer on the thread's own clock asks: it sends the thread a
 * signal after each 20 ms of work, in whose handler g_main_current_source() is the source that
 * works. A thread that sleeps does not move its clock, and gets no signal.
 */
#include "common/mcp-dispatch-meter.h"

#include "common/mcp-rate-limit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

#define SAMPLE_MS   20
/* Turns that are shorter by the clock on the wall are taken for that long; and so old may be what
 * the thread's clock said. */
#define SHORT_US    1000
#define STALE_US    2000
#define LOG_SECONDS 0.1

/* A turn that was too short to be sampled, or one of a source beyond MAX_SOURCES. */
#define OTHER_SOURCE "other"
#define MAX_SOURCES  100
#define MAX_NAME     64

/* Lines of the log a minute: a peer that makes turns long must not fill the log as well. */
#define MAX_LINES_PER_MINUTE 10

struct _McpDispatchMeter
{
  GMainContext *context; /* (owned) */
  GPollFunc poll;        /* that of the context before */
  gboolean has_timer;
  timer_t timer;
  GHashTable *longest;  /* (owned): name of a source (owned) -> double (owned), seconds */
  gint64 turn_began_us; /* monotonic; 0: no turn has begun yet */
  gint64 read_at_us;    /* when the thread's clock was last read, monotonic */
  gint64 read_ns;       /* what it said */
  double longest_other; /* of OTHER_SOURCE, seconds */
  McpRateLimit lines;

  /* Written by the signal handler in the meter's own thread, between two turns by nobody. */
  volatile sig_atomic_t n_samples; /* for the source in @sampled, against the others */
  char sampled[MAX_NAME];
};

/* A poll function and a signal handler get no data. */
static _Thread_local McpDispatchMeter *meter_of_thread;

static gint64
read_thread_ns (void)
{
  struct timespec now;

  if (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now) < 0)
    return 0;
  return (gint64) now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* Async-signal-safe, as strlcpy() is not said to be. */
static void
copy_name (char *to, const char *from)
{
  gsize i = 0;

  for (; from[i] != '\0' && i < MAX_NAME - 1; i++)
    to[i] = from[i];
  to[i] = '\0';
}

/* The source that most samples of the turn found (Boyer and Moore's majority vote). */
static void
sample_cb (int signal_number)
{
  McpDispatchMeter *self = meter_of_thread;
  int saved_errno = errno;
  GSource *source = self != NULL ? g_main_current_source () : NULL;
  const char *name = source != NULL ? g_source_get_name (source) : NULL;

  if (name == NULL)
    ;
  else if (self->n_samples == 0)
    {
      copy_name (self->sampled, name);
      self->n_samples = 1;
    }
  else if (strncmp (self->sampled, name, MAX_NAME - 1) == 0)
    self->n_samples++;
  else
    self->n_samples--;
  errno = saved_errno;
}

static void
log_turn (McpDispatchMeter *self, const char *source, double seconds)
{
  if (seconds >= LOG_SECONDS && mcp_rate_limit_take (&self->lines, MAX_LINES_PER_MINUTE,
                                                     60 * G_USEC_PER_SEC, g_get_monotonic_time ()))
    g_message ("The main loop was busy for %.3f s with “%s”; nobody else was served meanwhile",
               seconds, source);
}

static void
note_turn (McpDispatchMeter *self, double seconds)
{
  const char *source = self->sampled[0] != '\0' ? self->sampled : OTHER_SOURCE;
  double *longest = g_hash_table_lookup (self->longest, source);

  if (longest == NULL && g_hash_table_size (self->longest) >= MAX_SOURCES)
    longest = g_hash_table_lookup (self->longest, OTHER_SOURCE);
  if (longest == NULL)
    {
      longest = g_new0 (double, 1);
      g_hash_table_insert (self->longest, g_strdup (source), longest);
    }
  *longest = MAX (*longest, seconds);
  log_turn (self, source, seconds);
}

static void
read_clocks (McpDispatchMeter *self, gint64 now_us)
{
  self->read_ns = read_thread_ns ();
  self->read_at_us = now_us;
}

static void
end_turn (McpDispatchMeter *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 took_us = now_us - self->turn_began_us;
  double seconds = (double) took_us / 1e6;
  gint64 before_ns = self->read_ns;

  if (self->turn_began_us == 0)
    return;
  if (took_us >= SHORT_US)
    {
      read_clocks (self, now_us);
      seconds = MIN (seconds, (double) (self->read_ns - before_ns) / 1e9);
    }
  else if (self->sampled[0] == '\0' && seconds <= self->longest_other)
    return;

  note_turn (self, seconds);
  if (self->sampled[0] == '\0')
    self->longest_other = MAX (self->longest_other, seconds);
}

static void
begin_turn (McpDispatchMeter *self)
{
  self->n_samples = 0;
  self->sampled[0] = '\0';
  self->turn_began_us = g_get_monotonic_time ();
  if (self->turn_began_us - self->read_at_us >= STALE_US)
    read_clocks (self, self->turn_began_us);
}

static int
poll_cb (GPollFD *fds, guint n_fds, int timeout_ms)
{
  McpDispatchMeter *self = meter_of_thread;
  int result;
  int saved_errno;

  if (self == NULL)
    return g_poll (fds, n_fds, timeout_ms);

  end_turn (self);
  result = self->poll (fds, n_fds, timeout_ms);
  saved_errno = errno;
  begin_turn (self);
  errno = saved_errno;
  return result;
}

/* Without a timer the turns are measured all the same, and nobody is named. */
static void
start_timer (McpDispatchMeter *self)
{
  const int signal_number = SIGRTMIN + 1;
  const struct timespec interval = { .tv_nsec = SAMPLE_MS * 1000000 };
  const struct itimerspec times = { .it_interval = interval, .it_value = interval };
  struct sigaction action = { .sa_handler = sample_cb, .sa_flags = SA_RESTART };
  struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signal_number };

  /* The first call in a thread allocates, which a signal handler must not: it may have interrupted
   * malloc(), whose lock the thread then holds already. */
  g_main_current_source ();
  event.sigev_notify_thread_id = gettid ();
  sigemptyset (&action.sa_mask);
  if (sigaction (signal_number, &action, NULL) < 0 ||
      timer_create (CLOCK_THREAD_CPUTIME_ID, &event, &self->timer) < 0)
    {
      g_debug ("Long turns of the main loop are not attributed: %s", g_strerror (errno));
      return;
    }
  self->has_timer = TRUE;
  timer_settime (self->timer, 0, &times, NULL);
}

/**
 * mcp_dispatch_meter_new:
 * @context: a main context that this thread runs, and no other
 *
 * Begins to measure, with the first turn: what was done before the context first waits is no turn.
 * Takes SIGRTMIN + 1.
 *
 * Returns: (transfer full): the meter; to be freed in this thread
 */
McpDispatchMeter *
mcp_dispatch_meter_new (GMainContext *context)
{
  McpDispatchMeter *self;

  g_return_val_if_fail (meter_of_thread == NULL, NULL);

  self = g_new0 (McpDispatchMeter, 1);
  self->context = g_main_context_ref (context);
  self->poll = g_main_context_get_poll_func (context);
  self->longest = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  meter_of_thread = self;
  start_timer (self);
  g_main_context_set_poll_func (context, poll_cb);
  return self;
}

/**
 * mcp_dispatch_meter_free:
 * @self: (transfer full): a meter of this thread
 */
void
mcp_dispatch_meter_free (McpDispatchMeter *self)
{
  g_return_if_fail (meter_of_thread == self);

  g_main_context_set_poll_func (self->context, self->poll);
  if (self->has_timer)
    timer_delete (self->timer);
  meter_of_thread = NULL;
  g_main_context_unref (self->context);
  g_hash_table_unref (self->longest);
  g_free (self);
}

/**
 * mcp_dispatch_meter_get_current:
 *
 * Returns: (transfer none) (nullable): the meter of this thread
 */
McpDispatchMeter *
mcp_dispatch_meter_get_current (void)
{
  return meter_of_thread;
}

/**
 * mcp_dispatch_meter_get_longest:
 * @self: a meter of this thread
 *
 * Returns: the processor time of the longest turn so far, in seconds
 */
double
mcp_dispatch_meter_get_longest (McpDispatchMeter *self)
{
  double longest = 0;
  GHashTableIter iter;
  gpointer seconds;

  g_hash_table_iter_init (&iter, self->longest);
  while (g_hash_table_iter_next (&iter, NULL, &seconds))
    longest = MAX (longest, *(double *) seconds);
  return longest;
}

/**
 * mcp_dispatch_meter_foreach:
 * @self: a meter of this thread
 * @func: (scope call): called for each source, in the order of their names
 * @user_data: for @func
 *
 * Tells the longest turn of each source. Turns below 20 ms are mostly those of “other”: no sample
 * fell into them.
 */
void
mcp_dispatch_meter_foreach (McpDispatchMeter *self, McpDispatchMeterFunc func, gpointer user_data)
{
  g_autoptr (GList) names = g_hash_table_get_keys (self->longest);

  names = g_list_sort (names, (GCompareFunc) strcmp);
  for (GList *l = names; l != NULL; l = l->next)
    func (l->data, *(double *) g_hash_table_lookup (self->longest, l->data), user_data);
}
