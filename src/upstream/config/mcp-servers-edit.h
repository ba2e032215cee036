/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mcp_servers_edit_set_disabled (const char *text,
                                     const char *name,
                                     gboolean disabled,
                                     GError **error);

G_END_DECLS
