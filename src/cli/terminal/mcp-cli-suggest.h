/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *mcp_cli_suggest_find (const char *word, const char *const *candidates);

G_END_DECLS
