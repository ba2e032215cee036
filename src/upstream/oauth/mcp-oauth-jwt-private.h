/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *
mcp_oauth_jwt_build (const char *client_id, const char *audience, const char *key, GError **error);

G_END_DECLS
