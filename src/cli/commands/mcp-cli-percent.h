/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean mcp_cli_percent_find (const char *line, double *percent);

G_END_DECLS
