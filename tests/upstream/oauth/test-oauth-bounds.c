/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-address-private.h"
#include "mcp-oauth-web-private.h"
#include "mcp-test-await.h"
#include "upstream/oauth/mcp-oauth-error.h"

/* Addresses */

static const struct
{
  const char *host;
  McpOauthPlace place;
} places[] = {
  { "8.8.8.8", MCP_OAUTH_PLACE_PUBLIC },
  { "example.org", MCP_OAUTH_PLACE_PUBLIC },
  { "2001:4860:4860::8888", MCP_OAUTH_PLACE_PUBLIC },
  { "172.15.255.255", MCP_OAUTH_PLACE_PUBLIC },
  { "172.32.0.0", MCP_OAUTH_PLACE_PUBLIC },
  { "notlocalhost", MCP_OAUTH_PLACE_PUBLIC },
  { "10.0.0.1", MCP_OAUTH_PLACE_PRIVATE },
  { "172.16.0.1", MCP_OAUTH_PLACE_PRIVATE },
  { "192.168.1.1", MCP_OAUTH_PLACE_PRIVATE },
  { "169.254.169.254", MCP_OAUTH_PLACE_PRIVATE },
  { "100.64.0.1", MCP_OAUTH_PLACE_PRIVATE },
  { "0.0.0.0", MCP_OAUTH_PLACE_PRIVATE },
  { "224.0.0.1", MCP_OAUTH_PLACE_PRIVATE },
  { "255.255.255.255", MCP_OAUTH_PLACE_PRIVATE },
  { "fe80::1", MCP_OAUTH_PLACE_PRIVATE },
  { "fd00::1", MCP_OAUTH_PLACE_PRIVATE },
  { "ff02::1", MCP_OAUTH_PLACE_PRIVATE },
  { "::", MCP_OAUTH_PLACE_PRIVATE },
  { "::ffff:10.0.0.1", MCP_OAUTH_PLACE_PRIVATE },
  { "64:ff9b::a9fe:a9fe", MCP_OAUTH_PLACE_PRIVATE },
  { "2002:a00:1::", MCP_OAUTH_PLACE_PRIVATE },
  { "127.0.0.1", MCP_OAUTH_PLACE_LOOPBACK },
  { "127.1.2.3", MCP_OAUTH_PLACE_LOOPBACK },
  { "::1", MCP_OAUTH_PLACE_LOOPBACK },
  { "::ffff:127.0.0.1", MCP_OAUTH_PLACE_LOOPBACK },
  { "LocalHost", MCP_OAUTH_PLACE_LOOPBACK },
  { "page.localhost", MCP_OAUTH_PLACE_LOOPBACK },
};

static void
test_places (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_test_message ("%s", places[i].host);
      g_assert_cmpint (mcp_oauth_address_get_place_of_host (places[i].host), ==, places[i].place);
    }
}

static const struct
{
  const char *server;
  const char *address;
  gboolean is_allowed;
} addresses[] = {
  { "https://mcp.example.org/mcp", "https://auth.example.net/x", TRUE },
  { "https://mcp.example.org/mcp", "http://auth.example.net/x", FALSE },
  { "https://mcp.example.org/mcp", "http://localhost:8080/", FALSE },
  { "https://mcp.example.org/mcp", "https://127.0.0.1/", FALSE },
  { "https://mcp.example.org/mcp", "https://[::1]/", FALSE },
  { "https://mcp.example.org/mcp", "https://169.254.169.254/latest", FALSE },
  { "https://mcp.example.org/mcp", "https://192.168.0.1/", FALSE },
  { "https://mcp.example.org/mcp", "https://user@auth.example.net/", FALSE },
  { "https://mcp.example.org/mcp", "https://auth.example.net/#fragment", FALSE },
  { "https://mcp.example.org/mcp", "file:///etc/passwd", FALSE },
  { "https://mcp.example.org/mcp", "javascript:alert(1)", FALSE },
  { "https://mcp.example.org/mcp", "ftp://auth.example.net/", FALSE },
  { "https://mcp.example.org/mcp", "not an address", FALSE },
  { "https://mcp.example.org/mcp", "https://auth.example.net/\033]0;x\007", FALSE },
  { "https://mcp.example.org/mcp", "https://auth.example.net/a\nb", FALSE },
  { "https://mcp.example.org/mcp", "https://auth.example.net/?a=\"b\"", FALSE },
  { "https://mcp.example.org/mcp", "https://auth.example.net/\342\200\256gro", FALSE },
  { "https://192.168.0.7/mcp", "https://192.168.0.8/", TRUE },
  { "https://192.168.0.7/mcp", "https://127.0.0.1/", FALSE },
  { "http://127.0.0.1:3000/mcp", "http://localhost:4000/", TRUE },
  { "http://127.0.0.1:3000/mcp", "http://auth.example.net/", FALSE },
};

static void
test_addresses (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GUri) server = g_uri_parse (addresses[i].server, SOUP_HTTP_URI_FLAGS, NULL);
      g_autoptr (McpOauthWeb) web = mcp_oauth_web_new (server);
      g_autoptr (GError) error = NULL;
      g_autoptr (GUri) uri = mcp_oauth_web_parse (web, addresses[i].address, &error);

      g_test_message ("%s from %s", addresses[i].address, addresses[i].server);
      g_assert_true ((uri != NULL) == addresses[i].is_allowed);
      if (uri == NULL)
        g_assert_error (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED);
    }
}

/* Names: a resolver that knows every name as this machine. */

#define INWARD_TYPE_RESOLVER (inward_resolver_get_type ())
G_DECLARE_FINAL_TYPE (InwardResolver, inward_resolver, INWARD, RESOLVER, GResolver)
struct _InwardResolver
{
  GResolver parent_instance;
};
G_DEFINE_FINAL_TYPE (InwardResolver, inward_resolver, G_TYPE_RESOLVER)

static void
inward_resolver_lookup (GResolver *resolver,
                        const char *host,
                        GResolverNameLookupFlags flags,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);

  g_task_return_pointer (
      task, g_list_append (NULL, g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4)), NULL);
}

static GList *
inward_resolver_lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
inward_resolver_class_init (InwardResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name_with_flags_async = inward_resolver_lookup;
  resolver_class->lookup_by_name_with_flags_finish = inward_resolver_lookup_finish;
}

static void
inward_resolver_init (InwardResolver *self)
{
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  g_ptr_array_add (user_data, g_object_ref (connection));
  return TRUE;
}

static void
got_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError **error = user_data;
  g_autoptr (McpOauthReply) reply = mcp_oauth_web_finish (result, error);

  g_assert_null (reply);
}

/* The connection is made, and cut off before a byte goes out: there may be nothing else to see what
   a name means. */
static void
test_name_that_leads_inward (void)
{
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_autoptr (GUri) server = g_uri_parse ("https://mcp.example.org/", SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (McpOauthWeb) web = mcp_oauth_web_new (server);
  g_autofree char *address = g_strdup_printf ("https://auth.example.net:%u/secret", port);
  g_autoptr (GResolver) before = g_resolver_get_default ();
  g_autoptr (GResolver) inward = g_object_new (INWARD_TYPE_RESOLVER, NULL);
  g_autoptr (GError) error = NULL;
  GInputStream *input;
  char byte;

  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), connections);
  g_resolver_set_default (inward);
  mcp_oauth_web_get_async (web, address, got_cb, &error);
  AWAIT (error != NULL);
  g_resolver_set_default (before);
  g_assert_error (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "private network"));

  AWAIT (connections->len == 1);
  input = g_io_stream_get_input_stream (G_IO_STREAM (connections->pdata[0]));
  g_assert_cmpint (g_input_stream_read (input, &byte, 1, NULL, NULL), <=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oauth/bounds/places", test_places);
  g_test_add_func ("/oauth/bounds/addresses", test_addresses);
  g_test_add_func ("/oauth/bounds/name-that-leads-inward", test_name_that_leads_inward);
  return g_test_run ();
}
