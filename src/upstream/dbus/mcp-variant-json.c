/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-variant-json-private.h"

#include <math.h>
#include <string.h>

/**
 * mcp_variant_json_can_carry:
 * @signature: of an argument
 *
 * Returns: whether values of this type are possible in JSON; file descriptors are not
 */
gboolean
mcp_variant_json_can_carry (const char *signature)
{
  return g_variant_is_signature (signature) && strchr (signature, 'h') == NULL;
}

/* Schemas */

static void
append_schema_of_tuple (GString *out, const GVariantType *type)
{
  gsize n_items = g_variant_type_n_items (type);

  g_string_append (out, "{\"type\":\"array\",\"prefixItems\":[");
  for (const GVariantType *item = g_variant_type_first (type); item != NULL;
       item = g_variant_type_next (item))
    {
      if (item != g_variant_type_first (type))
        g_string_append_c (out, ',');
      mcp_variant_json_append_schema (out, item);
    }
  g_string_append_printf (out,
                          "],\"minItems\":%" G_GSIZE_FORMAT ",\"maxItems\":%" G_GSIZE_FORMAT "}",
                          n_items, n_items);
}

static void
append_schema_of_array (GString *out, const GVariantType *type)
{
  const GVariantType *element = g_variant_type_element (type);

  if (g_variant_type_equal (element, G_VARIANT_TYPE_BYTE))
    {
      g_string_append (out, "{\"type\":\"string\",\"contentEncoding\":\"base64\"}");
      return;
    }
  if (g_variant_type_is_dict_entry (element))
    {
      g_string_append (out, "{\"type\":\"object\",\"additionalProperties\":");
      element = g_variant_type_value (element);
    }
  else
    g_string_append (out, "{\"type\":\"array\",\"items\":");
  mcp_variant_json_append_schema (out, element);
  g_string_append_c (out, '}');
}

static const char *
find_schema_of_basic (char type)
{
  static const struct
  {
    char type;
    const char *schema;
  } schemas[] = {
    { 'b', "{\"type\":\"boolean\"}" },
    { 'y', "{\"type\":\"integer\",\"minimum\":0,\"maximum\":255}" },
    { 'n', "{\"type\":\"integer\",\"minimum\":-32768,\"maximum\":32767}" },
    { 'q', "{\"type\":\"integer\",\"minimum\":0,\"maximum\":65535}" },
    { 'i', "{\"type\":\"integer\",\"minimum\":-2147483648,\"maximum\":2147483647}" },
    { 'u', "{\"type\":\"integer\",\"minimum\":0,\"maximum\":4294967295}" },
    { 'x', "{\"type\":\"integer\"}" },
    { 't', "{\"type\":\"integer\",\"minimum\":0}" },
    { 'd', "{\"type\":\"number\"}" },
    { 's', "{\"type\":\"string\"}" },
    { 'o', "{\"type\":\"string\",\"description\":\"a D-Bus object path\"}" },
    { 'g', "{\"type\":\"string\",\"description\":\"a D-Bus signature\"}" },
    { 'v', "{\"description\":\"any value; {\\\"signature\\\": …, \\\"value\\\": …} says its D-Bus "
           "type\"}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++)
    if (schemas[i].type == type)
      return schemas[i].schema;
  return "{}";
}

/**
 * mcp_variant_json_append_schema:
 * @out: a JSON text in the making
 * @type: definite, without file descriptors
 *
 * Appends the JSON Schema of such values.
 */
void
mcp_variant_json_append_schema (GString *out, const GVariantType *type)
{
  if (g_variant_type_is_array (type))
    append_schema_of_array (out, type);
  else if (g_variant_type_is_tuple (type))
    append_schema_of_tuple (out, type);
  else
    g_string_append (out, find_schema_of_basic (*g_variant_type_peek_string (type)));
}

/* Values */

static void
append_key (GString *out, GVariant *key)
{
  g_autofree char *text = NULL;

  if (g_variant_is_of_type (key, G_VARIANT_TYPE_STRING) ||
      g_variant_is_of_type (key, G_VARIANT_TYPE_OBJECT_PATH) ||
      g_variant_is_of_type (key, G_VARIANT_TYPE_SIGNATURE))
    {
      mcp_json_append_string (out, g_variant_get_string (key, NULL));
      return;
    }
  text = g_variant_is_of_type (key, G_VARIANT_TYPE_BYTE)
             ? g_strdup_printf ("%u", g_variant_get_byte (key))
             : g_variant_print (key, FALSE);
  mcp_json_append_string (out, text);
}

static void
append_dictionary (GString *out, GVariant *value)
{
  gsize n_entries = g_variant_n_children (value);

  g_string_append_c (out, '{');
  for (gsize i = 0; i < n_entries; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (value, i);
      g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
      g_autoptr (GVariant) member = g_variant_get_child_value (entry, 1);

      if (i > 0)
        g_string_append_c (out, ',');
      append_key (out, key);
      g_string_append_c (out, ':');
      mcp_variant_json_append (out, member);
    }
  g_string_append_c (out, '}');
}

static void
append_children (GString *out, GVariant *value)
{
  gsize n_children = g_variant_n_children (value);

  g_string_append_c (out, '[');
  for (gsize i = 0; i < n_children; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      if (i > 0)
        g_string_append_c (out, ',');
      mcp_variant_json_append (out, child);
    }
  g_string_append_c (out, ']');
}

static void
append_bytes (GString *out, GVariant *value)
{
  gsize length;
  const guchar *bytes = g_variant_get_fixed_array (value, &length, 1);
  g_autofree char *text = g_base64_encode (bytes, length);

  mcp_json_append_string (out, text);
}

static void
append_array (GString *out, GVariant *value)
{
  const GVariantType *element = g_variant_type_element (g_variant_get_type (value));

  if (g_variant_type_equal (element, G_VARIANT_TYPE_BYTE))
    append_bytes (out, value);
  else if (g_variant_type_is_dict_entry (element))
    append_dictionary (out, value);
  else
    append_children (out, value);
}

static void
append_double (GString *out, double number)
{
  if (isfinite (number))
    mcp_json_append_double (out, number);
  else
    g_string_append (out, "null");
}

/**
 * mcp_variant_json_append:
 * @out: a JSON text in the making
 * @value: a value from the bus
 *
 * Appends the value. Any thread.
 */
void
mcp_variant_json_append (GString *out, GVariant *value)
{
  g_autoptr (GVariant) inner = NULL;
  g_autofree char *number = NULL;

  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      g_string_append (out, g_variant_get_boolean (value) ? "true" : "false");
      break;
    case G_VARIANT_CLASS_BYTE:
      g_string_append_printf (out, "%u", g_variant_get_byte (value));
      break;
    case G_VARIANT_CLASS_DOUBLE:
      append_double (out, g_variant_get_double (value));
      break;
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
      mcp_json_append_string (out, g_variant_get_string (value, NULL));
      break;
    case G_VARIANT_CLASS_VARIANT:
      inner = g_variant_get_variant (value);
      mcp_variant_json_append (out, inner);
      break;
    case G_VARIANT_CLASS_ARRAY:
      append_array (out, value);
      break;
    case G_VARIANT_CLASS_TUPLE:
      append_children (out, value);
      break;
    case G_VARIANT_CLASS_INT16:
    case G_VARIANT_CLASS_UINT16:
    case G_VARIANT_CLASS_INT32:
    case G_VARIANT_CLASS_UINT32:
    case G_VARIANT_CLASS_INT64:
    case G_VARIANT_CLASS_UINT64:
      number = g_variant_print (value, FALSE);
      g_string_append (out, number);
      break;
    case G_VARIANT_CLASS_HANDLE:
    case G_VARIANT_CLASS_MAYBE:
    case G_VARIANT_CLASS_DICT_ENTRY:
      g_string_append (out, "null");
      break;
    }
}
