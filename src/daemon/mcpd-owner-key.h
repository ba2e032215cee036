/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In the runtime directory, beside the discovery file. */
#define MCPD_OWNER_KEY_FILE "owner-key"

char *mcpd_owner_key_load (const char *path, GError **error);

G_END_DECLS
