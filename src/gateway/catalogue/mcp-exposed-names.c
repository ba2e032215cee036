/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Under which names the tools of all servers are exposed.
 *
 * A plain name is <prefix>__<tool> with every character that clients refuse
 * replaced by "_". A tool gets another one, cut short and ending in a hash of
 * its full original, where the plain one is too long or not its own. Whose a
 * plain name is depends on the configuration first, so that a name does not
 * change hands when a server is listed late:
 *
 *  - between servers, the longest prefix that begins the name: no server can
 *    take a name in the room of another, whether that one is running or not;
 *  - between servers of the same prefix, the first of the configuration that
 *    has such a tool;
 *  - within a server, the tool that is really called so; of several that only
 *    look so after mangling, none.
 */

#include "gateway/catalogue/mcp-exposed-names.h"

#include <string.h>

/* Hexadecimal digits of the hash: 32 bits keep a few thousand names apart, and
 * the rare equal pair is told apart by a counter. */
#define HASH_DIGITS 8
#define STEM_MAX    (MCP_ITEM_NAME_MAX - HASH_DIGITS - 1)

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
  char **heads;         /* (owned): mangled prefix with its separator, by server */
  GHashTable **exposed; /* (owned): by server: own name -> exposed name, both (owned) */
  GHashTable *owners;   /* (owned): exposed name (unowned) -> Owner */
};

static void
owner_free (Owner *owner)
{
  g_free (owner->tool);
  g_free (owner);
}

/* Appends @text with one "_" for every character outside [a-zA-Z0-9_-]. */
static gboolean
append_mangled (GString *out, const char *text)
{
  gboolean exact = TRUE;

  for (const char *p = text; *p != '\0'; p++)
    {
      if (g_ascii_isalnum (*p) || *p == '_' || *p == '-')
        {
          g_string_append_c (out, *p);
          continue;
        }

      exact = FALSE;
      /* the bytes after a UTF-8 sequence's first belong to the same character */
      if ((*p & 0xc0) != 0x80)
        g_string_append_c (out, '_');
    }

  return exact;
}

static char *
build_head (const char *prefix)
{
  GString *head = g_string_new (NULL);

  if (*prefix != '\0')
    {
      append_mangled (head, prefix);
      g_string_append (head, MCP_ITEM_NAME_SEPARATOR);
    }

  return g_string_free (head, FALSE);
}

static char *
build_plain (const char *head, const char *tool, gboolean *exact)
{
  GString *plain = g_string_new (head);

  *exact = append_mangled (plain, tool);
  return g_string_free (plain, FALSE);
}

static char *
build_hashed (const char *plain, const char *prefix, const char *tool, guint salt)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (checksum, (const guchar *) prefix, (gssize) strlen (prefix));
  g_checksum_update (checksum, (const guchar *) "", 1); /* keeps "a"+"bc" and "ab"+"c" apart */
  g_checksum_update (checksum, (const guchar *) tool, (gssize) strlen (tool));
  if (salt > 0)
    g_checksum_update (checksum, (const guchar *) &salt, sizeof salt);

  return g_strdup_printf ("%.*s-%.*s", STEM_MAX, plain, HASH_DIGITS,
                          g_checksum_get_string (checksum));
}

/* Whether a plain name lies in the room of another server: one whose prefix says more. */
static gboolean
belongs_elsewhere (McpExposedNames *self, guint server, const char *plain)
{
  gsize own = strlen (self->heads[server]);

  for (guint i = 0; i < self->n_servers; i++)
    if (strlen (self->heads[i]) > own && g_str_has_prefix (plain, self->heads[i]))
      return TRUE;

  return FALSE;
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
  GHashTable *claims = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < self->n_servers; i++)
    for (guint k = 0; servers[i].names != NULL && servers[i].names[k] != NULL; k++)
      {
        gboolean exact;
        g_autofree char *plain = build_plain (self->heads[i], servers[i].names[k], &exact);

        if (strlen (plain) <= MCP_ITEM_NAME_MAX && !belongs_elsewhere (self, i, plain))
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

static void
give_hashed (McpExposedNames *self, guint server, const char *prefix, const char *tool)
{
  gboolean exact;
  g_autofree char *plain = build_plain (self->heads[server], tool, &exact);
  char *exposed = build_hashed (plain, prefix, tool, 0);

  for (guint salt = 1; g_hash_table_contains (self->owners, exposed); salt++)
    {
      g_free (exposed);
      exposed = build_hashed (plain, prefix, tool, salt);
    }

  give_name (self, server, tool, exposed);
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

        plain = build_plain (self->heads[i], tool, &exact);
        if (!plain_ones)
          give_hashed (self, i, servers[i].prefix, tool);
        else if (owns_plain (claims, plain, i, tool))
          give_name (self, i, tool, g_steal_pointer (&plain));
      }
}

/**
 * mcp_exposed_names_new:
 * @servers: (array length=n_servers): in the order of the configuration
 * @n_servers: how many
 *
 * Names every tool once; of a name that a server lists twice only the first
 * counts. The same input gives the same names, and a server whose tools are not
 * known yet keeps others out of its prefix all the same. Any thread.
 *
 * Returns: (transfer full): the names
 */
McpExposedNames *
mcp_exposed_names_new (const McpExposedNamesServer *servers, guint n_servers)
{
  McpExposedNames *self = g_new0 (McpExposedNames, 1);
  g_autoptr (GHashTable) claims = NULL;

  self->n_servers = n_servers;
  self->heads = g_new0 (char *, n_servers + 1);
  self->exposed = g_new0 (GHashTable *, n_servers + 1);
  self->owners = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) owner_free);
  for (guint i = 0; i < n_servers; i++)
    {
      self->heads[i] = build_head (servers[i].prefix);
      self->exposed[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
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
  g_strfreev (self->heads);
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

/**
 * mcp_exposed_names_may_own:
 * @prefix: a server's prefix
 * @exposed: a name as a client sent it
 *
 * Whether a tool of the server could bear the name, told without knowing its
 * tools: so that a call need not wait for servers it cannot be meant for.
 *
 * Returns: %FALSE when no tool of that server can have this name
 */
gboolean
mcp_exposed_names_may_own (const char *prefix, const char *exposed)
{
  g_autofree char *head = build_head (prefix);

  return strncmp (exposed, head, MIN (strlen (head), STEM_MAX)) == 0;
}
