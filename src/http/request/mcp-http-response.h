/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpHttpResponseField:
 * @name: static
 * @value: what the field says
 * @owned: (nullable): @value, where it is not static
 */
typedef struct
{
  const char *name;
  const char *value;
  char *owned;
} McpHttpResponseField;

/**
 * McpHttpResponse:
 * @status: the HTTP status
 * @fields: (nullable) (element-type McpHttpResponseField): header fields, each name once
 * @body: (nullable): the body; %NULL: none, or an event stream follows
 *
 * An answer as a route gives it. The carrier adds what concerns the connection.
 */
typedef struct
{
  guint status;
  GArray *fields;
  GBytes *body;
} McpHttpResponse;

void mcp_http_response_set_field (McpHttpResponse *self, const char *name, const char *value);
void mcp_http_response_take_field (McpHttpResponse *self, const char *name, char *value);
void mcp_http_response_clear (McpHttpResponse *self);

G_END_DECLS
