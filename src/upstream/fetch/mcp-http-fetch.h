/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/fetch/mcp-http-warrant.h"
#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _McpHttpFetch McpHttpFetch;

/**
 * McpHttpFetchFuncs:
 * @message: the text of an event, or the whole of a JSON body
 * @event: (nullable): an event of a stream that is no message; @type is its name
 * @ended: once and last; @error is %NULL where the answer came whole, whatever its status
 */
typedef struct
{
  void (*message) (McpHttpFetch *self, GBytes *text, gpointer user_data);
  void (*event) (McpHttpFetch *self, const char *type, GBytes *text, gpointer user_data);
  void (*ended) (McpHttpFetch *self, const GError *error, gpointer user_data);
} McpHttpFetchFuncs;

gboolean mcp_http_fetch_is_same_origin (GUri *a, GUri *b);
McpHttpFetch *mcp_http_fetch_new (const char *method,
                                  GUri *uri,
                                  gsize max_bytes,
                                  const McpHttpFetchFuncs *funcs,
                                  gpointer user_data);
McpHttpFetch *mcp_http_fetch_ref (McpHttpFetch *self);
void mcp_http_fetch_unref (McpHttpFetch *self);
void mcp_http_fetch_set_header (McpHttpFetch *self, const char *name, const char *value);
void mcp_http_fetch_set_body (McpHttpFetch *self, GBytes *body);
void mcp_http_fetch_set_warrant (McpHttpFetch *self, McpHttpWarrant *warrant);
void mcp_http_fetch_start (McpHttpFetch *self, SoupSession *session, guint timeout_ms);
void mcp_http_fetch_hold (McpHttpFetch *self);
void mcp_http_fetch_release (McpHttpFetch *self);
void mcp_http_fetch_cancel (McpHttpFetch *self);
guint mcp_http_fetch_get_status (McpHttpFetch *self);
gboolean mcp_http_fetch_is_stream (McpHttpFetch *self);
const char *mcp_http_fetch_get_header (McpHttpFetch *self, const char *name);
char *mcp_http_fetch_dup_summary (McpHttpFetch *self);
const char *mcp_http_fetch_get_event_id (McpHttpFetch *self);
gint64 mcp_http_fetch_get_retry_ms (McpHttpFetch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHttpFetch, mcp_http_fetch_unref)

G_END_DECLS
