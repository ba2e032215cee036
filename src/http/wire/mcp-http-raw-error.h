/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GBytes *mcp_http_raw_error_new (guint status, const char *message, gboolean head_only);

G_END_DECLS
