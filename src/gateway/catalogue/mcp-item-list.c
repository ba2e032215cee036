/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-item-list.h"

#include "common/mcp-error.h"

#include <string.h>

struct _McpItemList
{
  grefcount ref_count;

  McpItemKind kind;
  GPtrArray *items; /* (owned): McpItem */
  gsize n_bytes;    /* of all items */
  gsize max_bytes;
};

static void
item_free (McpItem *item)
{
  g_free (item->name);
  g_free (item->json);
  g_free (item);
}

/**
 * mcp_item_list_new:
 * @kind: what is listed
 * @max_bytes: of all items' JSON together
 *
 * Returns: (transfer full): an empty list
 */
McpItemList *
mcp_item_list_new (McpItemKind kind, gsize max_bytes)
{
  McpItemList *self = g_new0 (McpItemList, 1);

  g_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) item_free);
  self->max_bytes = max_bytes;
  return self;
}

/**
 * mcp_item_list_ref:
 * @self: the list
 *
 * Main context only.
 *
 * Returns: (transfer full): @self
 */
McpItemList *
mcp_item_list_ref (McpItemList *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_item_list_unref:
 * @self: (transfer full): the list
 *
 * Main context only.
 */
void
mcp_item_list_unref (McpItemList *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->items);
  g_free (self);
}

static void
add_item (McpItemList *self, McpJsonSlice json)
{
  const McpItemKindFacts *facts = mcp_item_kind_get_facts (self->kind);
  g_autofree char *name = NULL;
  McpJsonSlice slice;
  McpItem *item;

  if (mcp_json_get_type (json) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (json, facts->key, MCP_JSON_STRING, &slice))
    {
      g_debug ("left out an item of %s without “%s”", facts->method, facts->key);
      return;
    }

  name = mcp_json_dup_string (slice);
  if (name == NULL || *name == '\0') /* NULL: it holds U+0000 */
    return;

  item = g_new0 (McpItem, 1);
  item->name = g_steal_pointer (&name);
  item->json = g_strndup (json.data, json.length);
  g_ptr_array_add (self->items, item);
}

/**
 * mcp_item_list_add_page:
 * @self: the list, not yet shared
 * @result: of one request for the list
 * @error: return location
 *
 * Adds the items of one page. What is no object with a name is left out, for
 * nobody could ask for it.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED when there is no array of items, or more
 * bytes of them than may be kept.
 *
 * Returns: whether the page was a list
 */
gboolean
mcp_item_list_add_page (McpItemList *self, McpJsonSlice result, GError **error)
{
  const McpItemKindFacts *facts = mcp_item_kind_get_facts (self->kind);
  McpJsonSlice items;
  McpJsonSlice item;
  McpJsonIter iter;

  if (mcp_json_get_type (result) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (result, facts->member, MCP_JSON_ARRAY, &items))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "The answer to %s has no array “%s”", facts->method, facts->member);
      return FALSE;
    }

  if (items.length > self->max_bytes - self->n_bytes)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "The server answers %s with more than %" G_GSIZE_FORMAT " bytes", facts->method,
                   self->max_bytes);
      return FALSE;
    }
  self->n_bytes += items.length;

  mcp_json_iter_init (&iter, items);
  while (mcp_json_iter_next_element (&iter, &item))
    add_item (self, item);
  return TRUE;
}

/**
 * mcp_item_list_get_length:
 * @self: the list
 *
 * Returns: number of items
 */
guint
mcp_item_list_get_length (McpItemList *self)
{
  return self->items->len;
}

/**
 * mcp_item_list_get:
 * @self: the list
 * @index: below mcp_item_list_get_length()
 *
 * Returns: (transfer none): the item
 */
const McpItem *
mcp_item_list_get (McpItemList *self, guint index)
{
  g_return_val_if_fail (index < self->items->len, NULL);

  return g_ptr_array_index (self->items, index);
}

/**
 * mcp_item_list_equal:
 * @a: a list
 * @b: another
 *
 * Returns: whether both have the same items, to the byte, in the same order
 */
gboolean
mcp_item_list_equal (McpItemList *a, McpItemList *b)
{
  if (a->items->len != b->items->len)
    return FALSE;

  for (guint i = 0; i < a->items->len; i++)
    if (strcmp (mcp_item_list_get (a, i)->json, mcp_item_list_get (b, i)->json) != 0)
      return FALSE;

  return TRUE;
}

/**
 * mcp_listing_free:
 * @self: (transfer full): what a server lists
 */
void
mcp_listing_free (McpListing *self)
{
  for (guint i = 0; i < MCP_N_ITEM_KINDS; i++)
    g_clear_pointer (&self->lists[i], mcp_item_list_unref);
  g_free (self);
}
