/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway-fixture.h"

#include "common/mcp-error.h"
#include "gateway/client/mcp-attachment.h"

#include <string.h>

#define TOOLS "[{\"name\":\"work\",\"inputSchema\":{}}]"
#define LIST  "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/list\"}"
#define CALL(id, token)                                                                \
  "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"tools/call\",\"params\":{\"name\":" \
  "\"srv__work\",\"_meta\":{\"progressToken\":" token "}}}"

static McpAttachment *
attach (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  McpAttachment *attachment = mcp_gateway_attach (f->gateway, f->session, NULL, FALSE, &error);

  g_assert_no_error (error);
  return attachment;
}

static void
test_initialize (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *asked;
    const char *answered;
  } cases[] = {
    { "2025-11-25", "2025-11-25" },
    { "2025-06-18", "2025-06-18" },
    { "1999-01-01", "2025-11-25" },
  };

  g_test_summary ("A revision that is spoken is taken, for another the newest is offered");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      McpAttachment *attachment = attach (f);
      g_autofree char *text = g_strdup_printf (
          "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
          "\"%s\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}",
          cases[i].asked);
      g_autofree char *answer = fixture_ask (attachment, text);

      g_assert_nonnull (strstr (answer, cases[i].answered));
      g_assert_cmpstr (mcp_revision_to_string (mcp_attachment_get_revision (attachment)), ==,
                       cases[i].answered);
    }
}

static void
test_found_by_id (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach (f);
  g_autofree char *id = g_strdup (mcp_attachment_get_id (attachment));

  g_test_summary ("An attachment is found by its id until it is detached");
  g_assert_cmpuint (strlen (id), ==, 32);
  g_assert_true (mcp_gateway_lookup_attachment (f->gateway, id) == attachment);
  mcp_gateway_detach (f->gateway, attachment);
  g_assert_null (mcp_gateway_lookup_attachment (f->gateway, id));
  g_assert_null (mcp_gateway_lookup_attachment (f->gateway, "nothing"));
}

static void
test_owns_session (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) session = g_object_ref (fixture_create_session (f, "/", NULL));
  McpAttachment *attachment = mcp_gateway_attach (f->gateway, session, NULL, TRUE, NULL);

  g_test_summary ("The session that a plain client made ends with its attachment");
  mcp_gateway_detach (f->gateway, attachment);
  g_assert_true (mcp_session_is_closed (session));
}

static void
test_limit (Fixture *f, gconstpointer data)
{
  McpLimits limits = f->limits;
  g_autoptr (GError) error = NULL;

  g_test_summary ("One attachment more than a session may have is refused");
  limits.attachments_per_session = 2;
  mcp_gateway_set_limits (f->gateway, &limits);
  attach (f);
  attach (f);
  g_assert_null (mcp_gateway_attach (f->gateway, f->session, NULL, FALSE, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
}

static void
test_small_methods (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *method;
    const char *answer;
  } cases[] = {
    { "ping", "\"result\":{}" },
    { "no/such", "\"code\":-32601" },
    { "tools/list\",\"params\":{\"cursor\":\"x\"},\"a\":\"b", "\"code\":-32602" },
  };
  McpAttachment *attachment = mcp_gateway_get_default_attachment (f->gateway, f->session, NULL);

  g_test_summary ("The default attachment answers without an initialize");
  g_assert_true (mcp_attachment_is_default (attachment));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"%s\"}", cases[i].method);
      g_autofree char *answer = fixture_ask (attachment, text);

      g_assert_nonnull (strstr (answer, "\"id\":\"1\""));
      g_assert_nonnull (strstr (answer, cases[i].answer));
    }
}

static void
test_typed_ids (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach (f);
  McpFakeProvider *provider;

  g_test_summary ("The number 1 and the text \"1\" are two ids; one that is in flight is taken");
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  {
    g_autoptr (Heard) number = heard_new (attachment, CALL ("1", "1"));
    g_autoptr (Heard) text = heard_new (attachment, CALL ("\"1\"", "2"));
    g_autofree char *again = fixture_ask (attachment, CALL ("1", "3"));

    g_assert_nonnull (strstr (again, "\"code\":-32600"));
    AWAIT ((provider = fixture_provider (f, "srv")) != NULL &&
           mcp_fake_provider_get_n_waiting (provider) == 2);
    mcp_fake_provider_answer (provider, 1, "{\"n\":2}");
    AWAIT (text->responded);
    mcp_fake_provider_answer (provider, 0, "{\"n\":1}");
    AWAIT (number->responded);
    g_assert_cmpstr (heard_last (number), ==,
                     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"n\":1}}");
    g_assert_cmpstr (heard_last (text), ==,
                     "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{\"n\":2}}");
  }
}

static void
test_two_clients (Fixture *f, gconstpointer data)
{
  McpAttachment *first = attach (f);
  McpAttachment *second = attach (f);
  McpFakeProvider *provider;

  g_test_summary ("Two clients with the same ids and tokens never get each other's, and one's "
                  "cancel does not touch the other's call");
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  {
    g_autoptr (Heard) a = heard_new (first, CALL ("1", "1"));
    g_autoptr (Heard) b = heard_new (second, CALL ("1", "1"));

    AWAIT ((provider = fixture_provider (f, "srv")) != NULL &&
           mcp_fake_provider_get_n_waiting (provider) == 2);
    mcp_fake_provider_progress (provider, 1, "{\"progressToken\":5,\"progress\":5}");
    AWAIT (b->messages->len == 1);
    g_assert_cmpuint (a->messages->len, ==, 0);
    fixture_tell (first, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":"
                         "{\"requestId\":1}}");
    AWAIT (a->cancelled);
    g_assert_cmpuint (mcp_fake_provider_get_n_waiting (provider), ==, 1);
    mcp_fake_provider_answer (provider, 0, "{\"of\":\"b\"}");
    AWAIT (b->responded);
    g_assert_nonnull (strstr (heard_last (b), "{\"of\":\"b\"}"));
  }
}

static void
test_two_scripts (Fixture *f, gconstpointer data)
{
  McpAttachment *shared = mcp_gateway_get_default_attachment (f->gateway, f->session, NULL);
  McpFakeProvider *provider;

  g_test_summary ("Two scripts that share a session's default attachment may choose the same id: "
                  "both are answered, and neither can cancel the other's call");
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  {
    g_autoptr (Heard) a = heard_new (shared, CALL ("1", "1"));
    g_autoptr (Heard) b = heard_new (shared, CALL ("1", "2"));

    AWAIT ((provider = fixture_provider (f, "srv")) != NULL &&
           mcp_fake_provider_get_n_waiting (provider) == 2);
    fixture_tell (shared, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":"
                          "{\"requestId\":1}}");
    mcp_fake_provider_answer (provider, 1, "{\"of\":\"b\"}");
    AWAIT (b->responded);
    g_assert_nonnull (strstr (heard_last (b), "{\"of\":\"b\"}"));
    g_assert_false (a->responded || a->cancelled);
    /* now the id is that of one request again */
    fixture_tell (shared, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":"
                          "{\"requestId\":1}}");
    AWAIT (a->cancelled);
  }
}

static void
test_detach_cancels (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach (f);
  McpFakeProvider *provider;

  g_test_summary ("Detaching cancels what the client has in flight");
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  {
    g_autoptr (Heard) heard = heard_new (attachment, CALL ("1", "1"));

    AWAIT ((provider = fixture_provider (f, "srv")) != NULL &&
           mcp_fake_provider_get_n_waiting (provider) == 1);
    mcp_gateway_detach (f->gateway, attachment);
    AWAIT (mcp_fake_provider_get_n_cancelled (provider) == 1);
    AWAIT (mcp_session_get_calls_in_flight (f->session) == 0);
  }
}

static void
test_at_once (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = mcp_gateway_get_default_attachment (f->gateway, f->session, NULL);
  g_autofree char *first = NULL;
  g_autoptr (Heard) list = NULL;
  g_autoptr (Heard) call = NULL;
  g_autoptr (Heard) unknown = NULL;

  g_test_summary (
      "What is known is not waited for: no turn of the main loop lies between a request "
      "and its answer, or the server");
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  first = fixture_ask (attachment, LIST);
  g_assert_nonnull (strstr (first, "srv__work"));

  list = heard_new (attachment, LIST);
  g_assert_true (list->responded);
  g_assert_cmpstr (heard_last (list), ==, first);
  unknown = heard_new (attachment, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\","
                                   "\"params\":{\"name\":\"other__none\"}}");
  g_assert_true (unknown->responded);
  g_assert_nonnull (strstr (heard_last (unknown), "-32602"));
  call = heard_new (attachment, CALL ("3", "1"));
  g_assert_cmpuint (mcp_fake_provider_get_n_waiting (fixture_provider (f, "srv")), ==, 1);
  mcp_fake_provider_answer (fixture_provider (f, "srv"), 0, "{\"content\":[]}");
  AWAIT (call->responded);
}

#define ADD(path, function) \
  g_test_add ("/gateway/attachment/" path, Fixture, NULL, fixture_setup, function, fixture_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("initialize", test_initialize);
  ADD ("found-by-id", test_found_by_id);
  ADD ("owns-session", test_owns_session);
  ADD ("limit", test_limit);
  ADD ("small-methods", test_small_methods);
  ADD ("typed-ids", test_typed_ids);
  ADD ("two-clients", test_two_clients);
  ADD ("two-scripts", test_two_scripts);
  ADD ("detach-cancels", test_detach_cancels);
  ADD ("at-once", test_at_once);
  return g_test_run ();
}
