/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

char *mcp_cli_arguments_build (const char *const *words, McpJsonSlice tool, GError **error);
char *mcp_cli_arguments_build_texts (const char *const *words, GError **error);
gboolean mcp_cli_arguments_check (const char *json, GError **error);

G_END_DECLS
