/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-listing.h"

static gpointer
ref_list (McpItemList *list)
{
  return list != NULL ? mcp_item_list_ref (list) : NULL;
}

/**
 * mcp_listing_copy:
 * @self: what a server lists
 *
 * Any thread: the lists are shared, they are immutable.
 *
 * Returns: (transfer full): a copy
 */
McpListing *
mcp_listing_copy (const McpListing *self)
{
  McpListing *copy = g_new0 (McpListing, 1);

  for (guint i = 0; i < MCP_N_ITEM_KINDS; i++)
    copy->lists[i] = ref_list (self->lists[i]);
  copy->instructions = g_strdup (self->instructions);
  copy->server_info = g_strdup (self->server_info);
  copy->capabilities = g_strdup (self->capabilities);
  copy->prints = self->prints != NULL ? mcp_tool_prints_ref (self->prints) : NULL;
  copy->same = self->same;
  return copy;
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
  g_clear_pointer (&self->prints, mcp_tool_prints_unref);
  g_free (self->instructions);
  g_free (self->server_info);
  g_free (self->capabilities);
  g_free (self);
}

/**
 * mcp_listing_take_list:
 * @self: what a server lists
 * @list: (transfer full): all items of one kind; the tools once @instructions are there
 * @known: (nullable): what the server listed earlier
 *
 * Closes the list, compares it with the earlier one, and adds it. Any thread: this is the work
 * that grows with what a server says.
 */
void
mcp_listing_take_list (McpListing *self, McpItemList *list, const McpListing *known)
{
  McpItemKind kind = mcp_item_list_get_kind (list);

  mcp_item_list_close (list);
  g_clear_pointer (&self->lists[kind], mcp_item_list_unref);
  self->lists[kind] = list;
  if (known != NULL && known->lists[kind] != NULL && mcp_item_list_equal (list, known->lists[kind]))
    self->same |= 1u << kind;
  if (kind == MCP_ITEM_TOOL)
    {
      g_clear_pointer (&self->prints, mcp_tool_prints_unref);
      self->prints = mcp_tool_prints_new (list, self->instructions);
    }
}

static void
take (McpListing *self, guint kind, McpListing *news)
{
  g_clear_pointer (&self->lists[kind], mcp_item_list_unref);
  self->lists[kind] = g_steal_pointer (&news->lists[kind]);
}

/* The items may be the same although something else was left out this time. */
static gboolean
has_same_notes (McpItemList *a, McpItemList *b)
{
  return g_strv_equal (mcp_item_list_get_notes (a), mcp_item_list_get_notes (b));
}

/* Returns: whether the text is another one now */
static gboolean
take_text (char **text, char **news)
{
  gboolean differs = g_strcmp0 (*text, *news) != 0;

  g_free (*text);
  *text = g_steal_pointer (news);
  return differs;
}

/* Returns: whether the server says something else of itself now */
static gboolean
take_texts (McpListing *self, McpListing *news)
{
  gboolean instructions_differ = take_text (&self->instructions, &news->instructions);
  gboolean info_differs = take_text (&self->server_info, &news->server_info);
  gboolean capabilities_differ = take_text (&self->capabilities, &news->capabilities);

  return instructions_differ || info_differs || capabilities_differ;
}

/**
 * mcp_listing_merge:
 * @self: what is known of a server
 * @news: (transfer full): what the server lists now, compared with @self; kinds that are not
 *   known in there stay
 *
 * Returns: the kinds of items that are not what they were
 */
McpItemKinds
mcp_listing_merge (McpListing *self, McpListing *news)
{
  McpItemKinds changed = 0;

  for (guint i = 0; i < MCP_N_ITEM_KINDS; i++)
    if (news->lists[i] != NULL && (self->lists[i] == NULL || (news->same & 1u << i) == 0))
      {
        take (self, i, news);
        changed |= 1u << i;
      }
    else if (news->lists[i] != NULL && !has_same_notes (self->lists[i], news->lists[i]))
      take (self, i, news);
  /* with the tools comes what the server says of itself */
  if (news->prints != NULL)
    {
      if (take_texts (self, news))
        changed |= 1u << MCP_ITEM_TOOL;
      g_clear_pointer (&self->prints, mcp_tool_prints_unref);
      self->prints = g_steal_pointer (&news->prints);
    }
  mcp_listing_free (news);
  return changed;
}

/**
 * mcp_listing_build_notes:
 * @self: what a server lists
 *
 * Returns: (transfer full) (element-type utf8): what was mended in the lists or left out, for
 * people
 */
GPtrArray *
mcp_listing_build_notes (const McpListing *self)
{
  GPtrArray *notes = g_ptr_array_new_with_free_func (g_free);

  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    {
      McpItemList *list = self->lists[kind];
      const char *const *some = list != NULL ? mcp_item_list_get_notes (list) : NULL;

      for (; some != NULL && *some != NULL; some++)
        g_ptr_array_add (notes,
                         g_strdup_printf ("%s: %s", mcp_item_kind_get_facts (kind)->member, *some));
    }
  return notes;
}
