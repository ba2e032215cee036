/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint mcp_cli_terminal_get_columns (int fd);

G_END_DECLS
