/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mcpd_cgroup_find (const char *cgroups, const char *mounts);
char *mcpd_cgroup_enter (void);

G_END_DECLS
