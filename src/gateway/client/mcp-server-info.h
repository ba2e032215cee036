/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue.h"

G_BEGIN_DECLS

char *mcp_server_info_dup (McpCatalogue *catalogue, McpClient *client);

G_END_DECLS
