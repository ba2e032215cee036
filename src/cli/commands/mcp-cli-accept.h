/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int mcp_cli_accept (const char *server, gboolean accept, gboolean is_json);

G_END_DECLS
