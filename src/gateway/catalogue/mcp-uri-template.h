/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A template with more expressions matches nothing: nobody writes one. */
#define MCP_URI_TEMPLATE_MAX_EXPRESSIONS 8

gboolean mcp_uri_template_matches (const char *uri_template, const char *uri, gsize *budget);
gboolean mcp_uri_template_has_scheme (const char *uri_template);

G_END_DECLS
