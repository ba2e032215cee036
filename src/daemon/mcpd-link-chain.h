/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GPtrArray *mcpd_link_chain_resolve (const char *path);
gboolean mcpd_link_chain_equal (GPtrArray *a, GPtrArray *b);

G_END_DECLS
