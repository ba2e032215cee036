/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-item-list.h"

#include "common/mcp-error.h"
#include "common/mcp-keyed-hash.h"
#include "gateway/catalogue/mcp-item-check.h"

#include <string.h>

/* Texts are kept in blocks of this size: a list of a million short names makes no million
 * allocations. */
#define BLOCK_BYTES 16384

/* What was wrong with the items; a list where everything is wrong says so in a few lines. */
#define MAX_NOTES 20

struct _McpItemList
{
  gatomicrefcount ref_count;

  McpItemKind kind;
  GArray *items;       /* (owned): McpItem */
  GStringChunk *texts; /* (owned): of the items */
  GHashTable *names;   /* (owned) (nullable): set of names (unowned), until the list is closed */
  GPtrArray *notes;    /* (owned): char (owned), %NULL at the end once the list is closed */
  guint n_more_notes;  /* that are not kept */
  gsize n_bytes;       /* of all pages */
  gsize max_bytes;
  guint max_items;
  gboolean is_full;
};

/**
 * mcp_item_list_new:
 * @kind: what is listed
 * @max_bytes: of all items' JSON together
 * @max_items: how many items are kept
 *
 * Returns: (transfer full): an empty list that can be filled
 */
McpItemList *
mcp_item_list_new (McpItemKind kind, gsize max_bytes, guint max_items)
{
  McpItemList *self = g_new0 (McpItemList, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->items = g_array_new (FALSE, FALSE, sizeof (McpItem));
  self->texts = g_string_chunk_new (BLOCK_BYTES);
  self->names = g_hash_table_new (mcp_keyed_hash_str, g_str_equal);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->max_bytes = max_bytes;
  self->max_items = max_items;
  return self;
}

/**
 * mcp_item_list_ref:
 * @self: the list
 *
 * Any thread.
 *
 * Returns: (transfer full): @self
 */
McpItemList *
mcp_item_list_ref (McpItemList *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_item_list_unref:
 * @self: (transfer full): the list
 *
 * Any thread.
 */
void
mcp_item_list_unref (McpItemList *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_array_unref (self->items);
  g_string_chunk_free (self->texts);
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_ptr_array_unref (self->notes);
  g_free (self);
}

/* What a model, and the person who watches it, read about a tool. */
static const char *const printed[] = {
  "title", "description", "inputSchema", "outputSchema", "annotations",
};

static void
compute_print (McpItem *tool)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = MCP_ITEM_PRINT_LENGTH;
  McpJsonSlice value;

  for (gsize i = 0; i < G_N_ELEMENTS (printed); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      /* however a server writes it down today, it says the same */
      if (mcp_json_find (tool->json, printed[i], &value))
        mcp_json_append_canonical (text, value);
      g_checksum_update (checksum, (const guchar *) printed[i], (gssize) strlen (printed[i]) + 1);
      g_checksum_update (checksum, (const guchar *) text->str, (gssize) text->len);
    }
  g_checksum_get_digest (checksum, tool->print, &length);
}

/**
 * mcp_item_list_note:
 * @self: the list, which is not closed
 * @note: what is wrong with the list, or with one item
 *
 * Keeps a note for the owner of the server. Of many, the first ones are kept.
 */
void
mcp_item_list_note (McpItemList *self, const char *note)
{
  if (self->notes->len < MAX_NOTES)
    g_ptr_array_add (self->notes, g_strdup (note));
  else
    self->n_more_notes++;
}

static void
add_item (McpItemList *self, McpJsonSlice json)
{
  g_auto (McpItemCheck) check = { 0 };
  McpItem item = { 0 };

  mcp_item_check (self->kind, json, &check);
  if (check.note != NULL)
    mcp_item_list_note (self, check.note);
  if (check.name == NULL)
    return;
  if (g_hash_table_contains (self->names, check.name))
    {
      g_autofree char *note =
          g_strdup_printf ("“%s” is listed more than once: the first counts", check.name);

      mcp_item_list_note (self, note);
      return;
    }

  item.name = g_string_chunk_insert (self->texts, check.name);
  item.json.length = check.mended != NULL ? strlen (check.mended) : json.length;
  item.json.data = g_string_chunk_insert_len (
      self->texts, check.mended != NULL ? check.mended : json.data, (gssize) item.json.length);
  if (self->kind == MCP_ITEM_TOOL)
    compute_print (&item);
  g_array_append_val (self->items, item);
  g_hash_table_add (self->names, (gpointer) item.name);
}

static void
add_items (McpItemList *self, McpJsonSlice items)
{
  McpJsonSlice item;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, items);
  while (mcp_json_iter_next_element (&iter, &item))
    {
      if (self->items->len >= self->max_items)
        {
          g_autofree char *note = g_strdup_printf (
              "the items after the first %u are left out (limit ItemsPerList)", self->max_items);

          mcp_item_list_note (self, note);
          self->is_full = TRUE;
          return;
        }
      add_item (self, item);
    }
}

/* The array of a page; none for one that says in other words that there is nothing. */
static gboolean
find_items (McpItemList *self, McpJsonSlice result, McpJsonSlice *items)
{
  const McpItemKindFacts *facts = mcp_item_kind_get_facts (self->kind);
  McpJsonType type = mcp_json_get_type (result);

  *items = MCP_JSON_SLICE_NONE;
  if (type == MCP_JSON_NULL)
    return TRUE;
  if (type != MCP_JSON_OBJECT)
    return type == MCP_JSON_ARRAY; /* PHP writes an empty object so */
  if (!mcp_json_find (result, facts->member, items) || mcp_json_get_type (*items) == MCP_JSON_NULL)
    {
      *items = MCP_JSON_SLICE_NONE;
      return TRUE;
    }
  return mcp_json_get_type (*items) == MCP_JSON_ARRAY;
}

/**
 * mcp_item_list_add_page:
 * @self: the list, which is not closed
 * @result: of one request for the list
 * @error: return location
 *
 * Adds the items of one page, each judged by mcp_item_check(). An item that was listed already
 * is left out, and so are the items beyond the limit.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED when the page is no list, or its bytes are more than may
 * be kept.
 *
 * Returns: whether the page was a list
 */
gboolean
mcp_item_list_add_page (McpItemList *self, McpJsonSlice result, GError **error)
{
  const McpItemKindFacts *facts = mcp_item_kind_get_facts (self->kind);
  McpJsonSlice items;

  g_return_val_if_fail (self->names != NULL, FALSE);

  if (!find_items (self, result, &items))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "The answer to %s has no array “%s”", facts->method, facts->member);
      return FALSE;
    }
  if (items.data == NULL)
    {
      g_autofree char *note = g_strdup_printf (
          "the answer to %s has no “%s”: taken as an empty list", facts->method, facts->member);

      mcp_item_list_note (self, note);
      return TRUE;
    }

  if (items.length > self->max_bytes - self->n_bytes)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "The server answers %s with more than %" G_GSIZE_FORMAT
                   " bytes (limit UpstreamMessageBytes)",
                   facts->method, self->max_bytes);
      return FALSE;
    }
  self->n_bytes += items.length;
  add_items (self, items);
  return TRUE;
}

/**
 * mcp_item_list_close:
 * @self: the list
 *
 * All pages are there: the list is immutable from now on.
 */
void
mcp_item_list_close (McpItemList *self)
{
  if (self->names == NULL)
    return;

  g_clear_pointer (&self->names, g_hash_table_unref);
  if (self->n_more_notes > 0)
    g_ptr_array_add (self->notes, g_strdup_printf ("%u more of these", self->n_more_notes));
  g_ptr_array_add (self->notes, NULL);
}

/**
 * mcp_item_list_get_kind:
 * @self: the list
 *
 * Returns: what is listed
 */
McpItemKind
mcp_item_list_get_kind (McpItemList *self)
{
  return self->kind;
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
 * Returns: (transfer none): the item; valid as long as the list, once that is closed
 */
const McpItem *
mcp_item_list_get (McpItemList *self, guint index)
{
  g_return_val_if_fail (index < self->items->len, NULL);

  return &g_array_index (self->items, McpItem, index);
}

/**
 * mcp_item_list_get_notes:
 * @self: the list, closed
 *
 * Returns: (transfer none) (array zero-terminated=1): what was mended or left out, for people
 */
const char *const *
mcp_item_list_get_notes (McpItemList *self)
{
  g_return_val_if_fail (self->names == NULL, NULL);

  return (const char *const *) self->notes->pdata;
}

/**
 * mcp_item_list_is_full:
 * @self: the list
 *
 * Returns: whether items were left out since there were too many: no further page is of use
 */
gboolean
mcp_item_list_is_full (McpItemList *self)
{
  return self->is_full;
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
    {
      McpJsonSlice one = mcp_item_list_get (a, i)->json;
      McpJsonSlice other = mcp_item_list_get (b, i)->json;

      if (one.length != other.length || memcmp (one.data, other.data, one.length) != 0)
        return FALSE;
    }
  return TRUE;
}
