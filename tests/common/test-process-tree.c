/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-process-tree.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A child that starts one of its own, which allocates, says so, and waits to be killed. */
static pid_t
start_tree (gsize n_bytes, int *end)
{
  int said[2];
  int kept[2];
  char byte;
  pid_t child;

  g_assert_cmpint (pipe (said), ==, 0);
  g_assert_cmpint (pipe (kept), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      close (kept[1]);
      if (fork () == 0)
        {
          volatile char *memory = malloc (n_bytes);

          for (gsize i = 0; i < n_bytes; i += 512)
            memory[i] = 1;
          if (write (said[1], "x", 1) != 1)
            _exit (1);
        }
      while (read (kept[0], &byte, 1) > 0)
        ;
      _exit (0);
    }

  close (kept[0]);
  close (said[1]);
  g_assert_cmpint (read (said[0], &byte, 1), ==, 1);
  close (said[0]);
  *end = kept[1];
  return child;
}

static void
test_descendants (void)
{
  const gsize n_bytes = 64 * 1024 * 1024;
  int end;
  pid_t roots[] = { 0, start_tree (n_bytes, &end), getpid (), -1 };
  McpProcessUsage usages[G_N_ELEMENTS (roots)];

  g_test_summary ("What a process takes includes its descendants, and is counted once");
  memset (usages, 0xff, sizeof usages);
  mcp_process_tree_measure (roots, G_N_ELEMENTS (roots), usages);

  g_assert_cmpuint (usages[1].n_processes, ==, 2);
  g_assert_cmpuint (usages[1].memory, >=, n_bytes);
  g_assert_cmpuint (usages[2].n_processes, ==, 1);
  g_assert_cmpuint (usages[2].memory, >, 0);
  g_assert_cmpuint (usages[0].n_processes, ==, 0);
  g_assert_cmpuint (usages[3].n_processes, ==, 0);
  g_assert_cmpuint (usages[3].memory, ==, 0);
  close (end);
}

static void
test_cpu (void)
{
  pid_t self = getpid ();
  McpProcessUsage before;
  McpProcessUsage after;
  gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  g_test_summary ("Time on a processor is counted");
  mcp_process_tree_measure (&self, 1, &before);
  do
    mcp_process_tree_measure (&self, 1, &after);
  while (after.cpu_seconds <= before.cpu_seconds && g_get_monotonic_time () < deadline);
  g_assert_cmpfloat (after.cpu_seconds, >, before.cpu_seconds);
  g_assert_cmpfloat (after.cpu_seconds, <, before.cpu_seconds + 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/process-tree/descendants", test_descendants);
  g_test_add_func ("/common/process-tree/cpu", test_cpu);
  return g_test_run ();
}
