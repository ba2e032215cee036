/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "e2e.h"
#include "event-burst.h"
#include "stream-reader.h"

#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define N_SESSIONS 200
#define N_READERS  100
#define N_STALLED  10
#define N_EVENTS   2000
#else
#define N_SESSIONS 1000
#define N_READERS  1000
#define N_STALLED  50
#define N_EVENTS   10000
#endif
/* Without anything that happens: how long all of it takes is up to the machine. */
#define PATIENCE_US (60 * G_USEC_PER_SEC)

typedef struct
{
  E2e *e2e;
  char *socket_path;
  pid_t pid;
  GPtrArray *session_ids; /* (element-type utf8) */
  GPtrArray *readers;     /* (element-type StreamReader): the stalled ones first */
  int epoll;
  gint64 deadline; /* of what happens next */
} Scale;

static void
check_deadline (Scale *scale, gboolean has_happened)
{
  gint64 now = g_get_monotonic_time ();

  if (has_happened)
    scale->deadline = now + PATIENCE_US;
  g_assert_cmpint (now, <, scale->deadline);
}

static void
request (Scale *scale, const char *method, const char *path, guint expected)
{
  guint status;

  g_free (e2e_http (scale->e2e, method, path, NULL, NULL, &status));
  g_assert_cmpuint (status, ==, expected);
}

static char *
create_session (Scale *scale)
{
  g_autoptr (JsonObject) session = e2e_create_session (scale->e2e, "{\"cwd\":\"/\"}");

  return g_strdup (json_object_get_string_member (session, "session_id"));
}

static void
watch (Scale *scale, StreamReader *reader)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = reader };

  g_assert_cmpint (epoll_ctl (scale->epoll, EPOLL_CTL_ADD, reader->fd, &event), ==, 0);
}

/* Lets those that read have what there is; waits for at most wait_ms until there is something. */
static void
read_streams (Scale *scale, int wait_ms)
{
  struct epoll_event events[256];
  int n_events = epoll_wait (scale->epoll, events, G_N_ELEMENTS (events), wait_ms);

  for (int i = 0; i < n_events; i++)
    {
      StreamReader *reader = events[i].data.ptr;

      stream_reader_read (reader);
      if (reader->ended)
        epoll_ctl (scale->epoll, EPOLL_CTL_DEL, reader->fd, NULL);
    }
  check_deadline (scale, n_events > 0);
}

static guint64
count_heads (Scale *scale)
{
  guint64 n_open = 0;

  for (guint i = 0; i < scale->readers->len; i++)
    n_open += ((StreamReader *) scale->readers->pdata[i])->in_head ? 0 : 1;
  return n_open;
}

static void
open_readers (Scale *scale, const char *session_id)
{
  for (guint i = 0; i < N_READERS; i++)
    {
      StreamReader *reader = stream_reader_open (scale->socket_path, session_id);

      g_ptr_array_add (scale->readers, reader);
      watch (scale, reader);
    }
  while (count_heads (scale) < N_READERS)
    read_streams (scale, 1000);

  /* From here on the first ones do not read. */
  for (guint i = 0; i < N_STALLED; i++)
    epoll_ctl (scale->epoll, EPOLL_CTL_DEL, ((StreamReader *) scale->readers->pdata[i])->fd, NULL);
}

static gboolean
all_accounted (Scale *scale, guint from)
{
  for (guint i = from; i < scale->readers->len; i++)
    if (stream_reader_get_accounted (scale->readers->pdata[i]) < N_EVENTS)
      return FALSE;
  return TRUE;
}

static void
read_on (gpointer user_data)
{
  read_streams (user_data, 1);
}

static void
publish_burst (Scale *scale, const char *session_id)
{
  int fd = stream_reader_connect (scale->socket_path);

  for (guint first = 0; first < N_EVENTS; first += EVENT_BURST_MAX)
    event_burst_post (fd, session_id, first, EVENT_BURST_MAX, read_on, scale);
  close (fd);
  while (!all_accounted (scale, N_STALLED))
    read_streams (scale, 1000);
}

/* The stalled ones wake up: what they had and what they missed is all there was. */
static void
drain_stalled (Scale *scale)
{
  guint64 n_missed = 0;

  for (guint i = 0; i < N_STALLED; i++)
    watch (scale, scale->readers->pdata[i]);
  while (!all_accounted (scale, 0))
    read_streams (scale, 1000);
  for (guint i = 0; i < N_STALLED; i++)
    n_missed += ((StreamReader *) scale->readers->pdata[i])->n_missed;

  g_test_message ("the %d stalled readers missed %" G_GUINT64_FORMAT " events", N_STALLED,
                  n_missed);
  g_assert_cmpuint (n_missed, >, 0);
}

/* Those that read may lag too when the machine gives them no time; that they are told all is
 * checked with each event. */
static void
check_readers (Scale *scale)
{
  guint n_lagged = 0;

  for (guint i = 0; i < N_READERS; i++)
    {
      StreamReader *reader = scale->readers->pdata[i];

      g_assert_cmpuint (stream_reader_get_accounted (reader), ==, N_EVENTS);
      if (i >= N_STALLED && reader->n_missed > 0)
        n_lagged++;
    }
  g_test_message ("%u of %u others lagged at all", n_lagged, N_READERS - N_STALLED);
}

/* Ends all sessions; the streams hear of it. */
static void
close_all (Scale *scale)
{
  guint n_closed = 0;

  for (guint i = 0; i < scale->session_ids->len; i++)
    {
      g_autofree char *path =
          g_strdup_printf ("unix:/session/%s", (char *) scale->session_ids->pdata[i]);

      request (scale, "DELETE", path, 204);
    }
  while (n_closed < N_READERS)
    {
      read_streams (scale, 1000);
      n_closed = 0;
      for (guint i = 0; i < N_READERS; i++)
        n_closed += ((StreamReader *) scale->readers->pdata[i])->ended ? 1 : 0;
    }
  for (guint i = 0; i < N_READERS; i++)
    g_assert_cmpstr (((StreamReader *) scale->readers->pdata[i])->closed_reason, ==,
                     "{\"reason\":\"closed\"}");
  g_ptr_array_set_size (scale->readers, 0);
  g_ptr_array_set_size (scale->session_ids, 0);
}

static void
run_round (Scale *scale)
{
  for (guint i = 0; i < N_SESSIONS; i++)
    g_ptr_array_add (scale->session_ids, create_session (scale));

  open_readers (scale, scale->session_ids->pdata[0]);
  publish_burst (scale, scale->session_ids->pdata[0]);
  drain_stalled (scale);
  check_readers (scale);
  close_all (scale);
}

static guint
count_fds (Scale *scale)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd", (int) scale->pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n_fds = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n_fds++;
  return n_fds;
}

/* proc(5), /proc/pid/statm: the second number is the resident set, in pages. */
static gsize
get_resident_kib (Scale *scale)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", (int) scale->pid);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return g_ascii_strtoull (strchr (text, ' '), NULL, 10) * (gsize) sysconf (_SC_PAGESIZE) / 1024;
}

/* The daemon notices at its own pace that peers are gone; each look is a request that it answers.
 */
static void
await_fds (Scale *scale, guint n_fds)
{
  guint n_before = G_MAXUINT;
  guint n_now;

  while ((n_now = count_fds (scale)) > n_fds)
    {
      request (scale, "GET", "unix:/health", 200);
      check_deadline (scale, n_now < n_before);
      n_before = n_now;
    }
}

static void
test_burst (void)
{
  Scale scale = { 0 };
  guint n_fds;
  gsize first_kib;
  gsize second_kib;

  g_test_summary (
      "Many sessions, many watchers of one, some of them stalled: every event is seen or "
      "its loss is told, and afterwards nothing has grown");
  scale.e2e = e2e_new (E2E_WITHOUT_BUS);
  e2e_start (scale.e2e);
  scale.socket_path = g_strdup (json_object_get_string_member (scale.e2e->discovery, "socket"));
  scale.pid = (pid_t) json_object_get_int_member (scale.e2e->discovery, "pid");
  scale.session_ids = g_ptr_array_new_with_free_func (g_free);
  scale.readers = g_ptr_array_new_with_free_func ((GDestroyNotify) stream_reader_free);
  scale.epoll = epoll_create1 (EPOLL_CLOEXEC);
  check_deadline (&scale, TRUE);

  /* The client keeps a connection of each kind. */
  request (&scale, "GET", "unix:/health", 200);
  request (&scale, "GET", "/health", 200);
  n_fds = count_fds (&scale);
  run_round (&scale);
  await_fds (&scale, n_fds);
  first_kib = get_resident_kib (&scale);

  run_round (&scale);
  await_fds (&scale, n_fds);
  second_kib = get_resident_kib (&scale);
  g_test_message ("resident after the first round %" G_GSIZE_FORMAT
                  " KiB, after the second %" G_GSIZE_FORMAT " KiB",
                  first_kib, second_kib);
#ifndef __SANITIZE_ADDRESS__
  /* The allocator may keep a little; a leak of one event a reader would be 190 MB. */
  g_assert_cmpuint (second_kib, <, first_kib + 4 * 1024);
#endif

  close (scale.epoll);
  g_ptr_array_unref (scale.readers);
  g_ptr_array_unref (scale.session_ids);
  g_free (scale.socket_path);
  e2e_free (scale.e2e);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/e2e/scale/burst", test_burst);
  return g_test_run ();
}
