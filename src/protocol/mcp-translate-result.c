/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Results, definitions and progress of servers.
 */
#include "mcp-translate.h"

#include "mcp-json-edit.h"

#include <string.h>

/* 2026-07-28, server/utilities/caching: whose results carry hints. */
static const char *const cacheable[] = {
  "server/discover",          "tools/list",     "prompts/list", "resources/list",
  "resources/templates/list", "resources/read", NULL,
};

/* Which of a hop's own "_meta" a legacy client is not shown. */
static const char *const modern_meta[] = {
  MCP_META_SERVER_INFO,
  MCP_META_PROTOCOL_VERSION,
  MCP_META_SUBSCRIPTION_ID,
};

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static gboolean
has (McpJsonSlice object, const char *key)
{
  McpJsonSlice value;

  return mcp_json_find (object, key, &value);
}

static gboolean
is_string (McpJsonSlice object, const char *key, const char *text)
{
  McpJsonSlice value;

  return mcp_json_find_typed (object, key, MCP_JSON_STRING, &value) &&
         mcp_json_string_equal (value, text);
}

/* Content: of tool results, prompts' messages and sampling */

static char *
build_text_item (const char *text)
{
  GString *out = g_string_new ("{\"type\":\"text\",\"text\":");

  mcp_json_append_string (out, text);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

static char *
dup_member (McpJsonSlice object, const char *key, const char *otherwise)
{
  McpJsonSlice value;
  char *text = NULL;

  if (mcp_json_find_typed (object, key, MCP_JSON_STRING, &value))
    text = mcp_json_dup_string (value);
  return text != NULL ? text : g_strdup (otherwise);
}

/* server/tools, "Tool Result": what a client of before does not know is said in words. */
static char *
translate_item (McpJsonSlice item, McpRevision to)
{
  g_autofree char *detail = NULL;
  g_autofree char *text = NULL;

  if (mcp_json_get_type (item) != MCP_JSON_OBJECT)
    return NULL;
  if (to <= MCP_REVISION_2025_03_26 && is_string (item, "type", "resource_link"))
    {
      g_autofree char *name = dup_member (item, "name", "");

      detail = dup_member (item, "uri", "");
      text = g_strdup_printf ("%s%s%s", name, *name != '\0' ? ": " : "", detail);
      return build_text_item (text);
    }
  if (to <= MCP_REVISION_2024_11_05 && is_string (item, "type", "audio"))
    {
      detail = dup_member (item, "mimeType", "audio");
      text = g_strdup_printf ("[audio: %s]", detail);
      return build_text_item (text);
    }
  return NULL;
}

/* An array of content; %NULL: nothing changes. */
static char *
translate_content (McpJsonSlice content, McpRevision to)
{
  g_autoptr (GString) out = NULL;
  McpJsonIter iter;
  McpJsonSlice item;
  gboolean first = TRUE;

  if (to > MCP_REVISION_2025_03_26 || mcp_json_get_type (content) != MCP_JSON_ARRAY)
    return NULL;

  mcp_json_iter_init (&iter, content);
  while (mcp_json_iter_next_element (&iter, &item))
    {
      g_autofree char *changed = translate_item (item, to);

      if (changed == NULL && out == NULL)
        {
          first = FALSE;
          continue;
        }
      if (out == NULL)
        {
          /* everything before stays as it is */
          out = g_string_new_len (content.data, item.data - content.data);
          first = FALSE;
        }
      else
        {
          if (!first)
            g_string_append_c (out, ',');
        }
      if (changed != NULL)
        g_string_append (out, changed);
      else
        mcp_json_append_slice (out, item);
    }
  if (out == NULL)
    return NULL;
  g_string_append_c (out, ']');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
has_text (McpJsonSlice content)
{
  McpJsonIter iter;
  McpJsonSlice item;

  mcp_json_iter_init (&iter, content);
  while (mcp_json_iter_next_element (&iter, &item))
    if (mcp_json_get_type (item) == MCP_JSON_OBJECT && is_string (item, "type", "text"))
      return TRUE;
  return FALSE;
}

/* server/tools, "Structured Content": a client that gets none gets it in words. */
static char *
add_text_copy (McpJsonSlice content, McpJsonSlice structured)
{
  g_autofree char *text = g_strndup (structured.data, structured.length);
  g_autofree char *item = build_text_item (text);
  g_autoptr (GString) out = g_string_new ("[");
  McpJsonIter iter;
  McpJsonSlice old;

  if (content.data != NULL)
    {
      mcp_json_iter_init (&iter, content);
      while (mcp_json_iter_next_element (&iter, &old))
        {
          mcp_json_append_slice (out, old);
          g_string_append_c (out, ',');
        }
    }
  g_string_append (out, item);
  g_string_append_c (out, ']');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
translate_tool_result (McpJsonEdit *edit, McpJsonSlice result, McpRevision to)
{
  McpJsonSlice content = MCP_JSON_SLICE_NONE;
  McpJsonSlice structured;
  gboolean is_dropped;
  char *changed;

  mcp_json_find_typed (result, "content", MCP_JSON_ARRAY, &content);
  is_dropped =
      mcp_json_find (result, "structuredContent", &structured) &&
      (to <= MCP_REVISION_2025_03_26 ||
       (!mcp_revision_is_modern (to) && mcp_json_get_type (structured) != MCP_JSON_OBJECT));
  if (is_dropped)
    mcp_json_edit_drop (edit, "structuredContent");

  changed = content.data != NULL ? translate_content (content, to) : NULL;
  if (is_dropped && (content.data == NULL || !has_text (content)))
    {
      McpJsonSlice now = changed != NULL ? slice (changed) : content;
      char *with_text = add_text_copy (now, structured);

      g_free (changed);
      changed = with_text;
    }
  if (changed != NULL)
    mcp_json_edit_set (edit, "content", changed);
}

/* One message of a prompt: its content is one item. */
static char *
translate_message (McpJsonSlice message, McpRevision to)
{
  McpJsonEdit edit;
  McpJsonSlice content;
  char *changed;

  if (mcp_json_get_type (message) != MCP_JSON_OBJECT ||
      !mcp_json_find (message, "content", &content))
    return NULL;
  changed = translate_item (content, to);
  if (changed == NULL)
    return NULL;
  mcp_json_edit_begin (&edit, message);
  mcp_json_edit_set (&edit, "content", changed);
  return mcp_json_edit_end (&edit);
}

static void
translate_prompt (McpJsonEdit *edit, McpJsonSlice result, McpRevision to)
{
  g_autoptr (GString) out = NULL;
  gboolean is_changed = FALSE;
  McpJsonSlice messages;
  McpJsonSlice message;
  McpJsonIter iter;

  if (to > MCP_REVISION_2025_03_26 ||
      !mcp_json_find_typed (result, "messages", MCP_JSON_ARRAY, &messages))
    return;

  out = g_string_new ("[");
  mcp_json_iter_init (&iter, messages);
  while (mcp_json_iter_next_element (&iter, &message))
    {
      g_autofree char *changed = translate_message (message, to);

      is_changed |= changed != NULL;
      if (out->len > 1)
        g_string_append_c (out, ',');
      if (changed != NULL)
        g_string_append (out, changed);
      else
        mcp_json_append_slice (out, message);
    }
  g_string_append_c (out, ']');
  if (is_changed)
    mcp_json_edit_set (edit, "messages", g_string_free (g_steal_pointer (&out), FALSE));
}

/* What every result of 2026-07-28 carries */

static void
set_meta (McpJsonEdit *edit, McpJsonSlice result, const char *server_info)
{
  McpJsonSlice meta = { "{}", 2 };
  McpJsonEdit meta_edit;
  McpJsonSlice found;

  if (mcp_json_find_typed (result, "_meta", MCP_JSON_OBJECT, &found))
    meta = found;
  mcp_json_edit_begin (&meta_edit, meta);
  mcp_json_edit_set (&meta_edit, MCP_META_SERVER_INFO, g_strdup (server_info));
  mcp_json_edit_set (edit, "_meta", mcp_json_edit_end (&meta_edit));
}

static void
to_modern (McpJsonEdit *edit, const char *method, McpJsonSlice result, const char *server_info)
{
  gboolean is_complete =
      !has (result, "resultType") || is_string (result, "resultType", "complete");

  if (!has (result, "resultType"))
    mcp_json_edit_set (edit, "resultType", g_strdup ("\"complete\""));
  if (is_complete && g_strv_contains (cacheable, method))
    {
      if (!has (result, "ttlMs"))
        mcp_json_edit_set (edit, "ttlMs", g_strdup ("0"));
      if (!has (result, "cacheScope"))
        mcp_json_edit_set (edit, "cacheScope", g_strdup ("\"private\""));
    }
  if (server_info != NULL)
    set_meta (edit, result, server_info);
}

static void
drop_modern_meta (McpJsonEdit *edit, McpJsonSlice result)
{
  McpJsonEdit meta_edit;
  McpJsonSlice meta;
  char *changed;

  if (!mcp_json_find_typed (result, "_meta", MCP_JSON_OBJECT, &meta))
    return;
  mcp_json_edit_begin (&meta_edit, meta);
  for (gsize i = 0; i < G_N_ELEMENTS (modern_meta); i++)
    mcp_json_edit_drop (&meta_edit, modern_meta[i]);
  changed = mcp_json_edit_end (&meta_edit);
  if (g_strcmp0 (changed, "{}") == 0)
    mcp_json_edit_drop (edit, "_meta");
  else if (changed != NULL)
    {
      mcp_json_edit_set (edit, "_meta", changed);
      return;
    }
  g_free (changed);
}

static void
to_legacy (McpJsonEdit *edit, McpJsonSlice result)
{
  mcp_json_edit_drop (edit, "resultType");
  mcp_json_edit_drop (edit, "ttlMs");
  mcp_json_edit_drop (edit, "cacheScope");
  drop_modern_meta (edit, result);
}

/**
 * mcp_translate_result:
 * @method: of the request
 * @result: its result, an object of any revision
 * @to: the client's revision
 * @server_info: (nullable): JSON object: who answers a client of 2026-07-28
 *
 * A server's result as a client of that revision knows it (the changes are those of
 * each revision's changelog). Any thread.
 *
 * Returns: (transfer full) (nullable): JSON text; %NULL: nothing changes
 */
char *
mcp_translate_result (const char *method,
                      McpJsonSlice result,
                      McpRevision to,
                      const char *server_info)
{
  McpJsonEdit edit;

  if (mcp_json_get_type (result) != MCP_JSON_OBJECT)
    return NULL;

  mcp_json_edit_begin (&edit, result);
  if (mcp_revision_is_modern (to))
    to_modern (&edit, method, result, server_info);
  else
    to_legacy (&edit, result);
  if (strcmp (method, "tools/call") == 0)
    translate_tool_result (&edit, result, to);
  else if (strcmp (method, "prompts/get") == 0)
    translate_prompt (&edit, result, to);
  return mcp_json_edit_end (&edit);
}

/* Definitions */

/* server/tools: before 2026-07-28 an outputSchema is one of an object. */
static gboolean
has_odd_output_schema (McpJsonSlice item)
{
  McpJsonSlice schema;

  return mcp_json_find (item, "outputSchema", &schema) &&
         (mcp_json_get_type (schema) != MCP_JSON_OBJECT || !is_string (schema, "type", "object"));
}

/**
 * mcp_translate_definition:
 * @list_method: of the list that it is in
 * @item: a tool, prompt, resource or template, an object of any revision
 * @to: the client's revision
 *
 * A definition as a client of that revision knows it. Any thread.
 *
 * Returns: (transfer full) (nullable): JSON text; %NULL: nothing changes
 */
char *
mcp_translate_definition (const char *list_method, McpJsonSlice item, McpRevision to)
{
  gboolean is_tool = strcmp (list_method, "tools/list") == 0;
  McpJsonEdit edit;

  if (mcp_json_get_type (item) != MCP_JSON_OBJECT)
    return NULL;

  mcp_json_edit_begin (&edit, item);
  if (is_tool)
    mcp_json_edit_drop (&edit, "execution"); /* tasks of servers are awaited for the client */
  if (to < MCP_REVISION_2025_11_25)
    mcp_json_edit_drop (&edit, "icons");
  if (to < MCP_REVISION_2025_06_18)
    {
      mcp_json_edit_drop (&edit, "title");
      mcp_json_edit_drop (&edit, "_meta");
    }
  if (is_tool && (to < MCP_REVISION_2025_06_18 ||
                  (!mcp_revision_is_modern (to) && has_odd_output_schema (item))))
    mcp_json_edit_drop (&edit, "outputSchema");
  if (is_tool && to < MCP_REVISION_2025_03_26)
    mcp_json_edit_drop (&edit, "annotations");
  return mcp_json_edit_end (&edit);
}

/**
 * mcp_translate_progress:
 * @params: of a notifications/progress, an object
 * @to: the client's revision
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): JSON text; %NULL: nothing changes
 */
char *
mcp_translate_progress (McpJsonSlice params, McpRevision to)
{
  McpJsonEdit edit;

  mcp_json_edit_begin (&edit, params);
  if (to < MCP_REVISION_2025_03_26)
    mcp_json_edit_drop (&edit, "message");
  return mcp_json_edit_end (&edit);
}
