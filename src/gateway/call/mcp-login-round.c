/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * States of a round:
 *
 *   BEGINNING --- there is an address ---> ASKING --- the client shows it ---> WAITING ---> granted
 *       '--- there is none --------------------'--- the client does not --------'--------> not
 * granted
 *
 * From each, the login of anybody at all ends the round: granted. Only a client that was sent away
 * has to come back first.
 */
#include "gateway/call/mcp-login-round.h"

#include "common/mcp-timer.h"

struct _McpLoginRound
{
  McpOauthServer *login; /* (owned) */
  const McpLoginRoundFuncs *funcs;
  gpointer user_data;
  McpAsk *ask;    /* (owned) (nullable): while ASKING */
  GSource *timer; /* (owned) (nullable): until the browser comes too late */
  gulong granted_id;
  gboolean awaits_client; /* while ASKING, the client is away */
  gboolean is_granted;
  gboolean is_done;
};

static void
mcp_login_round_clear (gpointer data)
{
  McpLoginRound *self = data;

  g_object_unref (self->login);
}

static void
round_unref (gpointer data)
{
  g_rc_box_release_full (data, mcp_login_round_clear);
}

/* The client's word for a server's, once it can show addresses: since 2025-11-25. */
static gboolean
can_show_addresses (McpClient *client)
{
  McpJsonSlice capabilities = mcp_json_slice (client->capabilities);
  McpJsonSlice elicitation;
  McpJsonSlice url;

  return mcp_client_can_be_asked (client) && client->revision >= MCP_REVISION_2025_11_25 &&
         mcp_json_find_typed (capabilities, "elicitation", MCP_JSON_OBJECT, &elicitation) &&
         mcp_json_find_typed (elicitation, "url", MCP_JSON_OBJECT, &url);
}

/**
 * mcp_login_round_is_possible:
 * @login: (nullable): the login to a server
 * @client: who wants something of the server
 *
 * Returns: whether the server wants a login, and the client can bring a person to one
 */
gboolean
mcp_login_round_is_possible (McpOauthServer *login, McpClient *client)
{
  return login != NULL && mcp_oauth_server_wants_login (login) && can_show_addresses (client);
}

static void
finish (McpLoginRound *self, gboolean is_granted)
{
  if (self->is_done)
    return;
  self->is_done = TRUE;
  mcp_timer_clear (&self->timer);
  g_clear_signal_handler (&self->granted_id, self->login);
  self->funcs->done (is_granted, self->user_data);
}

static void
granted_cb (McpOauthServer *login, McpLoginRound *self)
{
  g_autoptr (McpAsk) ask = NULL;

  self->is_granted = TRUE;
  if (self->ask != NULL && self->awaits_client)
    return;
  ask = g_steal_pointer (&self->ask);
  g_rc_box_acquire (self);
  if (ask != NULL)
    mcp_ask_withdraw (ask);
  finish (self, TRUE);
  round_unref (self);
}

static gboolean
late_cb (gpointer data)
{
  finish (data, FALSE);
  return G_SOURCE_REMOVE;
}

static gboolean
is_accepted (const McpAskAnswer *answer)
{
  McpJsonSlice action;

  return answer->result.data != NULL &&
         mcp_json_find_typed (answer->result, "action", MCP_JSON_STRING, &action) &&
         mcp_json_string_equal (action, "accept");
}

static void
answered_cb (McpAsk *ask, const McpAskAnswer *answer, gpointer user_data)
{
  McpLoginRound *self = user_data;

  g_clear_object (&self->ask);
  if (self->is_granted || !is_accepted (answer))
    finish (self, self->is_granted);
}

static char *
build_params (McpLoginRound *self, const char *address)
{
  GString *json = g_string_new ("{\"mode\":\"url\",\"elicitationId\":");
  /* One login, one page, one elicitation, for whomever it is shown to. */
  g_autofree char *id = g_compute_checksum_for_string (G_CHECKSUM_SHA256, address, -1);
  g_autofree char *message = g_strdup_printf (
      "Server “%s” needs you to log in. The page is that of its authorization server.",
      mcp_oauth_server_get_name (self->login));

  mcp_json_append_string (json, id);
  g_string_append (json, ",\"url\":");
  mcp_json_append_string (json, address);
  g_string_append (json, ",\"message\":");
  mcp_json_append_string (json, message);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpLoginRound *self = user_data;
  guint seconds_left;
  g_autofree char *address =
      mcp_oauth_server_login_finish (MCP_OAUTH_SERVER (source), result, &seconds_left, NULL, NULL);
  g_autofree char *params = NULL;
  g_autoptr (McpAsk) ask = NULL;

  if (!self->is_done && address == NULL)
    finish (self, FALSE);
  if (!self->is_done)
    {
      params = build_params (self, address);
      self->timer = mcp_timer_new_seconds ("login-round", seconds_left, late_cb, self);
      ask = mcp_ask_new ("elicitation/create", mcp_json_slice (params), MCP_REVISION_2025_11_25,
                         answered_cb, g_rc_box_acquire (self), round_unref);
      mcp_ask_set_repeatable (ask);
      self->ask = g_object_ref (ask);
      self->funcs->ask (ask, self->user_data);
    }
  round_unref (self);
}

/**
 * mcp_login_round_new:
 * @login: the login to a server
 * @client: who wants something of the server; a round is possible
 * @funcs: static
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a round that has begun
 */
McpLoginRound *
mcp_login_round_new (McpOauthServer *login,
                     McpClient *client,
                     const McpLoginRoundFuncs *funcs,
                     gpointer user_data)
{
  McpLoginRound *self = g_rc_box_new0 (McpLoginRound);

  self->login = g_object_ref (login);
  self->awaits_client = mcp_client_is_stateless (client);
  self->funcs = funcs;
  self->user_data = user_data;
  self->granted_id = g_signal_connect_after (login, "granted", G_CALLBACK (granted_cb), self);
  mcp_oauth_server_login_async (login, FALSE, begun_cb, g_rc_box_acquire (self));
  return self;
}

/**
 * mcp_login_round_free:
 * @self: (transfer full): a round; nothing is called any more
 */
void
mcp_login_round_free (McpLoginRound *self)
{
  g_autoptr (McpAsk) ask = g_steal_pointer (&self->ask);

  self->is_done = TRUE;
  mcp_timer_clear (&self->timer);
  g_clear_signal_handler (&self->granted_id, self->login);
  if (ask != NULL)
    mcp_ask_withdraw (ask);
  round_unref (self);
}
