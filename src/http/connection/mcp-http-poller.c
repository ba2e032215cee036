/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * All sockets of the HTTP room behind one GSource.
 *
 * A GMainContext hands each of its descriptors to poll() at every iteration, so
 * that thousands of idle connections make every other event slow. Here they are
 * members of one epoll set, and the main context sees one descriptor and one
 * ready time.
 */
#include "http/connection/mcp-http-poller.h"

#include "common/mcp-wake-time.h"
#include "http/connection/mcp-deadline-heap.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/epoll.h>
#include <unistd.h>

/* What one dispatch takes, so that other sources of the main context get their turn: of what the
 * sockets report, and then of what was deferred and of deadlines. */
#define EVENTS_PER_DISPATCH 128
#define ROUNDS_PER_DISPATCH 4
#define EVENTS_US           (2 * G_TIME_SPAN_MILLISECOND)
#define DEFERRED_US         (2 * G_TIME_SPAN_MILLISECOND)
#define TIMERS_US           (2 * G_TIME_SPAN_MILLISECOND)

struct _McpHttpPoller
{
  GSource *source;
  int epoll_fd;
  guint n_watches;
  gboolean dispatching;
  McpHttpTurnFunc turn_func; /* (nullable): called at the end of each turn */
  gpointer turn_data;
  McpDeadlineHeap *deadlines; /* (owned): of McpHttpPollerWatch */
  GQueue deferred;            /* (unowned) McpHttpPollerWatch */
  GPtrArray *garbage; /* (owned) McpHttpPollerWatch freed while events may still point to them */
};

struct _McpHttpPollerWatch
{
  McpHttpPoller *poller;
  int fd;
  McpHttpReady wanted;
  McpHttpReadyFunc func; /* NULL once freed */
  gpointer user_data;
  McpDeadline deadline;
  gboolean deferred;
  GList link; /* in deferred */
};

typedef struct
{
  GSource base;
  McpHttpPoller *poller;
} PollerSource;

/* The main context asks when it goes to sleep: a ready time of GLib's costs two system calls each
 * time that it is set. */
static gboolean
is_due (GSource *source, int *timeout_ms)
{
  McpHttpPoller *self = ((PollerSource *) source)->poller;
  gint64 due_us = self->deferred.length > 0 ? 0 : mcp_deadline_heap_get_next (self->deadlines);

  return mcp_wake_time_is_due (source, due_us, timeout_ms);
}

static gboolean
poller_source_prepare (GSource *source, int *timeout_ms)
{
  return is_due (source, timeout_ms);
}

static gboolean
poller_source_check (GSource *source)
{
  int timeout_ms;

  return is_due (source, &timeout_ms);
}

static void
watch_notify (McpHttpPollerWatch *watch, McpHttpReady ready)
{
  if (watch->func != NULL && ready != 0)
    watch->func (ready, watch->user_data);
}

/* Returns: how many sockets had something to report */
static int
dispatch_events (McpHttpPoller *self, gint64 until_us)
{
  struct epoll_event events[EVENTS_PER_DISPATCH];
  int n_events = epoll_wait (self->epoll_fd, events, G_N_ELEMENTS (events), 0);

  /* epoll reports again what is left when the time is up. */
  for (int i = 0; i < n_events && (i == 0 || g_get_monotonic_time () < until_us); i++)
    {
      McpHttpReady ready = 0;

      if (events[i].events & EPOLLIN)
        ready |= MCP_HTTP_READY_IN;
      if (events[i].events & EPOLLOUT)
        ready |= MCP_HTTP_READY_OUT;
      if (events[i].events & EPOLLRDHUP)
        ready |= MCP_HTTP_READY_RDHUP;
      if (events[i].events & (EPOLLHUP | EPOLLERR))
        ready |= MCP_HTTP_READY_HUP;
      watch_notify (events[i].data.ptr, ready);
    }
  return n_events;
}

static void
dispatch_deferred (McpHttpPoller *self)
{
  gint64 until_us;

  if (self->deferred.length == 0)
    return;
  until_us = g_get_monotonic_time () + DEFERRED_US;
  /* What is deferred meanwhile waits for the next round, like what is left when the time is up. */
  for (guint n = self->deferred.length; n > 0 && self->deferred.length > 0; n--)
    {
      McpHttpPollerWatch *watch = self->deferred.head->data;

      g_queue_unlink (&self->deferred, &watch->link);
      watch->deferred = FALSE;
      watch_notify (watch, MCP_HTTP_READY_DEFERRED);
      if (g_get_monotonic_time () >= until_us)
        return;
    }
}

static void
dispatch_timers (McpHttpPoller *self)
{
  gint64 now_us = g_get_monotonic_time ();
  McpHttpPollerWatch *watch;

  /* The heap keeps those that are left when the time is up, and is asked again at once. */
  while ((watch = mcp_deadline_heap_pop (self->deadlines, now_us)) != NULL)
    {
      watch_notify (watch, MCP_HTTP_READY_TIMEOUT);
      if (g_get_monotonic_time () >= now_us + TIMERS_US)
        return;
    }
}

/* Returns: whether several sockets had something to report */
static gboolean
dispatch_round (McpHttpPoller *self, gint64 until_us)
{
  int n_events = dispatch_events (self, until_us);

  dispatch_deferred (self);
  dispatch_timers (self);
  if (self->turn_func != NULL && !g_source_is_destroyed (self->source))
    self->turn_func (self->turn_data);
  return n_events > 1;
}

static gboolean
poller_source_dispatch (GSource *source,
                        GSourceFunc callback G_GNUC_UNUSED,
                        gpointer user_data G_GNUC_UNUSED)
{
  McpHttpPoller *self = ((PollerSource *) source)->poller;
  gint64 until_us;
  guint n_rounds = 1;

  if (self->dispatching)
    return G_SOURCE_CONTINUE;

  g_rc_box_acquire (self);
  self->dispatching = TRUE;
  until_us = g_get_monotonic_time () + EVENTS_US;
  /* Where several clients were busy at once, the first of them have sent more by now, and a turn of
   * the main loop would cost as much as a request. */
  while (dispatch_round (self, until_us) && n_rounds++ < ROUNDS_PER_DISPATCH &&
         !g_source_is_destroyed (source) && g_get_monotonic_time () < until_us)
    ;
  self->dispatching = FALSE;

  g_ptr_array_set_size (self->garbage, 0);
  mcp_http_poller_unref (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poller_source_funcs = {
  .prepare = poller_source_prepare,
  .check = poller_source_check,
  .dispatch = poller_source_dispatch,
};

/**
 * mcp_http_poller_new:
 *
 * Makes an empty set, whose functions are called from the thread's default main
 * context. Its own thread only.
 *
 * Returns: (transfer full): the poller
 */
McpHttpPoller *
mcp_http_poller_new (void)
{
  McpHttpPoller *self = g_rc_box_new0 (McpHttpPoller);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd < 0)
    g_warning ("Cannot make an epoll set: %s", g_strerror (errno));

  self->deadlines = mcp_deadline_heap_new ();
  self->garbage = g_ptr_array_new_with_free_func (g_free);
  self->source = g_source_new (&poller_source_funcs, sizeof (PollerSource));
  ((PollerSource *) self->source)->poller = self;
  g_source_set_static_name (self->source, "mcp-http-poller");
  /* Else GLib takes the descriptor out of the main context for each dispatch and puts it back after
   * it, which costs three system calls. No main loop runs inside another. */
  g_source_set_can_recurse (self->source, TRUE);
  if (self->epoll_fd >= 0)
    g_source_add_unix_fd (self->source, self->epoll_fd, G_IO_IN);
  g_source_attach (self->source, context);

  return self;
}

static void
poller_clear (gpointer data)
{
  McpHttpPoller *self = data;

  g_warn_if_fail (self->n_watches == 0);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  mcp_deadline_heap_free (self->deadlines);
  g_ptr_array_unref (self->garbage);
}

/**
 * mcp_http_poller_unref:
 * @self: the poller, without watches
 *
 * Releases the caller's reference; may be called from a watch's function.
 */
void
mcp_http_poller_unref (McpHttpPoller *self)
{
  g_rc_box_release_full (self, poller_clear);
}

/**
 * mcp_http_poller_call_at_turns:
 * @self: the poller
 * @func: (scope forever) (nullable): what to call when all that was to be read has been read, at
 *   the end of each turn of the poller; %NULL: nothing any more
 * @user_data: for @func
 */
void
mcp_http_poller_call_at_turns (McpHttpPoller *self, McpHttpTurnFunc func, gpointer user_data)
{
  self->turn_func = func;
  self->turn_data = user_data;
}

static guint32
to_epoll (McpHttpReady wanted)
{
  guint32 events = 0;

  if (wanted & MCP_HTTP_READY_IN)
    events |= EPOLLIN;
  if (wanted & MCP_HTTP_READY_OUT)
    events |= EPOLLOUT;
  if (wanted & MCP_HTTP_READY_RDHUP)
    events |= EPOLLRDHUP;
  return events;
}

/**
 * mcp_http_poller_watch:
 * @self: the poller
 * @fd: a socket; stays the caller's
 * @wanted: any of %MCP_HTTP_READY_IN, `OUT` and `RDHUP`; reported as long as they hold
 * @func: (scope notified): called with what is the case; it may free the watch
 * @user_data: for @func
 *
 * Begins to watch a socket, until mcp_http_poller_watch_free().
 *
 * Returns: (transfer full): the watch
 */
McpHttpPollerWatch *
mcp_http_poller_watch (McpHttpPoller *self,
                       int fd,
                       McpHttpReady wanted,
                       McpHttpReadyFunc func,
                       gpointer user_data)
{
  McpHttpPollerWatch *watch = g_new0 (McpHttpPollerWatch, 1);
  struct epoll_event event = { .events = to_epoll (wanted), .data.ptr = watch };

  watch->poller = self;
  watch->fd = fd;
  watch->wanted = wanted;
  watch->func = func;
  watch->user_data = user_data;
  watch->link.data = watch;
  watch->deadline.owner = watch;
  self->n_watches++;

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    g_warning ("Cannot watch a socket: %s", g_strerror (errno));

  return watch;
}

/**
 * mcp_http_poller_watch_set_wanted:
 * @watch: the watch
 * @wanted: as for mcp_http_poller_watch()
 *
 * Changes what is reported; no system call when nothing changes.
 */
void
mcp_http_poller_watch_set_wanted (McpHttpPollerWatch *watch, McpHttpReady wanted)
{
  struct epoll_event event = { .events = to_epoll (wanted), .data.ptr = watch };

  if (wanted == watch->wanted)
    return;

  watch->wanted = wanted;
  if (epoll_ctl (watch->poller->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0)
    g_warning ("Cannot watch a socket: %s", g_strerror (errno));
}

/**
 * mcp_http_poller_watch_set_deadline:
 * @watch: the watch
 * @deadline_us: monotonic time; 0: none
 *
 * Sets, moves or clears the one deadline of the watch.
 */
void
mcp_http_poller_watch_set_deadline (McpHttpPollerWatch *watch, gint64 deadline_us)
{
  mcp_deadline_heap_set (watch->poller->deadlines, &watch->deadline, deadline_us);
}

/**
 * mcp_http_poller_watch_defer:
 * @watch: the watch
 *
 * Has the function called with %MCP_HTTP_READY_DEFERRED once, from the main
 * loop, soon: for what must not happen inside somebody else's call.
 */
void
mcp_http_poller_watch_defer (McpHttpPollerWatch *watch)
{
  if (watch->deferred)
    return;

  watch->deferred = TRUE;
  g_queue_push_tail_link (&watch->poller->deferred, &watch->link);
}

/**
 * mcp_http_poller_watch_free:
 * @watch: (transfer full): the watch
 *
 * Ends the watching; call it before closing the descriptor.
 */
void
mcp_http_poller_watch_free (McpHttpPollerWatch *watch)
{
  McpHttpPoller *self = watch->poller;

  epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
  mcp_deadline_heap_remove (self->deadlines, &watch->deadline);
  if (watch->deferred)
    g_queue_unlink (&self->deferred, &watch->link);
  watch->func = NULL;
  self->n_watches--;

  if (self->dispatching)
    g_ptr_array_add (self->garbage, watch);
  else
    g_free (watch);
}
