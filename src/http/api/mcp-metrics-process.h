/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void mcp_metrics_process_append (GString *out, gint64 started_real_us);

G_END_DECLS
