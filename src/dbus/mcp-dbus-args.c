/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What callers put into a{sv} arguments is theirs to choose. Here every key and
 * type is checked against a table, so that a handler only sees what it asked for.
 */
#include "dbus/mcp-dbus-args.h"

#include "common/mcp-error.h"

#include <math.h>
#include <string.h>

/* Longer keys are not repeated in an error's text. */
#define MAX_SHOWN_KEY_BYTES 64

static gboolean
refuse (GError **error, const char *key, const char *problem)
{
  if (strlen (key) > MAX_SHOWN_KEY_BYTES)
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "A key %s", problem);
  else
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“%s” %s", key, problem);
  return FALSE;
}

static const McpDbusKey *
find_key (const McpDbusKey *keys, gsize n_keys, const char *name)
{
  for (gsize i = 0; i < n_keys; i++)
    if (strcmp (keys[i].name, name) == 0)
      return &keys[i];

  return NULL;
}

/**
 * mcp_dbus_args_parse:
 * @dict: an a{sv} from a caller
 * @keys: (array length=n_keys): the keys it may have, at most 32
 * @n_keys: how many
 * @target: what the keys' functions read into
 * @error: return location
 *
 * Gives each value of @dict to its key's function. Unknown keys and those given
 * twice are refused. Any thread.
 *
 * Errors: %MCP_ERROR_INVALID_ARGUMENTS, naming the key; @target may be filled in part.
 *
 * Returns: whether everything was taken
 */
gboolean
mcp_dbus_args_parse (GVariant *dict,
                     const McpDbusKey *keys,
                     gsize n_keys,
                     gpointer target,
                     GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *child;
  guint32 seen = 0;

  g_return_val_if_fail (g_variant_is_of_type (dict, G_VARIANT_TYPE_VARDICT), FALSE);
  g_return_val_if_fail (n_keys <= 32, FALSE);

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &child))
    {
      g_autoptr (GVariant) value = child;
      const McpDbusKey *key = find_key (keys, n_keys, name);
      guint32 bit;

      if (key == NULL)
        return refuse (error, name, "is not known here");

      bit = 1u << (key - keys);
      if ((seen & bit) != 0)
        return refuse (error, name, "is given twice");
      seen |= bit;

      if (!key->read (name, value, target, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * mcp_dbus_args_check_type:
 * @key: what it is, for the error's text
 * @value: a value from a caller
 * @type: what it must be
 * @error: return location
 *
 * Any thread. Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether @value is of @type
 */
gboolean
mcp_dbus_args_check_type (const char *key,
                          GVariant *value,
                          const GVariantType *type,
                          GError **error)
{
  g_autofree char *problem = NULL;
  const char *is = g_variant_get_type_string (value);

  if (g_variant_is_of_type (value, type))
    return TRUE;

  /* a type may be 255 characters long: D-Bus specification, "Valid Signatures" */
  problem = g_strdup_printf ("must be of type %.*s, not %s",
                             (int) g_variant_type_get_string_length (type),
                             g_variant_type_peek_string (type), strlen (is) > 16 ? "that" : is);
  return refuse (error, key, problem);
}

/**
 * mcp_dbus_args_check_string:
 * @key: what it is, for the error's text
 * @text: a string from a caller
 * @error: return location
 *
 * Any thread. Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether @text is at most %MCP_DBUS_MAX_STRING_BYTES long
 */
gboolean
mcp_dbus_args_check_string (const char *key, const char *text, GError **error)
{
  if (strlen (text) <= MCP_DBUS_MAX_STRING_BYTES)
    return TRUE;

  return refuse (error, key, "is longer than 1 MiB; large values go over HTTP");
}

/**
 * mcp_dbus_args_read_string:
 * @key: what it is, for the error's text
 * @value: a value from a caller
 * @text: (out) (transfer none): the string, valid as long as what @value was taken from
 * @error: return location
 *
 * Any thread. Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether @value is a string that is not too long
 */
gboolean
mcp_dbus_args_read_string (const char *key, GVariant *value, const char **text, GError **error)
{
  const char *string;

  if (!mcp_dbus_args_check_type (key, value, G_VARIANT_TYPE_STRING, error))
    return FALSE;

  string = g_variant_get_string (value, NULL);
  if (!mcp_dbus_args_check_string (key, string, error))
    return FALSE;

  *text = string;
  return TRUE;
}

/* Whether @value is an integer; one of @number and @large (above G_MAXINT64) is set then. */
static gboolean
read_integer (GVariant *value, gint64 *number, guint64 *large)
{
  *large = 0;
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BYTE:
      *number = g_variant_get_byte (value);
      return TRUE;
    case G_VARIANT_CLASS_INT16:
      *number = g_variant_get_int16 (value);
      return TRUE;
    case G_VARIANT_CLASS_UINT16:
      *number = g_variant_get_uint16 (value);
      return TRUE;
    case G_VARIANT_CLASS_INT32:
      *number = g_variant_get_int32 (value);
      return TRUE;
    case G_VARIANT_CLASS_UINT32:
      *number = g_variant_get_uint32 (value);
      return TRUE;
    case G_VARIANT_CLASS_INT64:
      *number = g_variant_get_int64 (value);
      return TRUE;
    case G_VARIANT_CLASS_UINT64:
      *large = g_variant_get_uint64 (value);
      if (*large <= G_MAXINT64)
        {
          *number = (gint64) *large;
          *large = 0;
        }
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * mcp_dbus_args_read_number:
 * @key: what it is, for the error's text
 * @value: a value from a caller, of any number type
 * @number: (out): finite
 * @error: return location
 *
 * Any thread. Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether @value is a finite number
 */
gboolean
mcp_dbus_args_read_number (const char *key, GVariant *value, double *number, GError **error)
{
  gint64 integer;
  guint64 large;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    {
      *number = g_variant_get_double (value);
      return isfinite (*number) ? TRUE : refuse (error, key, "must be finite");
    }
  if (!read_integer (value, &integer, &large))
    return refuse (error, key, "must be a number");

  *number = large != 0 ? (double) large : (double) integer;
  return TRUE;
}

/**
 * mcp_dbus_args_read_token:
 * @key: what it is, for the error's text
 * @value: a value from a caller: a string or of any integer type
 * @token: (out) (transfer full): the same as s; as x, or as t where it is too large for x
 * @error: return location
 *
 * Any thread. Errors: %MCP_ERROR_INVALID_ARGUMENTS.
 *
 * Returns: whether @value is a progress token
 */
gboolean
mcp_dbus_args_read_token (const char *key, GVariant *value, GVariant **token, GError **error)
{
  gint64 integer;
  guint64 large;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      if (!mcp_dbus_args_check_string (key, g_variant_get_string (value, NULL), error))
        return FALSE;
      *token = g_variant_ref (value);
      return TRUE;
    }
  if (!read_integer (value, &integer, &large))
    return refuse (error, key, "must be an integer or a string");

  *token = g_variant_ref_sink (large != 0 ? g_variant_new_uint64 (large)
                                          : g_variant_new_int64 (integer));
  return TRUE;
}
