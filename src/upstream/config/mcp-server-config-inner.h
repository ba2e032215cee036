/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the reader of the configuration file asks of the rules for HTTP servers.
 */
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

GUri *mcp_server_config_parse_url (const char *text, GError **error);
gboolean mcp_server_config_is_header_name (const char *name);
gboolean mcp_server_config_is_own_header (const char *name);
gboolean mcp_server_config_is_header_value (const char *value);

G_END_DECLS
