/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-login-news.h"

#include "protocol/mcp-jsonrpc.h"

#include <string.h>

struct _McpLoginNews
{
  McpLoginNewsFunc func;
  gpointer user_data;
  GHashTable *awaited; /* (owned): name of a server (unowned) -> Awaited (owned) */
};

/* A login that is not there yet. */
typedef struct
{
  McpLoginNews *news;    /* (unowned) */
  McpOauthServer *login; /* (owned) */
  gulong granted_id;
  char *id; /* JSON text: of the elicitation */
} Awaited;

static void
awaited_free (gpointer data)
{
  Awaited *awaited = data;

  g_clear_signal_handler (&awaited->granted_id, awaited->login);
  g_object_unref (awaited->login);
  g_free (awaited->id);
  g_free (awaited);
}

static void
granted_cb (McpOauthServer *login, Awaited *awaited)
{
  McpLoginNews *self = awaited->news;
  g_autofree char *params = g_strdup_printf ("{\"elicitationId\":%s}", awaited->id);
  g_autoptr (GBytes) notification = mcp_jsonrpc_build_notification (
      "notifications/elicitation/complete", (McpJsonSlice){ params, strlen (params) });

  g_hash_table_remove (self->awaited, mcp_oauth_server_get_name (login));
  self->func (notification, self->user_data);
}

/**
 * mcp_login_news_add:
 * @self: the news for a client
 * @login: the login to a server
 * @params: of the elicitation that the client was sent
 */
void
mcp_login_news_add (McpLoginNews *self, McpOauthServer *login, McpJsonSlice params)
{
  Awaited *awaited;
  McpJsonSlice id;

  if (!mcp_json_find_typed (params, "elicitationId", MCP_JSON_STRING, &id))
    return;
  awaited = g_new0 (Awaited, 1);
  awaited->news = self;
  awaited->login = g_object_ref (login);
  awaited->id = g_strndup (id.data, id.length);
  awaited->granted_id = g_signal_connect (login, "granted", G_CALLBACK (granted_cb), awaited);
  g_hash_table_replace (self->awaited, (gpointer) mcp_oauth_server_get_name (login), awaited);
}

/**
 * mcp_login_news_new:
 * @func: called when a login is there; may free the news
 * @user_data: for @func
 *
 * Returns: (transfer full): news of no login yet
 */
McpLoginNews *
mcp_login_news_new (McpLoginNewsFunc func, gpointer user_data)
{
  McpLoginNews *self = g_new0 (McpLoginNews, 1);

  self->func = func;
  self->user_data = user_data;
  self->awaited = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, awaited_free);
  return self;
}

/**
 * mcp_login_news_free:
 * @self: (transfer full): the news for a client, who hears of nothing any more
 */
void
mcp_login_news_free (McpLoginNews *self)
{
  g_hash_table_unref (self->awaited);
  g_free (self);
}
