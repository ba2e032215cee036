/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpHttpResponse:
 * @status: the HTTP status
 * @fields: (element-type utf8): names and values of header fields, in turn; each name once
 * @body: (nullable): the body; %NULL: none, or an event stream follows
 *
 * An answer as a route gives it. The carrier adds what concerns the connection.
 */
typedef struct
{
  guint status;
  GPtrArray *fields;
  GBytes *body;
} McpHttpResponse;

void mcp_http_response_set_field (McpHttpResponse *self, const char *name, const char *value);
void mcp_http_response_clear (McpHttpResponse *self);

G_END_DECLS
