/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void mcp_decimal_append_uint (GString *out, guint64 number);
void mcp_decimal_append_int (GString *out, gint64 number);

G_END_DECLS
