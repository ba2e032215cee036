/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint64 mcp_keyed_hash (const void *data, gsize length);
guint mcp_keyed_hash_str (gconstpointer text);

G_END_DECLS
