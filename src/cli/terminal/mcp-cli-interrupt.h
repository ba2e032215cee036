/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GCancellable *mcp_cli_interrupt_new (void);
int mcp_cli_interrupt_get_status (void);

G_END_DECLS
