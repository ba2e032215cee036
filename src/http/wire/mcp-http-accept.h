/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean mcp_http_accept_allows (const char *accept, const char *type);

G_END_DECLS
