/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Below this a buffer cannot be sure to hold a huge page: x86-64 and arm64 have pages of 2 MiB. */
#define MCP_HUGE_PAGES_MIN_BYTES ((gsize) 4 * 1024 * 1024)

void mcp_huge_pages_advise (gpointer buffer, gsize length);

G_END_DECLS
