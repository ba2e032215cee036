/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Looking into texts that the scanner accepted. Nothing here checks the grammar
 * again, but nothing reads beyond its slice either, and a value of another type
 * than expected is an answer, not a mistake: it came from outside.
 */
#include "common/mcp-json.h"

#include "mcp-json-private.h"

#include <errno.h>
#include <string.h>

#define REPLACEMENT_CHARACTER 0xfffd

static const char *
skip_space (const char *at, const char *end)
{
  while (at < end && mcp_json_is_space (*at))
    at++;
  return at;
}

/* The first quote or backslash: all that matters within a string. */
static const char *
skip_to_quote_or_backslash (const char *at, const char *end)
{
  while (end - at >= 8)
    {
      guint64 word;

      memcpy (&word, at, sizeof word);
      if (MCP_JSON_HAS_ZERO (word ^ MCP_JSON_EACH_BYTE ('"')) != 0 ||
          MCP_JSON_HAS_ZERO (word ^ MCP_JSON_EACH_BYTE ('\\')) != 0)
        break;
      at += 8;
    }
  while (at < end && *at != '"' && *at != '\\')
    at++;
  return at;
}

/* At the opening quote: behind the closing one. */
static const char *
skip_string (const char *at, const char *end)
{
  at = skip_to_quote_or_backslash (at + 1, end);
  if (at < end && *at == '\\')
    at = mcp_json_find_closing_quote (at, end);
  return at < end ? at + 1 : end;
}

/* At the opening bracket: behind the closing one. */
static const char *
skip_container (const char *at, const char *end)
{
  gsize depth = 0;

  while (at < end)
    switch (*at)
      {
      case '"':
        at = skip_string (at, end);
        break;
      case '{':
      case '[':
        depth++;
        at++;
        break;
      case '}':
      case ']':
        at++;
        if (--depth == 0)
          return at;
        break;
      default:
        at++;
        break;
      }
  return end;
}

static const char *
skip_value (const char *at, const char *end)
{
  if (at == end)
    return end;
  if (*at == '"')
    return skip_string (at, end);
  if (*at == '{' || *at == '[')
    return skip_container (at, end);
  while (at < end && *at != ',' && *at != ']' && *at != '}' && !mcp_json_is_space (*at))
    at++;
  return at;
}

/**
 * mcp_json_get_type:
 * @value: a value of an accepted text, or %MCP_JSON_SLICE_NONE
 *
 * Any thread.
 *
 * Returns: the type; %MCP_JSON_NULL where @value is empty
 */
McpJsonType
mcp_json_get_type (McpJsonSlice value)
{
  if (value.data == NULL || value.length == 0)
    return MCP_JSON_NULL;

  switch (*value.data)
    {
    case '{':
      return MCP_JSON_OBJECT;
    case '[':
      return MCP_JSON_ARRAY;
    case '"':
      return MCP_JSON_STRING;
    case 't':
    case 'f':
      return MCP_JSON_BOOLEAN;
    case 'n':
      return MCP_JSON_NULL;
    default:
      return MCP_JSON_NUMBER;
    }
}

/**
 * mcp_json_iter_init:
 * @iter: (out caller-allocates): to be initialised
 * @container: a value of an accepted text, which must outlive @iter
 *
 * Begins a walk through the elements of an array or the members of an object,
 * in their order; any other value has none. Any thread.
 */
void
mcp_json_iter_init (McpJsonIter *iter, McpJsonSlice container)
{
  McpJsonType type = mcp_json_get_type (container);

  *iter = (McpJsonIter){ NULL, NULL, FALSE };
  if ((type != MCP_JSON_ARRAY && type != MCP_JSON_OBJECT) || container.length < 2)
    return;
  iter->data = container.data + 1;
  iter->end = container.data + container.length - 1;
}

static gboolean
iter_advance (McpJsonIter *iter)
{
  iter->data = skip_space (iter->data, iter->end);
  if (iter->started && iter->data < iter->end && *iter->data == ',')
    iter->data = skip_space (iter->data + 1, iter->end);
  iter->started = TRUE;
  return iter->data < iter->end;
}

static void
iter_take (McpJsonIter *iter, McpJsonSlice *value)
{
  const char *start = iter->data;

  iter->data = skip_value (start, iter->end);
  value->data = start;
  value->length = iter->data - start;
}

/**
 * mcp_json_iter_next_member:
 * @iter: a walk through an object
 * @key: (out): the name, quotes included
 * @value: (out): the value
 *
 * Returns: %FALSE at the end
 */
gboolean
mcp_json_iter_next_member (McpJsonIter *iter, McpJsonSlice *key, McpJsonSlice *value)
{
  if (!iter_advance (iter) || *iter->data != '"')
    return FALSE;
  iter_take (iter, key);
  iter->data = skip_space (iter->data, iter->end);
  if (iter->data == iter->end || *iter->data != ':')
    return FALSE;
  iter->data = skip_space (iter->data + 1, iter->end);
  iter_take (iter, value);
  return TRUE;
}

/**
 * mcp_json_iter_next_element:
 * @iter: a walk through an array
 * @value: (out): the element
 *
 * Returns: %FALSE at the end
 */
gboolean
mcp_json_iter_next_element (McpJsonIter *iter, McpJsonSlice *value)
{
  if (!iter_advance (iter))
    return FALSE;
  iter_take (iter, value);
  return value->length > 0;
}

/**
 * mcp_json_find:
 * @object: a value of an accepted text; only an object has members
 * @key: a name, decoded
 * @value: (out): the member's value; %MCP_JSON_SLICE_NONE where there is none
 *
 * Looks up a member; takes time linear in the object's text. Any thread.
 *
 * Returns: whether there is such a member
 */
gboolean
mcp_json_find (McpJsonSlice object, const char *key, McpJsonSlice *value)
{
  McpJsonIter iter;
  McpJsonSlice name;

  *value = MCP_JSON_SLICE_NONE;
  if (mcp_json_get_type (object) != MCP_JSON_OBJECT)
    return FALSE;

  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &name, value))
    if (mcp_json_string_equal (name, key))
      return TRUE;

  *value = MCP_JSON_SLICE_NONE;
  return FALSE;
}

/**
 * mcp_json_find_typed:
 * @object: a value of an accepted text; only an object has members
 * @key: a name, decoded
 * @type: what the value must be
 * @value: (out): the member's value; %MCP_JSON_SLICE_NONE where there is none of that type
 *
 * Returns: whether there is such a member of that type
 */
gboolean
mcp_json_find_typed (McpJsonSlice object, const char *key, McpJsonType type, McpJsonSlice *value)
{
  if (mcp_json_find (object, key, value) && mcp_json_get_type (*value) == type)
    return TRUE;

  *value = MCP_JSON_SLICE_NONE;
  return FALSE;
}

static guint
read_hex4 (const char *at, const char *end)
{
  guint value = 0;

  for (int i = 0; i < 4 && at < end; i++, at++)
    value = value * 16 + ((guint) g_ascii_xdigit_value (*at) & 0xf);
  return value;
}

/* At "\u": a pair is one character, half a pair the replacement character. */
static gunichar
decode_unicode (const char **at, const char *end)
{
  guint high = read_hex4 (*at + 2, end);
  guint low;

  *at += MIN (6, end - *at);
  if (high < 0xd800 || high > 0xdfff)
    return high;
  if (high > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
    return REPLACEMENT_CHARACTER;
  low = read_hex4 (*at + 2, end);
  if (low < 0xdc00 || low > 0xdfff)
    return REPLACEMENT_CHARACTER;
  *at += 6;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static gunichar
decode_escape (const char **at, const char *end)
{
  static const char letters[] = "bfnrt";
  static const char meanings[] = "\b\f\n\r\t";
  const char *letter;
  char c;

  if (end - *at < 2)
    {
      *at = end;
      return REPLACEMENT_CHARACTER;
    }
  c = (*at)[1];
  if (c == 'u')
    return decode_unicode (at, end);
  *at += 2;
  letter = memchr (letters, c, sizeof letters - 1);
  return letter != NULL ? (gunichar) meanings[letter - letters] : (gunichar) c;
}

/**
 * mcp_json_dup_string:
 * @string: a value of an accepted text
 *
 * The decoded text; half of a surrogate pair becomes U+FFFD. Any thread.
 *
 * Returns: (transfer full) (nullable): UTF-8, or %NULL where @string is none,
 *   or one that holds U+0000, which no C string can
 */
char *
mcp_json_dup_string (McpJsonSlice string)
{
  const char *at;
  const char *end;
  GString *out;

  if (mcp_json_get_type (string) != MCP_JSON_STRING || string.length < 2)
    return NULL;

  at = string.data + 1;
  end = string.data + string.length - 1;
  if (memchr (at, '\\', end - at) == NULL)
    return g_strndup (at, end - at);

  out = g_string_sized_new (end - at);
  while (at < end)
    {
      const char *escape = memchr (at, '\\', end - at);
      gunichar c;

      if (escape == NULL)
        escape = end;
      g_string_append_len (out, at, escape - at);
      at = escape;
      if (at == end)
        break;
      c = decode_escape (&at, end);
      if (c == 0)
        {
          g_string_free (out, TRUE);
          return NULL;
        }
      g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

/**
 * mcp_json_string_equal:
 * @string: a value of an accepted text; only a string equals a text
 * @text: UTF-8
 *
 * Compares a string, decoded, with a text. Any thread.
 *
 * Returns: whether they are the same characters
 */
gboolean
mcp_json_string_equal (McpJsonSlice string, const char *text)
{
  gsize length = strlen (text);
  g_autofree char *decoded = NULL;

  if (mcp_json_get_type (string) != MCP_JSON_STRING)
    return FALSE;
  if (memchr (string.data, '\\', string.length) == NULL)
    return string.length == length + 2 && memcmp (string.data + 1, text, length) == 0;

  decoded = mcp_json_dup_string (string);
  return g_strcmp0 (decoded, text) == 0;
}

/**
 * mcp_json_is_nothing:
 * @value: a value of an accepted text
 *
 * Some programs write null or an empty array where an object is wanted and there is none.
 *
 * Returns: whether the value is null or an empty array
 */
gboolean
mcp_json_is_nothing (McpJsonSlice value)
{
  McpJsonSlice element;
  McpJsonIter iter;

  if (mcp_json_get_type (value) != MCP_JSON_ARRAY)
    return mcp_json_get_type (value) == MCP_JSON_NULL;

  mcp_json_iter_init (&iter, value);
  return !mcp_json_iter_next_element (&iter, &element);
}

/**
 * mcp_json_get_boolean:
 * @value: any value of an accepted text
 *
 * Returns: whether it is true
 */
gboolean
mcp_json_get_boolean (McpJsonSlice value)
{
  return value.data != NULL && *value.data == 't';
}

/**
 * mcp_json_get_double:
 * @value: any value of an accepted text
 * @number: (out): the nearest double, finite
 *
 * Returns: whether @value is a number
 */
gboolean
mcp_json_get_double (McpJsonSlice value, double *number)
{
  char buffer[64];
  g_autofree char *copy = NULL;

  if (mcp_json_get_type (value) != MCP_JSON_NUMBER)
    return FALSE;

  if (value.length < sizeof buffer)
    {
      memcpy (buffer, value.data, value.length);
      buffer[value.length] = '\0';
      *number = g_ascii_strtod (buffer, NULL);
    }
  else
    {
      copy = g_strndup (value.data, value.length);
      *number = g_ascii_strtod (copy, NULL);
    }
  return TRUE;
}

/* The digits of an integer that is written as one; a fraction or an exponent is none. */
static gboolean
copy_integer (McpJsonSlice value, char *buffer, gsize size)
{
  if (mcp_json_get_type (value) != MCP_JSON_NUMBER || value.length >= size)
    return FALSE;
  memcpy (buffer, value.data, value.length);
  buffer[value.length] = '\0';
  return strpbrk (buffer, ".eE") == NULL;
}

/**
 * mcp_json_get_int64:
 * @value: any value of an accepted text
 * @number: (out): the integer
 *
 * Returns: whether @value is written as an integer, and in range
 */
gboolean
mcp_json_get_int64 (McpJsonSlice value, gint64 *number)
{
  char buffer[32];

  if (!copy_integer (value, buffer, sizeof buffer))
    return FALSE;
  errno = 0;
  *number = g_ascii_strtoll (buffer, NULL, 10);
  return errno == 0;
}

/**
 * mcp_json_get_uint64:
 * @value: any value of an accepted text
 * @number: (out): the integer
 *
 * Returns: whether @value is written as an integer, and in range
 */
gboolean
mcp_json_get_uint64 (McpJsonSlice value, guint64 *number)
{
  char buffer[32];

  if (!copy_integer (value, buffer, sizeof buffer) || buffer[0] == '-')
    return FALSE;
  errno = 0;
  *number = g_ascii_strtoull (buffer, NULL, 10);
  return errno == 0;
}
