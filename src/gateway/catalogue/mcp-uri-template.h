/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean mcp_uri_template_matches (const char *uri_template, const char *uri);

G_END_DECLS
