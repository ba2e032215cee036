/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean mcp_file_replace (const char *path, const char *text, GError **error);

G_END_DECLS
