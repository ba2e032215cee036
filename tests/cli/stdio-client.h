/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli-test.h"

G_BEGIN_DECLS

#define INITIALIZE                                                                               \
  "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"initialize\",\"params\":{\"protocolVersion\":" \
  "\"2025-06-18\",\"capabilities\":{\"roots\":{},\"elicitation\":{}},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}"
#define INITIALIZED "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define MODERN_META                                                        \
  "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
  "\"io.modelcontextprotocol/clientCapabilities\":{}}"

/* A client of "mcp-session stdio". */
typedef struct
{
  CliTest *test;
  GSubprocess *process;
  GOutputStream *in; /* (unowned) */
  GDataInputStream *out;
} StdioClient;

StdioClient *stdio_client_new (CliTest *test);
StdioClient *stdio_client_new_with_arguments (CliTest *test, const char *const *arguments);
void stdio_client_free (StdioClient *self);
void stdio_client_send (StdioClient *self, const char *line);
char *stdio_client_receive_any (StdioClient *self);
char *stdio_client_receive (StdioClient *self);
void stdio_client_expect (StdioClient *self, const char *part);
void stdio_client_initialize (StdioClient *self);
int stdio_client_await_exit (StdioClient *self);
JsonObject *stdio_client_get_session (CliTest *test);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StdioClient, stdio_client_free)

G_END_DECLS
