/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void mcpd_log_init (gboolean verbose);

G_END_DECLS
