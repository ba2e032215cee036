/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-test-http.h"

G_BEGIN_DECLS

/* A session with a token, before /mcp. */
typedef struct
{
  McpTestHttp *http;   /* (owned) */
  McpSession *session; /* (owned) */
  char *token;
  char *bearer;
} McpFixture;

void mcp_fixture_init (McpFixture *f);
void mcp_fixture_init_with_server (McpFixture *f);
void mcp_fixture_clear (McpFixture *f);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpFixture, mcp_fixture_clear)

G_END_DECLS
