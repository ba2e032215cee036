/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/server/mcp-http-server.h"
#include "mcp-test-await.h"
#include "mcp-test-socket.h"

G_BEGIN_DECLS

#define MCP_TEST_OWNER_KEY "0123456789abcdef0123456789abcdef"

/**
 * McpTestHttp:
 *
 * A server with a store and a gateway without upstream servers, on a free port
 * and on a socket in a temporary directory, and what a test needs to talk to it
 * from the same main context.
 */
typedef struct
{
  McpLimits limits;
  McpSessionStore *store;
  McpGateway *gateway;
  McpHttpServer *server;
  char *directory;
  char *socket_path;
  guint16 port;
} McpTestHttp;

typedef enum
{
  MCP_TEST_TCP,
  MCP_TEST_UNIX,
} McpTestTransport;

/* A whole answer. */
typedef struct
{
  guint status;
  char *head; /* status line and fields, each ended by CRLF */
  char *body;
  gsize n_body;
} McpTestReply;

/* A connection that a test reads piece by piece. */
typedef struct
{
  int fd;
  GString *input; /* received, and not taken yet */
  gboolean eof;
} McpTestStream;

McpTestHttp *mcp_test_http_new (void);
McpTestHttp *mcp_test_http_new_with_limits (const McpLimits *limits);
void mcp_test_http_free (McpTestHttp *self);

/* Each fails the test when it takes too long. */
void mcp_test_http_wait_streams (McpTestHttp *self, guint n_streams);
void mcp_test_http_wait_connections (McpTestHttp *self, guint n_connections);
void mcp_test_http_fence (McpTestHttp *self);

/* @fields: header fields, each ended by CRLF; NULL: none. @body: NULL: none. */
McpTestReply *mcp_test_http_request (McpTestHttp *self,
                                     McpTestTransport transport,
                                     const char *method,
                                     const char *target,
                                     const char *fields,
                                     const char *body);
McpTestReply *mcp_test_http_owner (McpTestHttp *self, const char *method, const char *target);
McpTestReply *mcp_test_http_post_json (McpTestHttp *self,
                                       const char *target,
                                       const char *token,
                                       const char *json);
char *mcp_test_bearer (const char *token);
McpSession *mcp_test_http_create_session (McpTestHttp *self, char **token);
char *mcp_test_reply_dup_field (McpTestReply *reply, const char *name);
void mcp_test_reply_free (McpTestReply *reply);
void mcp_test_assert_error (McpTestReply *reply, guint status, const char *code);

McpTestStream *mcp_test_stream_connect (McpTestHttp *self, McpTestTransport transport);
void mcp_test_stream_send (McpTestStream *self, const char *text, gsize length);
McpTestStream *mcp_test_stream_open (McpTestHttp *self,
                                     McpTestTransport transport,
                                     const char *target,
                                     const char *fields);
McpTestStream *
mcp_test_stream_open_events (McpTestHttp *self, McpSession *session, const char *token);
char *mcp_test_stream_read_until (McpTestStream *self, const char *end);
char *mcp_test_stream_read_frame (McpTestStream *self);
void mcp_test_stream_expect_frame (McpTestStream *self, const char *frame);
void mcp_test_stream_expect_eof (McpTestStream *self);
void mcp_test_stream_free (McpTestStream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpTestReply, mcp_test_reply_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpTestStream, mcp_test_stream_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpTestHttp, mcp_test_http_free)

G_END_DECLS
