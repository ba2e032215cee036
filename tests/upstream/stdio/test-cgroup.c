/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "provider-test.h"
#include "upstream/stdio/mcp-cgroup.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Where this system has control groups of version 2; NULL: nowhere that we may write to. */
static char *
make_group (void)
{
  static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

  for (gsize i = 0; i < G_N_ELEMENTS (mounts); i++)
    {
      g_autofree char *procs = g_build_filename (mounts[i], "cgroup.procs", NULL);
      g_autofree char *name = g_strdup_printf ("mcp-test-%08x", g_random_int ());
      g_autofree char *path = g_build_filename (mounts[i], name, NULL);

      if (g_access (procs, W_OK) == 0 && g_mkdir (path, 0755) == 0)
        return g_steal_pointer (&path);
    }
  return NULL;
}

static gboolean
is_empty (const char *group)
{
  g_autoptr (GDir) dir = g_dir_open (group, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "upstream-"))
      return FALSE;
  return TRUE;
}

static gboolean
is_removed (gpointer group)
{
  return is_empty (group);
}

static char *
read_groups (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/cgroup", pid);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
test_process (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *group = make_group ();
  g_autofree char *grandchild = NULL;
  g_autofree char *groups = NULL;
  int keeper, grandchild_fd;

  g_test_summary ("A server's processes have a group of their own, which ends and goes with them, "
                  "even when their keeper was killed");
  if (group == NULL)
    {
      g_test_skip ("There are no control groups here that we may make");
      return;
    }
  mcp_stdio_provider_set_cgroup (MCP_STDIO_PROVIDER (f->provider), group);
  grandchild = provider_call_text (f, "spawn-grandchild", "{}");
  groups = read_groups (atoi (grandchild));
  g_assert_nonnull (strstr (groups, "/upstream-"));
  grandchild_fd = test_open_process (atoi (grandchild));

  keeper = mcp_stdio_provider_get_pid (MCP_STDIO_PROVIDER (f->provider));
  g_assert_cmpint (kill (keeper, SIGKILL), ==, 0);
  test_await (is_removed, group);
  test_await_process_end (grandchild_fd);

  g_free (provider_call_text (f, "echo", "{}"));
  g_assert_false (is_empty (group));
  provider_close (f);
  test_await (is_removed, group);
  g_assert_cmpint (g_rmdir (group), ==, 0);
}

static void
test_no_group (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("A server runs without a group where none can be made");
  mcp_stdio_provider_set_cgroup (MCP_STDIO_PROVIDER (f->provider), "/nonexistent/group");
  text = provider_call_text (f, "echo", "{}");
  g_assert_cmpstr (text, ==, "{}");
}

#define ADD(path, function)                                                              \
  g_test_add ("/upstream/cgroup/" path, ProviderFixture, NULL, provider_setup, function, \
              provider_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("process", test_process);
  ADD ("no-group", test_no_group);
  return g_test_run ();
}
