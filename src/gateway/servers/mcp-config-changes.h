/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void mcp_config_changes_log (GPtrArray *previous, GPtrArray *now);

G_END_DECLS
