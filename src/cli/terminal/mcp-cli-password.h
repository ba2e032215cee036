/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mcp_cli_password_read (const char *prompt, gsize max_bytes, GError **error);

G_END_DECLS
