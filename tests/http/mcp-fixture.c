/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-fixture.h"

#include "upstream/config/mcp-server-config.h"

void
mcp_fixture_init (McpFixture *f)
{
  f->http = mcp_test_http_new ();
  f->session = g_object_ref (mcp_test_http_create_session (f->http, &f->token));
  f->bearer = mcp_test_bearer (f->token);
}

/* With a real upstream server "t" behind the gateway. */
void
mcp_fixture_init_with_server (McpFixture *f)
{
  g_autoptr (GPtrArray) configs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);

  mcp_fixture_init (f);
  g_ptr_array_add (configs, mcp_server_config_new ("t", g_getenv ("MCP_TEST_SERVER")));
  mcp_gateway_set_servers (f->http->gateway, configs);
}

void
mcp_fixture_clear (McpFixture *f)
{
  g_object_unref (f->session);
  mcp_test_http_free (f->http);
  g_free (f->token);
  g_free (f->bearer);
}
