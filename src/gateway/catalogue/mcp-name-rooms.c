/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-name-rooms.h"

#include "common/mcp-keyed-hash.h"

#include <string.h>

struct _McpNameRooms
{
  gatomicrefcount ref_count;
  GHashTable *beginnings; /* (owned): set of char (owned), "" among them */
  gsize longest;          /* length of the longest one */
};

static char *
build_beginning (const char *prefix)
{
  g_autofree char *mangled = mcp_name_rooms_mangle (prefix, NULL);

  return *prefix != '\0' ? g_strconcat (mangled, MCP_NAME_ROOMS_SEPARATOR, NULL) : g_strdup ("");
}

/**
 * mcp_name_rooms_new:
 * @prefixes: (array length=n_prefixes): of all configured servers, "" for none
 * @n_prefixes: how many
 *
 * Returns: (transfer full): the rooms
 */
McpNameRooms *
mcp_name_rooms_new (const char *const *prefixes, guint n_prefixes)
{
  McpNameRooms *self = g_new0 (McpNameRooms, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->beginnings = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free, NULL);
  g_hash_table_add (self->beginnings, g_strdup (""));
  for (guint i = 0; i < n_prefixes; i++)
    {
      char *beginning = build_beginning (prefixes[i]);

      self->longest = MAX (self->longest, strlen (beginning));
      if (g_hash_table_contains (self->beginnings, beginning))
        g_free (beginning);
      else
        g_hash_table_add (self->beginnings, beginning);
    }
  return self;
}

/**
 * mcp_name_rooms_ref:
 * @self: the rooms
 *
 * Returns: (transfer full): @self
 */
McpNameRooms *
mcp_name_rooms_ref (McpNameRooms *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_name_rooms_unref:
 * @self: (transfer full): the rooms
 */
void
mcp_name_rooms_unref (McpNameRooms *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->beginnings);
  g_free (self);
}

static const char *
lookup (McpNameRooms *self, const char *beginning)
{
  gpointer found = NULL;

  g_hash_table_lookup_extended (self->beginnings, beginning, &found, NULL);
  return found;
}

/**
 * mcp_name_rooms_get:
 * @self: the rooms
 * @prefix: of a configured server
 *
 * Returns: (transfer none) (nullable): the room of the prefix; %NULL where the rooms know no
 *   server with the prefix. Rooms are compared by address.
 */
const char *
mcp_name_rooms_get (McpNameRooms *self, const char *prefix)
{
  g_autofree char *beginning = build_beginning (prefix);

  return lookup (self, beginning);
}

/* The longest beginning of the first @length bytes that is a room. */
static const char *
find (McpNameRooms *self, const char *name, gsize length)
{
  gsize n = MIN (length, self->longest);
  g_autofree char *text = g_strndup (name, n);
  const char *found;

  for (; n >= 2; n--)
    {
      text[n] = '\0';
      if (text[n - 1] == '_' && text[n - 2] == '_' && (found = lookup (self, text)) != NULL)
        return found;
    }
  return lookup (self, "");
}

/**
 * mcp_name_rooms_find:
 * @self: the rooms
 * @name: an exposed name, or a candidate for one
 *
 * Returns: (transfer none): the room that the name lies in
 */
const char *
mcp_name_rooms_find (McpNameRooms *self, const char *name)
{
  return find (self, name, strlen (name));
}

/**
 * mcp_name_rooms_find_of_glob:
 * @self: the rooms
 * @glob: over exposed names
 *
 * Returns: (transfer none) (nullable): the room that all names lie in which the glob is meant
 *   for: that of the longest prefix which the glob begins with; %NULL: the glob begins with no
 *   prefix, and is for all servers
 */
const char *
mcp_name_rooms_find_of_glob (McpNameRooms *self, const char *glob)
{
  const char *found = find (self, glob, strcspn (glob, "*?"));

  return *found != '\0' ? found : NULL;
}

/**
 * mcp_name_rooms_mangle:
 * @name: any text
 * @exact: (out) (optional): whether nothing had to be replaced
 *
 * Clients accept only letters, digits, "_" and "-" of ASCII in names. Any thread.
 *
 * Returns: (transfer full): the text with one "_" for every other character
 */
char *
mcp_name_rooms_mangle (const char *name, gboolean *exact)
{
  GString *out = g_string_new (NULL);
  gboolean is_exact = TRUE;

  for (const char *p = name; *p != '\0'; p++)
    {
      if (g_ascii_isalnum (*p) || *p == '_' || *p == '-')
        {
          g_string_append_c (out, *p);
          continue;
        }

      is_exact = FALSE;
      /* the bytes after the first of a UTF-8 sequence belong to the same character */
      if ((*p & 0xc0) != 0x80)
        g_string_append_c (out, '_');
    }
  if (exact != NULL)
    *exact = is_exact;
  return g_string_free (out, FALSE);
}
