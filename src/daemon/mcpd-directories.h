/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *mcpd_directories_prepare_runtime (const char *base, GError **error);
char *mcpd_directories_prepare_state (const char *base, GError **error);

G_END_DECLS
