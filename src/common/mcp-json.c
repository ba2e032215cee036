/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The strict scanner of RFC 8259. One pass, no recursion: a text of 100,000
 * brackets costs an error, not the stack. The scanner builds no tree; it only says
 * whether the rest of the daemon may read the text.
 */
#include "common/mcp-json.h"

#include "common/mcp-error.h"
#include "mcp-json-private.h"

#include <math.h>
#include <string.h>

/* Up to so many keys of one object are compared each with each; more are sorted. */
#define FEW_KEYS             8
/* DBL_MAX has 309 digits: a shorter number without an exponent is finite. */
#define SURELY_FINITE_LENGTH 300
/* So many open containers, and keys of them, have room without growing: most messages have fewer.
 */
#define USUAL_LENGTH         16

typedef struct
{
  const char *data; /* decoded */
  gsize length;
  gsize offset; /* in the text, for the error */
} Key;

typedef struct
{
  gboolean is_object;
  guint first_key; /* index in Scanner.keys of the object's first */
} Container;

typedef struct
{
  const char *text;
  const char *at;
  const char *end;
  McpJsonScanFlags flags;
  guint max_depth;
  guint max_values;
  guint n_values;
  GArray *containers;    /* (element-type Container): the open ones */
  GArray *keys;          /* (element-type Key): of the open objects */
  GStringChunk *decoded; /* (nullable): keys that had escapes */
  const char *problem;   /* (nullable): what is wrong, at offset */
  gsize offset;
  gboolean is_limit;
} Scanner;

static gboolean
fail_at (Scanner *self, const char *at, const char *problem)
{
  self->problem = problem;
  self->offset = at - self->text;
  return FALSE;
}

static gboolean
fail_limit (Scanner *self, const char *problem)
{
  self->is_limit = TRUE;
  return fail_at (self, self->at, problem);
}

static void
skip_space (Scanner *self)
{
  while (self->at < self->end && mcp_json_is_space (*self->at))
    self->at++;
}

/* The number of four hexadecimal digits, or -1. */
static int
read_hex4 (const char *at, const char *end)
{
  int value = 0;

  if (end - at < 4)
    return -1;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (at[i]);

      if (digit < 0)
        return -1;
      value = value * 16 + digit;
    }
  return value;
}

/* At "\u": RFC 8259 section 7 writes a character beyond U+FFFF as a pair. */
static gboolean
scan_unicode_escape (Scanner *self)
{
  int high = read_hex4 (self->at + 2, self->end);
  int low;

  if (high < 0)
    return fail_at (self, self->at, "\\u needs four hexadecimal digits");
  self->at += 6;
  if (high < 0xd800 || high > 0xdfff || (self->flags & MCP_JSON_SCAN_ALLOW_LONE_SURROGATES))
    return TRUE;

  low = -1;
  if (high < 0xdc00 && self->end - self->at >= 6 && self->at[0] == '\\' && self->at[1] == 'u')
    low = read_hex4 (self->at + 2, self->end);
  if (low < 0xdc00 || low > 0xdfff)
    return fail_at (self, self->at - 6, "half of a surrogate pair");
  self->at += 6;
  return TRUE;
}

static gboolean
scan_escape (Scanner *self)
{
  if (self->end - self->at < 2)
    return fail_at (self, self->end, "the text ends in a string");

  switch (self->at[1])
    {
    case 'u':
      return scan_unicode_escape (self);
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      self->at += 2;
      return TRUE;
    default:
      return fail_at (self, self->at, "unknown escape in a string");
    }
}

static inline gboolean
is_utf8_tail (char c)
{
  return ((guchar) c & 0xc0) == 0x80;
}

/* The length of a character beyond ASCII by the table of RFC 3629 section 4; 0: it is none. */
static inline gsize
get_utf8_length (const char *at, const char *end)
{
  gssize left = end - at;
  guchar lead = (guchar) at[0];
  guchar second;

  if (lead < 0xc2 || lead > 0xf4 || left < 2 || !is_utf8_tail (at[1]))
    return 0;
  if (lead < 0xe0)
    return 2;
  second = (guchar) at[1];
  if (left < 3 || !is_utf8_tail (at[2]))
    return 0;
  if (lead < 0xf0) /* an overlong form, or a surrogate */
    return (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ? 0 : 3;
  if (left < 4 || !is_utf8_tail (at[3]))
    return 0;
  /* an overlong form, or beyond U+10FFFF */
  return (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f) ? 0 : 4;
}

/* At a byte beyond ASCII: a run of them. */
static gboolean
scan_utf8 (Scanner *self)
{
  const char *at = self->at;

  while (at < self->end && (guchar) *at >= 0x80)
    {
      gsize length = get_utf8_length (at, self->end);

      if (length == 0)
        return fail_at (self, at, "not valid UTF-8");
      at += length;
    }
  self->at = at;
  return TRUE;
}

/* At the opening quote; afterwards behind the closing one. */
static gboolean
scan_string (Scanner *self, gboolean *has_escapes)
{
  *has_escapes = FALSE;
  self->at++;
  for (;;)
    {
      guchar c;

      self->at = mcp_json_skip_plain (self->at, self->end);
      if (self->at == self->end)
        return fail_at (self, self->at, "the text ends in a string");
      c = (guchar) *self->at;
      if (c == '"')
        {
          self->at++;
          return TRUE;
        }
      if (c < 0x20)
        return fail_at (self, self->at, "control character in a string");
      if (c == '\\')
        *has_escapes = TRUE;
      if (!(c == '\\' ? scan_escape (self) : scan_utf8 (self)))
        return FALSE;
    }
}

static gboolean
scan_digits (Scanner *self)
{
  const char *start = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  if (self->at == start)
    return fail_at (self, self->at, "a number lacks a digit");
  return TRUE;
}

static gboolean
scan_number (Scanner *self)
{
  const char *start = self->at;
  gboolean has_exponent = FALSE;

  if (*self->at == '-')
    self->at++;
  if (self->at < self->end && *self->at == '0')
    self->at++;
  else if (!scan_digits (self))
    return FALSE;
  if (self->at < self->end && g_ascii_isdigit (*self->at))
    return fail_at (self, self->at, "a number begins with 0");

  if (self->at < self->end && *self->at == '.')
    {
      self->at++;
      if (!scan_digits (self))
        return FALSE;
    }
  if (self->at < self->end && (*self->at == 'e' || *self->at == 'E'))
    {
      has_exponent = TRUE;
      self->at++;
      if (self->at < self->end && (*self->at == '+' || *self->at == '-'))
        self->at++;
      if (!scan_digits (self))
        return FALSE;
    }

  if (has_exponent || self->at - start > SURELY_FINITE_LENGTH)
    {
      g_autofree char *number = g_strndup (start, self->at - start);

      if (!isfinite (g_ascii_strtod (number, NULL)))
        return fail_at (self, start, "a number is too large");
    }
  return TRUE;
}

static gboolean
scan_literal (Scanner *self, const char *literal)
{
  gsize length = strlen (literal);

  if ((gsize) (self->end - self->at) < length || memcmp (self->at, literal, length) != 0)
    return fail_at (self, self->at, "not a JSON value");
  self->at += length;
  return TRUE;
}

static gboolean
add_key (Scanner *self, const char *start, gboolean has_escapes)
{
  Key key = { start + 1, (gsize) (self->at - start) - 2, (gsize) (start - self->text) };

  if (has_escapes)
    {
      McpJsonSlice slice = { start, self->at - start };
      g_autofree char *decoded = mcp_json_dup_string (slice);

      if (decoded == NULL)
        return fail_at (self, start, "a NUL character in a name");
      if (self->decoded == NULL)
        self->decoded = g_string_chunk_new (256);
      key.data = g_string_chunk_insert (self->decoded, decoded);
      key.length = strlen (decoded);
    }
  g_array_append_val (self->keys, key);
  return TRUE;
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  const Key *first = a;
  const Key *second = b;

  if (first->length != second->length)
    return first->length < second->length ? -1 : 1;
  return memcmp (first->data, second->data, first->length);
}

/* Sorting rather than hashing: nobody can choose keys that make it slow. */
static gboolean
check_keys (Scanner *self, guint first_key)
{
  Key *keys = &g_array_index (self->keys, Key, first_key);
  guint n_keys = self->keys->len - first_key;

  if (n_keys > FEW_KEYS)
    qsort (keys, n_keys, sizeof *keys, compare_keys);
  for (guint i = 1; i < n_keys; i++)
    for (guint k = n_keys > FEW_KEYS ? i - 1 : 0; k < i; k++)
      if (compare_keys (&keys[i], &keys[k]) == 0)
        return fail_at (self, self->text + MAX (keys[i].offset, keys[k].offset),
                        "a name stands twice in one object");
  g_array_set_size (self->keys, first_key);
  return TRUE;
}

/* At a name: scans it and the colon. */
static gboolean
scan_name (Scanner *self)
{
  const char *start = self->at;
  gboolean has_escapes;

  if (self->at == self->end || *self->at != '"')
    return fail_at (self, self->at, "a name in quotes is expected");
  if (!scan_string (self, &has_escapes) || !add_key (self, start, has_escapes))
    return FALSE;
  skip_space (self);
  if (self->at == self->end || *self->at != ':')
    return fail_at (self, self->at, "a colon is expected");
  self->at++;
  skip_space (self);
  return TRUE;
}

/* At a bracket: opens the container; *is_open says whether a value follows. */
static gboolean
open_container (Scanner *self, gboolean *is_open)
{
  Container container = { *self->at == '{', self->keys->len };
  char closing = container.is_object ? '}' : ']';

  if (self->containers->len >= self->max_depth)
    return fail_limit (self, "nested too deeply");
  self->at++;
  skip_space (self);
  *is_open = self->at == self->end || *self->at != closing;
  if (!*is_open)
    {
      self->at++;
      return TRUE;
    }
  g_array_append_val (self->containers, container);
  return container.is_object ? scan_name (self) : TRUE;
}

/* At the start of a value: scans it, or the opening of a container. */
static gboolean
scan_value (Scanner *self, gboolean *is_open)
{
  gboolean has_escapes;

  *is_open = FALSE;
  if (self->at == self->end)
    return fail_at (self, self->at, "a value is expected");
  if (++self->n_values > self->max_values)
    return fail_limit (self, "too many values");

  switch (*self->at)
    {
    case '{':
    case '[':
      return open_container (self, is_open);
    case '"':
      return scan_string (self, &has_escapes);
    case 't':
      return scan_literal (self, "true");
    case 'f':
      return scan_literal (self, "false");
    case 'n':
      return scan_literal (self, "null");
    default:
      if (*self->at == '-' || g_ascii_isdigit (*self->at))
        return scan_number (self);
      return fail_at (self, self->at, "not a JSON value");
    }
}

/* Behind a value: closes what ends here, until the next value of a container or the end of all. */
static gboolean
close_containers (Scanner *self)
{
  while (self->containers->len > 0)
    {
      Container *top = &g_array_index (self->containers, Container, self->containers->len - 1);

      skip_space (self);
      if (self->at == self->end)
        return fail_at (self, self->at, "the text ends in an array or object");
      if (*self->at == ',')
        {
          self->at++;
          skip_space (self);
          return top->is_object ? scan_name (self) : TRUE;
        }
      if (*self->at != (top->is_object ? '}' : ']'))
        return fail_at (self, self->at, "a comma or the closing bracket is expected");
      if (top->is_object && !check_keys (self, top->first_key))
        return FALSE;
      self->at++;
      g_array_set_size (self->containers, self->containers->len - 1);
    }
  return TRUE;
}

static gboolean
scan_text (Scanner *self, McpJsonSlice *root)
{
  const char *start;

  skip_space (self);
  start = self->at;
  do
    {
      gboolean is_open = TRUE;

      while (is_open)
        if (!scan_value (self, &is_open))
          return FALSE;
      if (!close_containers (self))
        return FALSE;
    }
  while (self->containers->len > 0);

  root->data = start;
  root->length = self->at - start;
  skip_space (self);
  if (self->at != self->end)
    return fail_at (self, self->at, "something follows the value");
  return TRUE;
}

static void
set_error (const Scanner *self, GError **error)
{
  int code = self->is_limit ? MCP_ERROR_LIMIT_EXCEEDED : MCP_ERROR_INVALID_ARGUMENTS;
  guint line = 1;

  for (gsize i = 0; i < self->offset && self->text + i < self->end; i++)
    line += self->text[i] == '\n';
  if ((self->flags & MCP_JSON_SCAN_NAME_LINES) != 0)
    g_set_error (error, MCP_ERROR, code, "Line %u is not valid JSON: %s", line, self->problem);
  else
    g_set_error (error, MCP_ERROR, code, "Bad JSON at byte %" G_GSIZE_FORMAT ": %s", self->offset,
                 self->problem);
}

/**
 * mcp_json_scan:
 * @text: (nullable) (array length=length): a text from outside, any bytes
 * @length: of @text, in bytes
 * @max_depth: how deeply arrays and objects may be nested; a lone value has depth 0
 * @max_values: how many values it may hold, containers included, names not
 * @flags: what else to accept
 * @root: (out): the one value of the text
 * @error: return location
 *
 * Checks that a text is JSON as RFC 8259 has it, in UTF-8 without a byte order
 * mark, with no name twice in one object (compared as decoded), no half of a
 * surrogate pair, no number beyond the range of a double, and nothing behind the
 * value. Takes linear time but for objects of many names (n log n). Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, and %MCP_ERROR_LIMIT_EXCEEDED for depth and
 * number of values; the message names the byte, or the line.
 *
 * Returns: whether the text was accepted
 */
gboolean
mcp_json_scan (const char *text,
               gsize length,
               guint max_depth,
               guint max_values,
               McpJsonScanFlags flags,
               McpJsonSlice *root,
               GError **error)
{
  Scanner self = { .flags = flags, .max_depth = max_depth, .max_values = max_values };
  gboolean accepted;

  g_return_val_if_fail (text != NULL || length == 0, FALSE);
  g_return_val_if_fail (root != NULL, FALSE);

  self.text = text != NULL ? text : "";
  self.at = self.text;
  self.end = self.text + length;
  self.containers = g_array_sized_new (FALSE, FALSE, sizeof (Container), USUAL_LENGTH);
  self.keys = g_array_sized_new (FALSE, FALSE, sizeof (Key), USUAL_LENGTH);
  accepted = scan_text (&self, root);
  if (!accepted)
    {
      *root = MCP_JSON_SLICE_NONE;
      set_error (&self, error);
    }

  g_array_unref (self.containers);
  g_array_unref (self.keys);
  g_clear_pointer (&self.decoded, g_string_chunk_free);
  return accepted;
}
