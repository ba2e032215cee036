/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-huge-pages.h"

#include <stdio.h>
#include <string.h>

/* proc_pid_smaps(5): "hg" among the VmFlags of the mapping that holds the address. */
static gboolean
has_advice (gconstpointer address)
{
  g_autofree char *smaps = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean is_found = FALSE;

  g_assert_true (g_file_get_contents ("/proc/self/smaps", &smaps, NULL, NULL));
  lines = g_strsplit (smaps, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      gsize start, end;

      if (sscanf (lines[i], "%zx-%zx ", &start, &end) == 2)
        is_found = (gsize) address >= start && (gsize) address < end;
      else if (is_found && g_str_has_prefix (lines[i], "VmFlags:"))
        return strstr (lines[i], " hg") != NULL;
    }
  g_assert_not_reached ();
}

static void
test_large (void)
{
  const gsize length = 3 * MCP_HUGE_PAGES_MIN_BYTES;
  g_autofree char *buffer = g_malloc (length);

  g_test_summary ("A large buffer gets huge pages, where the kernel has any");
  if (!g_file_test ("/sys/kernel/mm/transparent_hugepage/enabled", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("a kernel without huge pages");
      return;
    }
  mcp_huge_pages_advise (buffer, length);
  memset (buffer, 'x', length);
  g_assert_true (has_advice (buffer + length / 2));
  g_assert_cmpint (buffer[length - 1], ==, 'x');
}

static void
test_small (void)
{
  const gsize length = MCP_HUGE_PAGES_MIN_BYTES - 1;
  g_autofree char *buffer = g_malloc (length);

  g_test_summary ("A small buffer stays with small pages, which take no more than was written");
  mcp_huge_pages_advise (buffer, length);
  memset (buffer, 'x', length);
  g_assert_false (has_advice (buffer + length / 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/huge-pages/large", test_large);
  g_test_add_func ("/common/huge-pages/small", test_small);
  return g_test_run ();
}
