/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/request/mcp-http-response.h"

/* As many as most answers have. */
#define USUAL_FIELDS 4

static void
clear_field (gpointer data)
{
  g_free (((McpHttpResponseField *) data)->owned);
}

static McpHttpResponseField *
find_field (McpHttpResponse *self, const char *name)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      McpHttpResponseField *field = &g_array_index (self->fields, McpHttpResponseField, i);

      if (g_ascii_strcasecmp (field->name, name) == 0)
        return field;
    }
  return NULL;
}

static void
put_field (McpHttpResponse *self, McpHttpResponseField field)
{
  McpHttpResponseField *old;

  if (self->fields == NULL)
    {
      self->fields = g_array_sized_new (FALSE, FALSE, sizeof field, USUAL_FIELDS);
      g_array_set_clear_func (self->fields, clear_field);
    }

  old = find_field (self, field.name);
  if (old == NULL)
    {
      g_array_append_val (self->fields, field);
      return;
    }
  g_free (old->owned);
  *old = field;
}

/**
 * mcp_http_response_set_field:
 * @self: a response
 * @name: (transfer none): of a header field; static
 * @value: (transfer none): what the field says; static; replaces an earlier value
 */
void
mcp_http_response_set_field (McpHttpResponse *self, const char *name, const char *value)
{
  put_field (self, (McpHttpResponseField){ name, value, NULL });
}

/**
 * mcp_http_response_take_field:
 * @self: a response
 * @name: (transfer none): of a header field; static
 * @value: (transfer full): what the field says; replaces an earlier value
 */
void
mcp_http_response_take_field (McpHttpResponse *self, const char *name, char *value)
{
  put_field (self, (McpHttpResponseField){ name, value, value });
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
  g_clear_pointer (&self->fields, g_array_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
}
