/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-fake-provider.h"
#include "mcp-gateway-private.h"
#include "mcp-test-await.h"

G_BEGIN_DECLS

/* What the tests of this room start from: a store, a gateway with fake
 * providers, and one session. */
typedef struct
{
  McpLimits limits;
  McpSessionStore *store;
  McpGateway *gateway;
  McpSession *session;
  GHashTable *scripts;  /* server name -> JSON array of its tools */
  GHashTable *silent;   /* set of server names that do not answer a list */
  GHashTable *broken;   /* set of server names that cannot be started */
  GPtrArray *providers; /* McpFakeProvider (owned), in order of creation */
  GPtrArray *configs;   /* McpServerConfig */
} Fixture;

/* What a request said, in order. */
typedef struct
{
  McpRequest *request;
  GPtrArray *messages; /* char *, the response included */
  gboolean responded;
  gboolean cancelled;
  int error_code;
  guint n_after; /* signals after the end: must stay 0 */
} Heard;

void fixture_setup (Fixture *f, gconstpointer data);
void fixture_teardown (Fixture *f, gconstpointer data);

McpServerConfig *fixture_add_server (Fixture *f, const char *name, const char *tools_json);
void fixture_apply (Fixture *f);
McpFakeProvider *fixture_provider (Fixture *f, const char *name);
McpSession *fixture_create_session (Fixture *f, const char *cwd, const char *const *allowed);
void fixture_close_session (Fixture *f, McpSession *session);

McpJsonrpcMessage *parse_message (const char *text);
Heard *heard_new (McpAttachment *attachment, const char *message);
void heard_free (Heard *self);
const char *heard_get (Heard *self, guint index);
#define heard_last(h) heard_get ((h), (h)->messages->len - 1)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Heard, heard_free)

/* Sends, and waits for the response. */
char *fixture_ask (McpAttachment *attachment, const char *message);
void fixture_tell (McpAttachment *attachment, const char *message);

/* The names in a tools/list result or response, joined by spaces. */
char *list_names (const char *json);
char *fixture_list (Fixture *f, McpSession *session);

McpEventQueue *fixture_watch (McpSession *session);
char *next_event (McpEventQueue *queue, McpProgressEvent **event);

G_END_DECLS
