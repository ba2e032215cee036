/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Results of servers. They can be large: one walk over the members finds all
 * that matters, and one copy is made where anything changes.
 */
#include "protocol/mcp-translate.h"

#include "mcp-translate-private.h"
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

static const char *const result_names[] = {
  "resultType", "ttlMs", "cacheScope", "_meta", "content", "structuredContent", "messages", NULL,
};
enum
{
  RESULT_TYPE,
  RESULT_TTL_MS,
  RESULT_CACHE_SCOPE,
  RESULT_META,
  RESULT_CONTENT,
  RESULT_STRUCTURED_CONTENT,
  RESULT_MESSAGES,
};

/* 2026-07-28, server/utilities/caching: whose results carry hints. */
static const char *const cacheable[] = {
  "server/discover",          "tools/list",     "prompts/list", "resources/list",
  "resources/templates/list", "resources/read", NULL,
};

/* Their results say nothing but that they have come, and legacy clients compare. */
static const char *const empty[] = {
  "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", NULL,
};

/* Content */

static gboolean
has_text (McpJsonSlice content)
{
  McpJsonIter iter;
  McpJsonSlice item;

  mcp_json_iter_init (&iter, content);
  while (mcp_json_iter_next_element (&iter, &item))
    if (mcp_translate_is_of_type (item, "text"))
      return TRUE;
  return FALSE;
}

static char *
build_text_copy (McpJsonSlice structured)
{
  g_autofree char *text = g_strndup (structured.data, structured.length);
  GString *out = g_string_sized_new (structured.length + 64);

  g_string_append (out, "{\"type\":\"text\",\"text\":");
  mcp_json_append_string (out, text);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/* server/tools, "Structured Content": who cannot have it gets it in words. */
static void
add_text_copy (McpJsonEdit *edit, const McpJsonFields *result)
{
  McpJsonSlice content = result->fields[RESULT_CONTENT].value;
  g_autofree char *item = NULL;

  if (!mcp_json_fields_has_type (result, RESULT_CONTENT, MCP_JSON_ARRAY))
    {
      item = build_text_copy (result->fields[RESULT_STRUCTURED_CONTENT].value);
      mcp_json_edit_set (edit, result, RESULT_CONTENT, g_strdup_printf ("[%s]", item));
    }
  else if (!has_text (content))
    {
      item = build_text_copy (result->fields[RESULT_STRUCTURED_CONTENT].value);
      mcp_json_edit_insert (edit, content, g_steal_pointer (&item));
    }
}

/* Returns which members go. */
static guint
translate_tool_result (McpJsonEdit *edit, const McpJsonFields *result, McpRevision to)
{
  if (mcp_json_fields_has_type (result, RESULT_CONTENT, MCP_JSON_ARRAY))
    mcp_translate_content (edit, result->fields[RESULT_CONTENT].value, to);

  /* of any type as of 2026-07-28, an object as of 2025-06-18 */
  if (!mcp_json_fields_has (result, RESULT_STRUCTURED_CONTENT) || mcp_revision_is_stateless (to) ||
      (to >= MCP_REVISION_2025_06_18 &&
       mcp_json_fields_has_type (result, RESULT_STRUCTURED_CONTENT, MCP_JSON_OBJECT)))
    return 0;

  add_text_copy (edit, result);
  return 1U << RESULT_STRUCTURED_CONTENT;
}

/* What every result of 2026-07-28 carries */

static gboolean
has_meta (const McpJsonFields *result)
{
  return mcp_json_fields_has_type (result, RESULT_META, MCP_JSON_OBJECT);
}

/* 2026-07-28, basic/index, "_meta". Returns which members go. */
static guint
set_stateless_meta (McpJsonEdit *edit,
                    const McpJsonFields *result,
                    const char *method,
                    const char *server_info)
{
  const char *kept = strcmp (method, "subscriptions/listen") == 0 ? MCP_META_SUBSCRIPTION_ID : NULL;

  if (has_meta (result))
    return mcp_translate_meta (edit, result->fields[RESULT_META].value, kept, server_info)
               ? 1U << RESULT_META
               : 0;
  if (server_info != NULL)
    mcp_json_edit_set (edit, result, RESULT_META,
                       g_strdup_printf ("{\"" MCP_META_SERVER_INFO "\":%s}", server_info));
  return 0;
}

static guint
to_stateless (McpJsonEdit *edit,
              const McpJsonFields *result,
              const char *method,
              const char *server_info)
{
  gboolean has_type = mcp_json_fields_has (result, RESULT_TYPE);

  if (!has_type)
    mcp_json_edit_set (edit, result, RESULT_TYPE, g_strdup ("\"complete\""));
  if (g_strv_contains (cacheable, method) &&
      (!has_type || mcp_json_fields_equal (result, RESULT_TYPE, "complete")))
    {
      if (!mcp_json_fields_has (result, RESULT_TTL_MS))
        mcp_json_edit_set (edit, result, RESULT_TTL_MS, g_strdup ("0"));
      if (!mcp_json_fields_has (result, RESULT_CACHE_SCOPE))
        mcp_json_edit_set (edit, result, RESULT_CACHE_SCOPE, g_strdup ("\"private\""));
    }
  return set_stateless_meta (edit, result, method, server_info);
}

static guint
to_handshake (McpJsonEdit *edit, const McpJsonFields *result)
{
  guint mask = 1U << RESULT_TYPE | 1U << RESULT_TTL_MS | 1U << RESULT_CACHE_SCOPE;

  if (has_meta (result) && mcp_translate_meta (edit, result->fields[RESULT_META].value, NULL, NULL))
    mask |= 1U << RESULT_META;
  return mask;
}

static McpJsonEdit *
edit_result (const char *method, McpJsonSlice result, McpRevision to, const char *server_info)
{
  McpJsonEdit *edit = mcp_json_edit_new (result);
  McpJsonFields fields;
  guint mask;

  mcp_json_fields_find (&fields, result, result_names);
  if (!mcp_revision_is_stateless (to) && g_strv_contains (empty, method))
    {
      if (fields.n_members > 0)
        mcp_json_edit_replace (edit, result, g_strdup ("{}"));
      return edit;
    }

  mask = mcp_revision_is_stateless (to) ? to_stateless (edit, &fields, method, server_info)
                                        : to_handshake (edit, &fields);
  if (strcmp (method, "tools/call") == 0)
    mask |= translate_tool_result (edit, &fields, to);
  else if (strcmp (method, "prompts/get") == 0)
    mcp_translate_prompt (edit, fields.fields[RESULT_MESSAGES].value, to);
  mcp_json_edit_drop (edit, &fields, mask);
  return edit;
}

static gboolean
is_object (McpJsonSlice result)
{
  return result.data != NULL && mcp_json_get_type (result) == MCP_JSON_OBJECT;
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
  return is_object (result) ? mcp_json_edit_end (edit_result (method, result, to, server_info))
                            : NULL;
}

/**
 * mcp_translate_response:
 * @id: of the request, as it was written
 * @method: of the request
 * @result: its result, an object of any revision
 * @to: the client's revision
 * @server_info: (nullable): JSON object: who answers a client of 2026-07-28
 *
 * The response that has mcp_translate_result() of a result, with one copy of what may be
 * large. Any thread.
 *
 * Returns: (transfer full): the message, without a line end
 */
GBytes *
mcp_translate_response (McpJsonSlice id,
                        const char *method,
                        McpJsonSlice result,
                        McpRevision to,
                        const char *server_info)
{
  g_autoptr (GString) before = NULL;

  if (!is_object (result))
    return mcp_jsonrpc_build_result (id, result);

  before = g_string_new ("{\"jsonrpc\":\"2.0\",\"id\":");
  g_string_append_len (before, id.data, (gssize) id.length);
  g_string_append (before, ",\"result\":");
  return mcp_json_edit_end_within (edit_result (method, result, to, server_info), before->str, "}");
}
