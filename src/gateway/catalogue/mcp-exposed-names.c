/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Where the exposed name of a tool is made.
 *
 * A plain name is <prefix>__<tool> with every character that clients refuse replaced by "_".
 * A tool gets a made-up name, cut short and ending in a hash of its full original, where the
 * plain one is too long or belongs to another tool. The configuration decides first to whom a
 * plain name belongs, so that a name does not change hands when a server is listed late:
 *
 *  - between servers, the longest prefix that begins the name: no server can take a name in
 *    the room of another (#McpNameRooms), whether that one is running or not;
 *  - between servers of the same prefix, the first of the configuration that has such a tool;
 *  - within a server, the tool that is really called so; of several that only look so after
 *    mangling, none.
 *
 * A made-up name keeps to the room of its server as well. One that would lie in the room of
 * another server begins with the name of its own server instead, and has no separator, so that
 * it lies in nobody's room.
 */

#include "gateway/catalogue/mcp-exposed-names.h"

#include "common/mcp-keyed-hash.h"

#include <string.h>

/* Hexadecimal digits of the hash: 32 bits keep a few thousand names apart, and the rare equal
 * pair is kept apart by a counter. */
#define HASH_DIGITS 8

typedef struct
{
  guint server;
  char *tool; /* (owned): the server's own name */
} Owner;

/* Who wants a plain name. */
typedef struct
{
  guint server;
  const char *tool;   /* (unowned) */
  gboolean exact;     /* the tool's name needed no mangling */
  gboolean ambiguous; /* several of the server's tools look alike, none is exact */
} Claim;

struct _McpExposedNames
{
  guint n_servers;
  McpNameRooms *rooms;  /* (owned) */
  gsize max_length;     /* of an exposed name */
  const char **own;     /* (owned): room of each server (unowned) */
  GHashTable **exposed; /* (owned): by server: own name -> exposed name, both (owned) */
  GHashTable *owners;   /* (owned): exposed name (unowned) -> Owner */
};

static void
owner_free (Owner *owner)
{
  g_free (owner->tool);
  g_free (owner);
}

static char *
build_plain (const char *room, const char *tool, gboolean *exact)
{
  g_autofree char *mangled = mcp_name_rooms_mangle (tool, exact);

  return g_strconcat (room, mangled, NULL);
}

/* A stem that lies in nobody's room: every room but "" begins with a text that ends in the
 * separator, and there is none in here. */
static char *
build_roomless (const char *server_name, const char *tool)
{
  g_autofree char *text = g_strconcat (server_name, "-", tool, NULL);
  char *stem = mcp_name_rooms_mangle (text, NULL);
  char *out = stem;

  for (const char *in = stem; *in != '\0'; in++)
    if (out == stem || *in != '_' || out[-1] != '_')
      *out++ = *in;
  *out = '\0';
  return stem;
}

static gsize
stem_max (gsize max_length)
{
  return max_length - HASH_DIGITS - 1;
}

static char *
build_hashed (McpExposedNames *self,
              const char *stem,
              const McpExposedNamesServer *server,
              const char *tool,
              guint salt)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (checksum, (const guchar *) server->prefix, (gssize) strlen (server->prefix));
  g_checksum_update (checksum, (const guchar *) "", 1); /* keeps "a"+"bc" and "ab"+"c" apart */
  g_checksum_update (checksum, (const guchar *) tool, (gssize) strlen (tool));
  if (salt > 0)
    g_checksum_update (checksum, (const guchar *) &salt, sizeof salt);

  return g_strdup_printf ("%.*s-%.*s", (int) stem_max (self->max_length), stem, HASH_DIGITS,
                          g_checksum_get_string (checksum));
}

/* Whether no other server than this one has the room that a name lies in. */
static gboolean
keeps_to_room (McpExposedNames *self, guint server, const char *name)
{
  const char *room = mcp_name_rooms_find (self->rooms, name);

  return room == self->own[server] || *room == '\0';
}

static void
claim_plain (GHashTable *claims, const char *plain, guint server, const char *tool, gboolean exact)
{
  Claim *claim = g_hash_table_lookup (claims, plain);

  if (claim == NULL)
    {
      claim = g_new0 (Claim, 1);
      *claim = (Claim){ .server = server, .tool = tool, .exact = exact };
      g_hash_table_insert (claims, g_strdup (plain), claim);
      return;
    }

  if (claim->server != server || claim->exact || strcmp (claim->tool, tool) == 0)
    return;

  claim->ambiguous = !exact;
  if (exact)
    {
      claim->tool = tool;
      claim->exact = TRUE;
    }
}

static GHashTable *
collect_claims (McpExposedNames *self, const McpExposedNamesServer *servers)
{
  GHashTable *claims = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free, g_free);

  for (guint i = 0; i < self->n_servers; i++)
    for (guint k = 0; servers[i].names != NULL && servers[i].names[k] != NULL; k++)
      {
        gboolean exact;
        g_autofree char *plain = build_plain (self->own[i], servers[i].names[k], &exact);

        if (strlen (plain) <= self->max_length && keeps_to_room (self, i, plain))
          claim_plain (claims, plain, i, servers[i].names[k], exact);
      }

  return claims;
}

static void
give_name (McpExposedNames *self, guint server, const char *tool, char *exposed)
{
  Owner *owner = g_new0 (Owner, 1);

  owner->server = server;
  owner->tool = g_strdup (tool);
  g_hash_table_insert (self->exposed[server], g_strdup (tool), exposed);
  g_hash_table_insert (self->owners, exposed, owner);
}

static gboolean
owns_plain (GHashTable *claims, const char *plain, guint server, const char *tool)
{
  Claim *claim = g_hash_table_lookup (claims, plain);

  return claim != NULL && claim->server == server && !claim->ambiguous &&
         strcmp (claim->tool, tool) == 0;
}

/* What a made-up name begins with. */
static char *
build_stem (McpExposedNames *self,
            guint index,
            const McpExposedNamesServer *server,
            const char *tool)
{
  char *stem = build_plain (self->own[index], tool, NULL);
  g_autofree char *name = build_hashed (self, stem, server, tool, 0);

  if (keeps_to_room (self, index, name))
    return stem;

  g_free (stem);
  return build_roomless (server->name, tool);
}

static void
give_hashed (McpExposedNames *self,
             guint index,
             const McpExposedNamesServer *server,
             const char *tool)
{
  g_autofree char *stem = build_stem (self, index, server, tool);
  char *exposed = build_hashed (self, stem, server, tool, 0);

  for (guint salt = 1; g_hash_table_contains (self->owners, exposed); salt++)
    {
      g_free (exposed);
      exposed = build_hashed (self, stem, server, tool, salt);
    }

  give_name (self, index, tool, exposed);
}

/* All plain names first: a made-up one never displaces them. */
static void
give_names (McpExposedNames *self,
            const McpExposedNamesServer *servers,
            GHashTable *claims,
            gboolean plain_ones)
{
  for (guint i = 0; i < self->n_servers; i++)
    for (guint k = 0; servers[i].names != NULL && servers[i].names[k] != NULL; k++)
      {
        const char *tool = servers[i].names[k];
        g_autofree char *plain = NULL;
        gboolean exact;

        if (g_hash_table_contains (self->exposed[i], tool))
          continue;

        plain = build_plain (self->own[i], tool, &exact);
        if (!plain_ones)
          give_hashed (self, i, &servers[i], tool);
        else if (owns_plain (claims, plain, i, tool))
          give_name (self, i, tool, g_steal_pointer (&plain));
      }
}

/**
 * mcp_exposed_names_new:
 * @servers: (array length=n_servers): in the order of the configuration
 * @n_servers: how many
 * @rooms: of all configured servers, these among them
 * @max_length: of an exposed name; at least %MCP_EXPOSED_NAMES_MIN_LENGTH
 *
 * Names every tool once; of a name that a server lists twice only the first counts. The same
 * input gives the same names, and a server whose tools are not known yet keeps others out of
 * its prefix all the same. Any thread.
 *
 * Returns: (transfer full): the names
 */
McpExposedNames *
mcp_exposed_names_new (const McpExposedNamesServer *servers,
                       guint n_servers,
                       McpNameRooms *rooms,
                       gsize max_length)
{
  McpExposedNames *self = g_new0 (McpExposedNames, 1);
  g_autoptr (GHashTable) claims = NULL;

  self->n_servers = n_servers;
  self->rooms = mcp_name_rooms_ref (rooms);
  self->max_length = MAX (max_length, MCP_EXPOSED_NAMES_MIN_LENGTH);
  self->own = g_new0 (const char *, n_servers + 1);
  self->exposed = g_new0 (GHashTable *, n_servers + 1);
  self->owners =
      g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, NULL, (GDestroyNotify) owner_free);
  for (guint i = 0; i < n_servers; i++)
    {
      self->own[i] = mcp_name_rooms_get (rooms, servers[i].prefix);
      g_assert (self->own[i] != NULL);
      self->exposed[i] = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free, g_free);
    }

  claims = collect_claims (self, servers);
  give_names (self, servers, claims, TRUE);
  give_names (self, servers, claims, FALSE);
  return self;
}

/**
 * mcp_exposed_names_free:
 * @self: (transfer full): the names
 *
 * Frees the names.
 */
void
mcp_exposed_names_free (McpExposedNames *self)
{
  g_return_if_fail (self != NULL);

  g_hash_table_unref (self->owners); /* its keys are values of the tables below */
  for (guint i = 0; i < self->n_servers; i++)
    g_hash_table_unref (self->exposed[i]);
  g_free (self->exposed);
  g_free (self->own);
  mcp_name_rooms_unref (self->rooms);
  g_free (self);
}

/**
 * mcp_exposed_names_get:
 * @self: the names
 * @server: index of the server
 * @tool: its own name for the tool
 *
 * Returns: (nullable) (transfer none): the exposed name; %NULL: the server has no such tool
 */
const char *
mcp_exposed_names_get (McpExposedNames *self, guint server, const char *tool)
{
  g_return_val_if_fail (server < self->n_servers, NULL);

  return g_hash_table_lookup (self->exposed[server], tool);
}

/**
 * mcp_exposed_names_find:
 * @self: the names
 * @exposed: a name as a client sent it
 * @server: (out): index of the server
 * @tool: (out) (transfer none): its own name for the tool
 *
 * Returns: whether the name is exposed
 */
gboolean
mcp_exposed_names_find (McpExposedNames *self,
                        const char *exposed,
                        guint *server,
                        const char **tool)
{
  const Owner *owner = g_hash_table_lookup (self->owners, exposed);

  if (owner == NULL)
    return FALSE;

  *server = owner->server;
  *tool = owner->tool;
  return TRUE;
}

static gboolean
begins (const char *exposed, const char *stem, gsize max_length)
{
  return strncmp (exposed, stem, MIN (strlen (stem), stem_max (max_length))) == 0;
}

/**
 * mcp_exposed_names_may_own:
 * @prefix: of a server
 * @server_name: of the same
 * @max_length: of an exposed name
 * @exposed: a name as a client sent it
 *
 * Whether a tool of the server could have the name, told without knowing its tools: so that a
 * call need not wait for servers that it cannot be meant for.
 *
 * Returns: %FALSE when no tool of that server can have this name
 */
gboolean
mcp_exposed_names_may_own (const char *prefix,
                           const char *server_name,
                           gsize max_length,
                           const char *exposed)
{
  g_autofree char *mangled = mcp_name_rooms_mangle (prefix, NULL);
  g_autofree char *room =
      g_strconcat (mangled, *prefix != '\0' ? MCP_NAME_ROOMS_SEPARATOR : "", NULL);
  g_autofree char *roomless = build_roomless (server_name, "");

  return begins (exposed, room, max_length) || begins (exposed, roomless, max_length);
}
