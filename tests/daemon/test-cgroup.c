/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-cgroup.h"

#define SERVICE "/user.slice/user-1000.slice/user@1000.service/app.slice/mcp-sessiond.service"
#define UNIFIED                                             \
  "24 30 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n" \
  "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
#define HYBRID                                                        \
  "38 37 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" \
  "45 37 0:40 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"

static void
test_find (void)
{
  static const struct
  {
    const char *cgroups;
    const char *mounts;
    const char *found;
  } cases[] = {
    { "0::" SERVICE "\n", UNIFIED, "/sys/fs/cgroup" SERVICE },
    { "4:memory:/x\n0::/y\n", HYBRID, "/sys/fs/cgroup/unified/y" },
    { "4:memory:/x\n", HYBRID, NULL },
    { "0::/y\n", "38 37 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", NULL },
    { "", "", NULL },
    { "0::relative\n", UNIFIED, NULL },
  };

  g_test_summary ("Our group is found by what the kernel says of it and of its file system");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = mcpd_cgroup_find (cases[i].cgroups, cases[i].mounts);

      g_assert_cmpstr (found, ==, cases[i].found);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/daemon/cgroup/find", test_find);
  return g_test_run ();
}
