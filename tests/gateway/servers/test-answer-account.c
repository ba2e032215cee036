/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/servers/mcp-answer-account.h"

#include "common/mcp-error.h"

#include <string.h>

#define MIB (1024 * 1024)

typedef struct
{
  McpAnswerAccount *account;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  McpLimits limits;

  mcp_limits_init_defaults (&limits);
  limits.result_bytes_per_session = 2 * MIB;
  limits.result_bytes = 3 * MIB;
  f->account = mcp_answer_account_new (&limits);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (mcp_answer_account_get_n_bytes (f->account), ==, 0);
  mcp_answer_account_unref (f->account);
}

static McpAnswerCharge *
take (Fixture *f, const char *session_id, gsize n_bytes)
{
  g_autoptr (GError) error = NULL;
  McpAnswerCharge *charge = mcp_answer_account_take (f->account, session_id, n_bytes, &error);

  g_assert_no_error (error);
  return charge;
}

static void
assert_refused (Fixture *f, const char *session_id, gsize n_bytes, const char *key)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mcp_answer_account_take (f->account, session_id, n_bytes, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
  g_assert_true (g_str_has_suffix (error->message, key));
}

static void
test_session (Fixture *f, gconstpointer data)
{
  g_autoptr (McpAnswerCharge) first = take (f, "a", MIB);
  g_autoptr (McpAnswerCharge) second = take (f, "a", MIB);

  g_test_summary ("A session has its bytes, and gets them back with the last reference");
  assert_refused (f, "a", 1, "ResultBytesPerSession");
  mcp_answer_account_charge_unref (mcp_answer_account_charge_ref (first));
  assert_refused (f, "a", 1, "ResultBytesPerSession");
  g_clear_pointer (&first, mcp_answer_account_charge_unref);
  first = take (f, "a", MIB);
}

static void
test_all (Fixture *f, gconstpointer data)
{
  g_autoptr (McpAnswerCharge) first = take (f, "a", 2 * MIB);
  g_autoptr (McpAnswerCharge) second = take (f, "b", MIB);

  g_test_summary ("All sessions together have a bound, too");
  assert_refused (f, "b", MIB, "ResultBytes");
  assert_refused (f, "c", MIB, "ResultBytes");
  g_clear_pointer (&first, mcp_answer_account_charge_unref);
  first = take (f, "c", 2 * MIB);
}

static void
test_alone (Fixture *f, gconstpointer data)
{
  g_autoptr (McpAnswerCharge) charge = take (f, "a", 100 * MIB);

  g_test_summary ("An answer that is alone may have any length");
  assert_refused (f, "b", 1, "ResultBytes");
}

#define ADD(name, func) \
  g_test_add ("/gateway/answer-account/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("session", test_session);
  ADD ("all", test_all);
  ADD ("alone", test_alone);
  return g_test_run ();
}
