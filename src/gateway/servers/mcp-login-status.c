/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-login-status.h"

#include "common/mcp-time.h"

static void
add_scopes (GVariantDict *dict, const char *scope)
{
  g_auto (GStrv) scopes = g_strsplit (scope, " ", -1);

  g_variant_dict_insert_value (dict, "scopes",
                               g_variant_new_strv ((const char *const *) scopes, -1));
}

/**
 * mcp_login_status_describe:
 * @login: the login to a server
 *
 * Returns: (transfer none): floating, a{sv}: `state` s, and where known `issuer` s, `scopes` as,
 *   `expires-at` s and `why` s
 */
GVariant *
mcp_login_status_describe (McpOauthServer *login)
{
  McpOauthStatus status;
  GVariantDict dict;

  mcp_oauth_server_get_status (login, &status);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "state", "s", mcp_oauth_server_state_to_string (status.state));
  if (status.issuer != NULL)
    g_variant_dict_insert (&dict, "issuer", "s", status.issuer);
  if (status.scope != NULL)
    add_scopes (&dict, status.scope);
  if (status.expires_at != 0)
    {
      g_autofree char *expires_at = mcp_time_format (status.expires_at * G_USEC_PER_SEC);

      g_variant_dict_insert (&dict, "expires-at", "s", expires_at);
    }
  if (status.why != NULL)
    g_variant_dict_insert (&dict, "why", "s", status.why);
  return g_variant_dict_end (&dict);
}
