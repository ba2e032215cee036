/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "common/mcp-json.h"
#include "fuzz-target.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/*
 * What the scanner accepts json-glib must be able to read, everything in it must
 * be found again, and what is written from it must be accepted. What it refuses
 * must at least not lead the accessors out of the text.
 */

#define MAX_DEPTH  64
#define MAX_VALUES 100000

static void visit (McpJsonSlice value, guint depth);

static gboolean
accepts (const char *text, gsize length, McpJsonScanFlags flags, McpJsonSlice *root)
{
  g_autoptr (GError) error = NULL;
  gboolean accepted = mcp_json_scan (text, length, MAX_DEPTH, MAX_VALUES, flags, root, &error);

  if (accepted)
    {
      g_assert_no_error (error);
      g_assert_true (root->data >= text && root->length > 0);
      g_assert_true (root->data + root->length <= text + length);
    }
  else
    {
      g_assert_true (g_error_matches (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS) ||
                     g_error_matches (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (root->data);
    }
  return accepted;
}

static void
visit_string (McpJsonSlice value)
{
  g_autofree char *text = mcp_json_dup_string (value);
  g_autofree char *again = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  McpJsonSlice root;

  if (text == NULL)
    return;
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (mcp_json_string_equal (value, text));
  mcp_json_append_string (out, text);
  g_assert_true (accepts (out->str, out->len, MCP_JSON_SCAN_DEFAULT, &root));
  again = mcp_json_dup_string (root);
  g_assert_cmpstr (again, ==, text);
}

static void
visit_number (McpJsonSlice value)
{
  g_autoptr (GString) out = g_string_new (NULL);
  McpJsonSlice root;
  double number, again;
  gint64 integer;
  guint64 natural;

  g_assert_true (mcp_json_get_double (value, &number));
  g_assert_true (isfinite (number));
  mcp_json_append_double (out, number);
  g_assert_true (accepts (out->str, out->len, MCP_JSON_SCAN_DEFAULT, &root));
  g_assert_true (mcp_json_get_double (root, &again));
  g_assert_true (number == again);

  if (mcp_json_get_int64 (value, &integer))
    g_assert_true ((double) integer == number);
  if (mcp_json_get_uint64 (value, &natural))
    g_assert_true ((double) natural == number);
}

static void
visit_object (McpJsonSlice object, guint depth)
{
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice value;
  guint n_lookups = 0;

  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      McpJsonSlice found;

      g_assert_nonnull (name);
      if (n_lookups++ < 16)
        {
          g_assert_true (mcp_json_find (object, name, &found));
          g_assert_true (found.data == value.data && found.length == value.length);
        }
      visit (value, depth + 1);
    }
}

static void
visit (McpJsonSlice value, guint depth)
{
  McpJsonIter iter;
  McpJsonSlice element;

  g_assert_cmpuint (depth, <=, MAX_DEPTH);
  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_OBJECT:
      visit_object (value, depth);
      break;
    case MCP_JSON_ARRAY:
      mcp_json_iter_init (&iter, value);
      while (mcp_json_iter_next_element (&iter, &element))
        visit (element, depth + 1);
      break;
    case MCP_JSON_STRING:
      visit_string (value);
      break;
    case MCP_JSON_NUMBER:
      visit_number (value);
      break;
    case MCP_JSON_BOOLEAN:
      g_assert_cmpuint (value.length, ==, mcp_json_get_boolean (value) ? 4 : 5);
      break;
    case MCP_JSON_NULL:
      g_assert_cmpuint (value.length, ==, 4);
      break;
    }
}

/* A slice that nobody checked: any answer will do, but it must come from within. */
static void
poke (McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice inner;

  g_free (mcp_json_dup_string (value));
  mcp_json_string_equal (value, "a\\b");
  mcp_json_find (value, "a", &inner);
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &inner))
    g_assert_true (inner.data + inner.length <= value.data + value.length);
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_member (&iter, &key, &inner))
    g_assert_true (inner.data + inner.length <= value.data + value.length);
}

static void
check_accepted (McpJsonSlice root)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  McpJsonSlice again;

  json_parser_load_from_data (parser, root.data, (gssize) root.length, &error);
  g_assert_no_error (error);

  mcp_json_append_slice (out, root);
  g_assert_cmpuint (out->len, ==, root.length);
  g_assert_null (strpbrk (out->str, "\r\n"));
  g_assert_true (accepts (out->str, out->len, MCP_JSON_SCAN_DEFAULT, &again));
  g_assert_cmpuint (again.length, ==, root.length);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  McpJsonSlice root;

  if (size == 0)
    return 0;
  if (accepts (text, size, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES, &root))
    visit (root, 0);
  else
    poke ((McpJsonSlice){ text, size });
  if (accepts (text, size, MCP_JSON_SCAN_DEFAULT, &root))
    {
      check_accepted (root);
      g_assert_true (accepts (text, size, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES, &root));
    }
  return 0;
}
