/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

typedef struct _McpBodyReader McpBodyReader;

/**
 * McpBodyFuncs:
 * @read: makes something of a body; any thread
 * @take: called in the main context with a request that is still to be answered, and with what
 *   @read returned; borrowed
 * @free: frees what @read returned
 *
 * How a route reads a body.
 */
typedef struct
{
  gpointer (*read) (GBytes *body, const McpLimits *limits);
  void (*take) (McpHttpRequest *request, gpointer content);
  GDestroyNotify free;
} McpBodyFuncs;

McpBodyReader *mcp_body_reader_new (void);
void mcp_body_reader_unref (McpBodyReader *self);
gboolean mcp_body_reader_takes_thread (GBytes *body);
void mcp_body_reader_read (McpBodyReader *self, McpHttpRequest *request, const McpBodyFuncs *funcs);

G_END_DECLS
