/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream-test.h"
#include "upstream/stdio/mcp-stdio-provider.h"

G_BEGIN_DECLS

/* A provider of mcp-test-server in a directory of its own. */
typedef struct
{
  char *directory;
  McpServerConfig *config;
  McpLimits limits;
  McpProvider *provider;
} ProviderFixture;

/* One request while it is made. */
typedef struct
{
  ProviderFixture *fixture;
  GAsyncResult *result;
  GPtrArray *progress; /* (element-type utf8): the params that came */
} ProviderCall;

void provider_setup (ProviderFixture *f, gconstpointer options);
void provider_teardown (ProviderFixture *f, gconstpointer options);
void provider_begin (ProviderFixture *f,
                     ProviderCall *call,
                     const char *tool,
                     const char *arguments,
                     guint timeout_ms,
                     GCancellable *cancellable);
McpJsonrpcMessage *provider_end (ProviderCall *call, GError **error);
void provider_end_failed (ProviderCall *call, int code, const char *says);
McpJsonrpcMessage *provider_call (ProviderFixture *f, const char *tool, const char *arguments);
char *provider_get_text (McpJsonrpcMessage *answer);
char *provider_call_text (ProviderFixture *f, const char *tool, const char *arguments);
void provider_await_state (ProviderFixture *f, McpProviderState state);
void provider_close (ProviderFixture *f);

G_END_DECLS
