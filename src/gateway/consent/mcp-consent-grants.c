/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-consent-grants-private.h"

struct _McpConsentGrants
{
  GHashTable *sessions; /* (owned): id (owned) -> set of keys (owned) */
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
  g_free (self);
}

/* A server that is written differently, or another one of the same name, has no grant. */
static char *
build_key (McpTarget *target)
{
  return g_strconcat (target->config->fingerprint, " ", target->config->name, "\n", target->name,
                      NULL);
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
  const char *session_id = mcp_session_get_id (session);
  GHashTable *keys = g_hash_table_lookup (self->sessions, session_id);

  if (keys == NULL)
    {
      keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (self->sessions, g_strdup (session_id), keys);
    }
  g_hash_table_add (keys, build_key (target));
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
  GHashTable *keys = g_hash_table_lookup (self->sessions, mcp_session_get_id (session));
  g_autofree char *key = NULL;

  if (keys == NULL)
    return FALSE;
  key = build_key (target);
  return g_hash_table_contains (keys, key);
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
