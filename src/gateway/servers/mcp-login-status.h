/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/oauth/mcp-oauth-server.h"

G_BEGIN_DECLS

GVariant *mcp_login_status_describe (McpOauthServer *login);

G_END_DECLS
