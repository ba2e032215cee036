/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-challenge-private.h"
#include "mcp-oauth-metadata-private.h"

G_BEGIN_DECLS

/**
 * McpOauthWish:
 * @issuer: (nullable): the only authorization server that will do
 * @resource: (nullable): what to ask tokens for, in place of what the server says
 * @may_guess: a server without any metadata is taken for one of MCP 2025-03-26
 *
 * What a person has configured.
 */
typedef struct
{
  const char *issuer;
  const char *resource;
  gboolean may_guess;
} McpOauthWish;

void mcp_oauth_discovery_run_async (McpOauthWeb *web,
                                    const McpOauthChallenge *challenge,
                                    const McpOauthWish *wish,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
McpOauthMetadata *mcp_oauth_discovery_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
