/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GBytes *mcpd_trusted_file_read (const char *path, GError **error);

G_END_DECLS
