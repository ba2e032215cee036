/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Judges what a server lists, item by item. Clients check a list as a whole: one tool that
 * breaks the schema costs all tools of all servers. So what can be mended without guessing is
 * mended, an optional member of a wrong type is dropped, and an item that makes no sense
 * is left out. Everything else stays as the server wrote it, to the byte.
 */
#include "gateway/catalogue/mcp-item-check.h"

#include "gateway/catalogue/mcp-member-check.h"
#include "protocol/mcp-param-headers.h"

#include <string.h>

/* The name decides alone whether there is an item at all. */
static McpVerdict
judge_name (McpJsonSlice value, GString *out)
{
  return mcp_member_check_is (value, MCP_JSON_STRING) ? MCP_VERDICT_KEEP : MCP_VERDICT_REFUSE;
}

static McpVerdict
judge_texts (McpJsonSlice value, GString *out)
{
  return mcp_member_check_elements (value, mcp_member_check_text, out);
}

static McpVerdict
judge_icon (McpJsonSlice value, GString *out)
{
  McpJsonSlice src;

  if (!mcp_member_check_is (value, MCP_JSON_OBJECT) ||
      !mcp_json_find_typed (value, "src", MCP_JSON_STRING, &src))
    return MCP_VERDICT_DROP;
  return mcp_member_check_object (value,
                                  MCP_MEMBER_RULES ({ "mimeType", mcp_member_check_text },
                                                    { "sizes", judge_texts },
                                                    { "theme", mcp_member_check_text }),
                                  out);
}

static McpVerdict
judge_icons (McpJsonSlice value, GString *out)
{
  return mcp_member_check_elements (value, judge_icon, out);
}

/* Schemas. */

/* “true” and an empty array of PHP are schemas of anything. */
static McpVerdict
judge_property (McpJsonSlice value, GString *out)
{
  if (mcp_member_check_is (value, MCP_JSON_OBJECT))
    return MCP_VERDICT_KEEP;
  if (mcp_member_check_is (value, MCP_JSON_BOOLEAN))
    g_string_append (out, mcp_json_get_boolean (value) ? "{}" : "{\"not\":{}}");
  else if (mcp_member_check_is (value, MCP_JSON_NULL) || mcp_member_check_is_empty_array (value))
    g_string_append (out, "{}");
  else
    return MCP_VERDICT_REFUSE;
  return MCP_VERDICT_REPLACE;
}

static McpVerdict
judge_properties (McpJsonSlice value, GString *out)
{
  gsize length = out->len;
  McpVerdict verdict = MCP_VERDICT_KEEP;
  McpJsonSlice key, property;
  McpJsonIter iter;

  if (mcp_member_check_is (value, MCP_JSON_NULL) || mcp_member_check_is_empty_array (value))
    {
      g_string_append (out, "{}");
      return MCP_VERDICT_REPLACE;
    }
  if (!mcp_member_check_is (value, MCP_JSON_OBJECT))
    return MCP_VERDICT_REFUSE;

  g_string_append_c (out, '{');
  mcp_json_iter_init (&iter, value);
  while (verdict != MCP_VERDICT_REFUSE && mcp_json_iter_next_member (&iter, &key, &property))
    {
      McpVerdict one;

      mcp_member_check_append_key (out, key);
      one = judge_property (property, out);
      if (one == MCP_VERDICT_KEEP)
        mcp_json_append_slice (out, property);
      else
        verdict = one;
    }
  g_string_append_c (out, '}');
  if (verdict != MCP_VERDICT_REPLACE)
    g_string_truncate (out, length);
  return verdict;
}

/* Arguments are an object: a schema that allows other things besides allows an object. */
static McpVerdict
judge_schema_type (McpJsonSlice value, GString *out)
{
  McpJsonSlice element;
  McpJsonIter iter;

  if (mcp_member_check_is (value, MCP_JSON_STRING))
    return mcp_json_string_equal (value, "object") ? MCP_VERDICT_KEEP : MCP_VERDICT_REFUSE;
  if (mcp_member_check_is (value, MCP_JSON_NULL))
    return MCP_VERDICT_DROP;
  if (!mcp_member_check_is (value, MCP_JSON_ARRAY))
    return MCP_VERDICT_REFUSE;

  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &element))
    if (mcp_member_check_is (element, MCP_JSON_STRING) && mcp_json_string_equal (element, "object"))
      {
        g_string_append (out, "\"object\"");
        return MCP_VERDICT_REPLACE;
      }
  return MCP_VERDICT_REFUSE;
}

static McpVerdict
judge_object_schema (McpJsonSlice schema, GString *out)
{
  gsize length = out->len;
  gboolean has_type;
  McpJsonSlice type;
  McpVerdict verdict = mcp_member_check_object_into (
      schema,
      MCP_MEMBER_RULES ({ "type", judge_schema_type }, { "properties", judge_properties },
                        { "required", judge_texts }, { "$schema", mcp_member_check_text }),
      out, NULL);

  has_type = mcp_json_find (schema, "type", &type) && !mcp_member_check_is (type, MCP_JSON_NULL);
  if (verdict != MCP_VERDICT_REFUSE && !has_type)
    {
      g_string_insert (out, (gssize) length + 1,
                       out->str[length + 1] == '}' ? "\"type\":\"object\""
                                                   : "\"type\":\"object\",");
      return MCP_VERDICT_REPLACE;
    }
  if (verdict != MCP_VERDICT_REPLACE)
    g_string_truncate (out, length);
  return verdict;
}

static McpVerdict
judge_input_schema (McpJsonSlice value, GString *out)
{
  if (mcp_member_check_is (value, MCP_JSON_OBJECT))
    return judge_object_schema (value, out);
  if (!mcp_member_check_is (value, MCP_JSON_NULL) && !mcp_member_check_is_empty_array (value))
    return MCP_VERDICT_REFUSE;
  g_string_append (out, "{\"type\":\"object\"}");
  return MCP_VERDICT_REPLACE;
}

/* A tool without outputSchema is as good; one of no object is for clients of 2026-07-28. */
static McpVerdict
judge_output_schema (McpJsonSlice value, GString *out)
{
  McpJsonSlice type;
  McpVerdict verdict;

  if (!mcp_member_check_is (value, MCP_JSON_OBJECT))
    return MCP_VERDICT_DROP;
  if (!mcp_json_find (value, "type", &type) || !mcp_member_check_is (type, MCP_JSON_STRING) ||
      !mcp_json_string_equal (type, "object"))
    return MCP_VERDICT_KEEP;
  verdict = judge_object_schema (value, out);
  return verdict == MCP_VERDICT_REFUSE ? MCP_VERDICT_DROP : verdict;
}

static McpVerdict
judge_tool_annotations (McpJsonSlice value, GString *out)
{
  return mcp_member_check_object (value,
                                  MCP_MEMBER_RULES ({ "title", mcp_member_check_text },
                                                    { "readOnlyHint", mcp_member_check_boolean },
                                                    { "destructiveHint", mcp_member_check_boolean },
                                                    { "idempotentHint", mcp_member_check_boolean },
                                                    { "openWorldHint", mcp_member_check_boolean }),
                                  out);
}

static McpVerdict
judge_task_support (McpJsonSlice value, GString *out)
{
  return mcp_member_check_is (value, MCP_JSON_STRING) &&
                 (mcp_json_string_equal (value, "forbidden") ||
                  mcp_json_string_equal (value, "optional") ||
                  mcp_json_string_equal (value, "required"))
             ? MCP_VERDICT_KEEP
             : MCP_VERDICT_DROP;
}

static McpVerdict
judge_execution (McpJsonSlice value, GString *out)
{
  return mcp_member_check_object (value, MCP_MEMBER_RULES ({ "taskSupport", judge_task_support }),
                                  out);
}

/* Prompts. */

static McpVerdict
judge_argument (McpJsonSlice value, GString *out)
{
  McpJsonSlice name;

  if (!mcp_member_check_is (value, MCP_JSON_OBJECT) ||
      !mcp_json_find_typed (value, "name", MCP_JSON_STRING, &name))
    return MCP_VERDICT_DROP;
  return mcp_member_check_object (value,
                                  MCP_MEMBER_RULES ({ "name", judge_name },
                                                    { "title", mcp_member_check_text },
                                                    { "description", mcp_member_check_text },
                                                    { "required", mcp_member_check_boolean }),
                                  out);
}

static McpVerdict
judge_arguments (McpJsonSlice value, GString *out)
{
  return mcp_member_check_elements (value, judge_argument, out);
}

/* Resources. */

static McpVerdict
judge_role (McpJsonSlice value, GString *out)
{
  return mcp_member_check_is (value, MCP_JSON_STRING) &&
                 (mcp_json_string_equal (value, "user") ||
                  mcp_json_string_equal (value, "assistant"))
             ? MCP_VERDICT_KEEP
             : MCP_VERDICT_DROP;
}

static McpVerdict
judge_roles (McpJsonSlice value, GString *out)
{
  return mcp_member_check_elements (value, judge_role, out);
}

static McpVerdict
judge_priority (McpJsonSlice value, GString *out)
{
  double number;

  return mcp_member_check_is (value, MCP_JSON_NUMBER) && mcp_json_get_double (value, &number) &&
                 number >= 0 && number <= 1
             ? MCP_VERDICT_KEEP
             : MCP_VERDICT_DROP;
}

static McpVerdict
judge_annotations (McpJsonSlice value, GString *out)
{
  return mcp_member_check_object (value,
                                  MCP_MEMBER_RULES ({ "audience", judge_roles },
                                                    { "priority", judge_priority },
                                                    { "lastModified", mcp_member_check_text }),
                                  out);
}

#define OF_ALL                                                                  \
  { "title", mcp_member_check_text }, { "description", mcp_member_check_text }, \
      { "icons", judge_icons },                                                 \
  {                                                                             \
    "_meta", mcp_member_check_any_object                                        \
  }

static const McpMemberRule tool_rules[] = {
  { "name", judge_name },
  OF_ALL,
  { "inputSchema", judge_input_schema },
  { "outputSchema", judge_output_schema },
  { "annotations", judge_tool_annotations },
  { "execution", judge_execution },
  { NULL, NULL },
};

static const McpMemberRule prompt_rules[] = {
  { "name", judge_name },
  OF_ALL,
  { "arguments", judge_arguments },
  { NULL, NULL },
};

static const McpMemberRule resource_rules[] = {
  { "uri", judge_name },
  { "name", mcp_member_check_text },
  OF_ALL,
  { "mimeType", mcp_member_check_text },
  { "size", mcp_member_check_number },
  { "annotations", judge_annotations },
  { NULL, NULL },
};

static const McpMemberRule template_rules[] = {
  { "uriTemplate", judge_name },         { "name", mcp_member_check_text },    OF_ALL,
  { "mimeType", mcp_member_check_text }, { "annotations", judge_annotations }, { NULL, NULL },
};

static const McpMemberRule *const rules_of_kind[] = {
  [MCP_ITEM_TOOL] = tool_rules,
  [MCP_ITEM_PROMPT] = prompt_rules,
  [MCP_ITEM_RESOURCE] = resource_rules,
  [MCP_ITEM_TEMPLATE] = template_rules,
};
G_STATIC_ASSERT (G_N_ELEMENTS (rules_of_kind) == MCP_N_ITEM_KINDS);

static gsize
get_max_name (McpItemKind kind)
{
  return kind == MCP_ITEM_TOOL || kind == MCP_ITEM_PROMPT ? MCP_ITEM_CHECK_MAX_NAME
                                                          : MCP_ITEM_CHECK_MAX_URI;
}

/* The name by which the server knows the item; %NULL: the item cannot be asked for. */
static char *
dup_name (McpItemKind kind, McpJsonSlice item)
{
  const char *key = mcp_item_kind_get_facts (kind)->key;
  g_autofree char *name = NULL;
  McpJsonSlice slice;

  if (!mcp_json_find_typed (item, key, MCP_JSON_STRING, &slice))
    return NULL;
  /* six bytes for one, at most: “\u0041” */
  if (slice.length > 6 * get_max_name (kind) + 2)
    return NULL;
  name = mcp_json_dup_string (slice); /* NULL: the name holds U+0000 */
  if (name == NULL || *name == '\0' || strlen (name) > get_max_name (kind))
    return NULL;
  return g_steal_pointer (&name);
}

/* Members that have to be there. */
static gboolean
add_missing (McpItemKind kind, McpJsonSlice item, const char *name, GString *out, GString *notes)
{
  const char *key = kind == MCP_ITEM_TOOL ? "inputSchema" : "name";
  McpJsonSlice value;
  gboolean is_there = mcp_json_find (item, key, &value);

  if (is_there && (kind == MCP_ITEM_TOOL || mcp_member_check_is (value, MCP_JSON_STRING)))
    return FALSE;

  g_string_truncate (out, out->len - 1);
  g_string_append_printf (out, ",\"%s\":", key);
  if (kind == MCP_ITEM_TOOL)
    g_string_append (out, "{\"type\":\"object\"}");
  else
    mcp_json_append_string (out, name);
  g_string_append_c (out, '}');
  if (!is_there)
    g_string_append_printf (notes, "%s“%s”", notes->len > 0 ? ", " : "", key);
  return TRUE;
}

static void
leave_out (McpItemCheck *check, const char *why)
{
  check->note = check->name != NULL ? g_strdup_printf ("“%s” is left out: %s", check->name, why)
                                    : g_strdup_printf ("an item is left out: %s", why);
  g_clear_pointer (&check->name, g_free);
}

/**
 * mcp_item_check:
 * @kind: what was listed
 * @item: one item, as the server wrote it
 * @check: (out caller-allocates): what becomes of the item
 *
 * Judges an item and mends it where that needs no guess. Any thread.
 */
void
mcp_item_check (McpItemKind kind, McpJsonSlice item, McpItemCheck *check)
{
  g_autoptr (GString) out = g_string_sized_new (item.length + 32);
  g_autoptr (GString) notes = g_string_new (NULL);
  McpVerdict verdict;

  *check = (McpItemCheck){ 0 };
  if (!mcp_member_check_is (item, MCP_JSON_OBJECT))
    {
      leave_out (check, "it is no object");
      return;
    }

  check->name = dup_name (kind, item);
  if (check->name == NULL)
    {
      g_autofree char *why =
          g_strdup_printf ("it has no usable “%s”", mcp_item_kind_get_facts (kind)->key);

      leave_out (check, why);
      return;
    }

  verdict = mcp_member_check_object_into (item, rules_of_kind[kind], out, notes);
  if (verdict == MCP_VERDICT_REFUSE)
    {
      g_autofree char *why = g_strdup_printf ("its %s makes no sense", notes->str);

      leave_out (check, why);
      return;
    }
  if (kind == MCP_ITEM_TOOL && !mcp_param_headers_is_valid (item))
    {
      leave_out (check, "an “x-mcp-header” in its “inputSchema” makes no sense");
      return;
    }
  if (kind != MCP_ITEM_PROMPT && add_missing (kind, item, check->name, out, notes))
    verdict = MCP_VERDICT_REPLACE;
  if (verdict == MCP_VERDICT_REPLACE)
    {
      check->mended = g_string_free (g_steal_pointer (&out), FALSE);
      check->note =
          g_strdup_printf ("“%s” is mended: its %s was wrong or missing", check->name, notes->str);
    }
}

/**
 * mcp_item_check_clear:
 * @check: what became of an item
 *
 * Frees what the check holds.
 */
void
mcp_item_check_clear (McpItemCheck *check)
{
  g_free (check->name);
  g_free (check->mended);
  g_free (check->note);
}
