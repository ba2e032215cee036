/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-json-fields.h"

#include <string.h>

static gboolean
find_name (const char *const *names, McpJsonSlice key, guint *index)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (mcp_json_string_equal (key, names[i]))
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * mcp_json_fields_find:
 * @self: (out caller-allocates): what is found
 * @object: a value of an accepted text; only an object has members
 * @names: (array zero-terminated=1): static; at most %MCP_JSON_MAX_FIELDS
 *
 * Finds members, all in one walk. Any thread.
 */
void
mcp_json_fields_find (McpJsonFields *self, McpJsonSlice object, const char *const *names)
{
  McpJsonField *last = NULL;
  const char *previous_end = NULL;
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice value;
  guint index;

  memset (self, 0, sizeof *self);
  self->object = object;
  self->names = names;
  if (object.data == NULL || mcp_json_get_type (object) != MCP_JSON_OBJECT)
    return;

  mcp_json_iter_init (&iter, object);
  for (; mcp_json_iter_next_member (&iter, &key, &value); self->n_members++)
    {
      if (last != NULL)
        last->next_start = key.data;
      last = NULL;
      if (find_name (names, key, &index))
        {
          g_return_if_fail (index < MCP_JSON_MAX_FIELDS);
          last = &self->fields[index];
          *last = (McpJsonField){ value, key.data, previous_end, NULL, self->n_members };
        }
      previous_end = value.data + value.length;
    }
}

/**
 * mcp_json_fields_has:
 * @self: what was found
 * @index: of a name
 *
 * Returns: whether there is such a member
 */
gboolean
mcp_json_fields_has (const McpJsonFields *self, guint index)
{
  return self->fields[index].value.data != NULL;
}

/**
 * mcp_json_fields_has_type:
 * @self: what was found
 * @index: of a name
 * @type: what the value must be
 *
 * Returns: whether there is such a member of that type
 */
gboolean
mcp_json_fields_has_type (const McpJsonFields *self, guint index, McpJsonType type)
{
  return mcp_json_fields_has (self, index) && mcp_json_get_type (self->fields[index].value) == type;
}

/**
 * mcp_json_fields_equal:
 * @self: what was found
 * @index: of a name
 * @text: UTF-8
 *
 * Returns: whether there is such a member, and it is that string
 */
gboolean
mcp_json_fields_equal (const McpJsonFields *self, guint index, const char *text)
{
  return mcp_json_fields_has (self, index) &&
         mcp_json_string_equal (self->fields[index].value, text);
}
