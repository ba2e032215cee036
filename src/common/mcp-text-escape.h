/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mcp_text_escape_json (const char *json, gsize length);

G_END_DECLS
