/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In the state directory. */
#define MCPD_LOG_FILE "daemon.log"

void mcpd_log_init (gboolean verbose);
void mcpd_log_use_file (const char *path);

G_END_DECLS
