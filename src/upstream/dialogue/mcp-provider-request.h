/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

/* A request that is queued until the revision of the server is known. */
McpProviderRequest *mcp_provider_request_copy (const McpProviderRequest *request);
McpParams *mcp_provider_request_ref_params (const McpProviderRequest *request);
void mcp_provider_request_free (McpProviderRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpProviderRequest, mcp_provider_request_free)

G_END_DECLS
