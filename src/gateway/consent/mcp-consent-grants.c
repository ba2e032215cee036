/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-consent-grants-private.h"

#include <gio/gio.h>

struct _McpConsentGrants
{
  McpGrantKeep *keep;   /* (owned) (nullable): has the grants that last */
  GHashTable *sessions; /* (owned): id (owned) -> set of keys (owned): those that do not */
};

/**
 * mcp_consent_grants_new:
 *
 * Returns: (transfer full): nothing is granted
 */
McpConsentGrants *
mcp_consent_grants_new (void)
{
  McpConsentGrants *self = g_new0 (McpConsentGrants, 1);

  self->sessions =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  return self;
}

/**
 * mcp_consent_grants_free:
 * @self: (transfer full): the grants
 */
void
mcp_consent_grants_free (McpConsentGrants *self)
{
  g_hash_table_unref (self->sessions);
  g_clear_object (&self->keep);
  g_free (self);
}

/**
 * mcp_consent_grants_set_keep:
 * @self: no grants
 * @keep: (nullable): has those of earlier daemons, and gets the next ones
 */
void
mcp_consent_grants_set_keep (McpConsentGrants *self, McpGrantKeep *keep)
{
  g_set_object (&self->keep, keep);
}

/* Returns: (nullable): the id of the Flatpak that has registered the server */
static const char *
get_sandbox (McpTarget *target)
{
  const McpServerBus *bus = target->config->bus;
  const char *id = bus != NULL && bus->peer != NULL ? bus->peer->sandbox : NULL;

  /* Flatpak's ids are application ids; a sandbox without one is nobody in particular. */
  return id != NULL && g_application_id_is_valid (id) ? id : NULL;
}

/* A server that is written differently, or another one of the same name, has no grant. A sandboxed
   app is asked about once: a grant is for all its tools, and for the app when it is back. */
static char *
build_key (McpTarget *target)
{
  const char *sandbox = get_sandbox (target);

  if (sandbox != NULL)
    return g_strconcat ("sandbox ", sandbox, " ", target->config->name, NULL);
  return g_strconcat (target->config->fingerprint, " ", target->config->name, "\n", target->name,
                      NULL);
}

/* The bus name of an app that has registered may be another app's tomorrow. */
static gboolean
lasts (McpConsentGrants *self, McpTarget *target)
{
  return self->keep != NULL &&
         (target->config->origin != MCP_SERVER_ORIGIN_REGISTERED || get_sandbox (target) != NULL);
}

static void
add (McpConsentGrants *self, const char *session_id, const char *key)
{
  GHashTable *keys = g_hash_table_lookup (self->sessions, session_id);

  if (keys == NULL)
    {
      keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (self->sessions, g_strdup (session_id), keys);
    }
  g_hash_table_add (keys, g_strdup (key));
}

/**
 * mcp_consent_grants_add:
 * @self: the grants
 * @session: may call the tool from now on
 * @target: the tool
 */
void
mcp_consent_grants_add (McpConsentGrants *self, McpSession *session, McpTarget *target)
{
  g_autofree char *key = build_key (target);

  if (lasts (self, target))
    mcp_grant_keep_add (self->keep, mcp_session_get_id (session), key);
  else
    add (self, mcp_session_get_id (session), key);
}

/**
 * mcp_consent_grants_has:
 * @self: the grants
 * @session: calls a tool
 * @target: the tool
 *
 * Returns: whether the owner has allowed that for the session
 */
gboolean
mcp_consent_grants_has (McpConsentGrants *self, McpSession *session, McpTarget *target)
{
  const char *session_id = mcp_session_get_id (session);
  g_autofree char *key = build_key (target);
  GHashTable *keys;

  if (lasts (self, target))
    return mcp_grant_keep_has (self->keep, session_id, key);
  keys = g_hash_table_lookup (self->sessions, session_id);
  return keys != NULL && g_hash_table_contains (keys, key);
}

/**
 * mcp_consent_grants_drop_session:
 * @self: the grants
 * @session_id: of a session that has ended
 */
void
mcp_consent_grants_drop_session (McpConsentGrants *self, const char *session_id)
{
  g_hash_table_remove (self->sessions, session_id);
}
