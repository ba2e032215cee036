/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

char *mcp_runtime_directory_dup_base (void);
char *mcp_runtime_directory_dup_of_daemon (const char *state_home, pid_t *pid);
char *mcp_runtime_directory_build_path (const char *name);

G_END_DECLS
