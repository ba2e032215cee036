/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A daemon that nobody uses does nothing at all. What its threads wait for is in /proc. */
#include "e2e.h"

#include "mcp-test-await.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

/* poll(), epoll_wait(): 0xffffffff is -1 */
#define FOR_EVER 0xffffffff

/* A thread in a system call, as proc(5) has it. */
typedef struct
{
  long number;
  guint64 arguments[6];
} Call;

/* Returns: FALSE where the thread runs, or has ended */
static gboolean
read_call (const char *pid, const char *thread, Call *call)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "task", thread, "syscall", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  words = g_strsplit (text, " ", -1);
  if (g_strv_length (words) < 7)
    return FALSE;
  call->number = strtol (words[0], NULL, 10);
  for (gsize i = 0; i < G_N_ELEMENTS (call->arguments); i++)
    call->arguments[i] = g_ascii_strtoull (words[i + 1], NULL, 16);
  return TRUE;
}

static gboolean
waits_for_ever (const Call *call)
{
  switch (call->number)
    {
#ifdef SYS_poll
    case SYS_poll:
      return (guint32) call->arguments[2] == FOR_EVER;
#endif
    case SYS_ppoll:
      return call->arguments[2] == 0;
    case SYS_futex:
      return call->arguments[3] == 0;
    default:
      return FALSE;
    }
}

/* Returns: (nullable): the first thread that does something, or waits for a time */
static char *
dup_busy (const char *pid)
{
  g_autofree char *directory = g_build_filename ("/proc", pid, "task", NULL);
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *thread;

  while (dir != NULL && (thread = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, thread, "comm", NULL);
      g_autofree char *name = NULL;
      Call call;

      if (read_call (pid, thread, &call) && waits_for_ever (&call))
        continue;
      if (g_file_get_contents (path, &name, NULL, NULL))
        return g_steal_pointer (&name);
    }
  return NULL;
}

/* A thread of GLib's pool stays for 15 s after its last work. */
#define POOL_US (15 * G_USEC_PER_SEC)

static void
await_silence (E2e *e2e)
{
  const char *pid = g_subprocess_get_identifier (e2e->process);
  gint64 deadline = mcp_test_await_begin () + POOL_US;
  char *busy;

  while ((busy = dup_busy (pid)) != NULL)
    {
      g_autofree char *what = g_strdup_printf ("the silence of thread %s", g_strstrip (busy));

      g_free (busy);
      mcp_test_await_step (deadline, what);
    }
}

static gboolean
skip_without_proc (void)
{
  g_autofree char *text = NULL;

  if (g_file_get_contents ("/proc/self/syscall", &text, NULL, NULL) &&
      !g_str_has_prefix (text, "running"))
    return FALSE;
  g_test_skip ("The kernel does not say in which system call a thread is");
  return TRUE;
}

static void
check_idle (E2eBus bus)
{
  g_autoptr (E2e) e2e = NULL;
  g_autoptr (JsonObject) health = NULL;

  if (skip_without_proc ())
    return;
  e2e = e2e_new (bus);
  e2e_start (e2e);
  health = e2e_http_json (e2e, "GET", "/health", NULL, NULL);
  soup_session_abort (e2e->tcp);
  await_silence (e2e);
}

static void
test_without_bus (void)
{
  g_test_summary ("Without a session bus, no thread of an idle daemon wakes up by itself");
  check_idle (E2E_WITHOUT_BUS);
}

static void
test_with_bus (void)
{
  g_test_summary ("On the session bus, no thread of an idle daemon wakes up by itself");
  check_idle (E2E_WITH_BUS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2e/idle/without-bus", test_without_bus);
  g_test_add_func ("/e2e/idle/with-bus", test_with_bus);
  return g_test_run ();
}
