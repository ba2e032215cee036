/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/request/mcp-http-response.h"

/**
 * mcp_http_response_set_field:
 * @self: a response
 * @name: of a header field
 * @value: what the field says; replaces an earlier value
 */
void
mcp_http_response_set_field (McpHttpResponse *self, const char *name, const char *value)
{
  if (self->fields == NULL)
    self->fields = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->fields->len; i += 2)
    if (g_ascii_strcasecmp (g_ptr_array_index (self->fields, i), name) == 0)
      {
        g_free (g_ptr_array_index (self->fields, i + 1));
        g_ptr_array_index (self->fields, i + 1) = g_strdup (value);
        return;
      }
  g_ptr_array_add (self->fields, g_strdup (name));
  g_ptr_array_add (self->fields, g_strdup (value));
}

/**
 * mcp_http_response_clear:
 * @self: a response, or zeroes
 *
 * Frees what the response holds.
 */
void
mcp_http_response_clear (McpHttpResponse *self)
{
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
}
