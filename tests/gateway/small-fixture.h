/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway-fixture.h"
#include "gateway/catalogue/mcp-client.h"
#include "gateway/catalogue/mcp-target.h"
#include "gateway/servers/mcp-provider-pool.h"

G_BEGIN_DECLS

/* What tests of single objects start from: a pool with one fake server, a session, and a client of
 * it. */
typedef struct
{
  McpLimits limits;
  McpSessionStore *store;
  McpSession *session;
  McpProviderPool *pool;
  McpFakeProvider *provider; /* (owned) (nullable): once somebody has asked for it */
  McpServerConfig *config;
  McpClient *client;
  McpTarget *target;
} SmallFixture;

void small_fixture_setup (SmallFixture *f, gconstpointer data);
void small_fixture_teardown (SmallFixture *f, gconstpointer data);

G_END_DECLS
