/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-text-private.h"

#include "common/mcp-text-clean.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/random.h>

/* RFC 7636 section 4.1: 256 bits. */
#define N_RANDOM_BYTES 32
/* Of a document of a stranger. */
#define MAX_DEPTH      32
#define MAX_VALUES     10000
/* Of an error text of a stranger. */
#define MAX_QUOTED     300

/**
 * mcp_oauth_text_add_field:
 * @form: a form (application/x-www-form-urlencoded), or the query of an address
 * @name: of a field
 * @value: (nullable): its value; %NULL: the field is left out
 */
void
mcp_oauth_text_add_field (GString *form, const char *name, const char *value)
{
  if (value == NULL)
    return;
  if (form->len > 0)
    g_string_append_c (form, '&');
  g_string_append_uri_escaped (form, name, NULL, FALSE);
  g_string_append_c (form, '=');
  g_string_append_uri_escaped (form, value, NULL, FALSE);
}

static char *
decode_field (const char *text, gsize length)
{
  g_autofree char *plain = g_strndup (text, length);

  g_strdelimit (plain, "+", ' ');
  return g_uri_unescape_string (plain, NULL);
}

/**
 * mcp_oauth_text_parse_form:
 * @form: the query of an address
 *
 * Returns: (transfer full) (nullable): name to value; %NULL: a field cannot be read, or comes twice
 *   (RFC 6749 section 3.1)
 */
GHashTable *
mcp_oauth_text_parse_form (const char *form)
{
  g_autoptr (GHashTable) fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) parts = g_strsplit (form, "&", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      const char *equals = strchr (parts[i], '=');
      gsize n_name = equals != NULL ? (gsize) (equals - parts[i]) : strlen (parts[i]);
      g_autofree char *name = decode_field (parts[i], n_name);
      g_autofree char *value =
          equals != NULL ? decode_field (equals + 1, strlen (equals + 1)) : g_strdup ("");

      if (*parts[i] == '\0')
        continue;
      if (name == NULL || value == NULL || !g_utf8_validate (name, -1, NULL) ||
          !g_utf8_validate (value, -1, NULL) || g_hash_table_contains (fields, name))
        return NULL;
      g_hash_table_insert (fields, g_steal_pointer (&name), g_steal_pointer (&value));
    }
  return g_steal_pointer (&fields);
}

/**
 * mcp_oauth_text_build_base64url:
 * @bytes: any bytes
 * @n_bytes: their number
 *
 * Returns: (transfer full): RFC 4648 section 5, without padding
 */
char *
mcp_oauth_text_build_base64url (const guint8 *bytes, gsize n_bytes)
{
  char *text = g_base64_encode (bytes, n_bytes);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

/**
 * mcp_oauth_text_new_random:
 * @error: return location
 *
 * Errors: those of getrandom(), as #GIOErrorEnum.
 *
 * Returns: (transfer full) (nullable): 43 characters of 256 random bits, as a code verifier, a
 * state or an id
 */
char *
mcp_oauth_text_new_random (GError **error)
{
  guint8 bytes[N_RANDOM_BYTES];
  ssize_t n_bytes;

  do
    n_bytes = getrandom (bytes, sizeof bytes, 0);
  while (n_bytes < 0 && errno == EINTR);
  if (n_bytes == sizeof bytes)
    return mcp_oauth_text_build_base64url (bytes, sizeof bytes);

  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno),
                       "The kernel gives no random bytes");
  return NULL;
}

/**
 * mcp_oauth_text_build_challenge:
 * @verifier: a code verifier
 *
 * Returns: (transfer full): RFC 7636 section 4.2, S256
 */
char *
mcp_oauth_text_build_challenge (const char *verifier)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize n_digest = sizeof digest;

  g_checksum_update (checksum, (const guchar *) verifier, -1);
  g_checksum_get_digest (checksum, digest, &n_digest);
  return mcp_oauth_text_build_base64url (digest, n_digest);
}

/**
 * mcp_oauth_text_build_name:
 * @kind: what it names
 * @a: a text
 * @b: another
 * @c: another
 *
 * Returns: (transfer full): a name that no other texts have: 64 hexadecimal digits
 */
char *
mcp_oauth_text_build_name (const char *kind, const char *a, const char *b, const char *c)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const char *const texts[] = { kind, a, b, c };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_checksum_update (checksum, (const guchar *) texts[i], (gssize) strlen (texts[i]) + 1);
  return g_strdup (g_checksum_get_string (checksum));
}

/**
 * mcp_oauth_text_scan:
 * @text: a document
 * @root: (out): the object that it is; borrows @text
 * @error: return location
 *
 * Errors: those of mcp_json_scan(); %G_IO_ERROR_INVALID_DATA for what is no object.
 *
 * Returns: whether it is a JSON object
 */
gboolean
mcp_oauth_text_scan (const char *text, McpJsonSlice *root, GError **error)
{
  if (!mcp_json_scan (text, strlen (text), MAX_DEPTH, MAX_VALUES, MCP_JSON_SCAN_DEFAULT, root,
                      error))
    return FALSE;
  if (mcp_json_get_type (*root) == MCP_JSON_OBJECT)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "It is no JSON object");
  return FALSE;
}

/**
 * mcp_oauth_text_dup:
 * @object: a JSON object
 * @key: of a member
 *
 * Returns: (transfer full) (nullable): the member, if it is a string and not empty
 */
char *
mcp_oauth_text_dup (McpJsonSlice object, const char *key)
{
  McpJsonSlice value;
  g_autofree char *text = NULL;

  if (mcp_json_find_typed (object, key, MCP_JSON_STRING, &value))
    text = mcp_json_dup_string (value);
  return text != NULL && *text != '\0' ? g_steal_pointer (&text) : NULL;
}

/**
 * mcp_oauth_text_dup_secret:
 * @object: a JSON object
 * @key: of a member
 *
 * Returns: (transfer full) (nullable): the member, if it is a string and not empty; for
 *   mcp_secret_text_free()
 */
char *
mcp_oauth_text_dup_secret (McpJsonSlice object, const char *key)
{
  g_autoptr (McpSecretCopy) text = mcp_oauth_text_dup (object, key);

  return mcp_secret_text_new (text);
}

/**
 * mcp_oauth_text_dup_list:
 * @object: a JSON object
 * @key: of a member
 *
 * Returns: (transfer full) (nullable): the strings of the member, if it is an array
 */
char **
mcp_oauth_text_dup_list (McpJsonSlice object, const char *key)
{
  g_autoptr (GPtrArray) texts = NULL;
  McpJsonIter iter;
  McpJsonSlice array;
  McpJsonSlice element;

  if (!mcp_json_find_typed (object, key, MCP_JSON_ARRAY, &array))
    return NULL;
  texts = g_ptr_array_new_with_free_func (g_free);
  mcp_json_iter_init (&iter, array);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      char *text =
          mcp_json_get_type (element) == MCP_JSON_STRING ? mcp_json_dup_string (element) : NULL;

      if (text != NULL)
        g_ptr_array_add (texts, text);
    }
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}

/**
 * mcp_oauth_text_get_number:
 * @object: a JSON object
 * @key: of a member
 *
 * Returns: the member, if it is a number, without its fraction; some servers write it as a string.
 *   0: there is none
 */
gint64
mcp_oauth_text_get_number (McpJsonSlice object, const char *key)
{
  g_autofree char *text = mcp_oauth_text_dup (object, key);
  McpJsonSlice value;
  double number;

  if (text != NULL)
    return g_ascii_strtoll (text, NULL, 10);
  if (mcp_json_find_typed (object, key, MCP_JSON_NUMBER, &value) &&
      mcp_json_get_double (value, &number) && number > -1e15 && number < 1e15)
    return (gint64) number;
  return 0;
}

/**
 * mcp_oauth_text_get_flag:
 * @object: a JSON object
 * @key: of a member
 *
 * Returns: whether the member is true
 */
gboolean
mcp_oauth_text_get_flag (McpJsonSlice object, const char *key)
{
  McpJsonSlice value;

  return mcp_json_find_typed (object, key, MCP_JSON_BOOLEAN, &value) &&
         mcp_json_get_boolean (value);
}

static void
begin_member (GString *json, const char *key)
{
  if (json->len > 0 && json->str[json->len - 1] != '{')
    g_string_append_c (json, ',');
  mcp_json_append_string (json, key);
  g_string_append_c (json, ':');
}

/**
 * mcp_oauth_text_append:
 * @json: an object that is being written
 * @key: of a member
 * @value: (nullable): a text; %NULL: the member is left out
 */
void
mcp_oauth_text_append (GString *json, const char *key, const char *value)
{
  if (value == NULL)
    return;
  begin_member (json, key);
  mcp_json_append_string (json, value);
}

/**
 * mcp_oauth_text_append_number:
 * @json: an object that is being written
 * @key: of a member
 * @number: its value; 0: the member is left out
 */
void
mcp_oauth_text_append_number (GString *json, const char *key, gint64 number)
{
  if (number == 0)
    return;
  begin_member (json, key);
  g_string_append_printf (json, "%" G_GINT64_FORMAT, number);
}

/**
 * mcp_oauth_text_is_scopes:
 * @scopes: a text of a server
 *
 * Returns: whether it is a list of scopes (RFC 6749 section 3.3)
 */
gboolean
mcp_oauth_text_is_scopes (const char *scopes)
{
  for (; *scopes != '\0'; scopes++)
    if (*scopes < 0x20 || *scopes > 0x7e || *scopes == '"' || *scopes == '\\')
      return FALSE;
  return TRUE;
}

/**
 * mcp_oauth_text_has_scopes:
 * @scopes: (nullable): with spaces between them
 * @wanted: (nullable): the same
 *
 * Returns: whether all of @wanted are among @scopes
 */
gboolean
mcp_oauth_text_has_scopes (const char *scopes, const char *wanted)
{
  g_auto (GStrv) all = g_strsplit (scopes != NULL ? scopes : "", " ", -1);
  g_auto (GStrv) some = g_strsplit (wanted != NULL ? wanted : "", " ", -1);

  for (gsize i = 0; some[i] != NULL; i++)
    if (*some[i] != '\0' && !g_strv_contains ((const char *const *) all, some[i]))
      return FALSE;
  return TRUE;
}

/**
 * mcp_oauth_text_join_scopes:
 * @a: (nullable): scopes with spaces between them
 * @b: (nullable): the same
 *
 * Returns: (transfer full) (nullable): each scope of both, once; %NULL: there is none
 */
char *
mcp_oauth_text_join_scopes (const char *a, const char *b)
{
  g_autofree char *joined = g_strjoin (" ", a != NULL ? a : "", b != NULL ? b : "", NULL);
  g_auto (GStrv) parts = g_strsplit (joined, " ", -1);
  g_autoptr (GString) all = g_string_new (NULL);

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      if (*parts[i] == '\0' || mcp_oauth_text_has_scopes (all->str, parts[i]))
        continue;
      g_string_append_printf (all, "%s%s", all->len > 0 ? " " : "", parts[i]);
    }
  return all->len > 0 ? g_string_free (g_steal_pointer (&all), FALSE) : NULL;
}

/**
 * mcp_oauth_text_is_token:
 * @token: of a server
 *
 * Returns: whether it can stand in a header (RFC 6749 appendix A.12)
 */
gboolean
mcp_oauth_text_is_token (const char *token)
{
  const char *at = token;

  while (*at > 0x20 && *at < 0x7f)
    at++;
  return at != token && *at == '\0';
}

/**
 * mcp_oauth_text_quote:
 * @text: of a stranger
 *
 * Returns: (transfer full): the text, short, and without what a terminal would act on
 */
char *
mcp_oauth_text_quote (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) MIN (strlen (text), MAX_QUOTED));

  return g_strstrip (mcp_text_clean (valid));
}
