/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What clients have for a server, with three objects: an outbox, a provider that is never started,
 * and a list of what the outbox sent.
 */
#include "common/mcp-error.h"
#include "provider-test.h"
#include "upstream/dialogue/mcp-server-outbox.h"

typedef struct
{
  ProviderFixture provider;
  McpServerOutbox outbox;
  GString *sent;    /* what the outbox did, in order */
  gboolean refuses; /* the next request */
} OutboxFixture;

static gboolean
send_request (gint64 id, const McpProviderRequest *request, gpointer user_data, GError **error)
{
  OutboxFixture *f = user_data;

  g_string_append_printf (f->sent, "%d:%s ", (int) id, request->method);
  if (f->refuses)
    g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "does not read");
  return !f->refuses;
}

static void
send_notification (GBytes *message, gpointer user_data)
{
  OutboxFixture *f = user_data;

  g_string_append (f->sent, "notification ");
}

static void
withdrawn (gint64 id, const char *reason, gboolean was_sent, gpointer user_data)
{
  OutboxFixture *f = user_data;

  g_string_append_printf (f->sent, "%d:withdrawn-%s ", (int) id, was_sent ? "sent" : "unsent");
}

static void
outbox_setup (OutboxFixture *f, gconstpointer data)
{
  static const McpServerOutboxFuncs funcs = { send_request, send_notification, withdrawn };

  provider_setup (&f->provider, NULL);
  mcp_server_outbox_init (&f->outbox, f->provider.provider, &funcs, f);
  f->sent = g_string_new (NULL);
}

static void
outbox_teardown (OutboxFixture *f, gconstpointer data)
{
  mcp_server_outbox_clear (&f->outbox);
  g_string_free (f->sent, TRUE);
  provider_teardown (&f->provider, NULL);
}

static void
add (OutboxFixture *f, gint64 id, const char *method, GCancellable *cancellable, GAsyncResult **to)
{
  const McpProviderRequest request = { .method = method, .params = "{}" };
  GTask *task = g_task_new (NULL, cancellable, test_keep_result, to);

  g_task_set_check_cancellable (task, FALSE);
  mcp_server_outbox_add_request (&f->outbox, id, task, &request, 60000);
}

static void
add_notification (OutboxFixture *f)
{
  g_autoptr (GBytes) message = g_bytes_new_static ("{}", 2);

  mcp_server_outbox_add_notification (&f->outbox, message);
}

static void
open_outbox (OutboxFixture *f)
{
  mcp_server_outbox_set_open (&f->outbox, TRUE);
  mcp_server_outbox_flush (&f->outbox);
}

static void
expect_failed (GAsyncResult **result, int code)
{
  g_autoptr (GError) error = NULL;

  test_await (test_is_set, result);
  g_assert_null (g_task_propagate_pointer (G_TASK (*result), &error));
  g_assert_error (error, MCP_ERROR, code);
  g_clear_object (result);
}

static void
fail_all (OutboxFixture *f)
{
  g_autoptr (GError) error = g_error_new_literal (MCP_ERROR, MCP_ERROR_CLOSED, "closed");

  mcp_server_outbox_fail_all (&f->outbox, error);
}

static void
test_order (OutboxFixture *f, gconstpointer data)
{
  GAsyncResult *first = NULL;
  GAsyncResult *second = NULL;

  g_test_summary ("What waits goes out in the order in which it came, notifications included");
  add (f, 1, "a", NULL, &first);
  add_notification (f);
  add (f, 2, "b", NULL, &second);
  g_assert_cmpstr (f->sent->str, ==, "");
  g_assert_true (mcp_server_outbox_has_waiting (&f->outbox));

  open_outbox (f);
  g_assert_cmpstr (f->sent->str, ==, "1:a notification 2:b ");
  g_assert_false (mcp_server_outbox_has_waiting (&f->outbox));
  fail_all (f);
  expect_failed (&first, MCP_ERROR_CLOSED);
  expect_failed (&second, MCP_ERROR_CLOSED);
}

static void
test_open (OutboxFixture *f, gconstpointer data)
{
  GAsyncResult *result = NULL;

  g_test_summary (
      "While the outbox is open, a request goes out at once; afterwards it waits again");
  open_outbox (f);
  add (f, 1, "a", NULL, &result);
  add_notification (f);
  g_assert_cmpstr (f->sent->str, ==, "1:a notification ");
  mcp_server_outbox_set_open (&f->outbox, FALSE);
  add_notification (f);
  g_assert_cmpstr (f->sent->str, ==, "1:a notification ");
  fail_all (f);
  g_assert_false (mcp_server_outbox_has_waiting (&f->outbox));
  expect_failed (&result, MCP_ERROR_CLOSED);
}

static void
test_withdrawn (OutboxFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) unsent = g_cancellable_new ();
  g_autoptr (GCancellable) sent = g_cancellable_new ();
  GAsyncResult *first = NULL;
  GAsyncResult *second = NULL;

  g_test_summary ("A request that is withdrawn before it was sent never reaches the server");
  add (f, 1, "a", unsent, &first);
  add (f, 2, "b", sent, &second);
  g_cancellable_cancel (unsent);
  expect_failed (&first, MCP_ERROR_CANCELLED);
  open_outbox (f);
  g_cancellable_cancel (sent);
  expect_failed (&second, MCP_ERROR_CANCELLED);
  g_assert_cmpstr (f->sent->str, ==, "1:withdrawn-unsent 2:b 2:withdrawn-sent ");
}

static void
test_refused (OutboxFixture *f, gconstpointer data)
{
  GAsyncResult *result = NULL;

  g_test_summary ("A request that the transport does not take fails, and is no longer pending");
  open_outbox (f);
  f->refuses = TRUE;
  add (f, 1, "a", NULL, &result);
  expect_failed (&result, MCP_ERROR_PROVIDER_FAILED);
  g_assert_cmpuint (mcp_pending_requests_get_size (f->outbox.pending), ==, 0);
}

static void
test_repeat (OutboxFixture *f, gconstpointer data)
{
  GAsyncResult *result = NULL;

  g_test_summary ("A request that is kept is sent a second time, and not a third time");
  mcp_server_outbox_keep_requests (&f->outbox);
  open_outbox (f);
  add (f, 1, "a", NULL, &result);
  g_assert_true (mcp_server_outbox_repeat (&f->outbox, 1));
  mcp_server_outbox_flush (&f->outbox);
  g_assert_cmpstr (f->sent->str, ==, "1:a 1:a ");
  g_assert_false (mcp_server_outbox_repeat (&f->outbox, 1));
  fail_all (f);
  expect_failed (&result, MCP_ERROR_CLOSED);
}

static void
test_not_kept (OutboxFixture *f, gconstpointer data)
{
  GAsyncResult *result = NULL;

  g_test_summary ("Where requests are not kept, none is sent a second time");
  open_outbox (f);
  add (f, 1, "a", NULL, &result);
  g_assert_false (mcp_server_outbox_repeat (&f->outbox, 1));
  g_assert_false (mcp_server_outbox_repeat (&f->outbox, 99));
  fail_all (f);
  expect_failed (&result, MCP_ERROR_CLOSED);
}

static void
add_case (const char *name, void (*test) (OutboxFixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/upstream/server-outbox/", name, NULL);

  g_test_add (path, OutboxFixture, NULL, outbox_setup, test, outbox_teardown);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_case ("keeps-order", test_order);
  add_case ("sends-at-once-while-open", test_open);
  add_case ("withdrawn-before-it-was-sent", test_withdrawn);
  add_case ("refused-by-the-transport", test_refused);
  add_case ("repeats-once", test_repeat);
  add_case ("repeats-nothing-that-was-not-kept", test_not_kept);

  return g_test_run ();
}
