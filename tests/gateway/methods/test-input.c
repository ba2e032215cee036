/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What servers ask of clients while they work, between clients and servers of
 * both eras.
 */
#include "gateway-fixture.h"

#include "gateway/client/mcp-attachment-inner.h"

#include <string.h>

#define TOOLS                                \
  "[{\"name\":\"work\",\"inputSchema\":{}}," \
  "{\"name\":\"job\",\"inputSchema\":{},\"execution\":{\"taskSupport\":\"required\"}}]"
#define META(capabilities)                                                 \
  "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
  "\"io.modelcontextprotocol/clientCapabilities\":" capabilities "}"
#define CAN_ALL "{\"elicitation\":{},\"sampling\":{},\"roots\":{}}"
#define ELICITATION                                                                          \
  "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"elicitation/create\",\"params\":{\"message\":" \
  "\"Who?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":"    \
  "\"string\"}}}}}"
#define SAMPLING                                                                        \
  "{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"sampling/createMessage\",\"params\":" \
  "{\"messages\":[],\"maxTokens\":5}}"

static const char initialize[] =
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
    "\"2025-11-25\",\"capabilities\":{\"elicitation\":{},\"sampling\":{}},\"clientInfo\":{\"name\":"
    "\"c\",\"version\":\"1\"}}}";
static const char legacy_call[] =
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"srv__work\"}}";

static void
setup (Fixture *f, gconstpointer data)
{
  g_autofree char *names = NULL;

  fixture_setup (f, data);
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  names = fixture_list (f, f->session);
  g_assert_cmpstr (names, ==, "srv__work srv__job");
}

static McpAttachment *
attach_legacy (Fixture *f)
{
  McpAttachment *attachment = mcp_gateway_attach (f->gateway, f->session, NULL, FALSE, NULL);
  g_autofree char *answer = fixture_ask (attachment, initialize);

  fixture_tell (attachment, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
  return attachment;
}

/* A request of a client of 2026-07-28. */
static Heard *
send_modern (Fixture *f, McpSession *session, const char *text)
{
  g_autoptr (McpJsonrpcMessage) message = parse_message (text);
  g_autoptr (McpAttachment) attachment =
      mcp_gateway_attach_exchange (f->gateway, session, NULL, message, NULL);

  return heard_new (attachment, text);
}

static Heard *
call_modern (Fixture *f, const char *more)
{
  g_autofree char *text = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"srv__work\","
      "\"arguments\":{\"a\":1}%s," META (CAN_ALL) "}}",
      more);

  return send_modern (f, f->session, text);
}

static char *
find_state (const char *answer)
{
  const char *at = strstr (answer, "\"requestState\":");

  g_assert_nonnull (at);
  at += strlen ("\"requestState\":");
  return g_strndup (at, strcspn (at + 1, "\"") + 2);
}

/* A call whose server has asked once: returns what the client is to bring back. */
static char *
park_call (Fixture *f)
{
  g_autoptr (Heard) heard = call_modern (f, "");
  McpFakeProvider *provider = fixture_provider (f, "srv");

  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  mcp_fake_provider_ask (provider, 0, ELICITATION);
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, 0);
  g_assert_nonnull (strstr (heard_last (heard), "\"resultType\":\"input_required\""));
  g_assert_nonnull (strstr (heard_last (heard), "\"method\":\"elicitation/create\""));
  g_assert_cmpuint (mcp_fake_provider_get_n_cancelled (provider), ==, 0);
  return find_state (heard_last (heard));
}

static Heard *
come_back (Fixture *f, const char *state, const char *responses)
{
  g_autofree char *more =
      g_strdup_printf (",\"requestState\":%s,\"inputResponses\":%s", state, responses);

  return call_modern (f, more);
}

#define NAMED "{\"input-1\":{\"action\":\"accept\",\"content\":{\"name\":\"Ann\"}}}"

static void
test_parked_call_is_resumed_by_a_retry (Fixture *f, gconstpointer data)
{
  g_autofree char *state = park_call (f);
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autoptr (Heard) heard = come_back (f, state, NAMED);
  g_autofree char *response = mcp_fake_provider_take_response (provider);

  g_test_summary ("A call waits for its client, which comes back with the server's answer");
  g_assert_cmpstr (response, ==,
                   "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"action\":\"accept\",\"content\":"
                   "{\"name\":\"Ann\"}}}");
  g_assert_cmpuint (mcp_session_get_calls_in_flight (f->session), ==, 1);
  mcp_fake_provider_answer (provider, 0, "{\"content\":[]}");
  AWAIT (heard->responded);
  g_assert_nonnull (strstr (heard_last (heard), "\"resultType\":\"complete\""));
  g_assert_cmpuint (mcp_session_get_calls_in_flight (f->session), ==, 0);
}

static void
test_parked_calls_are_limited (Fixture *f, gconstpointer data)
{
  McpLimits limits = f->limits;
  g_autofree char *state = NULL;
  g_autoptr (Heard) heard = NULL;
  McpFakeProvider *provider;

  g_test_summary ("One call more than may wait for its client fails, and is withdrawn");
  limits.parked_per_session = 1;
  mcp_gateway_set_limits (f->gateway, &limits);
  state = park_call (f);
  provider = fixture_provider (f, "srv");
  heard = call_modern (f, "");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 2);
  mcp_fake_provider_ask (provider, 1, ELICITATION);
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, !=, 0);
  g_assert_nonnull (strstr (heard_last (heard), "ParkedCallsPerSession"));
  AWAIT (mcp_fake_provider_get_n_cancelled (provider) == 1);
}

static void
assert_refused (Heard *heard)
{
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, MCP_JSONRPC_ERROR_INVALID_PARAMS);
}

static void
test_bad_state_is_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *state = park_call (f);
  g_autofree char *tampered = g_strdup (state);
  McpSession *other = fixture_create_session (f, "/", NULL);
  g_autofree char *foreign = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"srv__work\","
      "\"arguments\":{\"a\":1},\"requestState\":%s,\"inputResponses\":{}," META (CAN_ALL) "}}",
      state);
  g_autofree char *changed = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"srv__work\","
      "\"arguments\":{\"a\":2},\"requestState\":%s,\"inputResponses\":{}," META (CAN_ALL) "}}",
      state);

  g_test_summary ("A requestState that was altered, belongs to another session or to another "
                  "request, or was used, is refused; the call still waits for the right one");
  tampered[strlen (tampered) - 2] ^= 1;
  {
    g_autoptr (Heard) altered = come_back (f, tampered, NAMED);
    g_autoptr (Heard) elsewhere = send_modern (f, other, foreign);
    g_autoptr (Heard) otherwise = send_modern (f, f->session, changed);

    assert_refused (altered);
    assert_refused (elsewhere);
    assert_refused (otherwise);
  }
  {
    g_autoptr (Heard) right = come_back (f, state, NAMED);
    g_autoptr (Heard) again = come_back (f, state, NAMED);

    assert_refused (again);
    mcp_fake_provider_answer (fixture_provider (f, "srv"), 0, "{}");
    AWAIT (right->responded);
    g_assert_cmpint (right->error_code, ==, 0);
  }
}

static void
test_parked_call_expires (Fixture *f, gconstpointer data)
{
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autofree char *state = NULL;

  g_test_summary (
      "A call whose client does not come back is cancelled; later the state is unknown");
  mcp_parking_set_patience (mcp_gateway_get_services (f->gateway)->parking, 1);
  state = park_call (f);
  provider = fixture_provider (f, "srv");
  AWAIT (mcp_fake_provider_get_n_cancelled (provider) == 1);
  AWAIT (mcp_session_get_calls_in_flight (f->session) == 0);
  {
    g_autoptr (Heard) late = come_back (f, state, NAMED);

    assert_refused (late);
  }
}

static void
test_questions_are_asked_together (Fixture *f, gconstpointer data)
{
  g_autoptr (Heard) heard = call_modern (f, "");
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autofree char *state = NULL;
  g_autofree char *second_state = NULL;

  g_test_summary ("What a server asks at once is one answer; what is not answered is asked again");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  mcp_fake_provider_ask (provider, 0, ELICITATION);
  mcp_fake_provider_ask (provider, 0, SAMPLING);
  AWAIT (heard->responded);
  g_assert_nonnull (strstr (heard_last (heard), "\"input-1\":{\"method\":\"elicitation/create\""));
  g_assert_nonnull (
      strstr (heard_last (heard), "\"input-2\":{\"method\":\"sampling/createMessage\""));
  state = find_state (heard_last (heard));
  {
    g_autoptr (Heard) half = come_back (f, state, NAMED);

    AWAIT (half->responded);
    g_assert_null (strstr (heard_last (half), "elicitation/create"));
    g_assert_nonnull (strstr (heard_last (half), "\"input-2\""));
    second_state = find_state (heard_last (half));
    g_assert_cmpstr (state, !=, second_state);
  }
  {
    g_autoptr (Heard) rest =
        come_back (f, second_state,
                   "{\"input-2\":{\"role\":\"assistant\",\"content\":{\"type\":\"text\","
                   "\"text\":\"x\"},\"model\":\"m\"}}");

    mcp_fake_provider_answer (provider, 0, "{}");
    AWAIT (rest->responded);
    g_assert_cmpint (rest->error_code, ==, 0);
  }
}

static void
test_answer_waits_for_its_client (Fixture *f, gconstpointer data)
{
  g_autofree char *state = park_call (f);
  McpFakeProvider *provider = fixture_provider (f, "srv");

  g_test_summary ("A server that went on without the input has its answer kept for the client");
  mcp_fake_provider_answer (provider, 0, "{\"content\":[{\"type\":\"text\",\"text\":\"early\"}]}");
  {
    g_autoptr (Heard) heard = come_back (f, state, NAMED);

    AWAIT (heard->responded);
    g_assert_nonnull (strstr (heard_last (heard), "early"));
  }
}

static void
test_missing_capability (Fixture *f, gconstpointer data)
{
  g_autoptr (Heard) heard = send_modern (
      f, f->session,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"srv__work\"," META (
          "{}") "}}");
  McpFakeProvider *provider = fixture_provider (f, "srv");

  g_test_summary ("A client that cannot be asked is told what it would have to declare, by -32021 "
                  "and 400; the server's work is cancelled");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  mcp_fake_provider_ask (provider, 0, SAMPLING);
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, -32021);
  g_assert_cmpuint (mcp_request_get_http_status (heard->request), ==, 400);
  g_assert_nonnull (
      strstr (heard_last (heard), "\"data\":{\"requiredCapabilities\":{\"sampling\":{}}}"));
  AWAIT (mcp_fake_provider_get_n_cancelled (provider) == 1);
}

static void
test_roots_need_no_client (Fixture *f, gconstpointer data)
{
  g_autoptr (Heard) heard = send_modern (
      f, f->session,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"srv__work\"," META (
          "{}") "}}");
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autofree char *response = NULL;

  g_test_summary ("The session's directory is a root for clients that have none of their own");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  mcp_fake_provider_ask (provider, 0, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"roots/list\"}");
  response = mcp_fake_provider_take_response (provider);
  g_assert_nonnull (response);
  g_assert_nonnull (strstr (response, "{\"roots\":[{\"uri\":\"file:///\""));
  mcp_fake_provider_answer (provider, 0, "{}");
  AWAIT (heard->responded);
}

static void
test_legacy_client_is_asked_on_its_request (Fixture *f, gconstpointer data)
{
  McpAttachment *one = attach_legacy (f);
  McpAttachment *other = attach_legacy (f);
  g_autoptr (Heard) heard = heard_new (one, legacy_call);
  g_autoptr (Heard) bystander = heard_new (other, legacy_call);
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autofree char *nothing = NULL;
  g_autofree char *response = NULL;

  g_test_summary ("A server's request goes to the client whose call caused it; another client's "
                  "response of the same id is nobody's");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 2);
  mcp_fake_provider_ask (provider, 0, ELICITATION);
  g_assert_cmpuint (heard->messages->len, ==, 1);
  g_assert_cmpuint (bystander->messages->len, ==, 0);
  g_assert_nonnull (strstr (heard_last (heard), "\"id\":1,\"method\":\"elicitation/create\""));

  fixture_tell (other, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"decline\"}}");
  nothing = mcp_fake_provider_take_response (provider);
  g_assert_null (nothing);
  fixture_tell (one, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\"}}");
  response = mcp_fake_provider_take_response (provider);
  g_assert_cmpstr (response, ==,
                   "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"action\":\"accept\"}}");

  mcp_fake_provider_answer (provider, 0, "{}");
  mcp_fake_provider_answer (provider, 0, "{}");
  AWAIT (heard->responded && bystander->responded);
}

static void
test_gone_client_is_told_to_the_server (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach_legacy (f);
  g_autoptr (Heard) heard = heard_new (attachment, legacy_call);
  McpFakeProvider *provider = fixture_provider (f, "srv");

  g_test_summary ("A client that leaves while it is asked ends its call");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  mcp_fake_provider_ask (provider, 0, ELICITATION);
  mcp_gateway_detach (f->gateway, attachment);
  AWAIT (mcp_fake_provider_get_n_cancelled (provider) == 1);
  g_assert_true (heard->cancelled);
}

/* The server of 2026-07-28, asked by a client of an older revision: one round of input. */
static void
test_modern_server_asks_a_legacy_client (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach_legacy (f);
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("Input that a server of 2026-07-28 wants becomes a request of the client's own "
                  "revision, and the server is asked again with the answer and its own state");
  mcp_fake_provider_set_peer (provider, MCP_REVISION_2026_07_28, "{\"tools\":{}}");
  heard = heard_new (attachment, legacy_call);
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  mcp_fake_provider_answer (
      provider, 0,
      "{\"resultType\":\"input_required\",\"requestState\":\"st\\u0061te\",\"inputRequests\":"
      "{\"user\":{\"method\":\"elicitation/create\",\"params\":{\"message\":\"Who?\"}}}}");
  AWAIT (heard->messages->len == 1);
  g_assert_nonnull (strstr (heard_last (heard), "\"method\":\"elicitation/create\""));
  g_assert_cmpuint (mcp_fake_provider_get_n_waiting (provider), ==, 0);

  fixture_tell (attachment, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\"}}");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  g_assert_nonnull (strstr (mcp_fake_provider_get_params (provider, 0),
                            "\"inputResponses\":{\"user\":{\"action\":\"accept\"}},"
                            "\"requestState\":\"st\\u0061te\""));
  mcp_fake_provider_answer (provider, 0, "{\"resultType\":\"complete\",\"content\":[]}");
  AWAIT (heard->responded);
  g_assert_cmpstr (heard_last (heard), ==,
                   "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}");
}

static void
test_refused_input (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach_legacy (f);
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autoptr (Heard) heard = NULL;

  g_test_summary (
      "A client's error is a cancelled elicitation, but ends a call that needs sampling");
  mcp_fake_provider_set_peer (provider, MCP_REVISION_2026_07_28, "{\"tools\":{}}");
  heard = heard_new (attachment, legacy_call);
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  mcp_fake_provider_answer (
      provider, 0,
      "{\"resultType\":\"input_required\",\"inputRequests\":{\"e\":{\"method\":"
      "\"elicitation/create\",\"params\":{\"message\":\"?\"}}}}");
  AWAIT (heard->messages->len == 1);
  fixture_tell (attachment,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"no\"}}");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  g_assert_nonnull (strstr (mcp_fake_provider_get_params (provider, 0),
                            "\"inputResponses\":{\"e\":{\"action\":\"cancel\"}}"));
  mcp_fake_provider_answer (
      provider, 0,
      "{\"resultType\":\"input_required\",\"inputRequests\":{\"s\":{\"method\":"
      "\"sampling/createMessage\",\"params\":{\"messages\":[]}}}}");
  AWAIT (heard->messages->len == 2);
  fixture_tell (attachment,
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-1,\"message\":\"no\"}}");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, MCP_JSONRPC_ERROR_INTERNAL);
}

static void
test_endless_rounds_end (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach_legacy (f);
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autoptr (Heard) heard = NULL;
  guint n_rounds = 0;

  g_test_summary ("A server that never has enough is given up after some rounds");
  mcp_fake_provider_set_peer (provider, MCP_REVISION_2026_07_28, "{\"tools\":{}}");
  heard = heard_new (attachment, legacy_call);
  while (!heard->responded)
    {
      AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
      n_rounds++;
      mcp_fake_provider_answer (provider, 0,
                                "{\"resultType\":\"input_required\",\"requestState\":\"s\"}");
      mcp_test_settle ();
    }
  g_assert_cmpint (heard->error_code, ==, MCP_JSONRPC_ERROR_INTERNAL);
  g_assert_cmpuint (n_rounds, >, 3);
  g_assert_cmpuint (n_rounds, <, 100);
}

static void
test_task_is_followed_to_its_result (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach_legacy (f);
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autoptr (Heard) heard = heard_new (
      attachment,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"srv__job\"}}");

  g_test_summary ("A tool that only runs as a task is started as one, and its result awaited");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  g_assert_nonnull (strstr (mcp_fake_provider_get_params (provider, 0), "\"task\":{}"));
  mcp_fake_provider_answer (provider, 0, "{\"task\":{\"taskId\":\"t1\",\"status\":\"working\"}}");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  g_assert_cmpstr (mcp_fake_provider_get_method (provider, 0), ==, "tasks/result");
  g_assert_cmpstr (mcp_fake_provider_get_params (provider, 0), ==, "{\"taskId\":\"t1\"}");
  g_assert_false (heard->responded);
  mcp_fake_provider_answer (provider, 0, "{\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}");
  AWAIT (heard->responded);
  g_assert_nonnull (strstr (heard_last (heard), "done"));
}

static void
test_cancelled_task_is_cancelled (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach_legacy (f);
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autoptr (Heard) heard = heard_new (
      attachment,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"srv__job\"}}");

  g_test_summary ("A call that is withdrawn cancels the task that it became");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  mcp_fake_provider_answer (provider, 0, "{\"task\":{\"taskId\":\"t1\",\"status\":\"working\"}}");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  fixture_tell (attachment, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                            "\"params\":{\"requestId\":1}}");
  AWAIT (heard->cancelled && mcp_fake_provider_get_n_waiting (provider) == 1);
  g_assert_cmpstr (mcp_fake_provider_get_method (provider, 0), ==, "tasks/cancel");
  mcp_fake_provider_answer (provider, 0, "{}");
}

#define CAN_TASKS "{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}"

/* A request about a task, which its server is seen to get under its own id. */
static void
ask_about_task (Fixture *f, const char *method, const char *task_id)
{
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autofree char *text = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"%s\","
                                           "\"params\":{\"taskId\":\"%s\"," META (CAN_TASKS) "}}",
                                           method, task_id);
  g_autoptr (Heard) heard = send_modern (f, f->session, text);

  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  g_assert_cmpstr (mcp_fake_provider_get_method (provider, 0), ==, method);
  g_assert_nonnull (strstr (mcp_fake_provider_get_params (provider, 0), "\"taskId\":\"own id\""));
  mcp_fake_provider_answer (provider, 0, "{\"taskId\":\"own id\",\"status\":\"working\"}");
  AWAIT (heard->responded);
  g_assert_nonnull (strstr (heard_last (heard), "\"taskId\":\"srv/own id\""));
}

static void
test_task_of_a_modern_server (Fixture *f, gconstpointer data)
{
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autoptr (Heard) heard = NULL;
  g_autoptr (Heard) unknown = NULL;
  g_autoptr (Heard) undeclared = NULL;

  g_test_summary ("A task of a server of 2026-07-28 is created, asked after and cancelled by an id "
                  "that names the task; clients that know no tasks may not");
  mcp_fake_provider_set_peer (provider, MCP_REVISION_2026_07_28, "{\"tools\":{}}");
  heard = send_modern (f, f->session,
                       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                       "{\"name\":\"srv__work\"," META (CAN_TASKS) "}}");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  mcp_fake_provider_answer (
      provider, 0, "{\"resultType\":\"task\",\"taskId\":\"own id\",\"status\":\"working\"}");
  AWAIT (heard->responded);
  g_assert_nonnull (strstr (heard_last (heard), "\"resultType\":\"task\""));
  g_assert_nonnull (strstr (heard_last (heard), "\"taskId\":\"srv/own id\""));

  ask_about_task (f, "tasks/get", "srv/own id");
  ask_about_task (f, "tasks/cancel", "srv/own id");

  unknown = send_modern (f, f->session,
                         "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tasks/get\",\"params\":"
                         "{\"taskId\":\"nobody/1\"," META (CAN_TASKS) "}}");
  assert_refused (unknown);
  undeclared = send_modern (f, f->session,
                            "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tasks/get\",\"params\":"
                            "{\"taskId\":\"srv/own id\"," META ("{}") "}}");
  AWAIT (undeclared->responded);
  g_assert_cmpint (undeclared->error_code, ==, -32021);
}

static void
test_task_is_of_its_session (Fixture *f, gconstpointer data)
{
  McpFakeProvider *provider = fixture_provider (f, "srv");
  McpSession *other = fixture_create_session (f, "/", NULL);
  static const char *const methods[] = { "tasks/get", "tasks/update", "tasks/cancel" };
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("A session can ask for its own tasks alone, whoever shares the server with it");
  mcp_fake_provider_set_peer (provider, MCP_REVISION_2026_07_28, "{\"tools\":{}}");
  heard = send_modern (f, f->session,
                       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                       "{\"name\":\"srv__work\"," META (CAN_TASKS) "}}");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 1);
  mcp_fake_provider_answer (
      provider, 0, "{\"resultType\":\"task\",\"taskId\":\"own id\",\"status\":\"working\"}");
  AWAIT (heard->responded);

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"%s\","
                           "\"params\":{\"taskId\":\"srv/own id\"," META (CAN_TASKS) "}}",
                           methods[i]);
      g_autoptr (Heard) refused = send_modern (f, other, text);

      assert_refused (refused);
    }
  g_assert_cmpuint (mcp_fake_provider_get_n_waiting (provider), ==, 0);
  ask_about_task (f, "tasks/get", "srv/own id");
}

static void
test_log_is_filtered (Fixture *f, gconstpointer data)
{
  McpAttachment *attachment = attach_legacy (f);
  McpFakeProvider *provider = fixture_provider (f, "srv");
  g_autofree char *set = fixture_ask (
      attachment, "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"logging/setLevel\",\"params\":"
                  "{\"level\":\"warning\"}}");
  g_autoptr (Heard) heard = heard_new (attachment, legacy_call);
  g_autoptr (Heard) modern = call_modern (f, "");

  g_test_summary ("A client hears log messages of its call at the level it asked for; one of "
                  "2026-07-28 that asked for none hears none");
  g_assert_cmpstr (set, ==, "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}");
  AWAIT (mcp_fake_provider_get_n_waiting (provider) == 2);
  mcp_fake_provider_log (provider, 0, "{\"level\":\"info\",\"data\":1}");
  mcp_fake_provider_log (provider, 0, "{\"level\":\"error\",\"data\":2}");
  mcp_fake_provider_log (provider, 1, "{\"level\":\"error\",\"data\":3}");
  g_assert_cmpuint (heard->messages->len, ==, 1);
  g_assert_cmpstr (heard_last (heard), ==,
                   "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":"
                   "{\"level\":\"error\",\"data\":2,\"logger\":\"srv\"}}");
  g_assert_cmpuint (modern->messages->len, ==, 0);
  mcp_fake_provider_answer (provider, 0, "{}");
  mcp_fake_provider_answer (provider, 0, "{}");
  AWAIT (heard->responded && modern->responded);
}

#define ADD(name, func) \
  g_test_add ("/gateway/input/" name, Fixture, NULL, setup, func, fixture_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("parked-call-is-resumed-by-a-retry", test_parked_call_is_resumed_by_a_retry);
  ADD ("bad-state-is-refused", test_bad_state_is_refused);
  ADD ("parked-calls-are-limited", test_parked_calls_are_limited);
  ADD ("parked-call-is-cancelled-at-expiry", test_parked_call_expires);
  ADD ("questions-are-asked-together", test_questions_are_asked_together);
  ADD ("answer-waits-for-its-client", test_answer_waits_for_its_client);
  ADD ("missing-capability", test_missing_capability);
  ADD ("roots-need-no-client", test_roots_need_no_client);
  ADD ("legacy-client-is-asked-on-its-request", test_legacy_client_is_asked_on_its_request);
  ADD ("gone-client-ends-its-call", test_gone_client_is_told_to_the_server);
  ADD ("modern-server-asks-a-legacy-client", test_modern_server_asks_a_legacy_client);
  ADD ("refused-input", test_refused_input);
  ADD ("endless-rounds-end", test_endless_rounds_end);
  ADD ("task-is-followed-to-its-result", test_task_is_followed_to_its_result);
  ADD ("cancelled-task-is-cancelled", test_cancelled_task_is_cancelled);
  ADD ("task-of-a-modern-server", test_task_of_a_modern_server);
  ADD ("task-is-of-its-session", test_task_is_of_its_session);
  ADD ("log-is-filtered", test_log_is_filtered);
  return g_test_run ();
}
