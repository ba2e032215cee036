/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An operation between one client and one server: an attachment whose only method begins an
 * operation at a server that is known, or goes on with an earlier one.
 */
#include "gateway/methods/mcp-operation.h"

#include "gateway/client/mcp-attachment-inner.h"
#include "small-fixture.h"

#include <string.h>

#define CAPABILITIES "{\"elicitation\":{}}"

typedef struct
{
  SmallFixture small;
  McpServices *services;
  McpAttachment *attachment;
} Operating;

/* The server of all operations here; there is one fixture at a time. */
static McpTarget *target;

static void
rename_prompt (McpParams *params, const char *own_name)
{
  mcp_params_set_string (params, MCP_PARAM_NAME, own_name);
}

static void
answer_get (McpAttachment *attachment, McpRequest *request)
{
  static const McpOperationSubject subject = { .kind = MCP_ITEM_PROMPT, .rename = rename_prompt };

  if (!mcp_operation_resume (attachment, request))
    mcp_operation_start_at (attachment, request, &subject, target);
}

static void
answer_read (McpAttachment *attachment, McpRequest *request)
{
  static const McpOperationSubject subject = { .kind = MCP_ITEM_RESOURCE };

  mcp_operation_start (attachment, request, &subject, "file:///none");
}

static const McpMethodTable methods = {
  .methods =
      (const McpMethod[]){ { "prompts/get", answer_get }, { "resources/read", answer_read } },
  .n_methods = 2,
};

static McpAttachment *
attach (Operating *o, McpRevision revision)
{
  g_autoptr (McpClient) nobody = mcp_client_new (o->small.session, revision, "c");
  g_autoptr (McpClient) client = mcp_client_with_facts (
      nobody, revision, "c", (McpJsonSlice){ CAPABILITIES, strlen (CAPABILITIES) });
  McpAttachmentKind kind =
      mcp_client_is_stateless (client) ? MCP_ATTACHMENT_EXCHANGE : MCP_ATTACHMENT_DEFAULT;

  return mcp_attachment_new (o->services, client, kind, NULL, FALSE);
}

static void
set_up (Operating *o, gconstpointer data)
{
  SmallFixture *f = &o->small;

  small_fixture_setup (f, NULL);
  o->services = mcp_services_new (f->store, f->pool, &methods, &f->limits);
  o->attachment = attach (o, MCP_REVISION_NEWEST_HANDSHAKE);
  target = f->target;
}

static void
tear_down (Operating *o, gconstpointer data)
{
  mcp_test_settle ();
  mcp_attachment_detach (o->attachment);
  mcp_test_await_finalized (o->attachment);
  mcp_parking_clear (o->services->parking);
  mcp_test_settle ();
  mcp_catalogue_close (o->services->catalogue);
  mcp_services_unref (o->services);
  small_fixture_teardown (&o->small, NULL);
}

static Heard *
get_prompt (Operating *o, const char *more)
{
  g_autofree char *text =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/get\",\"params\":"
                       "{\"name\":\"srv__work\"%s}}",
                       more);

  return heard_new (o->attachment, text);
}

static void
answer (Operating *o, const char *result)
{
  mcp_fake_provider_answer (o->small.provider, 0, result);
}

static void
test_answer (Operating *o, gconstpointer data)
{
  g_autoptr (Heard) heard = get_prompt (o, "");

  g_test_summary ("The server is asked under its own name, and its answer has the client's id");
  g_assert_nonnull (
      strstr (mcp_fake_provider_get_params (o->small.provider, 0), "\"name\":\"work\""));
  g_assert_cmpuint (heard->messages->len, ==, 0);
  answer (o, "{\"messages\":[]}");
  AWAIT (heard->responded);
  g_assert_cmpstr (heard_last (heard), ==,
                   "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"messages\":[]}}");
}

static void
test_failure (Operating *o, gconstpointer data)
{
  g_autoptr (Heard) heard = get_prompt (o, "");

  g_test_summary ("Where the server fails, the error says which server it was");
  mcp_fake_provider_fail (o->small.provider, 0, "it broke");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, !=, 0);
  g_assert_nonnull (strstr (heard_last (heard), "“srv”"));
}

static void
test_own_error (Operating *o, gconstpointer data)
{
  g_autoptr (Heard) heard = get_prompt (o, "");

  g_test_summary ("An error that the server answers is passed on");
  mcp_fake_provider_answer_error (o->small.provider, 0, "{\"code\":-32602,\"message\":\"no\"}");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, -32602);
}

static void
test_progress (Operating *o, gconstpointer data)
{
  g_autoptr (Heard) heard = get_prompt (o, ",\"_meta\":{\"progressToken\":\"t\"}");

  g_test_summary ("Progress reaches the client under the client's own token, before the answer");
  mcp_fake_provider_progress (o->small.provider, 0, "{\"progressToken\":99,\"progress\":1}");
  g_assert_cmpuint (heard->messages->len, ==, 1);
  g_assert_nonnull (strstr (heard_get (heard, 0), "\"progressToken\":\"t\""));
  answer (o, "{}");
  AWAIT (heard->responded);
  g_assert_cmpuint (heard->messages->len, ==, 2);
}

static void
test_withdrawn (Operating *o, gconstpointer data)
{
  g_autoptr (Heard) heard = get_prompt (o, "");

  g_test_summary ("A request that the client withdraws is withdrawn from the server");
  mcp_request_withdraw (heard->request);
  AWAIT (heard->cancelled);
  g_assert_cmpuint (mcp_fake_provider_get_n_cancelled (o->small.provider), ==, 1);
  g_assert_cmpuint (heard->messages->len, ==, 0);
}

static void
test_session_closed (Operating *o, gconstpointer data)
{
  SmallFixture *f = &o->small;
  g_autoptr (Heard) heard = get_prompt (o, "");

  g_test_summary ("With the session, what runs in it ends");
  mcp_session_store_close (f->store, mcp_session_get_id (f->session), "closed", NULL);
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, !=, 0);
  g_assert_cmpuint (mcp_fake_provider_get_n_cancelled (f->provider), ==, 1);
}

static void
test_not_found (Operating *o, gconstpointer data)
{
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("A resource that no server has is an error that names it");
  heard = heard_new (o->attachment,
                     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{}}");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, -32002);
  g_assert_nonnull (strstr (heard_last (heard), "{\"uri\":\"file:///none\"}"));
}

/* Clients of 2026-07-28 are sent away, and come back. */

static void
set_up_stateless (Operating *o, gconstpointer data)
{
  set_up (o, data);
  mcp_attachment_detach (o->attachment);
  g_object_unref (o->attachment);
  o->attachment = attach (o, mcp_revision_from_string ("2026-07-28"));
}

/* Each request has an attachment of its own. */
static Heard *
come_back (Operating *o, const char *state, const char *more)
{
  g_autofree char *text = g_strdup_printf (",\"requestState\":\"%s\"%s", state, more);

  mcp_attachment_detach (o->attachment);
  g_object_unref (o->attachment);
  o->attachment = attach (o, mcp_revision_from_string ("2026-07-28"));
  return get_prompt (o, text);
}

/* The text behind @key, as far as the next quotation mark. */
static char *
dup_after (const char *answer, const char *key)
{
  const char *text = strstr (answer, key);

  g_assert_nonnull (text);
  text += strlen (key);
  return g_strndup (text, strcspn (text, "\""));
}

/* The server asks: the client is sent away. Returns: the handle that the client gets; @question
 * (out) (optional): the key of the question */
static char *
send_away (Operating *o, char **question)
{
  g_autoptr (Heard) heard = get_prompt (o, "");

  mcp_fake_provider_ask (o->small.provider, 0,
                         "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"elicitation/create\","
                         "\"params\":{\"message\":\"Who?\",\"requestedSchema\":{\"type\":"
                         "\"object\",\"properties\":{}}}}");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, ==, 0);
  g_assert_nonnull (strstr (heard_last (heard), "input_required"));
  g_assert_cmpuint (mcp_parking_get_n_parked (o->services->parking), ==, 1);
  if (question != NULL)
    *question = dup_after (heard_last (heard), "\"inputRequests\":{\"");
  return dup_after (heard_last (heard), "\"requestState\":\"");
}

static void
test_rounds (Operating *o, gconstpointer data)
{
  g_autofree char *question = NULL;
  g_autofree char *state = send_away (o, &question);
  g_autofree char *input =
      g_strdup_printf (",\"inputResponses\":{\"%s\":{\"action\":\"decline\"}}", question);
  g_autofree char *response = NULL;
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("A client that comes back goes on with the same request to the server");
  heard = come_back (o, state, input);
  g_assert_cmpuint (mcp_parking_get_n_parked (o->services->parking), ==, 0);
  AWAIT ((response = mcp_fake_provider_take_response (o->small.provider)) != NULL);
  g_assert_nonnull (strstr (response, "\"id\":7"));
  answer (o, "{\"n\":1}");
  AWAIT (heard->responded);
  g_assert_nonnull (strstr (heard_last (heard), "\"n\":1"));
  g_assert_cmpuint (mcp_fake_provider_get_n_waiting (o->small.provider), ==, 0);
}

static void
test_answered_meanwhile (Operating *o, gconstpointer data)
{
  g_autofree char *state = send_away (o, NULL);
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("What the server answers while the client is away is kept for the client");
  answer (o, "{\"n\":1}");
  mcp_test_settle ();
  g_assert_cmpuint (mcp_parking_get_n_parked (o->services->parking), ==, 1);
  heard = come_back (o, state, ",\"inputResponses\":{}");
  AWAIT (heard->responded);
  g_assert_nonnull (strstr (heard_last (heard), "\"n\":1"));
}

static void
test_comes_back_once (Operating *o, gconstpointer data)
{
  g_autofree char *state = send_away (o, NULL);
  g_autoptr (Heard) first = NULL;
  g_autoptr (Heard) second = NULL;

  g_test_summary ("A handle is good once");
  answer (o, "{\"n\":1}");
  mcp_test_settle ();
  first = come_back (o, state, "");
  AWAIT (first->responded);
  second = come_back (o, state, "");
  AWAIT (second->responded);
  g_assert_cmpint (second->error_code, !=, 0);
}

static void
test_closed_while_away (Operating *o, gconstpointer data)
{
  SmallFixture *f = &o->small;
  g_autofree char *state = send_away (o, NULL);

  g_test_summary ("Nothing is kept for a client whose session has closed");
  mcp_session_store_close (f->store, mcp_session_get_id (f->session), "closed", NULL);
  AWAIT (mcp_fake_provider_get_n_cancelled (f->provider) == 1);
  AWAIT (mcp_parking_get_n_parked (o->services->parking) == 0);
}

static void
test_patience_over (Operating *o, gconstpointer data)
{
  g_autofree char *state = NULL;
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("A client that does not come back in time has withdrawn the request");
  mcp_parking_set_patience (o->services->parking, 1);
  state = send_away (o, NULL);
  AWAIT (mcp_fake_provider_get_n_cancelled (o->small.provider) == 1);
  heard = come_back (o, state, "");
  AWAIT (heard->responded);
  g_assert_cmpint (heard->error_code, !=, 0);
}

static void
set_up_small_results (Operating *o, gconstpointer data)
{
  set_up (o, data);
  o->small.limits.result_bytes_per_session = 1024 * 1024;
  mcp_services_set_limits (o->services, &o->small.limits);
}

/* Returns: (transfer full): a result of 700,000 bytes */
static char *
make_large_result (void)
{
  g_autofree char *text = g_strnfill (700000, 'x');

  return g_strdup_printf ("{\"messages\":[],\"x\":\"%s\"}", text);
}

static McpAnswerAccount *
get_account (Operating *o)
{
  return mcp_provider_pool_get_answers (o->small.pool);
}

static void
test_results_at_work (Operating *o, gconstpointer data)
{
  g_autofree char *result = make_large_result ();
  g_autoptr (Heard) first = get_prompt (o, "");
  g_autoptr (Heard) second = get_prompt (o, "");
  g_autoptr (Heard) third = NULL;

  g_test_summary ("Large results that come faster than they are written fail, and later ones pass");
  answer (o, result);
  answer (o, result);
  AWAIT (second->responded);
  g_assert_cmpint (second->error_code, ==, MCP_JSONRPC_ERROR_INTERNAL);
  g_assert_nonnull (strstr (heard_last (second), "ResultBytesPerSession"));
  AWAIT (first->responded);
  g_assert_cmpint (first->error_code, ==, 0);
  AWAIT (mcp_answer_account_get_n_bytes (get_account (o)) == 0);

  third = get_prompt (o, "");
  answer (o, result);
  AWAIT (third->responded);
  g_assert_cmpint (third->error_code, ==, 0);
  AWAIT (mcp_answer_account_get_n_bytes (get_account (o)) == 0);
}

static void
test_result_while_away (Operating *o, gconstpointer data)
{
  g_autofree char *result = make_large_result ();
  g_autofree char *state = send_away (o, NULL);
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("A large result that waits for its client is charged until the client has it");
  answer (o, result);
  AWAIT (mcp_answer_account_get_n_bytes (get_account (o)) > 0);
  mcp_test_settle ();
  g_assert_cmpuint (mcp_answer_account_get_n_bytes (get_account (o)), >, 700000);
  heard = come_back (o, state, "");
  AWAIT (heard->responded);
  AWAIT (mcp_answer_account_get_n_bytes (get_account (o)) == 0);
}

#define ADD(name, set_up, function) \
  g_test_add ("/gateway/operation/" name, Operating, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("answer", set_up, test_answer);
  ADD ("failure-names-server", set_up, test_failure);
  ADD ("error-of-the-server", set_up, test_own_error);
  ADD ("progress", set_up, test_progress);
  ADD ("withdrawn", set_up, test_withdrawn);
  ADD ("session-closed", set_up, test_session_closed);
  ADD ("not-found", set_up, test_not_found);
  ADD ("rounds", set_up_stateless, test_rounds);
  ADD ("answered-meanwhile", set_up_stateless, test_answered_meanwhile);
  ADD ("comes-back-once", set_up_stateless, test_comes_back_once);
  ADD ("closed-while-away", set_up_stateless, test_closed_while_away);
  ADD ("patience-is-over", set_up_stateless, test_patience_over);
  ADD ("results-at-work", set_up_small_results, test_results_at_work);
  ADD ("result-while-away", set_up_stateless, test_result_while_away);
  return g_test_run ();
}
