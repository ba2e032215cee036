/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

/* A request that is kept until it is known how it must be said. */
McpProviderRequest *mcp_provider_request_copy (const McpProviderRequest *request);
void mcp_provider_request_free (McpProviderRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpProviderRequest, mcp_provider_request_free)

G_END_DECLS
