/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpOauthChallenge:
 * @is_bearer: the server wants a bearer token
 * @metadata: (nullable): where the metadata of the resource is (RFC 9728 section 5.1)
 * @scope: (nullable): the scopes that the request wanted (RFC 6750 section 3)
 * @error: (nullable): why the request was refused
 *
 * What a server says when it refuses a request.
 */
typedef struct
{
  gboolean is_bearer;
  char *metadata;
  char *scope;
  char *error;
} McpOauthChallenge;

McpOauthChallenge *mcp_oauth_challenge_parse (const char *fields);
void mcp_oauth_challenge_free (McpOauthChallenge *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthChallenge, mcp_oauth_challenge_free)

G_END_DECLS
