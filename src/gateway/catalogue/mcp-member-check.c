/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-member-check.h"

/**
 * mcp_member_check_is:
 * @value: a value
 * @type: a type
 *
 * Returns: whether the value has the type
 */
gboolean
mcp_member_check_is (McpJsonSlice value, McpJsonType type)
{
  return mcp_json_get_type (value) == type;
}

/**
 * mcp_member_check_is_empty_array:
 * @value: a value
 *
 * Returns: whether the value is “[]”, as PHP writes an empty object
 */
gboolean
mcp_member_check_is_empty_array (McpJsonSlice value)
{
  McpJsonSlice element;
  McpJsonIter iter;

  if (!mcp_member_check_is (value, MCP_JSON_ARRAY))
    return FALSE;
  mcp_json_iter_init (&iter, value);
  return !mcp_json_iter_next_element (&iter, &element);
}

static const McpMemberRule *
find_rule (const McpMemberRule *rules, McpJsonSlice key, guint *index)
{
  for (*index = 0; rules[*index].key != NULL; (*index)++)
    if (mcp_json_string_equal (key, rules[*index].key))
      return &rules[*index];
  return NULL;
}

/**
 * mcp_member_check_append_key:
 * @out: an object in the making
 * @key: of the next member
 *
 * Appends the key, with a comma if there are members already.
 */
void
mcp_member_check_append_key (GString *out, McpJsonSlice key)
{
  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  mcp_json_append_slice (out, key);
  g_string_append_c (out, ':');
}

static void
note_key (GString *notes, McpJsonSlice key)
{
  g_autofree char *text = mcp_json_dup_string (key);

  if (notes != NULL)
    g_string_append_printf (notes, "%s“%s”", notes->len > 0 ? ", " : "", text != NULL ? text : "");
}

/**
 * mcp_member_check_object_into:
 * @object: an object
 * @rules: for its members
 * @out: gets the object as it is passed on
 * @notes: (nullable): gets the keys of the members that were not kept
 *
 * Returns: %MCP_VERDICT_KEEP, %MCP_VERDICT_REPLACE or %MCP_VERDICT_REFUSE
 */
McpVerdict
mcp_member_check_object_into (McpJsonSlice object,
                              const McpMemberRule *rules,
                              GString *out,
                              GString *notes)
{
  McpVerdict verdict = MCP_VERDICT_KEEP;
  guint32 seen = 0;
  McpJsonSlice key, value;
  McpJsonIter iter;

  g_string_append_c (out, '{');
  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      gsize length = out->len;
      guint index;
      const McpMemberRule *rule = find_rule (rules, key, &index);
      McpVerdict member;

      mcp_member_check_append_key (out, key);
      /* a key that stands twice means one thing to us and another to the client */
      if (rule != NULL && (seen & 1u << index) != 0)
        member = MCP_VERDICT_REFUSE;
      else
        member = rule != NULL ? rule->judge (value, out) : MCP_VERDICT_KEEP;
      seen |= rule != NULL ? 1u << index : 0;

      if (member == MCP_VERDICT_REFUSE)
        {
          note_key (notes, key);
          return MCP_VERDICT_REFUSE;
        }
      if (member == MCP_VERDICT_KEEP)
        mcp_json_append_slice (out, value);
      else
        {
          verdict = MCP_VERDICT_REPLACE;
          note_key (notes, key);
        }
      if (member == MCP_VERDICT_DROP)
        g_string_truncate (out, length);
    }
  g_string_append_c (out, '}');
  return verdict;
}

/**
 * mcp_member_check_object:
 * @value: a value
 * @rules: for its members, if the value is an object
 * @out: gets the object, if a member was not kept
 *
 * Returns: what becomes of the value
 */
McpVerdict
mcp_member_check_object (McpJsonSlice value, const McpMemberRule *rules, GString *out)
{
  gsize length = out->len;
  McpVerdict verdict;

  if (!mcp_member_check_is (value, MCP_JSON_OBJECT))
    return MCP_VERDICT_DROP;
  verdict = mcp_member_check_object_into (value, rules, out, NULL);
  if (verdict != MCP_VERDICT_REPLACE)
    g_string_truncate (out, length);
  return verdict;
}

/**
 * mcp_member_check_elements:
 * @value: a value
 * @judge: for its elements, if the value is an array
 * @out: gets the array without the elements that are dropped or refused, if there are any
 *
 * Returns: what becomes of the value
 */
McpVerdict
mcp_member_check_elements (McpJsonSlice value, McpMemberFunc judge, GString *out)
{
  gsize length = out->len;
  McpVerdict verdict = MCP_VERDICT_KEEP;
  McpJsonSlice element;
  McpJsonIter iter;

  if (!mcp_member_check_is (value, MCP_JSON_ARRAY))
    return MCP_VERDICT_DROP;

  g_string_append_c (out, '[');
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      gsize before = out->len;
      McpVerdict one;

      if (out->str[out->len - 1] != '[')
        g_string_append_c (out, ',');
      one = judge (element, out);
      if (one == MCP_VERDICT_KEEP)
        mcp_json_append_slice (out, element);
      else
        verdict = MCP_VERDICT_REPLACE;
      if (one == MCP_VERDICT_DROP || one == MCP_VERDICT_REFUSE)
        g_string_truncate (out, before);
    }
  g_string_append_c (out, ']');
  if (verdict == MCP_VERDICT_KEEP)
    g_string_truncate (out, length);
  return verdict;
}

/**
 * mcp_member_check_text:
 * @value: a value
 * @out: not used
 *
 * Returns: whether the value is kept: if it is a string
 */
McpVerdict
mcp_member_check_text (McpJsonSlice value, GString *out)
{
  return mcp_member_check_is (value, MCP_JSON_STRING) ? MCP_VERDICT_KEEP : MCP_VERDICT_DROP;
}

/**
 * mcp_member_check_boolean:
 * @value: a value
 * @out: not used
 *
 * Returns: whether the value is kept: if it is true or false
 */
McpVerdict
mcp_member_check_boolean (McpJsonSlice value, GString *out)
{
  return mcp_member_check_is (value, MCP_JSON_BOOLEAN) ? MCP_VERDICT_KEEP : MCP_VERDICT_DROP;
}

/**
 * mcp_member_check_number:
 * @value: a value
 * @out: not used
 *
 * Returns: whether the value is kept: if it is a number
 */
McpVerdict
mcp_member_check_number (McpJsonSlice value, GString *out)
{
  return mcp_member_check_is (value, MCP_JSON_NUMBER) ? MCP_VERDICT_KEEP : MCP_VERDICT_DROP;
}

/**
 * mcp_member_check_any_object:
 * @value: a value
 * @out: not used
 *
 * Returns: whether the value is kept: if it is an object
 */
McpVerdict
mcp_member_check_any_object (McpJsonSlice value, GString *out)
{
  return mcp_member_check_is (value, MCP_JSON_OBJECT) ? MCP_VERDICT_KEEP : MCP_VERDICT_DROP;
}
