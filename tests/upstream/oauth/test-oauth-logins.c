/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The logins of one daemon, with an authorization server in this process. What the daemon makes of
 * them, and all lies, are in tests/oauth.
 */
#include "common/mcp-error.h"
#include "mcp-test-await.h"
#include "upstream/fetch/mcp-http-warrant.h"
#include "upstream/oauth/mcp-oauth.h"

#include <libsoup/soup.h>
#include <string.h>

typedef struct
{
  SoupServer *soup;
  GSocketService *service;
  char *origin;
  char *directory;
  McpSecretStore *store;
  McpOauth *oauth;
  McpOauthServer *login;
  guint n_tokens;   /* that were given */
  guint n_granted;  /* signals */
  gboolean refuses; /* to renew */
} Fixture;

static void
answer (SoupServerMessage *message, guint status, char *json)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, json,
                                    strlen (json));
}

static char *
build_metadata (Fixture *f)
{
  return g_strdup_printf (
      "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/authorize\",\"token_endpoint\":\"%s/token\","
      "\"registration_endpoint\":\"%s/register\",\"code_challenge_methods_supported\":[\"S256\"],"
      "\"authorization_response_iss_parameter_supported\":true}",
      f->origin, f->origin, f->origin, f->origin);
}

static void
server_cb (SoupServer *soup,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  Fixture *f = user_data;
  const char *body = soup_server_message_get_request_body (message)->data;

  if (strcmp (path, "/.well-known/oauth-protected-resource/mcp") == 0)
    answer (message, 200,
            g_strdup_printf ("{\"resource\":\"%s/mcp\",\"authorization_servers\":[\"%s\"]}",
                             f->origin, f->origin));
  else if (strcmp (path, "/.well-known/oauth-authorization-server") == 0)
    answer (message, 200, build_metadata (f));
  else if (strcmp (path, "/register") == 0)
    answer (message, 201, g_strdup ("{\"client_id\":\"us\"}"));
  else if (strcmp (path, "/token") != 0)
    answer (message, 401, g_strdup ("{}"));
  else if (f->refuses && strstr (body, "grant_type=refresh_token") != NULL)
    answer (message, 400, g_strdup ("{\"error\":\"invalid_grant\"}"));
  else
    answer (message, 200,
            g_strdup_printf (
                "{\"access_token\":\"token%u\",\"token_type\":\"bearer\",\"expires_in\":3600,"
                "\"refresh_token\":\"again%u\"}",
                f->n_tokens + 1, f->n_tokens + 1)),
        f->n_tokens++;
}

/* libsoup's own listener would not let go of connections (fixed in 3.3). */
static gboolean
incoming_cb (GSocketService *service, GSocketConnection *connection, GObject *source, Fixture *f)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  soup_server_accept_iostream (f->soup, G_IO_STREAM (connection), local, remote, NULL);
  return TRUE;
}

static void
granted_cb (McpOauth *oauth, McpOauthServer *login, Fixture *f)
{
  f->n_granted++;
}

static void
setup (Fixture *f, gconstpointer data)
{
  g_autofree char *url = NULL;
  g_autoptr (McpServerConfig) config = NULL;
  guint16 port;

  f->soup = soup_server_new (NULL, NULL);
  soup_server_add_handler (f->soup, NULL, server_cb, f, NULL);
  f->service = g_socket_service_new ();
  g_signal_connect (f->service, "incoming", G_CALLBACK (incoming_cb), f);
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (f->service), NULL, NULL);
  f->origin = g_strdup_printf ("http://127.0.0.1:%u", port);
  url = g_strconcat (f->origin, "/mcp", NULL);
  f->directory = g_dir_make_tmp ("oauth-XXXXXX", NULL);
  f->store = mcp_secret_store_new (f->directory, FALSE);
  f->oauth = mcp_oauth_new (f->directory, f->store);
  g_signal_connect (f->oauth, "granted", G_CALLBACK (granted_cb), f);
  mcp_oauth_set_port (f->oauth, 16270);
  config = mcp_server_config_new_http ("wiki", url);
  f->login = mcp_oauth_ensure_server (f->oauth, config);
  g_assert_nonnull (f->login);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -r %s", f->directory);

  mcp_test_settle ();
  g_object_unref (f->oauth);
  g_object_unref (f->store);
  g_socket_service_stop (f->service);
  g_object_unref (f->service);
  soup_server_disconnect (f->soup);
  g_object_unref (f->soup);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->directory);
  g_free (f->origin);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static char *
get_field (Fixture *f)
{
  McpHttpWarrant *warrant = MCP_HTTP_WARRANT (f->login);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *field;

  mcp_http_warrant_get (warrant, result_cb, &result);
  AWAIT (result != NULL);
  field = mcp_http_warrant_get_finish (warrant, result, &error);
  g_assert_no_error (error);
  return field;
}

/* Returns: whether the request is to be sent again */
static gboolean
refuse (Fixture *f, guint status, const char *field, const char *challenge, GError **error)
{
  McpHttpWarrant *warrant = MCP_HTTP_WARRANT (f->login);
  const McpHttpRefusal refusal = { field, status, challenge, 0 };
  g_autoptr (GAsyncResult) result = NULL;

  mcp_http_warrant_refused (warrant, &refusal, result_cb, &result);
  AWAIT (result != NULL);
  return mcp_http_warrant_refused_finish (warrant, result, error);
}

static McpOauthState
get_state (Fixture *f)
{
  McpOauthStatus status;

  mcp_oauth_server_get_status (f->login, &status);
  return status.state;
}

/* Returns: the state that the browser is to bring back */
static char *
begin (Fixture *f)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GHashTable) query = NULL;

  mcp_oauth_server_login_async (f->login, FALSE, result_cb, &result);
  AWAIT (result != NULL);
  address = mcp_oauth_server_login_finish (f->login, result, NULL, NULL, &error);
  g_assert_no_error (error);
  query = soup_form_decode (strchr (address, '?') + 1);
  return g_strdup (g_hash_table_lookup (query, "state"));
}

static gboolean
come_back (Fixture *f, const char *state, const char *rest, GError **error)
{
  g_autofree char *query = g_strdup_printf ("state=%s%s", state, rest);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *name = NULL;

  mcp_oauth_complete_async (f->oauth, NULL, query, result_cb, &result);
  AWAIT (result != NULL);
  name = mcp_oauth_complete_finish (f->oauth, result, error);
  return name != NULL;
}

static void
log_in (Fixture *f)
{
  g_autofree char *state = begin (f);
  g_autofree char *rest = g_strdup_printf ("&code=c&iss=%s", f->origin);
  g_autoptr (GError) error = NULL;

  g_assert_true (come_back (f, state, rest, &error));
  g_assert_no_error (error);
}

static void
test_login (Fixture *f, gconstpointer data)
{
  g_autofree char *none = get_field (f);
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  g_assert_null (none);
  g_assert_cmpint (get_state (f), ==, MCP_OAUTH_STATE_NONE);
  g_assert_false (refuse (f, 401, NULL, "Bearer", &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED);
  g_assert_cmpint (get_state (f), ==, MCP_OAUTH_STATE_NEEDS_LOGIN);
  g_assert_true (mcp_oauth_server_wants_login (f->login));

  log_in (f);
  g_assert_cmpint (get_state (f), ==, MCP_OAUTH_STATE_AUTHORIZED);
  g_assert_cmpuint (f->n_granted, ==, 1);
  field = get_field (f);
  g_assert_cmpstr (field, ==, "Bearer token1");
}

static void
test_renewal (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  log_in (f);
  g_assert_true (refuse (f, 401, "Bearer token1", NULL, &error));
  field = get_field (f);
  g_assert_cmpstr (field, ==, "Bearer token2");
  /* somebody who comes late with the old one */
  g_assert_true (refuse (f, 401, "Bearer token1", NULL, &error));
  g_assert_cmpuint (f->n_tokens, ==, 2);

  f->refuses = TRUE;
  g_assert_false (refuse (f, 401, "Bearer token2", NULL, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED);
  g_assert_cmpint (get_state (f), ==, MCP_OAUTH_STATE_NEEDS_LOGIN);
}

static void
test_other_issuer (Fixture *f, gconstpointer data)
{
  g_autofree char *state = begin (f);
  g_autoptr (GError) error = NULL;

  g_assert_false (come_back (f, state, "&code=c&iss=https://evil.example", &error));
  g_assert_error (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_false (come_back (f, state, "&code=c", &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND);
  g_assert_cmpuint (f->n_tokens, ==, 0);
  g_assert_cmpint (get_state (f), ==, MCP_OAUTH_STATE_REFUSED);
}

static void
test_scopes (Fixture *f, gconstpointer data)
{
  static const char challenge[] = "Bearer error=\"insufficient_scope\", scope=\"more\"";
  g_autoptr (GError) error = NULL;

  log_in (f);
  g_assert_false (refuse (f, 403, "Bearer token1", "Bearer error=\"other\"", &error));
  g_assert_no_error (error);
  for (guint i = 1; i <= 2; i++)
    {
      g_assert_false (refuse (f, 403, "Bearer token1", challenge, &error));
      g_assert_error (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED);
      g_clear_error (&error);
      log_in (f);
    }
  /* It has what it wanted, twice: its word stands. */
  g_assert_false (refuse (f, 403, "Bearer token1", challenge, &error));
  g_assert_no_error (error);
}

static void
test_logout (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GStrv) names = NULL;
  g_autoptr (GAsyncResult) listed = NULL;

  log_in (f);
  mcp_oauth_logout_async (f->oauth, "wiki", result_cb, &result);
  AWAIT (result != NULL);
  g_assert_true (mcp_oauth_logout_finish (f->oauth, result, NULL));
  mcp_test_settle ();
  mcp_secret_store_list_async (f->store, MCP_SECRET_KIND_GRANT, NULL, result_cb, &listed);
  AWAIT (listed != NULL);
  names = mcp_secret_store_list_finish (f->store, listed, NULL);
  g_assert_cmpuint (g_strv_length (names), ==, 0);
  g_assert_cmpint (get_state (f), ==, MCP_OAUTH_STATE_NEEDS_LOGIN);
}

static void
add_test (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, setup, test, teardown);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/oauth/logins/login", test_login);
  add_test ("/oauth/logins/renewal", test_renewal);
  add_test ("/oauth/logins/other-issuer", test_other_issuer);
  add_test ("/oauth/logins/scopes", test_scopes);
  add_test ("/oauth/logins/logout", test_logout);
  return g_test_run ();
}
