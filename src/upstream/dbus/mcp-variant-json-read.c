/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * JSON to D-Bus values. Functions return floating references, as the constructors of GVariant do.
 */
#include "common/mcp-error.h"
#include "mcp-variant-json-private.h"

#include <string.h>

/* The bus takes 64 levels of containers of all kinds (D-Bus specification, "Valid Signatures"). */
#define MAX_DEPTH 32

static GVariant *
read_value (McpJsonSlice value, const GVariantType *type, guint depth, GError **error);

static GVariant *
refuse (const GVariantType *type, GError **error)
{
  g_autofree char *signature = g_variant_type_dup_string (type);

  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "does not fit the D-Bus type “%s”",
               signature);
  return NULL;
}

static GVariant *
read_signed (gint64 number, char type)
{
  switch (type)
    {
    case 'n':
      return number >= G_MININT16 && number <= G_MAXINT16 ? g_variant_new_int16 ((gint16) number)
                                                          : NULL;
    case 'i':
      return number >= G_MININT32 && number <= G_MAXINT32 ? g_variant_new_int32 ((gint32) number)
                                                          : NULL;
    default:
      return g_variant_new_int64 (number);
    }
}

static GVariant *
read_unsigned (guint64 number, char type)
{
  switch (type)
    {
    case 'y':
      return number <= G_MAXUINT8 ? g_variant_new_byte ((guint8) number) : NULL;
    case 'q':
      return number <= G_MAXUINT16 ? g_variant_new_uint16 ((guint16) number) : NULL;
    case 'u':
      return number <= G_MAXUINT32 ? g_variant_new_uint32 ((guint32) number) : NULL;
    default:
      return g_variant_new_uint64 (number);
    }
}

static GVariant *
read_number (McpJsonSlice value, char type)
{
  gint64 whole;
  guint64 natural;
  double number;

  if (mcp_json_get_type (value) != MCP_JSON_NUMBER)
    return NULL;
  if (type == 'd')
    return mcp_json_get_double (value, &number) ? g_variant_new_double (number) : NULL;
  if (strchr ("nix", type) != NULL)
    return mcp_json_get_int64 (value, &whole) ? read_signed (whole, type) : NULL;
  return mcp_json_get_uint64 (value, &natural) ? read_unsigned (natural, type) : NULL;
}

static GVariant *
read_text (const char *text, char type)
{
  if (text == NULL)
    return NULL;
  if (type == 'o')
    return g_variant_is_object_path (text) ? g_variant_new_object_path (text) : NULL;
  if (type == 'g')
    return g_variant_is_signature (text) ? g_variant_new_signature (text) : NULL;
  return g_utf8_validate (text, -1, NULL) ? g_variant_new_string (text) : NULL;
}

static GVariant *
read_basic (McpJsonSlice value, const GVariantType *type, GError **error)
{
  char letter = *g_variant_type_peek_string (type);
  GVariant *result = NULL;
  g_autofree char *text = NULL;

  switch (letter)
    {
    case 'b':
      if (mcp_json_get_type (value) == MCP_JSON_BOOLEAN)
        result = g_variant_new_boolean (mcp_json_get_boolean (value));
      break;
    case 's':
    case 'o':
    case 'g':
      if (mcp_json_get_type (value) == MCP_JSON_STRING)
        text = mcp_json_dup_string (value);
      result = read_text (text, letter);
      break;
    case 'h':
      break;
    default:
      result = read_number (value, letter);
      break;
    }
  return result != NULL ? result : refuse (type, error);
}

/* A key of an object stands for a number as well: it is read as one. */
static GVariant *
read_key (McpJsonSlice key, const GVariantType *type, GError **error)
{
  McpJsonSlice bare = { key.data + 1, key.length - 2 };
  McpJsonSlice number;

  if (strchr ("sog", *g_variant_type_peek_string (type)) != NULL)
    return read_basic (key, type, error);
  if (!mcp_json_scan (bare.data, bare.length, 1, 1, MCP_JSON_SCAN_DEFAULT, &number, NULL))
    return refuse (type, error);
  return read_basic (number, type, error);
}

static GVariant *
read_dictionary (McpJsonSlice value, const GVariantType *type, guint depth, GError **error)
{
  const GVariantType *entry = g_variant_type_element (type);
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (type);
  McpJsonIter iter;
  McpJsonSlice key, member;

  if (mcp_json_get_type (value) != MCP_JSON_OBJECT)
    return refuse (type, error);
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_member (&iter, &key, &member))
    {
      g_autoptr (GVariant) name = read_key (key, g_variant_type_key (entry), error);
      GVariant *read = NULL;

      if (name != NULL)
        {
          g_variant_ref_sink (name);
          read = read_value (member, g_variant_type_value (entry), depth + 1, error);
        }
      if (read == NULL)
        return NULL;
      g_variant_builder_add_value (builder, g_variant_new_dict_entry (name, read));
    }
  return g_variant_builder_end (builder);
}

static GVariant *
read_bytes (McpJsonSlice value, const GVariantType *type, GError **error)
{
  g_autofree char *text =
      mcp_json_get_type (value) == MCP_JSON_STRING ? mcp_json_dup_string (value) : NULL;
  g_autofree guchar *bytes = NULL;
  gsize length = 0;

  if (text == NULL)
    return refuse (type, error);
  bytes = g_base64_decode (text, &length);
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, length, 1);
}

static GVariant *
read_array (McpJsonSlice value, const GVariantType *type, guint depth, GError **error)
{
  const GVariantType *element = g_variant_type_element (type);
  g_autoptr (GVariantBuilder) builder = NULL;
  McpJsonIter iter;
  McpJsonSlice each;

  if (g_variant_type_is_dict_entry (element))
    return read_dictionary (value, type, depth, error);
  if (g_variant_type_equal (element, G_VARIANT_TYPE_BYTE))
    return read_bytes (value, type, error);
  if (mcp_json_get_type (value) != MCP_JSON_ARRAY)
    return refuse (type, error);

  builder = g_variant_builder_new (type);
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &each))
    {
      GVariant *read = read_value (each, element, depth + 1, error);

      if (read == NULL)
        return NULL;
      g_variant_builder_add_value (builder, read);
    }
  return g_variant_builder_end (builder);
}

static GVariant *
read_tuple (McpJsonSlice value, const GVariantType *type, guint depth, GError **error)
{
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (type);
  const GVariantType *item = g_variant_type_first (type);
  McpJsonIter iter;
  McpJsonSlice each;

  if (mcp_json_get_type (value) != MCP_JSON_ARRAY)
    return refuse (type, error);
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &each))
    {
      GVariant *read = item != NULL ? read_value (each, item, depth + 1, error) : NULL;

      if (read == NULL)
        return item != NULL ? NULL : refuse (type, error);
      g_variant_builder_add_value (builder, read);
      item = g_variant_type_next (item);
    }
  return item == NULL ? g_variant_builder_end (builder) : refuse (type, error);
}

static const GVariantType *
guess_type (McpJsonSlice value)
{
  gint64 number;

  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_BOOLEAN:
      return G_VARIANT_TYPE_BOOLEAN;
    case MCP_JSON_NUMBER:
      if (!mcp_json_get_int64 (value, &number))
        return G_VARIANT_TYPE_DOUBLE;
      return number >= G_MININT32 && number <= G_MAXINT32 ? G_VARIANT_TYPE_INT32
                                                          : G_VARIANT_TYPE_INT64;
    case MCP_JSON_STRING:
      return G_VARIANT_TYPE_STRING;
    case MCP_JSON_ARRAY:
      return G_VARIANT_TYPE ("av");
    case MCP_JSON_OBJECT:
      return G_VARIANT_TYPE_VARDICT;
    case MCP_JSON_NULL:
      break;
    }
  return NULL;
}

static guint
count_members (McpJsonSlice object)
{
  McpJsonIter iter;
  McpJsonSlice key, member;
  guint n_found = 0;

  mcp_json_iter_init (&iter, object);
  while (n_found < 3 && mcp_json_iter_next_member (&iter, &key, &member))
    n_found++;
  return n_found;
}

/* Returns: (nullable): the type that {"signature": …, "value": …} names */
static GVariantType *
dup_named_type (McpJsonSlice value, McpJsonSlice *inner)
{
  g_autofree char *signature = NULL;
  McpJsonSlice name;

  if (mcp_json_get_type (value) != MCP_JSON_OBJECT || count_members (value) != 2 ||
      !mcp_json_find_typed (value, "signature", MCP_JSON_STRING, &name) ||
      !mcp_json_find (value, "value", inner))
    return NULL;
  signature = mcp_json_dup_string (name);
  if (signature == NULL || !mcp_variant_json_can_carry (signature) ||
      !g_variant_type_string_is_valid (signature))
    return NULL;
  return g_variant_type_new (signature);
}

static GVariant *
read_variant (McpJsonSlice value, const GVariantType *type, guint depth, GError **error)
{
  McpJsonSlice inner = value;
  g_autoptr (GVariantType) named = dup_named_type (value, &inner);
  const GVariantType *found = named != NULL ? named : guess_type (value);
  GVariant *read;

  if (found == NULL)
    return refuse (type, error);
  read = read_value (inner, found, depth + 1, error);
  return read != NULL ? g_variant_new_variant (read) : NULL;
}

static GVariant *
read_value (McpJsonSlice value, const GVariantType *type, guint depth, GError **error)
{
  if (depth > MAX_DEPTH)
    return refuse (type, error);
  if (g_variant_type_is_variant (type))
    return read_variant (value, type, depth, error);
  if (g_variant_type_is_array (type))
    return read_array (value, type, depth, error);
  if (g_variant_type_is_tuple (type))
    return read_tuple (value, type, depth, error);
  return read_basic (value, type, error);
}

/**
 * mcp_variant_json_read:
 * @value: a JSON value
 * @type: definite
 * @error: return location
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS; the text goes on after the name of the argument.
 *
 * Returns: (transfer none) (nullable): floating: the value for the bus
 */
GVariant *
mcp_variant_json_read (McpJsonSlice value, const GVariantType *type, GError **error)
{
  return read_value (value, type, 0, error);
}
