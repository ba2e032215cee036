/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Changes one member of a JSON text, which may have comments and trailing commas. Everything else
 * stays byte by byte.
 */
#include "upstream/config/mcp-jsonc-edit.h"

#include "upstream/config/mcp-jsonc-scan.h"
#include "upstream/config/mcp-jsonc.h"

#include <string.h>

static gboolean
is_complete (const char *const *path, guint n_found)
{
  return path[n_found] != NULL && path[n_found + 1] == NULL;
}

/**
 * mcp_jsonc_edit_get:
 * @text: of a file
 * @path: (array zero-terminated=1): keys, from the outermost on
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the value's text; %NULL without an error: there is none
 */
char *
mcp_jsonc_edit_get (const char *text, const char *const *path, GError **error)
{
  guint n_found;
  const char *object = mcp_jsonc_scan_walk (text, path, &n_found, error);
  McpJsoncMember member, previous;

  if (object == NULL || !is_complete (path, n_found) ||
      !mcp_jsonc_scan_find_member (object, path[n_found], &member, &previous, error) ||
      member.key == NULL)
    return NULL;
  return g_strndup (member.value, (gsize) (member.value_end - member.value));
}

/**
 * mcp_jsonc_edit_list:
 * @text: of a file
 * @path: (array zero-terminated=1): of an object in it
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the keys of its members; none if there is no such object
 */
char **
mcp_jsonc_edit_list (const char *text, const char *const *path, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *object = mcp_jsonc_edit_get (text, path, &local_error);
  const char *at;
  McpJsoncMember member;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  at = object != NULL && *object == '{' ? mcp_jsonc_scan_skip_space (object + 1) : "}";
  while (mcp_jsonc_scan_read_member (at, &member) && member.key != NULL)
    {
      const char *end = mcp_jsonc_scan_skip_string (member.key);
      McpJsonSlice slice;

      if (mcp_jsonc_scan_parse (member.key, (gsize) (end - member.key), &slice, NULL))
        g_ptr_array_add (keys, mcp_json_dup_string (slice));
      if (member.next == NULL)
        break;
      at = mcp_jsonc_scan_skip_space (member.next);
    }
  g_ptr_array_add (keys, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&keys), FALSE);
}

/* The white space that a line begins with. */
static char *
dup_indent (const char *text, const char *at)
{
  const char *line = at;

  while (line > text && line[-1] != '\n')
    line--;
  return g_strndup (line, strspn (line, " \t"));
}

/* What one level is indented by, as the file itself does it. */
static char *
dup_unit (const char *text)
{
  const char *line = strchr (text, '\n');
  gsize length = line != NULL ? strspn (line + 1, " \t") : 0;

  return length > 0 && line[1 + length] == '"' ? g_strndup (line + 1, length) : g_strdup ("  ");
}

/* Objects get a line for each member, everything else stays on one. */
static void
append_pretty (GString *out, McpJsonSlice value, const char *indent, const char *unit)
{
  g_autofree char *inner = g_strconcat (indent, unit, NULL);
  gboolean is_first = TRUE;
  McpJsonIter iter;
  McpJsonSlice key, member;

  if (mcp_json_get_type (value) == MCP_JSON_ARRAY)
    {
      g_string_append_c (out, '[');
      mcp_json_iter_init (&iter, value);
      for (; mcp_json_iter_next_element (&iter, &member); is_first = FALSE)
        {
          g_string_append (out, is_first ? "" : ", ");
          mcp_json_append_slice (out, member);
        }
      g_string_append_c (out, ']');
      return;
    }
  if (mcp_json_get_type (value) != MCP_JSON_OBJECT)
    {
      mcp_json_append_slice (out, value);
      return;
    }

  g_string_append_c (out, '{');
  mcp_json_iter_init (&iter, value);
  for (; mcp_json_iter_next_member (&iter, &key, &member); is_first = FALSE)
    {
      g_string_append_printf (out, "%s\n%s%.*s: ", is_first ? "" : ",", inner, (int) key.length,
                              key.data);
      append_pretty (out, member, inner, unit);
    }
  if (!is_first)
    g_string_append_printf (out, "\n%s", indent);
  g_string_append_c (out, '}');
}

/* The value below the keys that are missing: {"a": {"b": value}}; without @unit on one line. */
static char *
build_member (const char *const *keys, const char *value, const char *indent, const char *unit)
{
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  McpJsonSlice root;
  guint n_keys = g_strv_length ((char **) keys);

  for (guint i = 1; i < n_keys; i++)
    {
      g_string_append_c (json, '{');
      mcp_json_append_string (json, keys[i]);
      g_string_append_c (json, ':');
    }
  g_string_append (json, value);
  for (guint i = 1; i < n_keys; i++)
    g_string_append_c (json, '}');

  mcp_json_append_string (out, keys[0]);
  g_string_append (out, ": ");
  if (unit == NULL)
    g_string_append (out, json->str);
  else if (mcp_jsonc_scan_parse (json->str, json->len, &root, NULL))
    append_pretty (out, root, indent, unit);
  return g_strdup (out->str);
}

static char *
splice (const char *text, const char *from, const char *to, const char *with)
{
  return g_strdup_printf ("%.*s%s%s", (int) (from - text), text, with, to);
}

static char *
insert_member (const char *text,
               const char *object,
               const char *const *keys,
               const char *value,
               const McpJsoncMember *last)
{
  g_autofree char *unit = dup_unit (text);
  g_autofree char *outer = dup_indent (text, object);
  g_autofree char *indent = NULL;
  g_autofree char *member = NULL;
  g_autofree char *with = NULL;
  const char *at;

  if (last->key != NULL)
    {
      at = last->next != NULL ? last->next : last->value_end;
      if (memchr (object, '\n', (gsize) (last->key - object)) == NULL)
        {
          member = build_member (keys, value, NULL, NULL);
          with = g_strdup_printf ("%s %s%s", last->next != NULL ? "" : ",", member,
                                  last->next != NULL ? "," : "");
          return splice (text, at, at, with);
        }
      indent = dup_indent (text, last->key);
      member = build_member (keys, value, indent, unit);
      with = g_strdup_printf ("%s\n%s%s%s", last->next != NULL ? "" : ",", indent, member,
                              last->next != NULL ? "," : "");
      return splice (text, at, at, with);
    }

  /* Empty but for comments, which stay. */
  at = mcp_jsonc_scan_skip_container (object) - 1;
  while (at > object + 1 && g_ascii_isspace (at[-1]))
    at--;
  indent = g_strconcat (outer, unit, NULL);
  member = build_member (keys, value, indent, unit);
  with = g_strdup_printf ("\n%s%s\n%s", indent, member, outer);
  return splice (text, at, mcp_jsonc_scan_skip_container (object) - 1, with);
}

/* The editor reads the members on its way only; all else is checked here, before it is written. */
static char *
check_result (char *text, GError **error)
{
  g_autofree char *json = mcp_jsonc_to_json (text, strlen (text));
  McpJsonSlice root;

  if (mcp_jsonc_scan_parse (json, strlen (json), &root, error))
    return text;
  g_free (text);
  return NULL;
}

/**
 * mcp_jsonc_edit_set:
 * @text: of a file; one without anything is an empty object
 * @path: (array zero-terminated=1): keys, from the outermost on; objects that are missing are made
 * @value: JSON
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the text with that value there
 */
char *
mcp_jsonc_edit_set (const char *text, const char *const *path, const char *value, GError **error)
{
  guint n_found;
  const char *object;
  McpJsoncMember member, last;

  if (*mcp_jsonc_scan_skip_space (text) == '\0')
    text = "{\n}\n";
  object = mcp_jsonc_scan_walk (text, path, &n_found, error);
  if (object == NULL || !mcp_jsonc_scan_find_member (object, path[n_found], &member, &last, error))
    return NULL;
  if (member.key != NULL)
    {
      g_autofree char *unit = dup_unit (text);
      g_autofree char *indent = dup_indent (text, member.key);
      const char *last_key[] = { path[n_found], NULL };
      gboolean is_inline = memchr (object, '\n', (gsize) (member.key - object)) == NULL;
      g_autofree char *with = build_member (last_key, value, indent, is_inline ? NULL : unit);

      return check_result (splice (text, member.key, member.value_end, with), error);
    }
  return check_result (insert_member (text, object, path + n_found, value, &last), error);
}

/**
 * mcp_jsonc_edit_remove:
 * @text: of a file
 * @path: (array zero-terminated=1): keys, from the outermost on
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the text without that member; %NULL without an error: it
 *   is not there
 */
char *
mcp_jsonc_edit_remove (const char *text, const char *const *path, GError **error)
{
  guint n_found;
  const char *object = mcp_jsonc_scan_walk (text, path, &n_found, error);
  const char *from, *to;
  McpJsoncMember member, previous;

  if (object == NULL || !is_complete (path, n_found) ||
      !mcp_jsonc_scan_find_member (object, path[n_found], &member, &previous, error) ||
      member.key == NULL)
    return NULL;

  from = member.key;
  to = member.value_end;
  if (member.next != NULL)
    to = member.next;
  else if (previous.key != NULL)
    from = previous.value_end;
  if (from == member.key)
    while (from > object + 1 && g_ascii_isspace (from[-1]))
      from--;
  /* The only one leaves an empty object, without the space that was around it. */
  if (previous.key == NULL && member.next == NULL && *(to + strspn (to, " \t\r\n")) == '}')
    to += strspn (to, " \t\r\n");
  return check_result (splice (text, from, to, ""), error);
}
