/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-server-oauth.h"

#include <string.h>

/* A member of “oauth”, under the names that other clients have for it: VS Code and Claude Code in
 * one word, Codex with underscores. */
typedef struct
{
  const char *name;
  gsize offset; /* of a text in McpServerOauth */
} TextKey;

static const TextKey text_keys[] = {
  { "clientId", G_STRUCT_OFFSET (McpServerOauth, client_id) },
  { "client_id", G_STRUCT_OFFSET (McpServerOauth, client_id) },
  { "clientSecret", G_STRUCT_OFFSET (McpServerOauth, client_secret) },
  { "client_secret", G_STRUCT_OFFSET (McpServerOauth, client_secret) },
  { "privateKey", G_STRUCT_OFFSET (McpServerOauth, private_key) },
  { "scope", G_STRUCT_OFFSET (McpServerOauth, scope) },
  { "resource", G_STRUCT_OFFSET (McpServerOauth, resource) },
  { "oauth_resource", G_STRUCT_OFFSET (McpServerOauth, resource) },
  { "issuer", G_STRUCT_OFFSET (McpServerOauth, issuer) },
  { "clientMetadataUrl", G_STRUCT_OFFSET (McpServerOauth, document) },
};

static gboolean
take_text (char **field, McpJsonSlice value)
{
  char *text = mcp_json_get_type (value) == MCP_JSON_STRING ? mcp_json_dup_string (value) : NULL;

  if (text == NULL)
    return FALSE;
  g_free (*field);
  *field = text;
  return *text != '\0';
}

/* A list of texts, or one text with spaces in it. */
static gboolean
take_scopes (McpServerOauth *self, McpJsonSlice value)
{
  g_autoptr (GString) all = g_string_new (NULL);
  McpJsonIter iter;
  McpJsonSlice element;

  if (mcp_json_get_type (value) != MCP_JSON_ARRAY)
    return take_text (&self->scope, value);
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      g_autofree char *scope = NULL;

      if (!take_text (&scope, element))
        return FALSE;
      g_string_append_printf (all, "%s%s", all->len > 0 ? " " : "", scope);
    }
  g_free (self->scope);
  self->scope = g_string_free (g_steal_pointer (&all), FALSE);
  return TRUE;
}

static gboolean
take_grant (McpServerOauth *self, McpJsonSlice value)
{
  self->is_machine = mcp_json_string_equal (value, "client_credentials");
  return self->is_machine || mcp_json_string_equal (value, "authorization_code");
}

static gboolean
take_port (McpServerOauth *self, McpJsonSlice value)
{
  gint64 port;

  if (mcp_json_get_type (value) != MCP_JSON_NUMBER || !mcp_json_get_int64 (value, &port) ||
      port < 1 || port > G_MAXUINT16)
    return FALSE;
  self->redirect_port = (guint) port;
  return TRUE;
}

/* A member with a meaning that cannot be kept must not be passed over: it may say where secrets go.
 */
static gboolean
take_member (McpServerOauth *self, McpJsonSlice key, McpJsonSlice value)
{
  for (gsize i = 0; i < G_N_ELEMENTS (text_keys); i++)
    if (mcp_json_string_equal (key, text_keys[i].name))
      return take_text (&G_STRUCT_MEMBER (char *, self, text_keys[i].offset), value);
  if (mcp_json_string_equal (key, "scopes"))
    return take_scopes (self, value);
  if (mcp_json_string_equal (key, "grant"))
    return mcp_json_get_type (value) == MCP_JSON_STRING && take_grant (self, value);
  if (mcp_json_string_equal (key, "redirectPort") || mcp_json_string_equal (key, "callbackPort"))
    return take_port (self, value);
  if (!mcp_json_string_equal (key, "enabled") || mcp_json_get_type (value) != MCP_JSON_BOOLEAN)
    return FALSE;
  self->is_off = !mcp_json_get_boolean (value);
  return TRUE;
}

/* Client credentials are somebody's: an id, and a secret or a key. */
static gboolean
is_whole (const McpServerOauth *self)
{
  if (self->client_secret != NULL && self->private_key != NULL)
    return FALSE;
  if (self->client_id == NULL)
    return self->client_secret == NULL && self->private_key == NULL && !self->is_machine;
  return !self->is_machine || self->client_secret != NULL || self->private_key != NULL;
}

/**
 * mcp_server_oauth_read:
 * @self: zeroed memory
 * @value: “oauth” of an entry: a boolean or an object
 *
 * Any thread.
 *
 * Returns: whether it is right
 */
gboolean
mcp_server_oauth_read (McpServerOauth *self, McpJsonSlice value)
{
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice member;

  if (mcp_json_get_type (value) == MCP_JSON_BOOLEAN)
    {
      self->is_off = !mcp_json_get_boolean (value);
      return TRUE;
    }
  mcp_json_iter_init (&iter, value);
  while (mcp_json_iter_next_member (&iter, &key, &member))
    if (!take_member (self, key, member))
      return FALSE;
  return is_whole (self);
}

/**
 * mcp_server_oauth_clear:
 * @self: what an entry says of OAuth
 */
void
mcp_server_oauth_clear (McpServerOauth *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (text_keys); i++)
    g_clear_pointer (&G_STRUCT_MEMBER (char *, self, text_keys[i].offset), g_free);
}
